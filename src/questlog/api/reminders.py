"""Reminders over HTTP."""

from fastapi import Request, Response

from questlog.api.deps import CurrentUser, ExpectedVersion, Page, PathId, Reader, UserId, Writer
from questlog.api.pages import page_answer
from questlog.api.routing import HouseRouter
from questlog.planning import reminders
from questlog.planning.reminder_models import Reminder
from questlog.planning.reminder_schemas import (
    ReminderCreate,
    ReminderPage,
    ReminderResponse,
    ReminderUpdate,
)

router = HouseRouter(tags=["reminders"])


@router.get("/reminders", response_model=ReminderPage)
async def list_reminders(
    request: Request, page: Page, user_id: UserId, session: Reader
) -> Response:
    """List the reminders of all your tasks that are not in the trash, the oldest first."""
    found = await reminders.page(session, user_id, page)
    return page_answer(request, found, found.items)


@router.get("/tasks/{task_id}/reminders", response_model=ReminderPage)
async def list_task_reminders(
    task_id: PathId, request: Request, page: Page, user_id: UserId, session: Reader
) -> Response:
    """List the reminders of a task, the oldest first."""
    found = await reminders.page(session, user_id, page, task_id=task_id)
    return page_answer(request, found, found.items)


@router.post("/tasks/{task_id}/reminders", status_code=201, response_model=ReminderResponse)
async def create_reminder(
    task_id: PathId, body: ReminderCreate, me: CurrentUser, session: Writer
) -> Reminder:
    """Add a reminder: at a moment, or some minutes before the task is due.

    One of a series goes off before each of its dates. How you are told stands in `/notifications/settings`.
    """
    return await reminders.create(
        session,
        me.user_id,
        task_id,
        at=body.at,
        minutes_before=body.minutes_before,
        timezone=me.timezone,
    )


@router.get("/tasks/{task_id}/reminders/{reminder_id}", response_model=ReminderResponse)
async def get_reminder(
    task_id: PathId, reminder_id: PathId, user_id: UserId, session: Reader
) -> Reminder:
    """Give one reminder of a task."""
    return await reminders.get(session, user_id, task_id, reminder_id)


@router.put(
    "/tasks/{task_id}/reminders/{reminder_id}", response_model=ReminderResponse, name="put_reminder"
)
@router.patch("/tasks/{task_id}/reminders/{reminder_id}", response_model=ReminderResponse)
async def update_reminder(
    *,
    task_id: PathId,
    reminder_id: PathId,
    body: ReminderUpdate,
    expected: ExpectedVersion,
    me: CurrentUser,
    session: Writer,
) -> Reminder:
    """Change when a reminder goes off; it is told again then."""
    return await reminders.change(
        session,
        me.user_id,
        task_id,
        reminder_id,
        body.changes,
        timezone=me.timezone,
        expected_version=expected,
    )


@router.delete("/tasks/{task_id}/reminders/{reminder_id}", status_code=204)
async def delete_reminder(
    task_id: PathId,
    reminder_id: PathId,
    expected: ExpectedVersion,
    user_id: UserId,
    session: Writer,
) -> None:
    """Take a reminder away."""
    await reminders.delete(session, user_id, task_id, reminder_id, expected_version=expected)
