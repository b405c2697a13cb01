"""Reading what is taught. It is the same for everybody; how far somebody has come is told by `progress.py`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, select

from questlog.core.db import Session
from questlog.core.exceptions import NotFoundError, UnknownReferenceError
from questlog.core.pagination import PageRequest, Slice, SortKey, slice_of
from questlog.learning.enrolments import CourseNotFoundError
from questlog.learning.lessons import (
    COURSES,
    ENROLMENTS,
    LESSONS,
    STANDING,
    WEEKS,
    LessonNotFoundError,
)

type Shown = dict[str, Any]

COURSE = (
    COURSES.c.id,
    COURSES.c.slug,
    COURSES.c.title,
    COURSES.c.description,
    COURSES.c.language,
    COURSES.c.revision,
    COURSES.c.created_at,
    COURSES.c.updated_at,
    COURSES.c.version,
)
WEEK = (
    WEEKS.c.id,
    WEEKS.c.course_id,
    WEEKS.c.number,
    WEEKS.c.title,
    WEEKS.c.focus,
    WEEKS.c.milestone,
    WEEKS.c.check_in,
    WEEKS.c.boss_name,
    WEEKS.c.boss_story,
)
BRIEF = (
    LESSONS.c.id,
    LESSONS.c.week_id,
    LESSONS.c.code,
    LESSONS.c.day,
    LESSONS.c.title,
    LESSONS.c.kind,
    LESSONS.c.xp_reward,
    LESSONS.c.difficulty,
    LESSONS.c.minutes,
)
FIRST_FIRST = (SortKey(COURSES.c.id),)
IN_ORDER = (SortKey(WEEKS.c.course_id), SortKey(WEEKS.c.number))


async def exist(session: Session) -> bool:
    """Tell whether there is any course."""
    return await session.scalar(select(COURSES.c.id).limit(1)) is not None


class WeekNotFoundError(NotFoundError):
    code = "week_not_found"
    default_message = "There is no such week."


@dataclass(frozen=True)
class CourseHead:
    id: UUID
    slug: str
    title: str


async def head_of(session: Session, course_id: UUID) -> CourseHead:
    """Raises `CourseNotFoundError`."""
    columns = (COURSES.c.id, COURSES.c.slug, COURSES.c.title)
    found = await session.execute(select(*columns).where(COURSES.c.id == course_id))
    row = found.one_or_none()
    if row is None:
        raise CourseNotFoundError()
    return CourseHead(*row)


async def lesson_ids_of(session: Session, course_id: UUID) -> list[UUID]:
    """Return the lessons of a course, those that are taken out included."""
    mine = select(LESSONS.c.id).where(LESSONS.c.course_id == course_id)
    return list(await session.scalars(mine))


async def standing_titles(session: Session, course_id: UUID) -> dict[UUID, str]:
    """Return what the lessons of a course are called, without those that are taken out."""
    of_course = (LESSONS.c.course_id == course_id, STANDING)
    mine = select(LESSONS.c.id, LESSONS.c.title).where(*of_course)
    return {row.id: row.title for row in await session.execute(mine)}


async def page(session: Session, user_id: UUID, request: PageRequest) -> Slice[Shown]:
    """Return the courses there are, with how many weeks and lessons each has and whether the user takes it."""
    mine = (ENROLMENTS.c.course_id == COURSES.c.id) & (ENROLMENTS.c.user_id == user_id)
    of_course = LESSONS.c.course_id == COURSES.c.id
    lessons = select(func.count()).select_from(LESSONS).where(of_course, STANDING)
    weeks = select(func.count(LESSONS.c.week_id.distinct())).where(of_course, STANDING)
    wanted = select(
        *COURSE,
        weeks.scalar_subquery().label("weeks"),
        lessons.scalar_subquery().label("lessons"),
        ENROLMENTS.c.state.label("enrolment"),
    ).outerjoin(ENROLMENTS, mine)
    found = await slice_of(session, wanted, FIRST_FIRST, request)
    return Slice([_shown(row) for row in found.items], found.next_cursor, found.total)


async def get(session: Session, course_id: UUID) -> Shown:
    """Return a course with its weeks and their lessons, without the bodies. Raises `CourseNotFoundError`."""
    row = (await session.execute(select(*COURSE).where(COURSES.c.id == course_id))).one_or_none()
    if row is None:
        raise CourseNotFoundError()
    weeks = await session.execute(
        select(*WEEK).where(WEEKS.c.course_id == course_id).order_by(WEEKS.c.number)
    )
    return {**row._mapping, "weeks": await _with_lessons(session, weeks.all())}


async def get_week(session: Session, week_id: UUID) -> Shown:
    """Return a week with its lessons. Its version is the course's. Raises `WeekNotFoundError`."""
    found = await session.execute(
        select(*WEEK, COURSES.c.version)
        .join(COURSES, COURSES.c.id == WEEKS.c.course_id)
        .where(WEEKS.c.id == week_id)
    )
    row = found.one_or_none()
    shown = [] if row is None else await _with_lessons(session, [row])
    if row is None or not shown:
        raise WeekNotFoundError()
    return {**shown[0], "version": row.version}


async def get_lesson(session: Session, lesson_id: UUID) -> Shown:
    """Return a lesson with its body; one that a newer content took out stays readable. Raises `LessonNotFoundError`."""
    columns = (*BRIEF, LESSONS.c.course_id, LESSONS.c.body, LESSONS.c.removed_at)
    stamps = (LESSONS.c.updated_at, LESSONS.c.version)
    found = await session.execute(
        select(*columns, *stamps, WEEKS.c.number.label("week"))
        .join(WEEKS, WEEKS.c.id == LESSONS.c.week_id)
        .where(LESSONS.c.id == lesson_id)
    )
    row = found.one_or_none()
    if row is None:
        raise LessonNotFoundError()
    return dict(row._mapping)


async def check_week(session: Session, week_id: UUID, *, pointer: str) -> None:
    """Raises `UnknownReferenceError` when a body or query names a week that is not there."""
    if await session.scalar(select(WEEKS.c.id).where(WEEKS.c.id == week_id)) is None:
        raise UnknownReferenceError(pointer=pointer)


async def check_course(session: Session, course_id: UUID, *, pointer: str) -> None:
    """Raises `UnknownReferenceError` when a query names a course that is not there."""
    if await session.scalar(select(COURSES.c.id).where(COURSES.c.id == course_id)) is None:
        raise UnknownReferenceError(pointer=pointer)


def week_shown(row: Row[Any]) -> Shown:
    """Return a row of `WEEK` as the wire has it."""
    shown = {name: row._mapping[name] for name in ("id", "course_id", "number", "title")}
    shown |= {name: row._mapping[name] for name in ("focus", "milestone", "check_in")}
    boss = None if row.boss_name is None else {"name": row.boss_name, "story": row.boss_story}
    return {**shown, "boss": boss}


def lessons_of(week_ids: Iterable[UUID]) -> Select[Any]:
    """Return the statement for the standing lessons of some weeks, in brief and in their order."""
    mine = LESSONS.c.week_id.in_(list(week_ids))
    return select(*BRIEF).where(mine, STANDING).order_by(LESSONS.c.day, LESSONS.c.id)


async def _with_lessons(session: Session, rows: Sequence[Any]) -> list[Shown]:
    """Weeks of which nothing is left are left out."""
    found = (await session.execute(lessons_of(row.id for row in rows))).all()
    lessons: dict[UUID, list[Mapping[str, Any]]] = {}
    for lesson in found:
        lessons.setdefault(lesson.week_id, []).append(lesson._mapping)
    return [
        {**week_shown(week), "lessons": lessons[week.id]} for week in rows if week.id in lessons
    ]


def _shown(row: Row[Any]) -> Shown:
    shown = dict(row._mapping)
    return {name: value for name, value in shown.items() if not name.startswith("sort_")}
