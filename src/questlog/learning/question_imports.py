"""Adding questions from a file to a lesson's quiz. Like those added by hand, an import of the course leaves them alone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from sqlalchemy import func, insert, select

from questlog.core import clock
from questlog.core.db import Session
from questlog.core.ids import new_id
from questlog.learning import gift, question_tables
from questlog.learning.course_imports import QUESTIONS, STEP, columns_of
from questlog.learning.lessons import COURSES, LESSONS, STANDING, LessonNotFoundError
from questlog.learning.question_forms import QuestionForm
from questlog.learning.questions import MOST_QUESTIONS, TooManyQuestionsError

READERS: Mapping[str, Callable[[str, str], list[QuestionForm]]] = {
    "gift": gift.read,
    "csv": question_tables.read,
}


@dataclass(frozen=True)
class QuestionsImported:
    lesson_id: UUID
    added: int
    unchanged: int
    """Questions the lesson has already, or had and lost."""


async def import_questions(
    session: Session, lesson_id: UUID, forms: list[QuestionForm]
) -> QuestionsImported:
    """Add what is new behind the lesson's questions. Raises `LessonNotFoundError`, `TooManyQuestionsError`."""
    held = select(LESSONS.c.id).where(LESSONS.c.id == lesson_id, STANDING).with_for_update()
    if await session.scalar(held) is None:
        raise LessonNotFoundError()
    mine = QUESTIONS.c.lesson_id == lesson_id
    known = set(await session.scalars(select(QUESTIONS.c.code).where(mine)))
    new = [form for form in forms if form.code not in known]
    asked = select(func.count(), func.max(QUESTIONS.c.position))
    count, last = (await session.execute(asked.where(mine, QUESTIONS.c.removed_at.is_(None)))).one()
    if count + len(new) > MOST_QUESTIONS:
        raise TooManyQuestionsError(details={"most": MOST_QUESTIONS})
    if new:
        await session.execute(insert(QUESTIONS), _rows(lesson_id, new, last or 0.0))
    return QuestionsImported(lesson_id, len(new), len(forms) - len(new))


async def lesson_called(session: Session, course: str, code: str) -> UUID:
    """Return the lesson with a code in the course with a slug. Raises `LessonNotFoundError`."""
    found = await session.scalar(
        select(LESSONS.c.id)
        .join(COURSES, COURSES.c.id == LESSONS.c.course_id)
        .where(COURSES.c.slug == course, LESSONS.c.code == code, STANDING)
    )
    if found is None:
        raise LessonNotFoundError()
    return cast(UUID, found)


def _rows(lesson_id: UUID, forms: list[QuestionForm], last: float) -> list[dict[str, object]]:
    now = clock.now()
    return [
        {
            **columns_of(form),
            "id": new_id(),
            "lesson_id": lesson_id,
            "position": last + n * STEP,
            "origin": "admin",
            "created_at": now,
            "updated_at": now,
            "version": 1,
        }
        for n, form in enumerate(forms, start=1)
    ]
