"""What finishing a lesson would do, without doing it."""

from typing import Any
from uuid import UUID

from sqlalchemy import exists, select

from questlog.core.db import Session
from questlog.core.prepared import prepared
from questlog.learning import lessons
from questlog.learning.lessons import COMPLETIONS, ENROLMENTS, LESSONS, LessonDone


@prepared
def _can_be_done(user_id: Any, lesson_id: Any) -> Any:
    enrolled = (ENROLMENTS.c.user_id == user_id, ENROLMENTS.c.course_id == LESSONS.c.course_id)
    done = (COMPLETIONS.c.user_id == user_id, COMPLETIONS.c.lesson_id == LESSONS.c.id)
    return select(LESSONS.c.id).where(
        LESSONS.c.id == lesson_id, exists().where(*enrolled), ~exists().where(*done)
    )


async def foresee(session: Session, user_id: UUID, lesson_id: UUID) -> LessonDone | None:
    """Return what `lessons.complete_lesson` would at this moment."""
    if await session.scalar(*_can_be_done(user_id, lesson_id)) is None:
        return None
    row = (await session.execute(*lessons.standing_of(user_id, lesson_id))).one()
    return lessons.done_of(row, more=1)
