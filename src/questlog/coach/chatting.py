"""The chat: something is said, and the whole answer comes back at once. Underneath it is a run like every other."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from questlog.coach import material, model_uses, speaking
from questlog.coach.asking import Mind
from questlog.coach.conversations import PROPOSALS, ConversationNotFoundError
from questlog.coach.proposal_log import SHOWN
from questlog.coach.runs import Held, Part
from questlog.coach.thinking import Thinker
from questlog.coach.toolbox import Who
from questlog.core.db import Database, Session
from questlog.core.exceptions import UnavailableError, UnknownReferenceError

WHOLE_ANSWER_S = 120.0
RULES = "rules"


class ModelUnavailableError(UnavailableError):
    """`details` has `trouble`, one word for what happened, and whether trying again may help."""

    code = "model_unavailable"
    default_message = "The coach's model did not answer. What you said is kept; try again soon."


class StillThinkingError(UnavailableError):
    """`details` has the `conversation_id` and `run_id`: the answer will stand there."""

    code = "still_thinking"
    default_message = "The coach is still at it. Its answer will be in the conversation."


@dataclass(frozen=True, slots=True)
class Reply:
    """What the coach answered. `proposals` wait for a yes."""

    reply: str
    conversation_id: UUID
    run_id: UUID
    message_id: UUID | None
    source: str
    state: str
    proposals: Sequence[Mapping[str, Any]]


async def chat(
    database: Database,
    thinker: Thinker,
    mind: Mind | None,
    who: Who,
    message: str,
    *,
    conversation_id: UUID | None = None,
) -> Reply:
    """Say something and wait for the answer, for two minutes at most.

    Raises `UnknownReferenceError` for a conversation that is not the user's, `RunInProgressError`, `AiQuotaError`,
    `ModelUnavailableError`, `StillThinkingError`.
    """
    known = "" if mind is None else await database.read(material.of, who)
    held = await database.write(
        _begin, mind, who, message, conversation_id=conversation_id, known=known
    )
    thinker.start(held)
    try:
        async with asyncio.timeout(WHOLE_ANSWER_S):
            parts = await _all(thinker, held)
    except TimeoutError as error:
        where = {"conversation_id": str(held.conversation_id), "run_id": str(held.id)}
        raise StillThinkingError(details=where) from error
    proposed = await database.read(_proposals, held)
    return _reply(held, parts, proposed, source=RULES if mind is None else "model")


async def _begin(
    session: Session,
    mind: Mind | None,
    who: Who,
    message: str,
    *,
    conversation_id: UUID | None,
    known: str,
) -> Held:
    who.sign(session)
    if mind is not None:
        await model_uses.check_day(session, who.user_id, who.timezone, mind.budget)
    try:
        return await speaking.say(
            session,
            who.user_id,
            message,
            conversation_id,
            model=RULES if mind is None else mind.model.name,
            locale=who.locale,
            timezone=who.timezone,
            known=known,
        )
    except ConversationNotFoundError as error:
        raise UnknownReferenceError(pointer="/body/conversation_id") from error


async def _all(thinker: Thinker, held: Held) -> list[Part]:
    async with aclosing(thinker.follow(held.user_id, held.id)) as parts:
        return [part async for part in parts]


async def _proposals(session: Session, held: Held) -> list[Mapping[str, Any]]:
    mine = (PROPOSALS.c.user_id == held.user_id, PROPOSALS.c.run_id == held.id)
    rows = await session.execute(
        select(*SHOWN, PROPOSALS.c.state).where(*mine).order_by(PROPOSALS.c.id)
    )
    return [dict(row._mapping) for row in rows]


def _reply(
    held: Held, parts: Sequence[Part], proposed: Sequence[Mapping[str, Any]], *, source: str
) -> Reply:
    told = {part.type: part.data for part in parts}
    if "error" in told:
        raise _failure(told["error"])
    saved = told.get("message_saved")
    said = told.get("final_result", {}).get("text")
    return Reply(
        held.said if said is None else said,
        held.conversation_id,
        held.id,
        None if saved is None else UUID(saved["message_id"]),
        source,
        told["complete"]["state"],
        proposed,
    )


def _failure(problem: Mapping[str, Any]) -> UnavailableError | model_uses.AiQuotaError:
    if problem["code"] == model_uses.AiQuotaError.code:
        return model_uses.AiQuotaError(retry_after=problem["retry_after"])
    trouble = problem.get("trouble", problem["code"])
    return ModelUnavailableError(details={"trouble": trouble, "retryable": problem["retryable"]})
