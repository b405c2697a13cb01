"""The bosses of a course's weeks: who stands in the week somebody is in."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from questlog.core.db import Session
from questlog.learning.lessons import COMPLETIONS, COURSES, ENROLMENTS, LESSONS, STANDING, WEEKS
from questlog.learning.models import Question

QUESTIONS = (
    select(func.count())
    .where(Question.lesson_id == LESSONS.c.id, Question.removed_at.is_(None))
    .correlate(LESSONS)
    .scalar_subquery()
)


@dataclass(frozen=True, slots=True)
class CurrentWeek:
    """The first unfinished week of a course for somebody; `id` is None when there is none, or the course was left.

    `lessons` are XP, difficulty and number of questions of each; `course_weeks` are all weeks of the course.
    """

    course_weeks: tuple[UUID, ...]
    id: UUID | None = None
    code: str = ""
    boss_name: str | None = None
    lessons: tuple[tuple[int, str, int], ...] = ()


async def current(session: Session, user_id: UUID, course_id: UUID) -> CurrentWeek:
    """Return the week somebody is in, with what fighting its boss needs. Two statements."""
    found = await session.execute(
        select(WEEKS.c.id, WEEKS.c.number, WEEKS.c.boss_name, COURSES.c.slug)
        .join(COURSES, COURSES.c.id == WEEKS.c.course_id)
        .where(WEEKS.c.course_id == course_id)
        .order_by(WEEKS.c.number)
    )
    weeks = found.all()
    lessons = await session.execute(
        select(
            LESSONS.c.week_id,
            LESSONS.c.xp_reward,
            LESSONS.c.difficulty,
            QUESTIONS.label("questions"),
            COMPLETIONS.c.lesson_id.label("done"),
        )
        .join(ENROLMENTS, ENROLMENTS.c.course_id == LESSONS.c.course_id)
        .outerjoin(
            COMPLETIONS,
            (COMPLETIONS.c.lesson_id == LESSONS.c.id) & (COMPLETIONS.c.user_id == user_id),
        )
        .where(
            LESSONS.c.course_id == course_id,
            STANDING,
            ENROLMENTS.c.user_id == user_id,
            ENROLMENTS.c.state == "active",
        )
    )
    rows = lessons.all()
    ids = tuple(week.id for week in weeks)
    left = {row.week_id for row in rows if row.done is None}
    for week in weeks:
        if week.id in left:
            mine = (row for row in rows if row.week_id == week.id)
            worth = tuple((row.xp_reward, row.difficulty, row.questions) for row in mine)
            return CurrentWeek(ids, week.id, f"{week.slug}/{week.number}", week.boss_name, worth)
    return CurrentWeek(ids)


async def course_of(session: Session, week_id: UUID) -> UUID | None:
    """Return the course of a week; None when the week is gone."""
    course_id: UUID | None = await session.scalar(
        select(WEEKS.c.course_id).where(WEEKS.c.id == week_id)
    )
    return course_id


async def names(session: Session, course_id: UUID) -> dict[UUID, str]:
    """Return what the bosses of a course are called, by their weeks."""
    mine = (WEEKS.c.course_id == course_id, WEEKS.c.boss_name.is_not(None))
    found = await session.execute(select(WEEKS.c.id, WEEKS.c.boss_name).where(*mine))
    return {row.id: row.boss_name for row in found}
