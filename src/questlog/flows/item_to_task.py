"""An item becomes a task: the task takes over what was captured, the item keeps the link."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from questlog.core.db import Session
from questlog.planning import items, tasks
from questlog.planning.models import Item
from questlog.planning.task_rows import TaskNotFoundError, TaskRow
from questlog.planning.task_schemas import TaskCreate

LONGEST_DESCRIPTION = 20_000
ANYWHERE: Mapping[str, Any] = {}


async def item_to_task(
    session: Session,
    user_id: UUID,
    item_id: UUID,
    *,
    timezone: str,
    place: Mapping[str, Any] = ANYWHERE,
    expected_version: int | None = None,
) -> TaskRow:
    """Make a task of an item, once; asked again, return the same task, or a new one if that was thrown away.

    `place` has the project, goal or parent of the task that is made. Raises `ItemNotFoundError`, `NotYoursError`,
    `PreconditionFailedError`, and for the place as `tasks.create`.
    """
    item = await items.claim(session, user_id, item_id, expected_version=expected_version)
    if item.task_id is not None:
        try:
            return await tasks.get(session, user_id, item.task_id)
        except TaskNotFoundError:
            pass  # in the trash: the thought is open again
    wanted = TaskCreate(title=item.title, description=_description(item), **place)
    task = await tasks.create(session, user_id, wanted, timezone=timezone)
    items.became_task(session, item, task["id"])
    return task


def _description(item: Item) -> str | None:
    """The address goes below the text, if a task has room for both; the item keeps it anyway."""
    whole = "\n\n".join(part for part in (item.description, item.url) if part)
    return (whole if len(whole) <= LONGEST_DESCRIPTION else item.description) or None
