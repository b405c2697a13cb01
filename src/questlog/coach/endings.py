"""How a run ends: what was said becomes a message, exactly once, and its followers are told."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from questlog.coach import conversations, runs
from questlog.coach.messages import Said
from questlog.coach.runs import Held, Part
from questlog.core.db import Session

LONGEST_DETAIL = 500


@dataclass(frozen=True, slots=True)
class Ending:
    """`text` is what the user was told; `problem` why it failed, as the followers are told."""

    state: str
    text: str
    problem: dict[str, Any] | None = None


async def store(session: Session, held: Held, unsaved: list[Part], ending: Ending) -> list[Part]:
    """Keep the message and the last parts, and end the run. Return those parts. Raises `LostRunError`."""
    message_id = await _keep_message(session, held, ending)
    told = _told(ending, message_id)
    parts = [Part(seq, *one) for seq, one in enumerate(told, start=held.last_seq + 1)]
    held.last_seq = parts[-1].seq
    problem = None if ending.problem is None else str(ending.problem["code"])[:64]
    await runs.finish(session, held, [*unsaved, *parts], state=ending.state, error=problem)
    return parts


async def _keep_message(session: Session, held: Held, ending: Ending) -> UUID | None:
    """Keep what was said. Of a failure before the first word nothing is kept."""
    if ending.state == "failed" and not (ending.text or held.made):
        return None
    said = Said(
        model=held.model,
        tokens_in=held.tokens_in,
        tokens_out=held.tokens_out,
        tool_calls=held.made,
        run_id=held.id,
        state="complete" if ending.state == "complete" else "interrupted",
    )
    return await conversations.add_message(
        session,
        held.user_id,
        held.conversation_id,
        role="assistant",
        content=ending.text,
        said=said,
    )


def _told(ending: Ending, message_id: UUID | None) -> list[tuple[str, dict[str, Any]]]:
    told: list[tuple[str, dict[str, Any]]] = []
    if ending.state == "complete":
        told += [("final_result_start", {}), ("final_result", {"text": ending.text})]
    if message_id is not None:
        kept = "complete" if ending.state == "complete" else "interrupted"
        told.append(("message_saved", {"message_id": str(message_id), "state": kept}))
    if ending.problem is not None:
        told.append(("error", ending.problem))
    else:
        told.append(("complete", {"state": ending.state}))
    return told
