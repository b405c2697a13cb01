"""How far somebody has come."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Row, Table, func, select

from questlog.core.db import Session
from questlog.core.pagination import PageRequest, Slice, slice_of
from questlog.learning import courses
from questlog.learning.courses import IN_ORDER, WEEK, Shown, week_shown
from questlog.learning.lessons import (
    COMPLETIONS,
    COURSES,
    ENROLMENTS,
    LESSONS,
    STANDING,
    WEEKS,
    Share,
)
from questlog.learning.models import QuizAttempt, Review

ATTEMPTS = cast(Table, QuizAttempt.__table__)
REVIEWS = cast(Table, Review.__table__)
CALENDAR_YEARS = 2


@dataclass(frozen=True)
class WeekProgress:
    id: UUID
    number: int
    title: str
    done: int
    total: int


@dataclass(frozen=True)
class NextLesson:
    id: UUID
    code: str
    title: str
    day: int


@dataclass(frozen=True)
class CourseProgress:
    """`current_week` is the first with a lesson that is not done, `next_lesson` the first such lesson."""

    course_id: UUID
    slug: str
    title: str
    state: str
    starts_on: date
    finished_at: datetime | None
    project_id: UUID | None
    done: int
    total: int
    current_week: WeekProgress | None
    next_lesson: NextLesson | None


@dataclass(frozen=True)
class DayOfLearning:
    date: date
    lessons: int
    quizzes: int
    reviews: int


@dataclass(frozen=True)
class Calendar:
    """Two years up to today; days on which nothing was learned are left out."""

    start: date
    end: date
    days: Sequence[DayOfLearning]


async def of_user(session: Session, user_id: UUID) -> list[CourseProgress]:
    """Return the courses somebody takes or has finished, in the order they took them up."""
    taken = await session.execute(
        select(ENROLMENTS, COURSES.c.slug, COURSES.c.title)
        .join(COURSES, COURSES.c.id == ENROLMENTS.c.course_id)
        .where(ENROLMENTS.c.user_id == user_id, ENROLMENTS.c.state != "left")
        .order_by(ENROLMENTS.c.id)
    )
    rows = taken.all()
    lessons = await session.execute(_lessons_of(user_id, [row.course_id for row in rows]))
    by_course = {key: list(of) for key, of in groupby(lessons, key=lambda row: row.course_id)}
    return [_of_course(row, by_course.get(row.course_id, [])) for row in rows]


async def weeks(
    session: Session, user_id: UUID, request: PageRequest, *, course_id: UUID | None = None
) -> Slice[Shown]:
    """Return the weeks of one course, or of all that the user takes, with what is done of them.

    Raises `UnknownReferenceError`.
    """
    standing = select(LESSONS.c.id).where(LESSONS.c.week_id == WEEKS.c.id, STANDING).exists()
    wanted = select(*WEEK).where(standing)
    if course_id is not None:
        await courses.check_course(session, course_id, pointer="/query/course_id")
        wanted = wanted.where(WEEKS.c.course_id == course_id)
    else:
        mine = (ENROLMENTS.c.user_id == user_id, ENROLMENTS.c.state != "left")
        wanted = wanted.where(WEEKS.c.course_id.in_(select(ENROLMENTS.c.course_id).where(*mine)))
    found = await slice_of(session, wanted, IN_ORDER, request)
    lessons = await _learned(session, user_id, [row.id for row in found.items])
    items = [_week_of(row, lessons.get(row.id, [])) for row in found.items]
    return Slice(items, found.next_cursor, found.total)


async def calendar(session: Session, user_id: UUID, *, today: date) -> Calendar:
    """Count what was learned on each local day of the last two years.

    Quizzes and reviews count for the game's day, which is ahead of `today` for a while after a move to the west: then it
    is the last one.
    """
    start = _years_before(today)
    counts = [
        await _by_day(session, user_id, table, start) for table in (COMPLETIONS, ATTEMPTS, REVIEWS)
    ]
    days = sorted(set().union(*counts))
    end = max([today, *days])
    return Calendar(start, end, [DayOfLearning(day, *(of[day] for of in counts)) for day in days])


def _years_before(today: date) -> date:
    """Return the day after the same day two years ago; 29 February falls to 1 March."""
    year = today.year - CALENDAR_YEARS
    is_leap_day = (today.month, today.day) == (2, 29)
    same = date(year, 3, 1) if is_leap_day else today.replace(year=year)
    return same if is_leap_day else date.fromordinal(same.toordinal() + 1)


async def _by_day(session: Session, user_id: UUID, table: Table, start: date) -> Counter[date]:
    day = table.c.local_day
    found = await session.execute(
        select(day, func.count()).where(table.c.user_id == user_id, day >= start).group_by(day)
    )
    return Counter({row[0]: row[1] for row in found})


def _lessons_of(user_id: UUID, course_ids: Sequence[UUID]) -> Any:
    is_done = (COMPLETIONS.c.lesson_id == LESSONS.c.id) & (COMPLETIONS.c.user_id == user_id)
    return (
        select(
            LESSONS.c.course_id,
            LESSONS.c.id,
            LESSONS.c.code,
            LESSONS.c.title,
            LESSONS.c.day,
            WEEKS.c.id.label("week_id"),
            WEEKS.c.number.label("week"),
            WEEKS.c.title.label("week_title"),
            COMPLETIONS.c.local_day.label("done_on"),
        )
        .join(WEEKS, WEEKS.c.id == LESSONS.c.week_id)
        .outerjoin(COMPLETIONS, is_done)
        .where(LESSONS.c.course_id.in_(course_ids), STANDING)
        .order_by(LESSONS.c.course_id, WEEKS.c.number, LESSONS.c.day, LESSONS.c.id)
    )


def _of_course(row: Row[Any], lessons: Sequence[Row[Any]]) -> CourseProgress:
    share = _share(lessons)
    next_ = next((lesson for lesson in lessons if lesson.done_on is None), None)
    current = None
    if next_ is not None:
        week = _share([lesson for lesson in lessons if lesson.week_id == next_.week_id])
        current = WeekProgress(next_.week_id, next_.week, next_.week_title, week.done, week.total)
    return CourseProgress(
        course_id=row.course_id,
        slug=row.slug,
        title=row.title,
        state=row.state,
        starts_on=row.starts_on,
        finished_at=row.finished_at,
        project_id=row.project_id,
        done=share.done,
        total=share.total,
        current_week=current,
        next_lesson=next_ and NextLesson(next_.id, next_.code, next_.title, next_.day),
    )


def _share(lessons: Iterable[Row[Any]]) -> Share:
    days = [lesson.done_on for lesson in lessons]
    return Share(sum(day is not None for day in days), len(days))


async def _learned(
    session: Session, user_id: UUID, week_ids: Sequence[UUID]
) -> Mapping[UUID, list[Shown]]:
    is_done = (COMPLETIONS.c.lesson_id == LESSONS.c.id) & (COMPLETIONS.c.user_id == user_id)
    found = await session.execute(
        courses.lessons_of(week_ids)
        .add_columns(COMPLETIONS.c.local_day.label("done_on"))
        .outerjoin_from(LESSONS, COMPLETIONS, is_done)
    )
    lessons: dict[UUID, list[Shown]] = {}
    for row in found:
        lessons.setdefault(row.week_id, []).append(dict(row._mapping))
    return lessons


def _week_of(row: Row[Any], lessons: list[Shown]) -> Shown:
    done = sum(lesson["done_on"] is not None for lesson in lessons)
    return {**week_shown(row), "done": done, "total": len(lessons), "lessons": lessons}
