"""Tasks that a course planned: one for each lesson, in the project of the course.

What a course is, this floor does not know: a lesson is an id with a title here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, or_, select, update

from questlog.automation.events import Touched
from questlog.core import clock
from questlog.core.db import Session
from questlog.core.ids import new_id
from questlog.core.types import Id, Moment
from questlog.planning import positions, task_tree, tasks
from questlog.planning.models import Project, Task, title_key
from questlog.planning.queries import MAX_DEPTH
from questlog.planning.search import index
from questlog.planning.task_rows import TASKS
from questlog.planning.task_schemas import TaskCreate

RENAME = (
    update(TASKS)
    .where(
        TASKS.c.user_id == bindparam("its_user_id", type_=Id),
        TASKS.c.id == bindparam("its_id", type_=Id),
    )
    .values(
        title=bindparam("new_title"),
        title_key=bindparam("new_key"),
        updated_at=bindparam("now", type_=Moment),
        version=TASKS.c.version + 1,
    )
)


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
    renamed = [row for row in found if row.title == titles[row.lesson_id][0]]
    if not renamed:
        return []
    now = clock.now()
    given = [
        {
            "its_id": row.id,
            "its_user_id": user_id,
            "new_title": titles[row.lesson_id][1],
            "new_key": title_key(titles[row.lesson_id][1]),
            "now": now,
        }
        for row in renamed
    ]
    await session.execute(RENAME, given)
    said = ((row, one["new_title"]) for row, one in zip(renamed, given, strict=True))
    await index.change(
        session,
        [
            {"id": row.id, "user_id": user_id, "title": title, "description": row.description}
            for row, title in said
        ],
    )
    return [("task", row.id, row.version + 1) for row in renamed]


async def planned(
    session: Session, user_id: UUID, lesson_ids: Sequence[UUID], *, since: datetime
) -> set[UUID]:
    """Return those of these lessons that have a task: one that is not in the trash, or was made since then."""
    found = await session.scalars(
        select(TASKS.c.lesson_id).where(
            TASKS.c.user_id == user_id,
            TASKS.c.lesson_id.in_(lesson_ids),
            or_(TASKS.c.deleted_at.is_(None), TASKS.c.created_at >= since),
        )
    )
    return set(found)


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
