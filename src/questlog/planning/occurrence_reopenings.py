"""Taking back what became of a task on one of its dates: a completion, a skip or a postponement.

The last one that stands gives the task the dates it had. An older completion of a series can be marked as not done:
the history changes, the date the series stands at does not. Whatever something later was built on is refused.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, select, update

from questlog.core import clock
from questlog.core.db import Session
from questlog.core.exceptions import ConflictError, NotFoundError
from questlog.planning import images, occurrences, ownership, reopenings, task_rows
from questlog.planning.completions import plain
from questlog.planning.models import Occurrence
from questlog.planning.occurrences import OCCURRENCES
from questlog.planning.reopenings import Reopening
from questlog.planning.task_rows import TaskNotFoundError, TaskRow

KEPT_FOR = timedelta(days=30)
LATER = OCCURRENCES.alias("later")
MINE = (
    OCCURRENCES.c.id == bindparam("its_id"),
    OCCURRENCES.c.user_id == bindparam("its_owner"),
)
ITS_TASK = select(OCCURRENCES.c.task_id).where(*MINE)
# The occurrence with the last one that stands after it.
ONE = select(
    OCCURRENCES,
    select(LATER.c.id)
    .where(
        LATER.c.user_id == OCCURRENCES.c.user_id,
        LATER.c.task_id == OCCURRENCES.c.task_id,
        LATER.c.reopened_at.is_(None),
        LATER.c.id > OCCURRENCES.c.id,
    )
    .order_by(LATER.c.id.desc())
    .limit(1)
    .correlate(OCCURRENCES)
    .scalar_subquery()
    .label("later_id"),
).where(*MINE)


class OccurrenceNotFoundError(NotFoundError):
    code = "occurrence_not_found"
    default_message = "There is no such occurrence."


class OccurrenceTooOldError(ConflictError):
    code = "occurrence_too_old"
    default_message = "What became of a task can be taken back for 30 days."


class LaterOccurrenceError(ConflictError):
    """`details.occurrence_id` is what has to be taken back first."""

    code = "later_occurrence"
    default_message = "Something later goes on from this. Take that back first."


class TaskMovedOnError(ConflictError):
    code = "task_moved_on"
    default_message = "The task was given another date or another recurrence since."


class TaskGoneError(ConflictError):
    code = "task_gone"
    default_message = "The task is in the trash, or gone. Restore it first."


async def reopen(
    session: Session,
    user_id: UUID,
    occurrence_id: UUID,
    *,
    timezone: str,
    expected_version: int | None = None,
) -> Reopening:
    """Take back one occurrence, once; one that was taken back already is a repeat.

    `expected_version` is that of the task. Raises `OccurrenceNotFoundError`, `NotYoursError`, `TaskGoneError`,
    `PreconditionFailedError`, `OccurrenceTooOldError`, `LaterOccurrenceError`, `TaskMovedOnError`.
    """
    place = {"its_id": occurrence_id, "its_owner": user_id}
    task_id: UUID | None = await session.scalar(ITS_TASK, place)
    if task_id is None:
        raise await ownership.explain(
            session, Occurrence, user_id, occurrence_id, missing=OccurrenceNotFoundError
        )
    try:
        row = await task_rows.claim(session, user_id, task_id, expected_version=expected_version)
    except TaskNotFoundError as error:
        raise TaskGoneError() from error
    found = (await session.execute(ONE, place)).one()
    if found.reopened_at is not None:
        return Reopening(row, is_repeat=True)
    if found.done_at < clock.now() - KEPT_FOR:
        raise OccurrenceTooOldError()
    if found.later_id is None:
        return await _last(session, row, found, timezone)
    if found.outcome != "completed" or row["rule_from_completion"]:
        raise LaterOccurrenceError(details={"occurrence_id": str(found.later_id)})
    return await _older(session, row, found)


async def _last(session: Session, row: TaskRow, found: Row[Any], timezone: str) -> Reopening:
    before = reopenings.dates_before(row, found.before, timezone)
    is_open = row["completed_at"] is None
    if is_open and not found.before:
        return await _older(session, row, found)
    if is_open and _has_moved(row, found):
        raise TaskMovedOnError(details={"due_date": plain(row["due_on"])})
    changed = {"completed_at": None, **before}
    opened = await task_rows.write(session, row, changed)
    old = images.was("task", [row["id"]], {name: row[name] for name in changed})
    return await reopenings.take_back(session, opened, found, old)


def _has_moved(row: TaskRow, found: Row[Any]) -> bool:
    """Tell whether somebody moved the task from where this occurrence left it."""
    left_at = found.receipt.get("next_due")
    if left_at is not None and left_at != plain(row["due_on"]):
        return True
    anchor = plain(row["rhythm_from"])
    return bool(found.before.get("rhythm_from", anchor) != anchor)


async def _older(session: Session, row: TaskRow, found: Row[Any]) -> Reopening:
    """Mark a date as not done; the task stays where it is."""
    await session.execute(
        update(OCCURRENCES).where(OCCURRENCES.c.id == found.id).values(reopened_at=clock.now())
    )
    old = images.was("occurrence", [found.id], {"reopened_at": None})
    touched = [occurrences.touched(found.id)]
    return Reopening(row, False, found.id, found.scheduled_on, found.receipt, touched, old)
