"""What somebody has finished of a course: the weeks of which no lesson is left, and the course itself."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Executable, func, select

from questlog.automation import events
from questlog.core.db import Session
from questlog.core.prepared import prepared
from questlog.learning.lessons import COMPLETIONS, COURSES, LESSONS, STANDING, WEEKS


@dataclass(frozen=True, slots=True)
class Part:
    """A week, or the whole course, whose `number` is None; `id` is that of the week or the course."""

    id: UUID
    title: str
    course_id: UUID
    course: str
    """The course's slug."""
    course_title: str
    number: int | None = None


async def of_course(session: Session, user_id: UUID, course_id: UUID) -> list[Part]:
    """Return the parts that are finished, weeks in their order, the course last. A week without lessons is none."""
    weeks = (await session.execute(*_weeks(user_id, course_id))).all()
    whole = [week for week in weeks if week.done == week.total]
    parts = [
        Part(week.id, week.title, course_id, week.slug, week.course_title, week.number)
        for week in whole
    ]
    if weeks and len(whole) == len(weeks):
        slug, title = weeks[0].slug, weeks[0].course_title
        parts.append(Part(course_id, title, course_id, slug, title))
    return parts


def record(session: Session, user_id: UUID, part: Part) -> None:
    """Tell that a part is finished, as its last lesson would have told."""
    facts: dict[str, Any] = {"title": part.title, "course": part.course}
    if part.number is not None:
        facts["number"] = part.number
    events.record(
        session,
        user_id,
        "course.completed" if part.number is None else "week.completed",
        ("course", part.course_id),
        payload=facts,
        is_consequence=True,
    )


@prepared
def _weeks(user_id: UUID, course_id: UUID) -> Executable:
    is_done = (COMPLETIONS.c.lesson_id == LESSONS.c.id) & (COMPLETIONS.c.user_id == user_id)
    return (
        select(
            WEEKS.c.id,
            WEEKS.c.number,
            WEEKS.c.title,
            COURSES.c.slug,
            COURSES.c.title.label("course_title"),
            func.count(LESSONS.c.id).label("total"),
            func.count(COMPLETIONS.c.lesson_id).label("done"),
        )
        .join(LESSONS, (LESSONS.c.week_id == WEEKS.c.id) & STANDING)
        .join(COURSES, COURSES.c.id == WEEKS.c.course_id)
        .outerjoin(COMPLETIONS, is_done)
        .where(WEEKS.c.course_id == course_id)
        .group_by(WEEKS.c.id, WEEKS.c.number, WEEKS.c.title, COURSES.c.slug, COURSES.c.title)
        .order_by(WEEKS.c.number)
    )
