"""What runs have sent, for whoever watches them: their parts in order, how far they are, and asking one to stop."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update

from questlog.automation import bells
from questlog.coach.conversations import PARTS, RUNS
from questlog.core import clock
from questlog.core.db import Session
from questlog.core.exceptions import AuthorizationError, NotFoundError

KEPT = timedelta(days=7)
SWEPT_AT_ONCE = 200
PARTS_AT_ONCE = 500


class RunNotFoundError(NotFoundError):
    code = "run_not_found"
    default_message = "There is no such run."


class NotYourRunError(AuthorizationError):
    code = "not_yours"
    default_message = "This belongs to somebody else."


@dataclass(frozen=True, slots=True)
class Part:
    """One thing a run sends."""

    seq: int
    type: str
    data: dict[str, Any]

    def message(self, run_id: UUID) -> dict[str, Any]:
        return {"type": self.type, "data": self.data, "run_id": str(run_id), "seq": self.seq}


@dataclass(frozen=True, slots=True)
class Progress:
    """How a run stands for whoever watches it. `error` is the code of what a failed one failed of."""

    state: str
    conversation_id: UUID
    stop_asked: bool
    error: str | None


async def progress(session: Session, user_id: UUID, run_id: UUID) -> Progress:
    """Raises `RunNotFoundError`, `NotYourRunError`."""
    columns = (RUNS.c.user_id, RUNS.c.state, RUNS.c.conversation_id)
    more = (RUNS.c.stop_asked_at, RUNS.c.error)
    found = await session.execute(select(*columns, *more).where(RUNS.c.id == run_id))
    row = found.first()
    if row is None:
        raise RunNotFoundError()
    if row.user_id != user_id:
        raise NotYourRunError()
    return Progress(row.state, row.conversation_id, row.stop_asked_at is not None, row.error)


async def parts_since(session: Session, user_id: UUID, run_id: UUID, since: int) -> list[Part]:
    """Return the next stored parts behind a number, at most some hundreds."""
    mine = (PARTS.c.user_id == user_id, PARTS.c.run_id == run_id, PARTS.c.seq > since)
    columns = (PARTS.c.seq, PARTS.c.type, PARTS.c.data)
    rows = await session.execute(
        select(*columns).where(*mine).order_by(PARTS.c.seq).limit(PARTS_AT_ONCE)
    )
    return [Part(*row) for row in rows]


async def ask_to_stop(session: Session, user_id: UUID, run_id: UUID) -> None:
    """Let a run end soon; one that has ended stays as it is. Raises `RunNotFoundError`, `NotYourRunError`."""
    await progress(session, user_id, run_id)
    going = (RUNS.c.id == run_id, RUNS.c.user_id == user_id, RUNS.c.state == "running")
    await session.execute(update(RUNS).where(*going).values(stop_asked_at=clock.now()))
    bells.ring_when_committed(session, [user_id], is_talk=True)


async def sweep(session: Session) -> int:
    """Delete runs that ended a week ago: their messages tell what was said. Return how many went."""
    old = select(RUNS.c.id, RUNS.c.user_id).where(RUNS.c.done_at < clock.now() - KEPT)
    rows = (await session.execute(old.order_by(RUNS.c.done_at).limit(SWEPT_AT_ONCE))).all()
    ids, owners = [row.id for row in rows], {row.user_id for row in rows}
    if ids:
        sent = (PARTS.c.user_id.in_(owners), PARTS.c.run_id.in_(ids))
        await session.execute(delete(PARTS).where(*sent))
        await session.execute(delete(RUNS).where(RUNS.c.user_id.in_(owners), RUNS.c.id.in_(ids)))
    return len(ids)
