"""Courses to test with: small ones of our own, as an author would write them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from questlog.core import clock
from questlog.core.db import Database, Session
from questlog.core.ids import new_id
from questlog.learning import course_imports
from questlog.learning.course_files import CourseForm
from questlog.learning.course_imports import CourseImported
from questlog.learning.lessons import ENROLMENTS, LESSONS

type Change = Callable[[dict[str, Any]], None]


def question(code: str, **more: Any) -> dict[str, Any]:
    return {
        "code": code,
        "kind": "mcq",
        "topic": "towns",
        "difficulty": 1,
        "stem": f"Which town is meant in {code}?",
        "choices": ["Rome", "Oslo", "Lima"],
        "answer": "Oslo",
        "explanation": "Oslo lies at the end of a fjord.",
        "see": "Towns",
        **more,
    }


def lesson(week: int, day: int, *, questions: int = 2, **more: Any) -> dict[str, Any]:
    code = f"w{week}-d{day}"
    return {
        "code": code,
        "day": day,
        "title": f"Day {day} of week {week}",
        "kind": "lesson",
        "xp_reward": 20,
        "difficulty": "normal",
        "minutes": 15,
        "body": f"## Towns\n\nWhat {code} teaches.",
        "questions": [question(f"{code}-q{n}") for n in range(1, questions + 1)],
        **more,
    }


def week(number: int, *, questions: int = 2, **more: Any) -> dict[str, Any]:
    return {
        "number": number,
        "title": f"Week {number}",
        "focus": "Where towns are.",
        "milestone": "You can find a town.",
        "check_in": "Which town will you visit?",
        "lessons": [lesson(number, day, questions=questions) for day in range(1, 8)],
        **more,
    }


def course(
    slug: str = "towns", *, weeks: int = 1, questions: int = 2, **more: Any
) -> dict[str, Any]:
    return {
        "slug": slug,
        "version": 1,
        "language": "en",
        "title": "Towns",
        "description": "A course about towns.",
        "weeks": [week(number, questions=questions) for number in range(1, weeks + 1)],
        **more,
    }


@dataclass(frozen=True)
class School:
    """A course in the database. `lessons` are the ids of its lessons by their codes."""

    course_id: UUID
    lessons: dict[str, UUID]


async def brought(database: Database, **more: Any) -> School:
    """Import a course; arguments are those of `course`."""
    imported = await bring(database, course(**more))
    return School(imported.course_id, await lessons_of(database, imported.course_id))


async def bring(database: Database, written: dict[str, Any]) -> CourseImported:
    form = CourseForm.model_validate(written)
    return await database.write(course_imports.import_course, form)


async def lessons_of(database: Database, course_id: UUID) -> dict[str, UUID]:
    async with database.reader() as session:
        rows = await session.execute(
            select(LESSONS.c.code, LESSONS.c.id).where(
                LESSONS.c.course_id == course_id, LESSONS.c.removed_at.is_(None)
            )
        )
        return {row.code: row.id for row in rows}


async def enrolled(database: Database, user_id: UUID, course_id: UUID) -> None:
    """Let somebody take a course, without tasks."""

    async def save(session: Session) -> None:
        now = clock.now()
        await session.execute(
            insert(ENROLMENTS).values(
                id=new_id(),
                user_id=user_id,
                course_id=course_id,
                starts_on=date(2026, 11, 2),
                skipped_weekdays=[],
                state="active",
                created_at=now,
                updated_at=now,
            )
        )

    await database.write(save)
