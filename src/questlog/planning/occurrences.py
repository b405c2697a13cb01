"""What became of tasks on their dates: one row for each time, kept when the task itself is gone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal, cast
from uuid import UUID

from sqlalchemy import Row, Table, bindparam, func, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from questlog.automation.events import Touched
from questlog.core import clock
from questlog.core.db import Session
from questlog.core.exceptions import UnknownReferenceError, ValidationError
from questlog.core.ids import new_id
from questlog.core.pagination import PageRequest, Slice, SortKey
from questlog.planning import queries, task_rows
from questlog.planning.lists import WireRow, page_of
from questlog.planning.models import Goal, Occurrence, Project, Task
from questlog.planning.moments import moment
from questlog.planning.task_rows import TaskRow

OCCURRENCES = cast(Table, Occurrence.__table__)
BACKDATED_UNTIL = time(12)
LAST_SECOND = time(23, 59, 59)
NEWEST_FIRST = [
    SortKey(OCCURRENCES.c[name], descending=True) for name in ("done_on", "done_at", "id")
]
SHOWN = (
    OCCURRENCES.c.id,
    OCCURRENCES.c.task_id,
    OCCURRENCES.c.title,
    OCCURRENCES.c.project_id,
    OCCURRENCES.c.goal_id,
    OCCURRENCES.c.priority,
    OCCURRENCES.c.scheduled_on.label("scheduled_date"),
    OCCURRENCES.c.outcome,
    OCCURRENCES.c.done_at.label("completed_at"),
    OCCURRENCES.c.done_on.label("day"),
    OCCURRENCES.c.receipt,
)

# The next round of a date: how often it came to the same outcome before, and one.
ROUND = (
    select(func.count() + 1)
    .where(
        OCCURRENCES.c.user_id == bindparam("its_user_id"),
        OCCURRENCES.c.task_id == bindparam("its_task_id"),
        OCCURRENCES.c.key == bindparam("its_key"),
        OCCURRENCES.c.outcome == bindparam("its_outcome"),
    )
    .scalar_subquery()
)
NEW = {
    name: dialect.insert(OCCURRENCES)
    .values(round=ROUND)
    .on_conflict_do_nothing(
        index_elements=["task_id", "key"],
        index_where=text("reopened_at IS NULL AND outcome = 'completed'"),
    )
    .returning(OCCURRENCES.c.id, OCCURRENCES.c.key, OCCURRENCES.c.round)
    for name, dialect in (("sqlite", sqlite), ("postgresql", postgresql))
}
RECEIPT = update(OCCURRENCES).where(OCCURRENCES.c.id == bindparam("its_id"))

type Outcome = Literal["completed", "skipped", "postponed"]


class TooLateForYesterdayError(ValidationError):
    code = "too_late_for_yesterday"
    default_message = "Yesterday can be filled in until noon."


@dataclass(frozen=True)
class When:
    """A moment and the day it is for the user; `hour` is None where only the day is known."""

    at: datetime
    day: date
    hour: int | None


def when(on: str | None, timezone: str) -> When:
    """Return now, or the end of yesterday; raises `TooLateForYesterdayError` from noon on (details.md § 1.4)."""
    at = clock.now()
    local = at.astimezone(clock.zone(timezone))
    if on is None:
        return When(at, local.date(), local.hour)
    if local.time() >= BACKDATED_UNTIL:
        raise TooLateForYesterdayError(pointer="/body/on")
    day = local.date() - timedelta(days=1)
    return When(moment(day, LAST_SECOND, clock.zone(timezone)), day, None)


def key_of(day: date | None) -> str:
    return day.isoformat() if day is not None else "once"


async def record(
    session: Session,
    row: TaskRow,
    outcome: Outcome,
    then: When,
    *,
    key: str,
    before: Mapping[str, Any],
    next_due: date | None = None,
) -> Row[Any] | None:
    """Write down what became of a task, as `id`, `key` and `round`; None when this date was completed before and still stands.

    `next_due` is where a task that was not completed went on to; a completion says it in its receipt.
    """
    values = drafted(row, outcome, then, key=key, before=before, next_due=next_due)
    return await write(session, values)


def drafted(
    row: TaskRow,
    outcome: Outcome,
    then: When,
    *,
    key: str,
    before: Mapping[str, Any],
    next_due: date | None = None,
) -> dict[str, Any]:
    """Return the columns of an occurrence that is still to be written."""
    return {
        "id": new_id(),
        "user_id": row["user_id"],
        "task_id": row["id"],
        "key": key,
        "scheduled_on": row["due_on"],
        "outcome": outcome,
        "done_at": then.at,
        "done_on": then.day,
        "done_hour": then.hour,
        "before": dict(before),
        "receipt": {} if next_due is None else {"next_due": next_due.isoformat()},
        "title": row["title"],
        "project_id": row["project_id"],
        "goal_id": row["goal_id"],
        "priority": row["priority"],
    }


async def write(session: Session, values: Mapping[str, Any]) -> Row[Any] | None:
    """Write what was drafted, as `record` does."""
    same = {f"its_{name}": values[name] for name in ("user_id", "task_id", "key", "outcome")}
    statement = NEW[session.get_bind().dialect.name]
    return (await session.execute(statement, {**values, **same})).one_or_none()


def touched(occurrence_id: UUID) -> Touched:
    """Return how an event names an occurrence that came or went: it has no version of its own."""
    return "occurrence", occurrence_id, 1


async def keep_receipt(
    session: Session, occurrence_id: UUID, receipt: Mapping[str, Any], *, xp: int = 0
) -> None:
    """Store what a completion brought: what it told then, and the XP that statistics add up."""
    await session.execute(RECEIPT, {"its_id": occurrence_id, "receipt": dict(receipt), "xp": xp})


async def page_of_task(
    session: Session, user_id: UUID, task_id: UUID, request: PageRequest
) -> Slice[WireRow]:
    """Return what became of one task, newest first. Raises `TaskNotFoundError`, `NotYoursError`."""
    await task_rows.check(session, user_id, task_id)
    statement = queries.occurrences_of(user_id, *SHOWN).where(OCCURRENCES.c.task_id == task_id)
    return await page_of(session, statement, NEWEST_FIRST, request)


@dataclass(frozen=True)
class OccurrenceFilter:
    """Conditions that all hold; None asks for nothing. Both days are included."""

    first: date | None = None
    last: date | None = None
    outcome: Outcome | None = None
    task_id: UUID | None = None
    project_id: UUID | None = None
    goal_id: UUID | None = None


async def page(
    session: Session, user_id: UUID, wanted: OccurrenceFilter, request: PageRequest
) -> Slice[WireRow]:
    """Return what became of tasks, newest first, by the project and goal they had then.

    Raises `UnknownReferenceError` for ids that are not the user's.
    """
    await _check(session, user_id, wanted)
    conditions = [
        test(value)
        for test, value in (
            (OCCURRENCES.c.done_on.__ge__, wanted.first),
            (OCCURRENCES.c.done_on.__le__, wanted.last),
            (OCCURRENCES.c.outcome.__eq__, wanted.outcome),
            (OCCURRENCES.c.task_id.__eq__, wanted.task_id),
            (OCCURRENCES.c.project_id.__eq__, wanted.project_id),
            (OCCURRENCES.c.goal_id.__eq__, wanted.goal_id),
        )
        if value is not None
    ]
    statement = queries.occurrences_of(user_id, *SHOWN).where(*conditions)
    return await page_of(session, statement, NEWEST_FIRST, request)


async def _check(session: Session, user_id: UUID, wanted: OccurrenceFilter) -> None:
    """What is gone for good may still be asked about: its occurrences outlive it."""
    for model, column, id_ in (
        (Task, OCCURRENCES.c.task_id, wanted.task_id),
        (Project, OCCURRENCES.c.project_id, wanted.project_id),
        (Goal, OCCURRENCES.c.goal_id, wanted.goal_id),
    ):
        if id_ is None:
            continue
        mine = select(model.id).where(model.id == id_, model.user_id == user_id).exists()
        past = select(OCCURRENCES.c.id).where(OCCURRENCES.c.user_id == user_id, column == id_)
        if not await session.scalar(select(mine | past.exists())):
            raise UnknownReferenceError(pointer=f"/query/{column.name}")
