"""What the newer content of a course brings to those who take it."""

import asyncio
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from questlog.automation.events import EVENTS
from questlog.core import clock
from questlog.core.db import Database
from questlog.flows import reach_learners
from questlog.flows.complete_task import complete_task
from questlog.flows.import_course import import_course
from questlog.learning.course_files import CourseForm
from questlog.learning.course_imports import CourseImported
from questlog.learning.lessons import COMPLETIONS
from tests.flows.test_courses import enrolment_of, take, tasks_of, tick
from tests.support import school
from tests.support.make import Make, Person
from tests.support.sql import count_rows, count_statements


async def bring(database: Database, written: dict[str, Any]) -> CourseImported:
    """Import a course, and reach everybody who takes it."""
    imported = await store(database, written)
    assert await reach_learners.catch_up(database)
    return imported


async def store(database: Database, written: dict[str, Any]) -> CourseImported:
    """Import a course; who takes it is not reached yet."""
    return await database.write(import_course, CourseForm.model_validate(written))


async def titles_of(database: Database, user: Person, *, trash: bool = False) -> list[str]:
    return [task.title for task in await tasks_of(database, user, trash=trash)]


def renamed(**more: Any) -> dict[str, Any]:
    """Return the course of the school with a first lesson called “Rivers”."""
    written = school.course(**more)
    written["weeks"][0]["lessons"][0]["title"] = "Rivers"
    return written


def without_day_seven(**more: Any) -> dict[str, Any]:
    written = school.course(**more)
    written["weeks"][0]["lessons"][6] = school.lesson(1, 7, code="w1-last", title="The sea")
    return written


async def test_the_same_content_changes_nothing(make: Make, database: Database) -> None:
    user = await make.user()
    here = await school.brought(database)
    await take(database, user, here)

    with count_statements(database) as statements:
        imported = await store(database, school.course())

    assert imported.change == "unchanged"
    assert len(statements) == 2


async def test_new_lessons_stand_behind_the_planned_ones(make: Make, database: Database) -> None:
    user = await make.user()
    stranger = await make.user()
    here = await school.brought(database)
    await take(database, user, here)
    await tick(database, user, "Day 1 of week 1")

    imported = await bring(database, school.course(weeks=2))

    titles = [task.title for task in await tasks_of(database, user)]
    days = [task.due_on for task in await tasks_of(database, user)]
    assert imported.change == "changed"
    assert titles[7:] == [f"Day {day} of week 2" for day in range(1, 8)]
    assert days[7] >= date(2026, 11, 9)
    assert await count_rows(database, COMPLETIONS) == 1
    assert await tasks_of(database, stranger) == []


async def test_an_account_that_is_being_erased_stops_nobody_elses_course(
    make: Make, database: Database
) -> None:
    here = await school.brought(database)
    leaving, staying = await make.user(erasing_since=clock.now()), await make.user()
    for user in (leaving, staying):
        await take(database, user, here)

    await bring(database, school.course(weeks=2))

    assert len(await tasks_of(database, leaving)) == 7
    assert len(await tasks_of(database, staying)) == 14


async def test_who_has_finished_a_course_goes_on_with_its_new_lessons(
    make: Make, database: Database
) -> None:
    user = await make.user()
    here = await school.brought(database)
    await take(database, user, here)
    for day in range(1, 8):
        await tick(database, user, f"Day {day} of week 1")

    await bring(database, school.course(weeks=2))

    assert (await enrolment_of(database, user)).state == "active"
    assert len(await tasks_of(database, user)) == 14


async def test_a_lesson_that_is_renamed_or_gone_reaches_open_tasks(
    make: Make, database: Database
) -> None:
    user = await make.user()
    here = await school.brought(database)
    await take(database, user, here)
    written = school.course()
    lessons = written["weeks"][0]["lessons"]
    lessons[1]["title"] = "Rivers"
    lessons[6] = school.lesson(1, 7, code="w1-last", title="The sea", questions=0)

    imported = await bring(database, written)

    titles = [task.title for task in await tasks_of(database, user)]
    assert titles == [
        "Day 1 of week 1",
        "Rivers",
        *(f"Day {day} of week 1" for day in (3, 4, 5, 6)),
        "The sea",
    ]
    assert imported.removed == [here.lessons["w1-d7"]]
    async with database.reader() as session:
        told = await session.scalars(select(EVENTS.c.type).where(EVENTS.c.user_id == user.id))
        assert "course.updated" in set(told)


async def test_a_lesson_that_comes_back_is_the_same_again(make: Make, database: Database) -> None:
    user = await make.user()
    here = await school.brought(database)
    await take(database, user, here)
    await tick(database, user, "Day 7 of week 1")
    without = school.course()
    without["weeks"][0]["lessons"][6] = school.lesson(1, 7, code="w1-last", title="The sea")

    await bring(database, without)
    back = await bring(database, school.course(version=3))

    assert (await school.lessons_of(database, here.course_id)) == here.lessons
    assert back.added == [here.lessons["w1-d7"]]
    assert await count_rows(database, COMPLETIONS) == 1
    assert (await enrolment_of(database, user)).state == "active"


async def test_newer_content_and_ticking_do_not_get_in_each_others_way(
    make: Make, database: Database
) -> None:
    here = await school.brought(database)
    learners = [await make.user() for _ in range(4)]
    for user in learners:
        await take(database, user, here)
    newer = school.course(weeks=2)
    for lesson in newer["weeks"][0]["lessons"]:
        lesson["title"] += ", anew"
    ids = {user.id: [task.id for task in await tasks_of(database, user)] for user in learners}

    async def tick_one(user: Person, task_id: UUID) -> None:
        async with database.writer() as session:
            await complete_task(session, user.id, task_id, timezone=user.timezone)

    await asyncio.gather(
        *(tick_one(user, id_) for user in learners for id_ in ids[user.id][:3]),
        bring(database, newer),
        *(tick_one(user, id_) for user in learners for id_ in ids[user.id][3:6]),
    )

    assert await count_rows(database, COMPLETIONS) == 6 * len(learners)
    for user in learners:
        tasks = await tasks_of(database, user)
        assert len(tasks) == 14
        assert [task.title for task in tasks if task.completed_at is None] == [
            "Day 7 of week 1, anew",
            *(f"Day {day} of week 2" for day in range(1, 8)),
        ]
