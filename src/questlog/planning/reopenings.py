"""Taking a completion back: the last one that stands, with the dates the task had before it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, exists, select, update

from questlog.automation.events import Touched
from questlog.core import clock
from questlog.core.db import RacedError, Session
from questlog.planning import images, occurrences, task_dates, task_rows
from questlog.planning.completions import ATTEMPTS, KEPT
from questlog.planning.images import Image
from questlog.planning.occurrences import OCCURRENCES
from questlog.planning.task_rows import TASKS, TaskRow

READ_BACK = {"on": date.fromisoformat, "at": datetime.fromisoformat, "from": date.fromisoformat}


@dataclass(frozen=True)
class Reopening:
    """`occurrence_id` names what was taken back; `receipt` is what it had earned. A repeat has `is_repeat`."""

    task: TaskRow
    is_repeat: bool = False
    occurrence_id: UUID | None = None
    scheduled_on: date | None = None
    receipt: Mapping[str, Any] = field(default_factory=dict)
    touched: list[Touched] = field(default_factory=list)
    before: Image = field(default_factory=dict)


async def reopen(
    session: Session,
    user_id: UUID,
    task_id: UUID,
    *,
    timezone: str,
    expected_version: int | None = None,
) -> Reopening:
    """Take back the last completion of a task, once.

    A one-off that is open is a repeat. So is a series that stands at a date which was taken back already and not
    completed since. Raises `TaskNotFoundError`, `NotYoursError`, `PreconditionFailedError`.
    """
    for _ in range(ATTEMPTS):
        row = await task_rows.load(session, user_id, task_id, expected_version=expected_version)
        if row["completed_at"] is None and row["rule"] is None:
            return Reopening(row, is_repeat=True)
        last = await _last_standing(session, row)
        if row["completed_at"] is None and (last is None or last.is_taken_back):
            return Reopening(row, is_repeat=True)
        before = dates_before(row, last.before if last is not None else {}, timezone)
        changed = {"completed_at": None, **before}
        opened = await task_rows.write_if_unchanged(session, row, changed)
        if opened is not None:
            old = images.was("task", [task_id], {name: row[name] for name in changed})
            return await take_back(session, opened, last, old)
    raise RacedError()


async def _last_standing(session: Session, row: TaskRow) -> Row[Any] | None:
    """An ended series may have ended by a skip; otherwise only completions are taken back."""
    outcomes = ["completed"] if row["completed_at"] is None else ["completed", "skipped"]
    later = OCCURRENCES.alias("later")
    is_taken_back = exists().where(
        later.c.user_id == row["user_id"],
        later.c.task_id == row["id"],
        later.c.scheduled_on == row["due_on"],
        later.c.reopened_at.is_not(None),
        later.c.id > OCCURRENCES.c.id,
    )
    found = await session.execute(
        select(
            OCCURRENCES.c.id,
            OCCURRENCES.c.scheduled_on,
            OCCURRENCES.c.before,
            OCCURRENCES.c.receipt,
            is_taken_back.label("is_taken_back"),
        )
        .where(
            OCCURRENCES.c.user_id == row["user_id"],
            OCCURRENCES.c.task_id == row["id"],
            OCCURRENCES.c.reopened_at.is_(None),
            OCCURRENCES.c.outcome.in_(outcomes),
        )
        .order_by(OCCURRENCES.c.id.desc())
        .limit(1)
    )
    return found.one_or_none()


def dates_before(
    row: Mapping[str, Any], before: Mapping[str, Any], timezone: str
) -> dict[str, Any]:
    """Return the columns an occurrence moved, as they were, and those that are others where the user lives now."""
    columns = {name: _read_back(name, before[name]) for name in KEPT if name in before}
    return columns | task_dates.in_zone({**row, **columns}, timezone)


def _read_back(name: str, value: Any) -> Any:
    reader = READ_BACK.get(name.rpartition("_")[2])
    return reader(value) if reader is not None and value is not None else value


async def take_back(
    session: Session, task: TaskRow, last: Row[Any] | None, old: Image
) -> Reopening:
    """Mark an occurrence as taken back, with the subtasks it had opened; `old` is the image of the task before."""
    if last is None:
        return Reopening(task, before=old)
    await session.execute(
        update(OCCURRENCES).where(OCCURRENCES.c.id == last.id).values(reopened_at=clock.now())
    )
    opened = [
        found
        for id_, moment in last.before.get("subtasks", [])
        if (found := await _done_again(session, task, UUID(id_), datetime.fromisoformat(moment)))
    ]
    before = images.together(
        old,
        images.was("occurrence", [last.id], {"reopened_at": None}),
        images.was("task", [id_ for _, id_, _ in opened], {"completed_at": None}),
    )
    touched = [*opened, occurrences.touched(last.id)]
    return Reopening(task, False, last.id, last.scheduled_on, last.receipt, touched, before)


async def _done_again(
    session: Session, task: TaskRow, subtask_id: UUID, completed_at: datetime
) -> Touched | None:
    """Mark a subtask done that the completion had opened for the next round."""
    version = await session.scalar(
        update(TASKS)
        .where(
            TASKS.c.id == subtask_id,
            TASKS.c.user_id == task["user_id"],
            TASKS.c.completed_at.is_(None),
            TASKS.c.deleted_at.is_(None),
        )
        .values(completed_at=completed_at, version=TASKS.c.version + 1, updated_at=clock.now())
        .returning(TASKS.c.version)
    )
    return None if version is None else ("task", subtask_id, version)
