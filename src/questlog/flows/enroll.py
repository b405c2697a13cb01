"""Taking a course: a project named after it, a task for each lesson, and the first week's boss."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from questlog.core import clock
from questlog.core.db import Session
from questlog.flows import course_tasks
from questlog.flows.complete_lesson import meet_boss
from questlog.flows.finish_parts import finish_parts
from questlog.learning import courses, enrolments
from questlog.learning.enrolments import EnrolmentRow


@dataclass(frozen=True)
class Enrolled:
    enrolment: EnrolmentRow
    planned: int
    """How many lessons became tasks."""


async def enroll(
    session: Session,
    user_id: UUID,
    course_id: UUID,
    *,
    timezone: str,
    starts_on: date | None = None,
    skip_weekdays: Collection[int] = (),
) -> Enrolled:
    """Let a user take a course from a day on, by default today, without lessons on some ISO weekdays.

    Who left it before goes on where they stopped. Raises `CourseNotFoundError`, `AlreadyEnrolledError`.
    """
    start = starts_on or clock.today(timezone)
    row = await enrolments.begin(
        session, user_id, course_id, starts_on=start, skipped_weekdays=skip_weekdays
    )
    course = await courses.head_of(session, course_id)
    lessons = await enrolments.to_come(session, user_id, course_id)
    project_id, made = await course_tasks.home(session, row, course.title)
    touched = await course_tasks.plan(
        session, row, project_id, lessons, start=start, timezone=timezone
    )
    row = await enrolments.settle_in(session, row, project_id)
    row = await enrolments.refresh_state(session, row, is_done=not lessons)
    await finish_parts(session, user_id, course_id, timezone=timezone)
    await meet_boss(session, user_id, course_id, timezone=timezone)
    enrolments.record(
        session,
        row,
        "course.enrolled",
        touched=[*made, *touched],
        title=course.title,
        course=course.slug,
        lessons=len(lessons),
    )
    return Enrolled(row, len(lessons))
