"""Subtasks in the trash follow their parents: where those are put back, they lie below them as before."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, bindparam, or_, select, update

from questlog.automation.events import Touched
from questlog.core.db import Session
from questlog.planning import images
from questlog.planning.images import Image
from questlog.planning.import_comparison import in_statements
from questlog.planning.task_rows import TASKS
from questlog.planning.task_tree import CARRIED, INHERITED

ABOVE = TASKS.alias("above")


async def follow(
    session: Session, user_id: UUID, parents: Iterable[UUID], *, now: datetime
) -> tuple[list[Touched], Image]:
    """Put trashed subtasks of these tasks where their parents are; return what moved, and where it was."""
    touched: list[Touched] = []
    before: list[Image] = []
    level = sorted(parents)
    while level:
        moved: list[UUID] = []
        for some in in_statements(level):
            for row in await _apart(session, user_id, some):
                before.append(
                    images.was("task", [row.id], {name: row._mapping[name] for name in CARRIED})
                )
                touched.append(("task", row.id, row.version + 1))
                moved.append(row.id)
                await _move(session, user_id, row, now)
        level = moved
    return touched, images.together(*before)


async def _apart(session: Session, user_id: UUID, parents: list[UUID]) -> list[Row[Any]]:
    joined = TASKS.join(
        ABOVE, and_(ABOVE.c.user_id == TASKS.c.user_id, ABOVE.c.id == TASKS.c.parent_task_id)
    )
    differs: list[ColumnElement[bool]] = [
        TASKS.c[name].is_distinct_from(ABOVE.c[name]) for name in INHERITED
    ]
    shown = (TASKS.c.id, TASKS.c.version, *(TASKS.c[name] for name in CARRIED))
    wanted = (ABOVE.c[name].label(f"new_{name}") for name in CARRIED)
    found = await session.execute(
        select(*shown, *wanted)
        .select_from(joined)
        .where(
            TASKS.c.user_id == user_id,
            TASKS.c.parent_task_id.in_(parents),
            TASKS.c.deleted_at.is_not(None),
            or_(TASKS.c.depth != ABOVE.c.depth + 1, *differs),
        )
        .order_by(TASKS.c.id)
    )
    return list(found)


async def _move(session: Session, user_id: UUID, row: Row[Any], now: datetime) -> None:
    place = {name: row._mapping[f"new_{name}"] for name in INHERITED}
    await session.execute(
        update(TASKS)
        .where(TASKS.c.user_id == user_id, TASKS.c.id == bindparam("its_id"))
        .values(**place, depth=row.new_depth + 1, version=row.version + 1, updated_at=now),
        {"its_id": row.id},
    )
