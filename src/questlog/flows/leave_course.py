"""Leaving a course: its open tasks go to the trash and its boss goes; what was done stays done."""

from uuid import UUID

from questlog.core.db import Session
from questlog.flows.complete_lesson import meet_boss
from questlog.learning import courses, enrolments
from questlog.planning import lesson_tasks


async def leave_course(session: Session, user_id: UUID, course_id: UUID, *, timezone: str) -> None:
    """Raises `CourseNotFoundError`, `NotEnrolledError`."""
    await enrolments.hold_course(session, course_id)
    course = await courses.head_of(session, course_id)
    lesson_ids = await courses.lesson_ids_of(session, course_id)
    touched = await lesson_tasks.throw_away(session, user_id, lesson_ids)
    row = await enrolments.leave(session, user_id, course_id)
    await meet_boss(session, user_id, course_id, timezone=timezone)
    enrolments.record(
        session, row, "course.left", touched=touched, title=course.title, course=course.slug
    )
