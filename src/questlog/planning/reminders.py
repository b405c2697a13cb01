"""Reminders of a task: at a moment, or some time before it is due. Telling them is `flows/remind.py`."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Table, and_, func, insert, select
from sqlalchemy import delete as delete_rows

from questlog.automation import events
from questlog.core import clock
from questlog.core.db import Session
from questlog.core.exceptions import ConflictError, NotFoundError, ValidationError
from questlog.core.ids import new_id
from questlog.core.pagination import PageRequest, Slice, SortKey
from questlog.planning import images, ownership, task_rows
from questlog.planning.images import Image
from questlog.planning.lists import WireRow, page_of
from questlog.planning.reminder_models import Reminder
from questlog.planning.task_rows import TASKS

MOST = 20
REMINDERS = cast(Table, Reminder.__table__)
WIRE: tuple[Any, ...] = tuple(
    column for column in REMINDERS.c if column.name not in ("told_for", "told_at", "seen_for")
)
ORDER = (SortKey(REMINDERS.c.id),)
NOT_TOLD: Mapping[str, Any] = {"told_for": None, "told_at": None}
OF_A_TASK = and_(TASKS.c.user_id == REMINDERS.c.user_id, TASKS.c.id == REMINDERS.c.task_id)


class ReminderNotFoundError(NotFoundError):
    code = "reminder_not_found"
    default_message = "There is no such reminder."


class ReminderPastError(ValidationError):
    code = "reminder_past"
    default_message = "This moment is over. Name one that is still to come."


class ReminderKindError(ValidationError):
    code = "reminder_kind"
    default_message = "A reminder has either a moment, `at`, or `minutes_before` the task is due."


class TooManyRemindersError(ConflictError):
    code = "too_many_reminders"
    default_message = "A task has at most {most} reminders."


async def create(
    session: Session,
    user_id: UUID,
    task_id: UUID,
    *,
    at: datetime | None = None,
    minutes_before: int | None = None,
    timezone: str,
) -> Reminder:
    """Add a reminder. A moment without offset is read in the user's zone.

    Raises `TaskNotFoundError`, `NotYoursError`, `ReminderKindError`, `ReminderPastError`, `TooManyRemindersError`.
    """
    _check_kind(at, minutes_before)
    await task_rows.claim(session, user_id, task_id)
    mine = (REMINDERS.c.user_id == user_id, REMINDERS.c.task_id == task_id)
    there = await session.scalar(select(func.count()).select_from(REMINDERS).where(*mine))
    if (there or 0) >= MOST:
        raise TooManyRemindersError(details={"most": MOST})
    now = clock.now()
    reminder = Reminder(
        id=new_id(),
        user_id=user_id,
        task_id=task_id,
        at=None if at is None else _to_come(at, timezone),
        minutes_before=minutes_before,
        created_at=now,
        updated_at=now,
        version=1,
    )
    session.add(reminder)
    await session.flush()
    _record(session, reminder, "reminder.created", before=images.made("reminder", [reminder.id]))
    return reminder


def _check_kind(at: datetime | None, minutes_before: int | None) -> None:
    if (at is None) == (minutes_before is None):
        raise ReminderKindError(pointer="/body/at")


def _to_come(at: datetime, timezone: str) -> datetime:
    """Return the moment in UTC. Raises `ReminderPastError`."""
    aware = at if at.tzinfo is not None else at.replace(tzinfo=clock.zone(timezone))
    moment = aware.astimezone(UTC)
    if moment <= clock.now():
        raise ReminderPastError(pointer="/body/at")
    return moment


async def page(
    session: Session, user_id: UUID, request: PageRequest, *, task_id: UUID | None = None
) -> Slice[WireRow]:
    """Return the reminders of one of the user's tasks, or of all that are not in the trash; the oldest first.

    Raises `TaskNotFoundError`, `NotYoursError` for the task.
    """
    mine = select(*WIRE).where(REMINDERS.c.user_id == user_id)
    if task_id is None:
        mine = mine.join(TASKS, OF_A_TASK).where(TASKS.c.deleted_at.is_(None))
    else:
        await task_rows.check(session, user_id, task_id)
        mine = mine.where(REMINDERS.c.task_id == task_id)
    return await page_of(session, mine, ORDER, request)


async def get(session: Session, user_id: UUID, task_id: UUID, reminder_id: UUID) -> Reminder:
    """Raises `TaskNotFoundError`, `ReminderNotFoundError`, also for one of another task, and `NotYoursError`."""
    await task_rows.check(session, user_id, task_id)
    found = await ownership.find(
        session, Reminder, user_id, reminder_id, missing=ReminderNotFoundError
    )
    return _of_task(found, task_id)


async def change(
    session: Session,
    user_id: UUID,
    task_id: UUID,
    reminder_id: UUID,
    changes: Mapping[str, Any],
    *,
    timezone: str,
    expected_version: int | None = None,
) -> Reminder:
    """Set when it goes off; one kind of reminder becomes the other by naming the other. Then it is told anew.

    Raises as `create` and `get`, and `PreconditionFailedError`.
    """
    reminder = await _claim(session, user_id, task_id, reminder_id, expected_version)
    wanted = {"at": reminder.at, "minutes_before": reminder.minutes_before, **_other_kind(changes)}
    _check_kind(**wanted)
    if wanted["at"] is not None and "at" in changes:
        wanted["at"] = _to_come(wanted["at"], timezone)
    if all(getattr(reminder, name) == value for name, value in wanted.items()):
        return reminder
    set_ = {**wanted, **NOT_TOLD}
    old = {name: getattr(reminder, name) for name in set_}
    for name, value in set_.items():
        setattr(reminder, name, value)
    reminder.updated_at = clock.now()
    reminder.version += 1
    before = images.was("reminder", [reminder.id], old)
    _record(session, reminder, "reminder.updated", before=before)
    return reminder


def _other_kind(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the changes with what they make superfluous: who names one kind gives up the other."""
    named = [name for name in ("at", "minutes_before") if changes.get(name) is not None]
    if len(named) != 1:
        return dict(changes)
    return {"at": None, "minutes_before": None, named[0]: changes[named[0]]}


async def delete(
    session: Session,
    user_id: UUID,
    task_id: UUID,
    reminder_id: UUID,
    *,
    expected_version: int | None = None,
) -> None:
    """Take a reminder away. Raises as `get`, and `PreconditionFailedError`."""
    reminder = await _claim(session, user_id, task_id, reminder_id, expected_version)
    row = {column.name: getattr(reminder, column.name) for column in REMINDERS.c}
    mine = (REMINDERS.c.user_id == user_id, REMINDERS.c.id == reminder_id)
    await session.execute(delete_rows(REMINDERS).where(*mine))
    _record(session, reminder, "reminder.deleted", before=images.gone("reminder", [row]))


async def _claim(
    session: Session, user_id: UUID, task_id: UUID, reminder_id: UUID, expected_version: int | None
) -> Reminder:
    await task_rows.check(session, user_id, task_id)
    found = await ownership.claim(
        session,
        Reminder,
        user_id,
        reminder_id,
        missing=ReminderNotFoundError,
        expected_version=expected_version,
    )
    return _of_task(found, task_id)


def _of_task(reminder: Reminder, task_id: UUID) -> Reminder:
    if reminder.task_id != task_id:
        raise ReminderNotFoundError()
    return reminder


def _record(session: Session, reminder: Reminder, type_: str, *, before: Image) -> None:
    events.record(
        session,
        reminder.user_id,
        type_,
        ("reminder", reminder.id),
        payload={
            "task_id": str(reminder.task_id),
            "at": images.plain(reminder.at),
            "minutes_before": reminder.minutes_before,
        },
        touched=[("reminder", reminder.id, reminder.version)],
        before=before,
    )


async def copy(session: Session, user_id: UUID, task_ids: Mapping[UUID, UUID]) -> list[UUID]:
    """Give copies of tasks (`{original: copy}`) the reminders of their originals that are still to come.

    Returns the new ids.
    """
    still_to_come: ColumnElement[bool] = REMINDERS.c.at.is_(None) | (REMINDERS.c.at > clock.now())
    found = await session.execute(
        select(*REMINDERS.c)
        .where(REMINDERS.c.user_id == user_id, REMINDERS.c.task_id.in_(task_ids), still_to_come)
        .order_by(REMINDERS.c.id)
    )
    now = clock.now()
    fresh = {**NOT_TOLD, "created_at": now, "updated_at": now, "version": 1}
    copies = [
        {**row._mapping, **fresh, "id": new_id(), "task_id": task_ids[row.task_id]} for row in found
    ]
    if copies:
        await session.execute(insert(REMINDERS), copies)
    return [made["id"] for made in copies]


async def remove_of(session: Session, task_ids: Iterable[UUID]) -> None:
    """Take away for good what reminds of tasks that go for good."""
    await session.execute(delete_rows(REMINDERS).where(REMINDERS.c.task_id.in_(list(task_ids))))
