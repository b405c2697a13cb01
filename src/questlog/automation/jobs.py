"""Work for later as rows: written with the change that causes it, done at least once, by whoever is free.

A job is claimed for a minute under a lease with a name of its own. Who works renews it, and every result is written
only where the lease is still the same, so somebody who was thought dead changes nothing when he comes back.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Table, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from questlog.automation.job_models import Job
from questlog.core import clock
from questlog.core.afterwards import after_commit
from questlog.core.db import Session
from questlog.core.ids import new_id

LEASE = timedelta(seconds=60)
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=30)
MOST_ATTEMPTS = 5
LONGEST_ERROR = 2_000
CUT_SHORT = "The process that worked on it ended before it was done."

JOBS = cast(Table, Job.__table__)


@dataclass(frozen=True, slots=True)
class Claim:
    """A job that somebody holds: `attempts` counts this one, `lease` is what to name when it is over."""

    id: UUID
    name: str
    args: Mapping[str, Any]
    user_id: UUID | None
    slot: str | None
    due_at: datetime
    attempts: int
    most_attempts: int
    lease: UUID


@dataclass(frozen=True, slots=True)
class Outlook:
    """The names of jobs that can be begun: `due` by anybody, `suspect` alone."""

    due: frozenset[str]
    suspect: frozenset[str]


@dataclass(frozen=True, slots=True)
class Backlog:
    waiting: int
    oldest_at: datetime | None
    dead: int


async def enqueue(
    session: Session,
    name: str,
    args: Mapping[str, Any],
    *,
    due_at: datetime | None = None,
    slot: str | None = None,
    user_id: UUID | None = None,
    most_attempts: int = MOST_ATTEMPTS,
    job_id: UUID | None = None,
) -> UUID | None:
    """Add a job to the caller's transaction; it starts after the commit, and not before `due_at`.

    Of a `name` there is one job per `slot` in all times: None when it is taken.
    """
    now = clock.now()
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    row = dialect.insert(JOBS).values(
        id=job_id or new_id(),
        user_id=user_id,
        name=name,
        slot=slot,
        args=dict(args),
        state="waiting",
        attempts=0,
        most_attempts=most_attempts,
        due_at=due_at or now,
        created_at=now,
    )
    found = await session.execute(
        # Either key: a job that puts itself back comes with the id that it has.
        row.on_conflict_do_nothing().returning(JOBS.c.id)
    )
    made: UUID | None = found.scalar()
    if made is not None and (due_at is None or due_at <= now):
        after_commit(session, ring)
    return made


async def claim(
    session: Session, most: int, *, names: Collection[str], lease_for: timedelta = LEASE
) -> Sequence[Claim]:
    """Take jobs of these names that are due and that nobody has begun. The others wait for somebody who knows them."""
    return await _take(session, most, names, JOBS.c.leased_until.is_(None), lease_for)


async def claim_suspect(
    session: Session, *, names: Collection[str], lease_for: timedelta = LEASE
) -> Claim | None:
    """Take one job whose worker went silent in the middle.

    It may be the one that killed its process: run it alone, so that it takes nobody else's attempts with it. One that
    has had its last attempt is buried instead.
    """
    now = clock.now()
    await session.execute(
        update(JOBS)
        .where(
            JOBS.c.state == "waiting",
            JOBS.c.leased_until < now,
            JOBS.c.attempts >= JOBS.c.most_attempts,
        )
        .values(state="dead", last_error=CUT_SHORT, done_at=now, leased_until=None, lease=None)
    )
    taken = await _take(session, 1, names, JOBS.c.leased_until < now, lease_for)
    return taken[0] if taken else None


async def _take(
    session: Session,
    most: int,
    names: Collection[str],
    free: ColumnElement[bool],
    lease_for: timedelta,
) -> Sequence[Claim]:
    now = clock.now()
    waiting = (JOBS.c.state == "waiting", JOBS.c.due_at <= now, JOBS.c.name.in_(names), free)
    # A common table expression, since PostgreSQL may run a plain subquery, limit and all, once for each row.
    chosen = (
        select(JOBS.c.id)
        .where(*waiting)
        .order_by(JOBS.c.due_at, JOBS.c.id)
        .limit(most)
        .with_for_update(skip_locked=True)
        .cte("chosen")
    )
    lease = new_id()
    columns = ("id", "name", "args", "user_id", "slot", "due_at", "attempts", "most_attempts")
    rows = await session.execute(
        update(JOBS)
        .where(JOBS.c.id.in_(select(chosen.c.id)), *waiting)
        .values(leased_until=now + lease_for, lease=lease, attempts=JOBS.c.attempts + 1)
        .returning(*(JOBS.c[name] for name in columns))
    )
    taken = [Claim(**row, lease=lease) for row in rows.mappings()]
    return sorted(taken, key=lambda job: (job.due_at, job.id))


async def renew(
    session: Session, held: Collection[Claim], *, lease_for: timedelta = LEASE
) -> set[UUID]:
    """Hold on to these for another while; return the ids of those that are still the caller's."""
    rows = await session.execute(
        update(JOBS)
        .where(_is_held(held))
        .values(leased_until=clock.now() + lease_for)
        .returning(JOBS.c.id)
    )
    return set(rows.scalars())


async def finish(session: Session, job: Claim) -> bool:
    """Say that a job is done; False when it is somebody else's by now, and nothing was written."""
    return await _settle(session, job, state="done", done_at=clock.now(), last_error=None)


async def fail(session: Session, job: Claim, error: str, *, is_final: bool = False) -> bool:
    """Try again after a pause that grows fourfold, or bury the job after its last attempt."""
    now = clock.now()
    told: dict[str, Any] = {"last_error": error[:LONGEST_ERROR]}
    if is_final or job.attempts >= job.most_attempts:
        return await _settle(session, job, state="dead", done_at=now, **told)
    return await _settle(session, job, due_at=now + pause_after(job.attempts), **told)


async def release(session: Session, held: Collection[Claim]) -> None:
    """Give back what was not done and is no failure: the worker ends."""
    await session.execute(
        update(JOBS)
        .where(_is_held(held))
        .values(attempts=JOBS.c.attempts - 1, leased_until=None, lease=None)
    )


def pause_after(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts: 5 s, 20 s, 80 s, … up to half an hour, ±20 %."""
    pause: timedelta = min(FIRST_PAUSE * 4 ** min(attempts - 1, 8), LONGEST_PAUSE)
    return pause * random.uniform(0.8, 1.2)  # noqa: S311 - spreads the load, keeps no secret


async def _settle(session: Session, job: Claim, **values: Any) -> bool:
    found = await session.execute(
        update(JOBS)
        .where(_is_held([job]))
        .values(leased_until=None, lease=None, **values)
        .returning(JOBS.c.id)
    )
    return found.scalar() is not None


def _is_held(held: Collection[Claim]) -> ColumnElement[bool]:
    leases = {job.lease for job in held}
    return JOBS.c.id.in_([job.id for job in held]) & JOBS.c.lease.in_(leases)


async def outlook(session: Session) -> Outlook:
    """Return what could be begun now."""
    now = clock.now()
    rows = await session.execute(
        select(JOBS.c.name, JOBS.c.leased_until.is_(None))
        .where(
            JOBS.c.state == "waiting",
            JOBS.c.due_at <= now,
            or_(JOBS.c.leased_until.is_(None), JOBS.c.leased_until < now),
        )
        .distinct()
    )
    found = [(name, bool(is_fresh)) for name, is_fresh in rows]
    return Outlook(
        due=frozenset(name for name, is_fresh in found if is_fresh),
        suspect=frozenset(name for name, is_fresh in found if not is_fresh),
    )


async def waiting_dates(session: Session, names: Collection[str]) -> Counter[str]:
    """Return how many dates of the schedule wait or are worked on, of each of these names."""
    rows = await session.execute(
        select(JOBS.c.name, func.count().label("dates"))
        .where(JOBS.c.state == "waiting", JOBS.c.slot.is_not(None), JOBS.c.name.in_(names))
        .group_by(JOBS.c.name)
    )
    return Counter({row.name: row.dates for row in rows})


async def backlog(session: Session) -> Backlog:
    """Return how many jobs are due and wait, since when, and how many were given up."""
    now = clock.now()
    late = (JOBS.c.state == "waiting") & (JOBS.c.due_at <= now) & JOBS.c.leased_until.is_(None)
    found = await session.execute(select(func.count(), func.min(JOBS.c.due_at)).where(late))
    waiting, oldest = found.one()
    dead = await session.execute(select(func.count()).where(JOBS.c.state == "dead"))
    return Backlog(waiting, oldest, dead.scalar_one())


_bells: dict[asyncio.Event, bool] = {}


@contextmanager
def bell(*, near_only: bool = False) -> Iterator[asyncio.Event]:
    """Lend an event that is set when there is a job that is due: committed here, or (not `near_only`) told from afar."""
    rung = asyncio.Event()
    _bells[rung] = near_only
    try:
        yield rung
    finally:
        del _bells[rung]


def ring(*, from_afar: bool = False) -> None:
    for each, near_only in _bells.items():
        if not (from_afar and near_only):
            each.set()
