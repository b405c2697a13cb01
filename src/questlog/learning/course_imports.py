"""Bringing a course in: whole or nothing, as often as one likes, and nobody's progress is touched.

Lessons and questions are known by their codes. One that a newer content no longer has is marked and kept, because what
somebody did with it refers to it; one that comes back is the same again. Questions added here by hand are left alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Select, Table, bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from questlog.core import clock
from questlog.core.db import Session
from questlog.core.exceptions import ConflictError
from questlog.core.ids import new_id
from questlog.core.types import Id
from questlog.learning.course_files import CourseForm, LessonForm, WeekForm
from questlog.learning.lessons import COURSES, LESSONS, WEEKS
from questlog.learning.models import Question
from questlog.learning.question_forms import QuestionForm

QUESTIONS = cast(Table, Question.__table__)
STEP = 1024.0

type Columns = dict[str, Any]


class CodeTakenError(ConflictError):
    code = "question_code_taken"
    default_message = "The lesson {lesson} has a question {question} that was added by hand. Give the one in the file another code."


@dataclass(frozen=True)
class CourseImported:
    """What an import did. `renamed` are the lessons whose title changed, with the one they had."""

    course_id: UUID
    slug: str
    title: str
    change: str
    """`new`, `changed` or `unchanged`."""
    lessons: int
    questions: int
    added: Sequence[UUID] = ()
    removed: Sequence[UUID] = ()
    renamed: Mapping[UUID, str] = field(default_factory=dict)
    learners: int = 0
    """How many take the course and are to be reached by the job `job_id`."""
    job_id: UUID | None = None


@dataclass
class _Comparison:
    """Rows that are wanted, held against those that are there, by their codes."""

    new: list[Columns] = field(default_factory=list)
    changed: list[Columns] = field(default_factory=list)
    gone: list[UUID] = field(default_factory=list)
    ids: dict[Any, UUID] = field(default_factory=dict)


async def import_course(session: Session, course: CourseForm) -> CourseImported:
    """Store a course by its slug; the very same content changes nothing. Raises `CodeTakenError`."""
    now = clock.now()
    row = await _claimed(session, course, now)
    is_new = row.digest == ""
    if row.digest == course.digest:
        return _report(course, row.id, "unchanged")
    await _change(session, COURSES, [{"id": row.id, **_head(course)}], now)
    weeks = await _import_weeks(session, row.id, course.weeks, now)
    before = await _there(session, select(LESSONS).where(LESSONS.c.course_id == row.id), "code")
    lessons = _compare(before, _lessons(course, row.id, weeks))
    await _write(session, LESSONS, lessons, now)
    await _import_questions(session, row.id, course.lessons, lessons.ids, now)
    report = _report(course, row.id, "new" if is_new else "changed")
    return _with_lessons(report, lessons, before)


async def _claimed(session: Session, course: CourseForm, now: datetime) -> Any:
    """Return the row of the course, locked; a new one has an empty digest."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    blank = {**_head(course), "id": new_id(), "digest": "", "created_at": now, "updated_at": now}
    new = dialect.insert(COURSES).values(blank).on_conflict_do_nothing(index_elements=["slug"])
    await session.execute(new)
    mine = select(COURSES).where(COURSES.c.slug == course.slug).with_for_update(key_share=True)
    return (await session.execute(mine)).one()


def _head(course: CourseForm) -> Columns:
    return {
        "slug": course.slug,
        "title": course.title,
        "description": course.description,
        "language": course.language,
        "revision": course.version,
        "digest": course.digest,
    }


async def _import_weeks(
    session: Session, course_id: UUID, weeks: Iterable[WeekForm], now: datetime
) -> dict[int, UUID]:
    """A week that is gone keeps its row: what was written at its end refers to it."""
    before = await _there(session, select(WEEKS).where(WEEKS.c.course_id == course_id), "number")
    compared = _compare(before, {week.number: _week(week, course_id) for week in weeks})
    compared.gone.clear()
    await _write(session, WEEKS, compared, now)
    return compared.ids


def _week(week: WeekForm, course_id: UUID) -> Columns:
    return {
        "course_id": course_id,
        **week.model_dump(include={"number", "title", "focus", "milestone", "check_in"}),
        "boss_name": week.boss.name if week.boss else None,
        "boss_story": week.boss.story if week.boss else None,
    }


def _lessons(course: CourseForm, course_id: UUID, weeks: Mapping[int, UUID]) -> dict[str, Columns]:
    return {
        lesson.code: {
            "course_id": course_id,
            "week_id": weeks[week.number],
            **lesson.model_dump(exclude={"questions"}),
            "removed_at": None,
        }
        for week in course.weeks
        for lesson in week.lessons
    }


async def _import_questions(
    session: Session,
    course_id: UUID,
    lessons: Sequence[LessonForm],
    ids: Mapping[str, UUID],
    now: datetime,
) -> None:
    of_course = QUESTIONS.c.lesson_id.in_(
        select(LESSONS.c.id).where(LESSONS.c.course_id == course_id)
    )
    rows = (await session.execute(select(QUESTIONS).where(of_course))).all()
    by_hand = {(row.lesson_id, row.code) for row in rows if row.origin == "admin"}
    before = {row.code: dict(row._mapping) for row in rows if row.origin == "file"}
    wanted: dict[str, Columns] = {}
    for lesson in lessons:
        for n, question in enumerate(lesson.questions, start=1):
            if (ids[lesson.code], question.code) in by_hand:
                raise CodeTakenError(details={"lesson": lesson.code, "question": question.code})
            wanted[question.code] = {
                "lesson_id": ids[lesson.code],
                **columns_of(question),
                "position": n * STEP,
                "origin": "file",
                "removed_at": None,
            }
    compared = _compare(before, wanted)
    for row in compared.new:
        row["created_at"] = now
    await _write(session, QUESTIONS, compared, now)


def columns_of(question: QuestionForm) -> Columns:
    """Return a question as its table keeps it, without its place."""
    return {
        **question.model_dump(
            include={"code", "kind", "topic", "difficulty", "stem", "explanation", "see"}
        ),
        "given": question.shown,
        "answer": question.key,
    }


async def _there(session: Session, rows: Select[Any], key: str) -> dict[Any, Columns]:
    found = (await session.execute(rows)).all()
    return {row._mapping[key]: dict(row._mapping) for row in found}


def _compare(before: Mapping[Any, Columns], wanted: Mapping[Any, Columns]) -> _Comparison:
    compared = _Comparison()
    for key, columns in wanted.items():
        row = before.get(key)
        compared.ids[key] = new_id() if row is None else row["id"]
        entry = {"id": compared.ids[key], **columns}
        if row is None:
            compared.new.append(entry)
        elif any(row[name] != value for name, value in columns.items()):
            compared.changed.append(entry)
    compared.gone = [
        row["id"]
        for key, row in before.items()
        if key not in wanted and row.get("removed_at") is None
    ]
    return compared


async def _write(session: Session, table: Table, compared: _Comparison, now: datetime) -> None:
    if compared.new:
        rows = [{**row, "updated_at": now, "version": 1} for row in compared.new]
        await session.execute(insert(table), rows)
    await _change(session, table, compared.changed, now)
    await _change(session, table, [{"id": id_, "removed_at": now} for id_ in compared.gone], now)


async def _change(session: Session, table: Table, rows: Sequence[Columns], now: datetime) -> None:
    """Set the columns named in `rows`, the same ones in each."""
    if not rows:
        return
    names = [name for name in rows[0] if name != "id"]
    changed = {name: bindparam(f"new_{name}", type_=table.c[name].type) for name in names}
    statement = (
        update(table)
        .where(table.c.id == bindparam("its_id", type_=Id))
        .values(**changed, updated_at=now, version=table.c.version + 1)
    )
    given = [{"its_id": row["id"], **{f"new_{name}": row[name] for name in names}} for row in rows]
    await session.execute(statement, given)


def _report(course: CourseForm, course_id: UUID, change: str) -> CourseImported:
    questions = sum(len(lesson.questions) for lesson in course.lessons)
    return CourseImported(
        course_id, course.slug, course.title, change, len(course.lessons), questions
    )


def _with_lessons(
    report: CourseImported, lessons: _Comparison, before: Mapping[str, Columns]
) -> CourseImported:
    stood = {row["id"]: row for row in before.values()}
    back = [row["id"] for row in lessons.changed if stood[row["id"]]["removed_at"] is not None]
    renamed = {
        row["id"]: stood[row["id"]]["title"]
        for row in lessons.changed
        if row["title"] != stood[row["id"]]["title"]
    }
    return CourseImported(
        report.course_id,
        report.slug,
        report.title,
        report.change,
        report.lessons,
        report.questions,
        added=[*(row["id"] for row in lessons.new), *back],
        removed=lessons.gone,
        renamed=renamed,
    )
