"""Tasks that a course planned: one for each lesson, in the project of the course.

What a course is, this floor does not know: a lesson is an id with a title here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select, update

from questlog.automation.events import Touched
from questlog.core import clock
from questlog.core.db import Session
from questlog.core.ids import new_id
from questlog.planning import positions, task_tree, tasks
from questlog.planning.models import Project, Task, title_key
from questlog.planning.queries import MAX_DEPTH
from questlog.planning.search import index
from questlog.planning.task_rows import TASKS
from questlog.planning.task_schemas import TaskCreate


@dataclass(frozen=True)
class LessonTask:
    lesson_id: UUID
    title: str
    due_on: date
    minutes: int
    difficulty: str


async def plan(
    session: Session,
    user_id: UUID,
    project_id: UUID | None,
    planned: Sequence[LessonTask],
    *,
    timezone: str,
) -> list[Touched]:
    """Add a task for each lesson, behind all others and in their order; return what the event has to name."""
    if not planned:
        return []
    last = await positions.last(session, Task, user_id)
    place = {
        **dict.fromkeys(task_tree.INHERITED),
        "parent_task_id": None,
        "depth": 1,
        "project_id": project_id,
    }
    rows = [
        {
            **tasks.drafted(user_id, _wanted(one), place, timezone=timezone),
            "position": last + n * positions.STEP,
            "lesson_id": one.lesson_id,
        }
        for n, one in enumerate(planned)
    ]
    await session.execute(tasks.NEW, rows)
    await index.add(session, "task", rows)
    return [("task", row["id"], 1) for row in rows]


async def standing_project(session: Session, user_id: UUID, project_id: UUID | None) -> UUID | None:
    """Return the project if it is there and not in the trash, held against being deleted meanwhile."""
    columns = Project.__table__.c
    mine = (columns.id == project_id, columns.user_id == user_id, columns.deleted_at.is_(None))
    return await session.scalar(select(columns.id).where(*mine).with_for_update(read=True))


async def last_day(session: Session, user_id: UUID, lesson_ids: Sequence[UUID]) -> date | None:
    """Return the latest day an open task of these lessons is planned for."""
    columns = select(TASKS.c.due_on).where(*_open_tasks_of(user_id, lesson_ids))
    days = [day for day in await session.scalars(columns) if day is not None]
    return max(days, default=None)


async def rename(
    session: Session, user_id: UUID, titles: Mapping[UUID, tuple[str, str]]
) -> list[Touched]:
    """Give open tasks the new title of their lesson, where they still carry the old one: `{lesson: (old, new)}`."""
    found = await session.execute(
        select(TASKS.c.id, TASKS.c.lesson_id, TASKS.c.title, TASKS.c.description, TASKS.c.version)
        .where(*_open_tasks_of(user_id, list(titles)))
        .with_for_update(key_share=True)
    )
    touched: list[Touched] = []
    for row in found:
        old, new = titles[row.lesson_id]
        if row.title != old:
            continue
        values = {"title": new, "title_key": title_key(new)}
        await _change(session, user_id, [row.id], values)
        said = {"id": row.id, "user_id": user_id, "title": new, "description": row.description}
        await index.change(session, [said])
        touched.append(("task", row.id, row.version + 1))
    return touched


async def throw_away(session: Session, user_id: UUID, lesson_ids: Sequence[UUID]) -> list[Touched]:
    """Put the open tasks of these lessons into the trash, with what hangs under them."""
    await task_tree.hold(session, user_id)
    found = await session.scalars(select(TASKS.c.id).where(*_open_tasks_of(user_id, lesson_ids)))
    level = list(found)
    tree = list(level)
    for _ in range(MAX_DEPTH):
        if not level:
            break
        below = select(TASKS.c.id).where(
            TASKS.c.user_id == user_id,
            TASKS.c.parent_task_id.in_(level),
            TASKS.c.deleted_at.is_(None),
        )
        level = [id_ for id_ in await session.scalars(below) if id_ not in tree]
        tree += level
    return await _change(
        session, user_id, tree, {"deleted_at": clock.now(), "deletion_id": new_id()}
    )


def _wanted(one: LessonTask) -> TaskCreate:
    return TaskCreate.model_validate(
        {
            "title": one.title,
            "due_date": one.due_on,
            "duration": one.minutes,
            "difficulty": one.difficulty,
        }
    )


def _open_tasks_of(user_id: UUID, lesson_ids: Sequence[UUID]) -> list[ColumnElement[bool]]:
    return [
        TASKS.c.user_id == user_id,
        TASKS.c.lesson_id.in_(lesson_ids),
        TASKS.c.completed_at.is_(None),
        TASKS.c.deleted_at.is_(None),
    ]


async def _change(
    session: Session, user_id: UUID, ids: Sequence[UUID], values: Mapping[str, Any]
) -> list[Touched]:
    if not ids:
        return []
    changed = await session.execute(
        update(TASKS)
        .where(TASKS.c.user_id == user_id, TASKS.c.id.in_(ids))
        .values(**values, updated_at=clock.now(), version=TASKS.c.version + 1)
        .returning(TASKS.c.id, TASKS.c.version)
    )
    return [("task", row.id, row.version) for row in changed]
