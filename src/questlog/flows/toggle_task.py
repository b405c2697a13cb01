"""Toggling a task: done becomes open, open becomes done. Only the address of document 001 toggles."""

from uuid import UUID

from questlog.core import clock
from questlog.core.db import Session
from questlog.flows.complete_task import complete_task
from questlog.flows.reopen_task import reopen_task
from questlog.flows.task_changes import TaskChange
from questlog.planning import completions


async def toggle_task(
    session: Session,
    user_id: UUID,
    task_id: UUID,
    *,
    timezone: str,
    expected_version: int | None = None,
) -> TaskChange:
    """Complete a task that is open; reopen one that is done, or a series that was completed today.

    Raises `TaskNotFoundError`, `NotYoursError`, `PreconditionFailedError`.
    """
    today = clock.today(timezone)
    row = await completions.load(
        session, user_id, task_id, today, expected_version=expected_version
    )
    if completions.is_repeat(row, today):
        return await reopen_task(session, user_id, task_id, timezone=timezone)
    return await complete_task(session, user_id, task_id, timezone=timezone)
