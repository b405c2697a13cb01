"""Reopening a task: everything its last completion brought about is taken back, in the order it was given."""

from uuid import UUID

from questlog.core.db import Session
from questlog.flows import rewards
from questlog.flows.complete_task import shares
from questlog.flows.task_changes import TaskChange
from questlog.game.taking_back import TakenBack
from questlog.planning import goal_progress, reopenings, tasks
from questlog.planning.reopenings import Reopening


async def reopen_task(
    session: Session,
    user_id: UUID,
    task_id: UUID,
    *,
    timezone: str,
    expected_version: int | None = None,
) -> TaskChange:
    """Take back the last completion that stands, and with it the dates it had moved.

    A repeat answers the task as it is and an empty receipt. Raises `TaskNotFoundError`, `NotYoursError`,
    `PreconditionFailedError`.
    """
    opened = await reopenings.reopen(
        session, user_id, task_id, timezone=timezone, expected_version=expected_version
    )
    return await taken_back(session, user_id, opened, timezone=timezone)


async def taken_back(
    session: Session, user_id: UUID, opened: Reopening, *, timezone: str
) -> TaskChange:
    """Take back what it brought, count the goals anew and tell of a reopening; a repeat tells nothing."""
    if opened.is_repeat:
        return TaskChange(opened.task, {})
    scheduled = opened.scheduled_on
    event_id = tasks.record(
        session,
        opened.task,
        "task.reopened",
        touched=opened.touched,
        before=opened.before,
        occurrence_id=None if opened.occurrence_id is None else str(opened.occurrence_id),
        scheduled_on=None if scheduled is None else scheduled.isoformat(),
    )
    back = TakenBack()
    if opened.occurrence_id is not None:
        back = await rewards.take_back_task(
            session, user_id, opened.task, opened.occurrence_id, timezone=timezone
        )
    goals = await goal_progress.of_chain(
        session, user_id, opened.task["goal_id"], project_id=opened.task["project_id"]
    )
    receipt = {**back.receipt(), "goals": shares(goals), "event_id": str(event_id)}
    return TaskChange(opened.task, receipt)
