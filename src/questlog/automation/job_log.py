"""What operators see of jobs and of who works: how far each is, and why it failed. Never what it was given."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, select, update

from questlog.automation import audit
from questlog.automation.heartbeats import FRESH, HEARTBEATS
from questlog.automation.jobs import JOBS, ring
from questlog.core import clock
from questlog.core.afterwards import after_commit
from questlog.core.db import Session
from questlog.core.exceptions import ConflictError, NotFoundError
from questlog.core.pagination import PageRequest, Slice, SortKey, slice_of

NEWEST_FIRST = (SortKey(JOBS.c.id, descending=True),)
SHOWN = (
    "id",
    "name",
    "slot",
    "state",
    "attempts",
    "most_attempts",
    "due_at",
    "leased_until",
    "last_error",
    "created_at",
    "done_at",
)

type Shown = dict[str, Any]


class JobNotFoundError(NotFoundError):
    code = "job_not_found"
    default_message = "There is no such job."


class NotGivenUpError(ConflictError):
    code = "job_not_dead"
    default_message = "Only a job that was given up can be begun anew."


@dataclass(frozen=True)
class JobFilter:
    state: str | None = None
    name: str | None = None


async def page(session: Session, wanted: JobFilter, request: PageRequest) -> Slice[Shown]:
    """Return jobs, the newest first."""
    statement = _jobs()
    if wanted.state is not None:
        statement = statement.where(JOBS.c.state == wanted.state)
    if wanted.name is not None:
        statement = statement.where(JOBS.c.name == wanted.name)
    found = await slice_of(session, statement, NEWEST_FIRST, request)
    return Slice([_shown(row) for row in found.items], found.next_cursor, found.total)


async def get(session: Session, job_id: UUID) -> Shown:
    row = (await session.execute(_jobs().where(JOBS.c.id == job_id))).one_or_none()
    if row is None:
        raise JobNotFoundError()
    return _shown(row)


async def begin_anew(session: Session, job_id: UUID) -> Shown:
    """Give a job that was given up all its attempts again, from now on. Raises `NotGivenUpError` for any other."""
    fresh = {"state": "waiting", "attempts": 0, "due_at": clock.now(), "done_at": None}
    changed = await session.execute(
        update(JOBS)
        .where(JOBS.c.id == job_id, JOBS.c.state == "dead")
        .values(**fresh)
        .returning(JOBS.c.name)
    )
    name = changed.scalar()
    if name is None:
        await get(session, job_id)
        raise NotGivenUpError()
    audit.record(session, "job.retried", details={"job": str(job_id), "name": name})
    after_commit(session, ring)
    return await get(session, job_id)


async def processes(session: Session) -> Sequence[Shown]:
    """Return the workers and schedulers that were seen within half a minute, the newest first."""
    columns = HEARTBEATS.c
    rows = await session.execute(
        select(columns.id, columns.kind, columns.started_at, columns.seen_at)
        .where(columns.seen_at > clock.now() - FRESH)
        .order_by(columns.started_at.desc(), columns.id)
    )
    return [dict(row) for row in rows.mappings()]


def _jobs() -> Select[Any]:
    return select(*(JOBS.c[name] for name in SHOWN))


def _shown(row: Row[Any]) -> Shown:
    """A job that somebody works on waits in its row, and is `running` to people."""
    shown = {name: getattr(row, name) for name in SHOWN if name != "leased_until"}
    is_held = row.leased_until is not None and row.leased_until > clock.now()
    return {**shown, "running": is_held}
