"""The open task of a lesson, for whoever completes the lesson by another door."""

from uuid import UUID

from sqlalchemy import Executable, select

from questlog.core.db import Session
from questlog.core.prepared import prepared
from questlog.planning import queries
from questlog.planning.task_rows import TASKS


async def hold_open_task(session: Session, user_id: UUID, lesson_id: UUID) -> UUID | None:
    """Return the open task a course planned for a lesson, locked until the commit; None when there is none."""
    found: UUID | None = await session.scalar(*_open_task(user_id, lesson_id))
    return found


@prepared
def _open_task(user_id: UUID, lesson_id: UUID) -> Executable:
    return (
        select(TASKS.c.id)
        .where(
            TASKS.c.user_id == user_id,
            TASKS.c.lesson_id == lesson_id,
            TASKS.c.deleted_at.is_(None),
            queries.is_open(),
        )
        .order_by(TASKS.c.due_on, TASKS.c.id)
        .limit(1)
        .with_for_update(key_share=True)
    )
