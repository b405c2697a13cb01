"""Saying something to the coach: where every turn of the agent begins, whichever door it came through.

What was said, the conversation it was said in and the run that answers it are one transaction, and the first parts of the
run tell of them: so a device that was not there when it began reads the same as the one that was.
"""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from sqlalchemy import Executable, Select, func, select

from questlog.coach import conversations, messages, runs
from questlog.coach.conversations import RUNS, ConversationNotFoundError
from questlog.coach.persons import Person, selecting
from questlog.coach.runs import Held, RunNotFoundError
from questlog.core.db import Session
from questlog.core.exceptions import TooManyRequestsError
from questlog.core.prepared import prepared
from questlog.planning.ownership import NotYoursError

RUNS_AT_ONCE = 4
RETRY_AFTER_S = 5

type Opening = Callable[[Session, Held, Person], Awaitable[None]]


class TooManyRunsError(TooManyRequestsError):
    code = "too_many_runs"
    default_message = "The coach is answering you in {most} conversations already. Wait for one."


async def say(
    session: Session,
    user_id: UUID,
    message: str,
    conversation_id: UUID | None = None,
    *,
    model: str,
    locale: str,
    timezone: str,
    known: str = "",
    asked_under: str | None = None,
    opening: Opening | None = None,
) -> Held:
    """Keep a message and begin the run that answers it, in a new conversation without a given one.

    `known` is material about the user that the model is told before all that was said, `asked_under` the name of a
    request that may be made twice, `opening` what else its first word would wait for.
    Raises `ConversationNotFoundError` also for somebody else's (S-122), `RunInProgressError`, `TooManyRunsError`.
    """
    speaker = await _check_how_many(session, user_id)
    told: list[tuple[str, dict[str, Any]]] = []
    place = None
    if conversation_id is None:
        place, title = 1, messages.title_of(message)
        made = await conversations.create_conversation(
            session, user_id, title=title, last_seq=place
        )
        conversation_id = made.id
        told.append(("conversation_created", {"conversation_id": str(made.id)}))
    prompt = {"prompt": message, "conversation_id": str(conversation_id)}
    told.append(("user_prompt", prompt))
    how: dict[str, Any] = {"model": model, "locale": locale, "timezone": timezone}
    more: dict[str, Any] = {"told": told, "material": known, "asked_under": asked_under}
    try:
        held = await runs.begin(session, user_id, (conversation_id, place), message, **how, **more)
    except NotYoursError:
        raise ConversationNotFoundError() from None
    if opening is not None:
        await opening(session, held, speaker)
    return held


async def newest_run(
    session: Session, user_id: UUID, conversation_id: UUID, *, is_running: bool = False
) -> UUID | None:
    """Return the run that began last in a conversation; with `is_running`, the one under way."""
    found = _newest_running if is_running else _newest
    run_id: UUID | None = await session.scalar(*found(user_id, conversation_id))
    return run_id


@prepared
def _newest(user_id: UUID, conversation_id: UUID) -> Executable:
    return _newest_first(user_id, conversation_id)


@prepared
def _newest_running(user_id: UUID, conversation_id: UUID) -> Executable:
    return _newest_first(user_id, conversation_id).where(RUNS.c.state == "running")


def _newest_first(user_id: UUID, conversation_id: UUID) -> Select[Any]:
    mine = (RUNS.c.user_id == user_id, RUNS.c.conversation_id == conversation_id)
    return select(RUNS.c.id).where(*mine).order_by(RUNS.c.id.desc()).limit(1)


async def conversation_of(session: Session, user_id: UUID, run_id: UUID) -> UUID:
    """Return where a run belongs. Raises `RunNotFoundError`, whoever else's it is (S-122)."""
    mine = (RUNS.c.user_id == user_id, RUNS.c.id == run_id)
    found: UUID | None = await session.scalar(select(RUNS.c.conversation_id).where(*mine))
    if found is None:
        raise RunNotFoundError()
    return found


async def _check_how_many(session: Session, user_id: UUID) -> Person:
    person = (await session.execute(*_one_at_a_time(user_id))).one()
    if (await session.scalar(*_going_on(user_id)) or 0) >= RUNS_AT_ONCE:
        raise TooManyRunsError(most=RUNS_AT_ONCE, retry_after=RETRY_AFTER_S)
    return Person(*person)


@prepared
def _one_at_a_time(user_id: UUID) -> Executable:
    return selecting(user_id).with_for_update(key_share=True)


@prepared
def _going_on(user_id: UUID) -> Executable:
    return select(func.count()).where(RUNS.c.user_id == user_id, RUNS.c.state == "running")
