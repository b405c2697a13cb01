"""Taking a course and leaving it."""

import asyncio
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from questlog.core.db import Database
from questlog.flows.complete_task import complete_task
from questlog.flows.enroll import Enrolled, enroll
from questlog.flows.leave_course import leave_course
from questlog.learning.enrolments import (
    AlreadyEnrolledError,
    CourseNotFoundError,
    NotEnrolledError,
)
from questlog.learning.lessons import COMPLETIONS, ENROLMENTS
from questlog.planning.models import Project
from questlog.planning.task_rows import TASKS
from tests.support import school
from tests.support.make import Make, Person
from tests.support.moving_clock import MovingClock
from tests.support.school import School
from tests.support.sql import count_rows, count_statements

MONDAY = date(2026, 11, 2)


async def take(database: Database, user: Person, here: School, **more: Any) -> Enrolled:
    return await database.write(_take, user, here, {"starts_on": MONDAY, **more})


async def _take(session: Any, user: Person, here: School, more: dict[str, Any]) -> Enrolled:
    return await enroll(session, user.id, here.course_id, timezone=user.timezone, **more)


async def leave(database: Database, user: Person, here: School) -> None:
    async with database.writer() as session:
        await leave_course(session, user.id, here.course_id, timezone=user.timezone)


async def tasks_of(database: Database, user: Person, *, trash: bool = False) -> list[Any]:
    gone = TASKS.c.deleted_at.is_not(None) if trash else TASKS.c.deleted_at.is_(None)
    async with database.reader() as session:
        mine = select(TASKS).where(TASKS.c.user_id == user.id, gone).order_by(TASKS.c.position)
        return list(await session.execute(mine))


async def tick(database: Database, user: Person, title: str) -> Any:
    task = next(task for task in await tasks_of(database, user) if task.title == title)
    async with database.writer() as session:
        return await complete_task(session, user.id, task.id, timezone=user.timezone)


async def enrolment_of(database: Database, user: Person) -> Any:
    async with database.reader() as session:
        mine = select(ENROLMENTS).where(ENROLMENTS.c.user_id == user.id)
        return (await session.execute(mine)).one()


async def test_enrolling_plans_a_lesson_a_day_in_a_project_of_the_course(
    make: Make, database: Database
) -> None:
    user = await make.user()
    here = await school.brought(database)

    taken = await take(database, user, here)

    tasks = await tasks_of(database, user)
    assert taken.planned == 7
    assert [task.title for task in tasks] == [f"Day {day} of week 1" for day in range(1, 8)]
    assert [task.due_on.day for task in tasks] == [2, 3, 4, 5, 6, 7, 8]
    assert [task.lesson_id for task in tasks] == [here.lessons[f"w1-d{n}"] for n in range(1, 8)]
    assert {task.project_id for task in tasks} == {taken.enrolment["project_id"]}
    async with database.reader() as session:
        assert list(await session.scalars(select(Project.title))) == ["Towns"]


async def test_chosen_weekdays_are_left_out(make: Make, database: Database) -> None:
    user = await make.user()
    here = await school.brought(database)

    await take(database, user, here, starts_on=date(2026, 11, 7), skip_weekdays={6, 7})

    days = [task.due_on.day for task in await tasks_of(database, user)]
    assert days == [9, 10, 11, 12, 13, 16, 17]


async def test_a_course_begins_today_in_the_users_zone(
    make: Make, database: Database, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(datetime(2026, 11, 2, 22, tzinfo=UTC))
    user = await make.user(timezone="Asia/Tokyo")
    here = await school.brought(database)

    await take(database, user, here, starts_on=None)

    assert (await tasks_of(database, user))[0].due_on == date(2026, 11, 3)


async def test_enrolling_costs_the_same_for_a_long_course(make: Make, database: Database) -> None:
    user = await make.user()
    short = await school.brought(database)
    long = await school.brought(database, slug="long", weeks=4)
    counts = []

    for here in (short, long):
        with count_statements(database) as statements:
            await take(database, user, here)
        counts.append(len(statements))

    assert counts[0] == counts[1] <= 25


async def test_nobody_takes_a_course_twice_even_at_once(make: Make, database: Database) -> None:
    user = await make.user()
    here = await school.brought(database)

    found = await asyncio.gather(
        *(take(database, user, here) for _ in range(5)), return_exceptions=True
    )

    assert sum(isinstance(one, Enrolled) for one in found) == 1
    assert sum(isinstance(one, AlreadyEnrolledError) for one in found) == 4
    assert len(await tasks_of(database, user)) == 7


async def test_what_is_no_course_cannot_be_taken(make: Make, database: Database) -> None:
    user = await make.user()
    nowhere = School(user.id, {})

    with pytest.raises(CourseNotFoundError):
        await take(database, user, nowhere)
    with pytest.raises(CourseNotFoundError):
        await leave(database, user, nowhere)


async def test_leaving_throws_open_tasks_away_and_keeps_what_is_done(
    make: Make, database: Database
) -> None:
    user = await make.user()
    here = await school.brought(database)
    await take(database, user, here)
    await tick(database, user, "Day 1 of week 1")
    parent = (await tasks_of(database, user))[1]
    await make.task(user, title="Take notes", parent_task_id=parent.id, depth=2)
    await make.task(user, title="My own")

    await leave(database, user, here)

    kept = {task.title for task in await tasks_of(database, user)}
    assert kept == {"Day 1 of week 1", "My own"}
    assert len(await tasks_of(database, user, trash=True)) == 7
    assert await count_rows(database, COMPLETIONS) == 1
    with pytest.raises(NotEnrolledError):
        await leave(database, user, here)


async def test_who_comes_back_goes_on_where_they_stopped(make: Make, database: Database) -> None:
    user = await make.user()
    here = await school.brought(database)
    first = await take(database, user, here)
    await tick(database, user, "Day 1 of week 1")
    await leave(database, user, here)

    again = await take(database, user, here, starts_on=date(2026, 12, 1))

    planned = [task for task in await tasks_of(database, user) if task.completed_at is None]
    assert again.planned == 6
    assert again.enrolment["id"] == first.enrolment["id"]
    assert again.enrolment["project_id"] == first.enrolment["project_id"]
    assert planned[0].title == "Day 2 of week 1"
    assert planned[0].due_on == date(2026, 12, 1)


async def test_ticking_every_task_finishes_the_course(make: Make, database: Database) -> None:
    user = await make.user()
    here = await school.brought(database)
    await take(database, user, here)

    changes = [await tick(database, user, f"Day {day} of week 1") for day in range(1, 8)]

    assert (await enrolment_of(database, user)).state == "finished"
    assert [change.receipt["xp"] >= 20 for change in changes] == [True] * 7
    assert changes[-1].receipt["lesson"]["course_completed"]
