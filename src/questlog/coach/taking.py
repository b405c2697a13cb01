"""Taking runs up that nobody thinks: orphans of a process that is gone, and what a request is made for once more.

Who takes a run over leaves a gap in its numbers, so that what a client saw last is never the number of something else.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ScalarSelect, delete, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from questlog.coach import threads
from questlog.coach.conversations import MESSAGES, PARTS, RUNS
from questlog.coach.runs import LEASE, Held, RunInProgressError
from questlog.core import clock
from questlog.core.db import Session
from questlog.core.ids import new_id

GAP = 10_000
MOST_TAKEOVERS = 5
NAMED_FOR = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Asked:
    """A run that a request began when it was made before."""

    id: UUID
    conversation_id: UUID
    state: str
    created_at: datetime

    @property
    def is_old(self) -> bool:
        """Whether the name of its request is free again."""
        return clock.now() - self.created_at > NAMED_FOR


async def take_orphan(session: Session) -> Held | None:
    """Take over a run whose thinker is gone, or return None when there is none."""
    now, lease = clock.now(), new_id()
    orphaned = (
        RUNS.c.state == "running",
        or_(RUNS.c.leased_until.is_(None), RUNS.c.leased_until < now),
    )
    chosen = select(RUNS.c.id).where(*orphaned).order_by(RUNS.c.leased_until).limit(1)
    values = {
        "lease": lease,
        "leased_until": now + LEASE,
        "taken_over": RUNS.c.taken_over + 1,
        "last_seq": _last_sent() + GAP,
    }
    taken = await session.execute(
        update(RUNS)
        .where(RUNS.c.id.in_(chosen.with_for_update(skip_locked=True)), *orphaned)
        .values(**values)
        .returning(*RUNS.c)
    )
    row = taken.first()
    return None if row is None else _held(row)


async def asked_before(session: Session, user_id: UUID, asked_under: str) -> Asked | None:
    """Return the run that answers a request of this name, if it was made before."""
    mine = (RUNS.c.user_id == user_id, RUNS.c.asked_under == asked_under)
    found = await session.execute(
        select(RUNS.c.id, RUNS.c.conversation_id, RUNS.c.state, RUNS.c.created_at).where(*mine)
    )
    row = found.first()
    return None if row is None else Asked(*row)


async def try_again(session: Session, user_id: UUID, run_id: UUID) -> Held | None:
    """Think a failed run once more, or return None when something of its answer was kept: then it is told as it is.

    Raises `RunInProgressError` while another run of the conversation goes on.
    """
    kept = select(MESSAGES.c.id).where(
        MESSAGES.c.run_id == RUNS.c.id, MESSAGES.c.role == "assistant"
    )
    mine = (RUNS.c.id == run_id, RUNS.c.user_id == user_id, RUNS.c.state == "failed")
    values = {
        "state": "running",
        "error": None,
        "done_at": None,
        "stop_asked_at": None,
        "lease": new_id(),
        "leased_until": clock.now() + LEASE,
        "last_seq": _last_sent() + GAP,
    }
    again = update(RUNS).where(*mine, ~kept.exists()).values(**values).returning(*RUNS.c)
    try:
        row = (await session.execute(again)).first()
    except IntegrityError as error:
        raise RunInProgressError() from error
    if row is None:
        return None
    ended = (PARTS.c.user_id == user_id, PARTS.c.run_id == run_id, PARTS.c.type == "error")
    await session.execute(delete(PARTS).where(*ended))
    return _held(row)


async def unname(session: Session, user_id: UUID, run_id: UUID) -> None:
    """Let another run have the name of the request that began this one."""
    mine = (RUNS.c.id == run_id, RUNS.c.user_id == user_id)
    await session.execute(update(RUNS).where(*mine).values(asked_under=None))


def _last_sent() -> ScalarSelect[int]:
    sent = select(func.coalesce(func.max(PARTS.c.seq), 0)).where(PARTS.c.run_id == RUNS.c.id)
    return sent.scalar_subquery()


def _held(row: Any) -> Held:
    whose = (row.id, row.user_id, row.conversation_id, row.lease)
    return Held(
        *whose,
        row.model,
        row.locale,
        row.timezone,
        last_seq=row.last_seq,
        rounds=row.rounds,
        calls=row.calls,
        tokens_in=row.tokens_in,
        tokens_out=row.tokens_out,
        thread=threads.from_json(row.thread),
        made=list(row.made),
        taken_over=row.taken_over,
        stop_asked=row.stop_asked_at is not None,
    )
