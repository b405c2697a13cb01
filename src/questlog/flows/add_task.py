"""Adding a task. One that is done already goes through the completion, as any other."""

from uuid import UUID

from questlog.core.db import Session
from questlog.flows.complete_task import complete_task
from questlog.flows.task_changes import TaskChange
from questlog.planning import tasks
from questlog.planning.task_schemas import TaskCreate


async def add_task(
    session: Session, user_id: UUID, wanted: TaskCreate, *, timezone: str
) -> TaskChange:
    """Raises as `tasks.create`."""
    row = await tasks.create(session, user_id, wanted, timezone=timezone)
    if not wanted.is_done:
        return TaskChange(row)
    return await complete_task(session, user_id, row["id"], timezone=timezone)
