"""Bringing a course in, and its changes to the people who take it: new lessons become tasks behind the planned ones."""

from collections.abc import Mapping
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select

from questlog.automation.events import Touched
from questlog.core import clock
from questlog.core.db import Session
from questlog.flows import course_tasks
from questlog.flows.complete_lesson import meet_boss
from questlog.identity.models import User
from questlog.learning import course_imports, courses, enrolments
from questlog.learning.course_files import CourseForm
from questlog.learning.course_imports import CourseImported
from questlog.learning.enrolments import EnrolmentRow, LessonToCome
from questlog.learning.lessons import ENROLMENTS
from questlog.planning import lesson_tasks

CHANGED = "changed"


async def import_course(session: Session, course: CourseForm) -> CourseImported:
    """Store a course whole or not at all. Raises `CodeTakenError`.

    Who takes it finds the new lessons behind the planned ones, open tasks under their lesson's new title, and those of
    lessons that are gone in the trash. Nobody's progress is touched.
    """
    imported = await course_imports.import_course(session, course)
    if imported.change == CHANGED:
        titles = await courses.titles_of(session, imported.course_id)
        renamed = {id_: (old, titles[id_]) for id_, old in imported.renamed.items()}
        zones = await _zones(session, imported.course_id)
        for row in await enrolments.taking(session, imported.course_id):
            # Whose account is being erased has no zone here, and nothing to come.
            if row["user_id"] in zones:
                await _reach(session, row, imported, renamed, zones[row["user_id"]])
    return imported


async def _zones(session: Session, course_id: UUID) -> dict[UUID, str]:
    """Return the time zones of everybody who ever took a course."""
    takes_it = select(ENROLMENTS.c.user_id).where(ENROLMENTS.c.course_id == course_id)
    found = await session.execute(
        select(User.id, User.timezone).where(User.id.in_(takes_it), User.erasing_since.is_(None))
    )
    return {row.id: row.timezone for row in found}


async def _reach(
    session: Session,
    row: EnrolmentRow,
    imported: CourseImported,
    renamed: Mapping[UUID, tuple[str, str]],
    timezone: str,
) -> None:
    user_id = row["user_id"]
    touched: list[Touched] = []
    if renamed:
        touched += await lesson_tasks.rename(session, user_id, renamed)
    if imported.removed:
        touched += await lesson_tasks.throw_away(session, user_id, imported.removed)
    # From here on no lesson is finished unnoticed.
    row = await enrolments.claim(session, user_id, imported.course_id) or row
    to_come = await enrolments.to_come(session, user_id, imported.course_id)
    new = [lesson for lesson in to_come if lesson.id in set(imported.added)]
    touched += await _append(session, row, imported, new, timezone)
    await enrolments.refresh_state(session, row, is_done=not to_come)
    if touched:
        enrolments.record(
            session,
            row,
            "course.updated",
            touched=touched,
            title=imported.title,
            course=imported.slug,
            lessons=len(new),
        )
    if touched:
        await meet_boss(session, user_id, imported.course_id, timezone=timezone)


async def _append(
    session: Session,
    row: EnrolmentRow,
    imported: CourseImported,
    lessons: list[LessonToCome],
    timezone: str,
) -> list[Touched]:
    if not lessons:
        return []
    known = await courses.lesson_ids_of(session, imported.course_id)
    last = await lesson_tasks.last_day(session, row["user_id"], known)
    start = _day_after(last, clock.today(timezone))
    project_id, made = await course_tasks.home(session, row, imported.title)
    await enrolments.settle_in(session, row, project_id)
    return made + await course_tasks.plan(
        session, row, project_id, lessons, start=start, timezone=timezone
    )


def _day_after(last: date | None, today: date) -> date:
    return today if last is None else max(today, last + timedelta(days=1))
