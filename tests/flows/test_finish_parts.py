"""A week or a course that is finished because its open lessons were taken out: badge, count and event, once."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from questlog.automation.events import EVENTS
from questlog.core.db import Database
from questlog.flows import reach_learners
from questlog.flows.enroll import enroll
from questlog.flows.import_course import import_course
from questlog.flows.leave_course import leave_course
from questlog.game import recompute
from questlog.game.turns import PLAYERS
from questlog.learning.course_files import CourseForm
from questlog.learning.lessons import ENROLMENTS
from questlog.planning.task_rows import TASKS
from tests.game.played import Played, sign_in
from tests.support import school
from tests.support.invariants import check_invariants

WEEK = 7


async def learner(database: Database) -> tuple[Played, UUID, list[UUID]]:
    """Return somebody in a course of two weeks, the course, and the tasks of its lessons."""
    me = await sign_in(database, email="ada@example.org", zone="UTC")
    here = await school.brought(database, weeks=2)
    await database.write(enroll, me.id, here.course_id, timezone="UTC")
    mine = select(TASKS.c.id).where(TASKS.c.user_id == me.id).order_by(TASKS.c.position)
    async with database.reader() as session:
        return me, here.course_id, list(await session.scalars(mine))


def shortened(version: int = 2) -> dict[str, Any]:
    """Return the course without its second week."""
    return school.course(weeks=1, version=version)


def with_another_last_day() -> dict[str, Any]:
    """Return the course with another lesson on the first week's last day, which was day 1 of the second week before."""
    written = school.course(weeks=2, version=2)
    first, second = (week["lessons"] for week in written["weeks"])
    first[6], second[0] = {**second[0], "day": 7}, school.lesson(2, 1, code="w2-new")
    return written


async def renew(database: Database, written: dict[str, Any]) -> None:
    """Bring a newer content in, and to those who take the course."""
    await database.write(import_course, CourseForm.model_validate(written))
    assert await reach_learners.catch_up(database)


async def told(database: Database, user_id: UUID, type_: str) -> int:
    count = select(func.count()).where(EVENTS.c.user_id == user_id, EVENTS.c.type == type_)
    async with database.reader() as session:
        return await session.scalar(count) or 0


async def counted(database: Database, user_id: UUID, name: str) -> int:
    async with database.reader() as session:
        counters = await session.scalar(
            select(PLAYERS.c.counters).where(PLAYERS.c.user_id == user_id)
        )
    return int((counters or {}).get(name, 0))


async def test_f5_a_course_finished_by_its_newer_content_has_its_badge(database: Database) -> None:
    me, _, tasks = await learner(database)
    for task_id in tasks[:WEEK]:
        await me.complete(task_id)

    for version in (2, 3):
        await renew(database, shortened(version))

    async with database.reader() as session:
        assert await session.scalar(select(ENROLMENTS.c.state)) == "finished"
    assert {"course/towns", "week/towns/1"} <= set((await me.shown())["badges"])
    assert await counted(database, me.id, "courses_completed") == 1
    assert await counted(database, me.id, "weeks_completed") == 1
    assert await told(database, me.id, "course.completed") == 1
    assert await told(database, me.id, "week.completed") == 1
    assert await database.write(recompute.compare, me.id) == []
    await check_invariants(database)


async def test_f5_a_week_whose_last_open_lesson_was_taken_out_has_its_badge(
    database: Database,
) -> None:
    me, _, tasks = await learner(database)
    for task_id in [*tasks[: WEEK - 1], tasks[WEEK]]:
        await me.complete(task_id)

    await renew(database, with_another_last_day())

    badges = (await me.shown())["badges"]
    assert "week/towns/1" in badges
    assert "course/towns" not in badges
    assert await counted(database, me.id, "weeks_completed") == 1
    await check_invariants(database)


async def test_f5_what_was_finished_by_its_content_is_not_finished_again_by_a_lesson(
    database: Database,
) -> None:
    me, _, tasks = await learner(database)
    for task_id in tasks[:WEEK]:
        await me.complete(task_id)
    await renew(database, shortened())
    before = await me.shown()

    await me.reopen(tasks[0])
    await me.complete(tasks[0])

    assert await me.shown() == before
    assert await counted(database, me.id, "courses_completed") == 1
    await check_invariants(database)


async def test_f5_who_takes_a_course_again_that_became_shorter_has_finished_it(
    database: Database,
) -> None:
    me, course_id, tasks = await learner(database)
    for task_id in tasks[:WEEK]:
        await me.complete(task_id)
    await database.write(leave_course, me.id, course_id, timezone="UTC")
    await renew(database, shortened())
    away = (await me.shown())["badges"]

    await database.write(enroll, me.id, course_id, timezone="UTC")

    assert "course/towns" not in away
    assert "course/towns" in (await me.shown())["badges"]
    assert await told(database, me.id, "course.completed") == 1
    await check_invariants(database)
