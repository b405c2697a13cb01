"""Throwing tasks away and taking them back. What is thrown away together comes back together, for thirty days."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, delete, exists, or_, select, update

from questlog.automation.events import Touched
from questlog.core import clock
from questlog.core.db import Session
from questlog.core.ids import new_id
from questlog.planning import images, items, reminders, task_lineage, task_rows, task_tree, tasks
from questlog.planning.models import Goal, Project
from questlog.planning.readiness import EDGES
from questlog.planning.search import index
from questlog.planning.task_labels import WORN
from questlog.planning.task_rows import TASKS, TaskNotFoundError, TaskRow

KEPT_FOR = timedelta(days=30)
PURGED_AT_ONCE = 500


async def throw_away(
    session: Session, user_id: UUID, task_id: UUID, *, expected_version: int | None = None
) -> None:
    """Put a task and its subtasks into the trash. Raises `TaskNotFoundError`, `NotYoursError`, `PreconditionFailedError`."""
    await task_tree.hold(session, user_id)
    row = await task_rows.claim(session, user_id, task_id, expected_version=expected_version)
    tree = task_lineage.subtree_of(user_id, task_id)
    now = clock.now()
    gone = await session.execute(
        update(TASKS)
        .where(
            TASKS.c.user_id == user_id,
            TASKS.c.id.in_(select(tree.c.id)),
            TASKS.c.deleted_at.is_(None),
        )
        .values(deleted_at=now, deletion_id=new_id(), updated_at=now, version=TASKS.c.version + 1)
        .returning(TASKS.c.id, TASKS.c.version)
    )
    touched = _touched(gone, task_id)
    gone_row = {**row, "version": row["version"] + 1}
    tasks.record(session, gone_row, "task.deleted", touched=touched)


async def restore(
    session: Session, user_id: UUID, task_id: UUID, *, expected_version: int | None = None
) -> TaskRow:
    """Take a task and what went with it out of the trash; one that is not there is left as it is.

    Where its parent, project or goal is gone meanwhile it goes without. Raises `TaskNotFoundError`, also when the
    thirty days are over, `NotYoursError`, `PreconditionFailedError`.
    """
    await task_tree.hold(session, user_id)
    row = await task_rows.claim(
        session, user_id, task_id, expected_version=expected_version, trashed=True
    )
    if row["deleted_at"] is None:
        return row
    now = clock.now()
    if row["deleted_at"] < now - KEPT_FOR:
        raise TaskNotFoundError()
    tree = task_lineage.subtree_of(user_id, task_id)
    place = await _place(session, row)
    back = await _bring_back(session, row, tree, now)
    moved = await task_tree.carry(session, row, place)
    values = {**place, "deleted_at": None, "deletion_id": None}
    restored = await task_rows.write(session, row, values)
    versions = dict(back) | {id_: version for _, id_, version in moved.touched}
    touched: list[Touched] = [("task", id_, version) for id_, version in versions.items()]
    away = {name: row[name] for name in ("deleted_at", "deletion_id")}
    before = images.together(
        images.was("task", [task_id, *dict(back)], away),
        images.was("task", [task_id], {name: row[name] for name in place}),
        moved.before,
    )
    tasks.record(session, restored, "task.restored", touched=touched, before=before)
    return restored


async def purge(session: Session, *, before: datetime) -> int:
    """Remove for good what was thrown away before a moment, a batch at a time; return how many rows went.

    Their occurrences stay, so that statistics do not shrink.
    """
    child = TASKS.alias("child")
    is_leaf = ~exists().where(
        child.c.user_id == TASKS.c.user_id, child.c.parent_task_id == TASKS.c.id
    )
    old = select(TASKS.c.id).where(TASKS.c.deleted_at < before, is_leaf).limit(PURGED_AT_ONCE)
    ids = list(await session.scalars(old))
    await session.execute(delete(WORN).where(WORN.c.task_id.in_(ids)))
    await reminders.remove_of(session, ids)
    either_end = or_(EDGES.c.task_id.in_(ids), EDGES.c.blocker_id.in_(ids))
    await session.execute(delete(EDGES).where(either_end))
    await items.forget_tasks(session, ids)
    await session.execute(delete(TASKS).where(TASKS.c.id.in_(ids)))
    await index.remove(session, ids)
    return len(ids)


async def _bring_back(
    session: Session, row: TaskRow, tree: CTE, now: datetime
) -> list[tuple[UUID, int]]:
    together = TASKS.c.deletion_id == row["deletion_id"]
    back = await session.execute(
        update(TASKS)
        .where(
            TASKS.c.user_id == row["user_id"],
            TASKS.c.id.in_(select(tree.c.id).where(tree.c.step > 1)),
            together,
        )
        .values(deleted_at=None, deletion_id=None, updated_at=now, version=TASKS.c.version + 1)
        .returning(TASKS.c.id, TASKS.c.version)
    )
    return [(found.id, found.version) for found in back]


async def _place(session: Session, row: TaskRow) -> dict[str, Any]:
    """Return what of a task's place is gone, with None in its stead."""
    place: dict[str, Any] = {}
    parent = TASKS.alias("parent")
    for name, table in (
        ("parent_task_id", parent),
        ("project_id", Project.__table__),
        ("goal_id", Goal.__table__),
    ):
        if row[name] is None:
            continue
        alive = select(table.c.id).where(
            table.c.id == row[name],
            table.c.user_id == row["user_id"],
            table.c.deleted_at.is_(None),
        )
        if await session.scalar(alive) is None:
            place[name] = None
            if name in task_tree.BELONGS:
                place[f"detached_{name}"] = row[name]
    if "parent_task_id" in place:
        place["depth"] = 1
    return place


def _touched(found: Any, apart_from: UUID) -> list[Touched]:
    return [("task", row.id, row.version) for row in found if row.id != apart_from]
