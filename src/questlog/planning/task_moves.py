"""Moving a task: to another place in its list, under another parent, or as a second one beside itself."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from questlog.core import clock
from questlog.core.db import Session
from questlog.core.ids import new_id
from questlog.planning import (
    images,
    positions,
    reminders,
    task_lineage,
    task_rows,
    task_tree,
    tasks,
)
from questlog.planning.models import Task
from questlog.planning.positions import Neighbour
from questlog.planning.search import index
from questlog.planning.task_labels import WORN
from questlog.planning.task_rows import TASKS, TaskRow

NOT_COPIED = frozenset({"deletion_id"})


async def reorder(
    session: Session,
    user_id: UUID,
    task_id: UUID,
    neighbour: Neighbour,
    *,
    expected_version: int | None = None,
) -> TaskRow:
    """Put a task right before or after another one of the same parent.

    Raises `UnknownReferenceError`, also for an `id` of the body that is not the user's, `BesideItselfError`.
    """
    await task_tree.hold(session, user_id)
    row = await task_rows.claim(
        session, user_id, task_id, expected_version=expected_version, pointer="/body/id"
    )
    siblings = TASKS.c.parent_task_id.is_not_distinct_from(row["parent_task_id"])
    place = await positions.beside(session, Task, user_id, task_id, neighbour, within=[siblings])
    if place.position == row["position"] and not place.renumbered:
        return row
    before = images.positions("task", {task_id: row["position"], **place.before})
    row = await task_rows.write(session, row, {"position": place.position})
    touched = [("task", id_, version) for id_, version in place.renumbered]
    tasks.record(session, row, "task.updated", touched=touched, before=before, fields=["position"])
    return row


async def move(
    session: Session,
    user_id: UUID,
    task_id: UUID,
    target: Mapping[str, Any],
    *,
    timezone: str,
    expected_version: int | None = None,
) -> TaskRow:
    """Give a task another project or parent. A subtask that is sent to a project leaves its parent.

    Raises as `tasks.change`.
    """
    leaves = "project_id" in target and "parent_task_id" not in target
    changes = {**target, "parent_task_id": None} if leaves else target
    return await tasks.change(
        session, user_id, task_id, changes, timezone=timezone, expected_version=expected_version
    )


async def duplicate(session: Session, user_id: UUID, task_id: UUID) -> TaskRow:
    """Make the same task again, open, right behind the first, with its labels, subtasks and reminders but without its lesson.

    Raises `TaskNotFoundError`, `NotYoursError`.
    """
    await task_tree.hold(session, user_id)
    first = await task_rows.claim(session, user_id, task_id)
    tree = task_lineage.subtree_of(user_id, task_id)
    found = await session.execute(
        select(*TASKS.c)
        .where(TASKS.c.id.in_(select(tree.c.id)), TASKS.c.deleted_at.is_(None))
        .order_by(TASKS.c.depth, TASKS.c.position, TASKS.c.id)
    )
    originals = [dict(row._mapping) for row in found]
    ids = {original["id"]: new_id() for original in originals}
    copies = [_copy(original, ids) for original in originals]
    siblings = TASKS.c.parent_task_id.is_not_distinct_from(first["parent_task_id"])
    behind = Neighbour(task_id, is_before=True)
    place = await positions.beside(
        session, Task, user_id, copies[0]["id"], behind, within=[siblings]
    )
    copies[0]["position"] = place.position
    await session.execute(insert(TASKS), copies)
    await index.add(session, "task", copies)
    await _copy_labels(session, user_id, ids)
    reminding = await reminders.copy(session, user_id, ids)
    copy = {**copies[0], "labels": first["labels"]}
    touched = [("task", made["id"], 1) for made in copies[1:]]
    touched += [("reminder", id_, 1) for id_ in reminding]
    moved = [("task", id_, version) for id_, version in place.renumbered]
    before = images.positions("task", place.before)
    tasks.record(session, copy, "task.created", touched=[*touched, *moved], before=before)
    return copy


def _copy(original: Mapping[str, Any], ids: Mapping[UUID, UUID]) -> TaskRow:
    now = clock.now()
    parent_id = original["parent_task_id"]
    kept = {name: value for name, value in original.items() if name not in NOT_COPIED}
    return {
        **kept,
        "id": ids[original["id"]],
        "parent_task_id": ids.get(parent_id, parent_id),
        "state": "pending",
        "completed_at": None,
        "lesson_id": None,
        "dated_at": None,
        "created_at": now,
        "updated_at": now,
        "version": 1,
    }


async def _copy_labels(session: Session, user_id: UUID, ids: Mapping[UUID, UUID]) -> None:
    found = await session.execute(
        select(WORN.c.task_id, WORN.c.label_id).where(
            WORN.c.user_id == user_id, WORN.c.task_id.in_(ids)
        )
    )
    worn = [
        {"user_id": user_id, "task_id": ids[row.task_id], "label_id": row.label_id} for row in found
    ]
    if worn:
        await session.execute(insert(WORN), worn)
