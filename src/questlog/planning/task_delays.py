"""Not now: leaving out a date of a series, putting a task off, or giving it another date, once or for good."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from questlog.automation.events import Touched
from questlog.core.db import Session
from questlog.core.exceptions import ConflictError, ValidationError
from questlog.planning import images, occurrences, task_dates, task_rows, tasks
from questlog.planning.completions import KEPT, plain
from questlog.planning.images import Image
from questlog.planning.task_dates import Due
from questlog.planning.task_rows import TaskRow
from questlog.planning.task_words import Scope


class NotRecurringError(ConflictError):
    code = "task_not_recurring"
    default_message = "Only a task that repeats can skip a date."


class TaskCompletedError(ConflictError):
    code = "task_completed"
    default_message = "The task is completed. Reopen it first."


class NotLaterError(ValidationError):
    code = "not_later"
    default_message = "A task can only be put off to a later date."


async def skip(
    session: Session,
    user_id: UUID,
    task_id: UUID,
    *,
    timezone: str,
    expected_version: int | None = None,
) -> TaskRow:
    """Move a series to its next date without completing the one it stands at; after its last date it ends.

    Raises `TaskNotFoundError`, `NotYoursError`, `PreconditionFailedError`, `NotRecurringError`, `TaskCompletedError`.
    """
    then = occurrences.when(None, timezone)
    row = await claim_open(session, user_id, task_id, expected_version=expected_version)
    if row["rule"] is None:
        raise NotRecurringError()
    step = task_dates.step(row, today=then.day, timezone=timezone, is_done=False)
    changed = dict(step.columns) if step.due is not None else {"completed_at": then.at}
    before = _before(row) if step.due is not None else {}
    noted = await _note(session, row, "skipped", then, before, next_due=step.due)
    moved = await task_rows.write(session, row, changed)
    tasks.record(
        session,
        moved,
        "task.skipped",
        touched=noted,
        before=images.together(_made(noted), _image(row, changed)),
        scheduled_on=row["due_on"].isoformat(),
        next_due=step.due.isoformat() if step.due is not None else None,
    )
    return moved


async def postpone(
    session: Session,
    user_id: UUID,
    task_id: UUID,
    until: date | datetime,
    *,
    timezone: str,
    expected_version: int | None = None,
) -> TaskRow:
    """Put off the date a task stands at; a series keeps its rhythm, and a day alone keeps the time of day.

    Raises `TaskNotFoundError`, `NotYoursError`, `PreconditionFailedError`, `NotLaterError`, `TaskCompletedError`.
    """
    then = occurrences.when(None, timezone)
    row = await claim_open(session, user_id, task_id, expected_version=expected_version)
    due = put_off(row, until, timezone)
    if (row["due_on"], row["due_at"]) == (due.on, due.at):
        return row
    noted = await _note(session, row, "postponed", then, _before(row), next_due=due.on)
    changed = due.columns()
    moved = await task_rows.write(session, row, changed)
    tasks.record(
        session,
        moved,
        "task.postponed",
        touched=noted,
        before=images.together(_made(noted), _image(row, changed)),
        scheduled_on=plain(row["due_on"]),
        until=plain(due.on),
    )
    return moved


async def reschedule(
    session: Session,
    user_id: UUID,
    task_id: UUID,
    due_date: date | datetime | None,
    *,
    scope: Scope,
    timezone: str,
    expected_version: int | None = None,
) -> TaskRow:
    """Give a task another date: a whole series goes on from there by its rule, or only this one date is moved.

    Moving one date leaves no mark among the occurrences, and the date may be an earlier one. Raises as `tasks.change`.
    """
    if scope == "series":
        changes = {"due_date": due_date}
        return await tasks.change(
            session, user_id, task_id, changes, timezone=timezone, expected_version=expected_version
        )
    row = await task_rows.claim(session, user_id, task_id, expected_version=expected_version)
    dates = task_dates.of_moved_once(row, due_date, timezone)
    changed = {name: value for name, value in dates.items() if row[name] != value}
    if not changed:
        return row
    moved = await task_rows.write(session, row, changed)
    tasks.record(
        session,
        moved,
        "task.updated",
        before=_image(row, changed),
        fields=["due_date"],
        scope=scope,
    )
    return moved


def put_off(row: TaskRow, until: date | datetime, timezone: str) -> Due:
    """Return the date a task is put off to. Raises `NotLaterError`."""
    due = task_dates.put_off(row, until, timezone)
    if _is_earlier(due, row):
        raise NotLaterError(pointer="/body/until")
    return due


def _is_earlier(due: Due, row: TaskRow) -> bool:
    if row["due_on"] is None or due.on is None or due.on > row["due_on"]:
        return False
    if due.on < row["due_on"]:
        return True
    return due.at is not None and row["due_at"] is not None and due.at < row["due_at"]


async def claim_open(
    session: Session, user_id: UUID, task_id: UUID, *, expected_version: int | None = None
) -> TaskRow:
    """Raises as `task_rows.claim`, and `TaskCompletedError`."""
    row = await task_rows.claim(session, user_id, task_id, expected_version=expected_version)
    if row["completed_at"] is not None:
        raise TaskCompletedError()
    return row


def _before(row: TaskRow) -> dict[str, Any]:
    return {name: plain(row[name]) for name in KEPT}


async def _note(
    session: Session,
    row: TaskRow,
    outcome: occurrences.Outcome,
    then: occurrences.When,
    before: Mapping[str, Any],
    *,
    next_due: date | None,
) -> list[Touched]:
    key = occurrences.key_of(row["due_on"])
    made = await occurrences.record(
        session, row, outcome, then, key=key, before=before, next_due=next_due
    )
    return [] if made is None else [occurrences.touched(made.id)]


def _made(noted: list[Touched]) -> Image:
    return images.made("occurrence", [id_ for _, id_, _ in noted])


def _image(row: TaskRow, changed: Mapping[str, Any]) -> Image:
    return images.was("task", [row["id"]], {name: row[name] for name in changed})
