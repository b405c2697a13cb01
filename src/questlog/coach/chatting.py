"""The chat: something is said, and the whole answer comes back at once. Underneath it is a run like every other."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import select

from questlog.coach import material, model_uses, speaking, taking
from questlog.coach.asking import Mind
from questlog.coach.conversations import MESSAGES, PROPOSALS, ConversationNotFoundError
from questlog.coach.proposal_log import SHOWN
from questlog.coach.runs import Held, Part
from questlog.coach.taking import Asked
from questlog.coach.thinking import Thinker, TooSlowError
from questlog.coach.toolbox import Who
from questlog.core.crowd import elsewhere
from questlog.core.db import Database, Session
from questlog.core.exceptions import UnavailableError, UnknownReferenceError

WHOLE_ANSWER_S = 120.0
RULES = "rules"


class ModelUnavailableError(UnavailableError):
    """`details` has `trouble`, one word for what happened, whether trying again may help, and where the message is."""

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


@dataclass(frozen=True, slots=True)
class Spoken:
    """What somebody says, where, with what the model may know besides, under the name of their request."""

    message: str
    conversation_id: UUID | None
    known: str
    asked_under: str | None


@dataclass(frozen=True, slots=True)
class Turn:
    """The run that answers, `held` if it is to be thought here now; what is told up to `since` is of no interest."""

    run_id: UUID
    conversation_id: UUID
    held: Held | None = None
    since: int = 0

    @property
    def place(self) -> dict[str, str]:
        return {"conversation_id": str(self.conversation_id), "run_id": str(self.run_id)}


async def chat(
    database: Database,
    thinker: Thinker,
    mind: Mind | None,
    who: Who,
    message: str,
    *,
    conversation_id: UUID | None = None,
    asked_under: str | None = None,
) -> Reply:
    """Say something and wait for the answer, for two minutes at most.

    A request of the same name `asked_under` says nothing twice: it waits for the same answer, or has it tried again.
    Raises `UnknownReferenceError` for a conversation that is not the user's, `RunInProgressError`, `AiQuotaError`,
    `ModelUnavailableError`, `StillThinkingError`.
    """
    known = "" if mind is None else await database.read(material.of, who)
    spoken = Spoken(message, conversation_id, known, asked_under)
    turn = await database.write(_begin, mind, who, spoken)
    if turn.held is not None:
        thinker.start(turn.held)
    try:
        with elsewhere():
            async with asyncio.timeout(WHOLE_ANSWER_S):
                parts = await _all(thinker, who.user_id, turn)
    except (TimeoutError, TooSlowError) as error:
        raise StillThinkingError(details=turn.place) from error
    content, proposed = await database.read(_outcome, who.user_id, turn.run_id)
    source = RULES if mind is None else "model"
    return _reply(turn, parts, content, proposed, source=source)


async def _begin(session: Session, mind: Mind | None, who: Who, spoken: Spoken) -> Turn:
    who.sign(session)
    before = None
    if spoken.asked_under is not None:
        before = await taking.asked_before(session, who.user_id, spoken.asked_under)
    if before is not None and before.is_old:
        await taking.unname(session, who.user_id, before.id)
        before = None
    if before is not None and before.state != "failed":
        return Turn(before.id, before.conversation_id)
    if mind is not None:
        await model_uses.check_day(session, who.user_id, who.timezone, mind.budget)
    if before is not None:
        return await _again(session, mind, who, spoken, before)
    held = await _say(session, mind, who, spoken)
    return Turn(held.id, held.conversation_id, held)


async def _again(
    session: Session, mind: Mind | None, who: Who, spoken: Spoken, before: Asked
) -> Turn:
    """Try again what failed; behind half an answer that was kept, the message is said anew."""
    held = await taking.try_again(session, who.user_id, before.id)
    if held is not None:
        return Turn(held.id, held.conversation_id, held, held.last_seq)
    await taking.unname(session, who.user_id, before.id)
    there = replace(spoken, conversation_id=before.conversation_id)
    held = await _say(session, mind, who, there)
    return Turn(held.id, held.conversation_id, held)


async def _say(session: Session, mind: Mind | None, who: Who, spoken: Spoken) -> Held:
    try:
        return await speaking.say(
            session,
            who.user_id,
            spoken.message,
            spoken.conversation_id,
            model=RULES if mind is None else mind.model.name,
            locale=who.locale,
            timezone=who.timezone,
            known=spoken.known,
            asked_under=spoken.asked_under,
        )
    except ConversationNotFoundError as error:
        raise UnknownReferenceError(pointer="/body/conversation_id") from error


async def _all(thinker: Thinker, user_id: UUID, turn: Turn) -> list[Part]:
    async with aclosing(thinker.follow(user_id, turn.run_id, turn.since)) as parts:
        return [part async for part in parts]


async def _outcome(
    session: Session, user_id: UUID, run_id: UUID
) -> tuple[str, list[Mapping[str, Any]]]:
    """Return what was kept of an answer, and what it proposes."""
    said = (MESSAGES.c.user_id == user_id, MESSAGES.c.run_id == run_id)
    answers = select(MESSAGES.c.content).where(*said, MESSAGES.c.role == "assistant")
    content: str | None = await session.scalar(answers)
    mine = (PROPOSALS.c.user_id == user_id, PROPOSALS.c.run_id == run_id)
    rows = await session.execute(
        select(*SHOWN, PROPOSALS.c.state).where(*mine).order_by(PROPOSALS.c.id)
    )
    return content or "", [dict(row._mapping) for row in rows]


def _reply(
    turn: Turn,
    parts: Sequence[Part],
    content: str,
    proposed: Sequence[Mapping[str, Any]],
    *,
    source: str,
) -> Reply:
    told = {part.type: part.data for part in parts}
    if "error" in told:
        raise _failure(told["error"], turn)
    saved = told.get("message_saved")
    return Reply(
        content,
        turn.conversation_id,
        turn.run_id,
        None if saved is None else UUID(saved["message_id"]),
        source,
        told["complete"]["state"],
        proposed,
    )


def _failure(problem: Mapping[str, Any], turn: Turn) -> UnavailableError | model_uses.AiQuotaError:
    if problem["code"] == model_uses.AiQuotaError.code:
        return model_uses.AiQuotaError(retry_after=problem["retry_after"])
    trouble = problem.get("trouble", problem["code"])
    why = {"trouble": trouble, "retryable": problem["retryable"]}
    return ModelUnavailableError(details=why | turn.place)
