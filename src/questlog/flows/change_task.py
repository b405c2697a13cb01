"""Changing a task. A change that makes it done or open runs the same flow as the buttons for it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from questlog.core.db import Session
from questlog.flows.complete_task import complete_task
from questlog.flows.reopen_task import reopen_task
from questlog.flows.task_changes import TaskChange
from questlog.planning import tasks


async def change_task(
    session: Session,
    user_id: UUID,
    task_id: UUID,
    changes: Mapping[str, Any],
    *,
    timezone: str,
    expected_version: int | None = None,
) -> TaskChange:
    """Set the fields named in `changes`, by their names on the wire. Raises as `tasks.change`."""
    row = await tasks.change(
        session, user_id, task_id, changes, timezone=timezone, expected_version=expected_version
    )
    is_done = row["completed_at"] is not None
    wanted = _wants_done(changes)
    if wanted is None or wanted is is_done:
        return TaskChange(row)
    if wanted:
        return await complete_task(session, user_id, task_id, timezone=timezone)
    return await reopen_task(session, user_id, task_id, timezone=timezone)


def _wants_done(changes: Mapping[str, Any]) -> bool | None:
    if "completed" in changes:
        return bool(changes["completed"])
    return changes["status"] == "completed" if "status" in changes else None
