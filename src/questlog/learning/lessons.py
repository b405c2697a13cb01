"""Lessons: what a day of a course holds, and who has done it.

Whoever changes what somebody has done of a course holds their enrolment first. So of two lessons that are finished at
once one sees that together they finish the week.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, cast
from uuid import UUID

from sqlalchemy import (
    Date,
    Executable,
    Row,
    ScalarSelect,
    String,
    Table,
    bindparam,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from questlog.automation import events
from questlog.core import clock, lines
from questlog.core.db import Session
from questlog.core.exceptions import NotFoundError
from questlog.core.prepared import prepared
from questlog.core.types import Id, Moment
from questlog.learning.models import Course, Enrolment, Lesson, LessonCompletion, Week

LESSONS = cast(Table, Lesson.__table__)
WEEKS = cast(Table, Week.__table__)
COURSES = cast(Table, Course.__table__)
ENROLMENTS = cast(Table, Enrolment.__table__)
COMPLETIONS = cast(Table, LessonCompletion.__table__)
STANDING = LESSONS.c.removed_at.is_(None)


class LessonNotFoundError(NotFoundError):
    code = "lesson_not_found"
    default_message = "There is no such lesson."


@dataclass(frozen=True)
class Share:
    """How many of so many lessons are done."""

    done: int
    total: int

    @property
    def is_whole(self) -> bool:
        return self.done >= self.total


@dataclass(frozen=True)
class LessonDone:
    """A lesson that was done just now, and how far its week and its course have come with it."""

    id: UUID
    code: str
    title: str
    xp_reward: int
    difficulty: str
    course_id: UUID
    course: str
    """The course's slug."""
    course_title: str
    week_number: int
    week_title: str
    progress: Share
    is_week_done: bool
    is_course_done: bool


async def complete_lesson(
    session: Session,
    user_id: UUID,
    lesson_id: UUID,
    *,
    cause_id: UUID,
    via: str,
    local_day: date,
) -> LessonDone | None:
    """Note that a lesson is done; None when it was before, or when the user never took its course.

    `cause_id` is the occurrence or the attempt that did it, `via` says which: `task` or `quiz`. A week or a course is
    done when nothing of it is left; the last lesson finishes the enrolment.
    """
    await lines.wait(session, user_id)
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    marked = await session.scalar(
        MARK[dialect.__name__],
        {
            "its_owner": user_id,
            "its_lesson": lesson_id,
            "its_cause": cause_id,
            "its_via": via,
            "its_day": local_day,
            "its_moment": clock.now(),
        },
    )
    if marked is None:
        return None
    row = (await session.execute(*standing_of(user_id, lesson_id))).one()
    done = done_of(row)
    _record(session, user_id, done)
    if done.is_course_done:
        await _finish(session, user_id, done)
    return done


async def take_back(session: Session, user_id: UUID, cause_id: UUID) -> UUID | None:
    """Forget that a lesson was done by this occurrence or attempt; return its course, if there was one.

    A course that was finished by it goes on.
    """
    await lines.wait(session, user_id)
    held = (await session.execute(*_held_for(user_id, cause_id))).one_or_none()
    if held is None:
        return None
    its = (COMPLETIONS.c.user_id == user_id, COMPLETIONS.c.cause_id == cause_id)
    gone = await session.scalar(delete(COMPLETIONS).where(*its).returning(COMPLETIONS.c.lesson_id))
    if gone is None:
        return None
    if held.state == "finished":
        goes_on = {"state": "active", "finished_at": None}
        await _write_state(session, user_id, held.course_id, goes_on)
    events.record(
        session,
        user_id,
        "lesson.reopened",
        ("lesson", held.lesson_id),
        payload={"title": held.title, "code": held.code},
        is_consequence=True,
    )
    return cast(UUID, held.course_id)


def _mark(dialect: Any) -> Executable:
    """Insert the completion out of the enrolment it belongs to, which is locked by that."""
    values = select(
        bindparam("its_owner", type_=Id),
        LESSONS.c.id,
        bindparam("its_cause", type_=Id),
        bindparam("its_via", type_=String),
        bindparam("its_day", type_=Date),
        bindparam("its_moment", type_=Moment),
    )
    enrolled = (
        values.join(ENROLMENTS, ENROLMENTS.c.course_id == LESSONS.c.course_id)
        .where(
            LESSONS.c.id == bindparam("its_lesson", type_=Id),
            ENROLMENTS.c.user_id == bindparam("its_owner", type_=Id),
        )
        .with_for_update(of=ENROLMENTS)
    )
    columns = ["user_id", "lesson_id", "cause_id", "via", "local_day", "completed_at"]
    marked: Executable = (
        dialect.insert(COMPLETIONS)
        .from_select(columns, enrolled)
        .on_conflict_do_nothing(index_elements=["user_id", "lesson_id"])
        .returning(COMPLETIONS.c.lesson_id)
    )
    return marked


MARK = {dialect.__name__: _mark(dialect) for dialect in (sqlite, postgresql)}


@prepared
def standing_of(user_id: UUID, lesson_id: UUID) -> Executable:
    mine = LESSONS.alias("mine")
    of_week = LESSONS.c.week_id == mine.c.week_id
    of_course = LESSONS.c.course_id == mine.c.course_id
    return (
        select(
            mine.c.id,
            mine.c.code,
            mine.c.title,
            mine.c.xp_reward,
            mine.c.difficulty,
            mine.c.course_id,
            mine.c.removed_at.is_(None).label("stands"),
            COURSES.c.slug,
            COURSES.c.title.label("course_title"),
            WEEKS.c.number,
            WEEKS.c.title.label("week_title"),
            _count(user_id, of_week, mine).label("week_done"),
            _count(None, of_week, mine).label("week_total"),
            _count(user_id, of_course, mine).label("course_done"),
            _count(None, of_course, mine).label("course_total"),
        )
        .join(WEEKS, WEEKS.c.id == mine.c.week_id)
        .join(COURSES, COURSES.c.id == mine.c.course_id)
        .where(mine.c.id == lesson_id)
    )


def _count(user_id: Any, among: Any, mine: Any) -> ScalarSelect[int]:
    """Count the lessons `among` which the user has done, or all of them."""
    counted = select(func.count()).select_from(LESSONS).where(among, STANDING)
    if user_id is not None:
        is_done = COMPLETIONS.c.lesson_id == LESSONS.c.id
        counted = counted.join(COMPLETIONS, is_done).where(COMPLETIONS.c.user_id == user_id)
    return counted.correlate(mine).scalar_subquery()


def done_of(row: Row[Any], *, more: int = 0) -> LessonDone:
    """Read a row of `standing_of`, as if so many more lessons of the week were done."""
    progress = Share(row.course_done + more, row.course_total)
    return LessonDone(
        id=row.id,
        code=row.code,
        title=row.title,
        xp_reward=row.xp_reward,
        difficulty=row.difficulty,
        course_id=row.course_id,
        course=row.slug,
        course_title=row.course_title,
        week_number=row.number,
        week_title=row.week_title,
        progress=progress,
        is_week_done=row.stands and Share(row.week_done + more, row.week_total).is_whole,
        is_course_done=row.stands and progress.is_whole,
    )


def _record(session: Session, user_id: UUID, done: LessonDone) -> None:
    facts = {"course": done.course, "done": done.progress.done, "total": done.progress.total}
    events.record(
        session,
        user_id,
        "lesson.completed",
        ("lesson", done.id),
        payload={"title": done.title, "code": done.code, **facts},
        is_consequence=True,
    )
    if done.is_week_done:
        events.record(
            session,
            user_id,
            "week.completed",
            ("course", done.course_id),
            payload={"title": done.week_title, "number": done.week_number, "course": done.course},
            is_consequence=True,
        )


async def _finish(session: Session, user_id: UUID, done: LessonDone) -> None:
    finished = {"state": "finished", "finished_at": clock.now()}
    await _write_state(session, user_id, done.course_id, finished)
    events.record(
        session,
        user_id,
        "course.completed",
        ("course", done.course_id),
        payload={"title": done.course_title, "course": done.course},
        is_consequence=True,
    )


@prepared
def _held_for(user_id: UUID, cause_id: UUID) -> Executable:
    return (
        select(
            ENROLMENTS.c.course_id,
            ENROLMENTS.c.state,
            LESSONS.c.id.label("lesson_id"),
            LESSONS.c.title,
            LESSONS.c.code,
        )
        .select_from(COMPLETIONS)
        .join(LESSONS, LESSONS.c.id == COMPLETIONS.c.lesson_id)
        .join(
            ENROLMENTS,
            (ENROLMENTS.c.course_id == LESSONS.c.course_id)
            & (ENROLMENTS.c.user_id == COMPLETIONS.c.user_id),
        )
        .where(COMPLETIONS.c.user_id == user_id, COMPLETIONS.c.cause_id == cause_id)
        .with_for_update(of=ENROLMENTS)
    )


async def _write_state(
    session: Session, user_id: UUID, course_id: UUID, state: dict[str, Any]
) -> None:
    """An enrolment that was left stays so: what is learned afterwards does not take it up again."""
    mine = (ENROLMENTS.c.user_id == user_id, ENROLMENTS.c.course_id == course_id)
    await session.execute(
        update(ENROLMENTS)
        .where(*mine, ENROLMENTS.c.state != "left")
        .values(**state, updated_at=clock.now(), version=ENROLMENTS.c.version + 1)
    )
