"""Saying something to the coach: where every turn of the agent begins, whichever door it came through.

What was said, the conversation it was said in and the run that answers it are one transaction, and the first parts of the
run tell of them: so a device that was not there when it began reads the same as the one that was.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import Executable, func, select

from questlog.coach import conversations, runs
from questlog.coach.conversations import RUNS, ConversationNotFoundError
from questlog.coach.runs import Held, RunNotFoundError
from questlog.core.db import Session
from questlog.core.exceptions import TooManyRequestsError
from questlog.core.prepared import prepared
from questlog.identity.models import User
from questlog.planning.ownership import NotYoursError

RUNS_AT_ONCE = 4
RETRY_AFTER_S = 5


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
) -> Held:
    """Keep a message and begin the run that answers it, in a new conversation without a given one.

    `known` is material about the user that the model is told before all that was said, `asked_under` the name of a
    request that may be made twice.
    Raises `ConversationNotFoundError` also for somebody else's (S-122), `RunInProgressError`, `TooManyRunsError`.
    """
    await _check_how_many(session, user_id)
    told: list[tuple[str, dict[str, Any]]] = []
    if conversation_id is None:
        made = await conversations.create_conversation(session, user_id)
        conversation_id = made.id
        told.append(("conversation_created", {"conversation_id": str(made.id)}))
    prompt = {"prompt": message, "conversation_id": str(conversation_id)}
    told.append(("user_prompt", prompt))
    how: dict[str, Any] = {"model": model, "locale": locale, "timezone": timezone}
    more: dict[str, Any] = {"told": told, "material": known, "asked_under": asked_under}
    try:
        return await runs.begin(session, user_id, conversation_id, message, **how, **more)
    except NotYoursError:
        raise ConversationNotFoundError() from None


async def newest_run(
    session: Session, user_id: UUID, conversation_id: UUID, *, is_running: bool = False
) -> UUID | None:
    """Return the run that began last in a conversation; with `is_running`, the one under way."""
    mine = (RUNS.c.user_id == user_id, RUNS.c.conversation_id == conversation_id)
    found = select(RUNS.c.id).where(*mine).order_by(RUNS.c.id.desc()).limit(1)
    if is_running:
        found = found.where(RUNS.c.state == "running")
    run_id: UUID | None = await session.scalar(found)
    return run_id


async def conversation_of(session: Session, user_id: UUID, run_id: UUID) -> UUID:
    """Return where a run belongs. Raises `RunNotFoundError`, whoever else's it is (S-122)."""
    mine = (RUNS.c.user_id == user_id, RUNS.c.id == run_id)
    found: UUID | None = await session.scalar(select(RUNS.c.conversation_id).where(*mine))
    if found is None:
        raise RunNotFoundError()
    return found


async def _check_how_many(session: Session, user_id: UUID) -> None:
    await session.execute(*_one_at_a_time(user_id))
    if (await session.scalar(*_going_on(user_id)) or 0) >= RUNS_AT_ONCE:
        raise TooManyRunsError(most=RUNS_AT_ONCE, retry_after=RETRY_AFTER_S)


@prepared
def _one_at_a_time(user_id: UUID) -> Executable:
    return select(User.id).where(User.id == user_id).with_for_update(key_share=True)


@prepared
def _going_on(user_id: UUID) -> Executable:
    return select(func.count()).where(RUNS.c.user_id == user_id, RUNS.c.state == "running")
