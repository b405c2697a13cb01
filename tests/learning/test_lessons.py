"""Doing lessons, once each, and what that finishes."""

import asyncio
from datetime import date
from itertools import batched
from uuid import UUID

from sqlalchemy import select

from questlog.automation.events import EVENTS
from questlog.core.db import Database, Session
from questlog.core.ids import new_id
from questlog.learning import lessons
from questlog.learning.lessons import COMPLETIONS, ENROLMENTS, LessonDone, Share
from tests.support import school
from tests.support.make import Make, Person
from tests.support.school import School
from tests.support.sql import count_rows, count_statements

MONDAY = date(2026, 11, 2)


async def learner(make: Make, database: Database, *, weeks: int = 1) -> tuple[Person, School]:
    user = await make.user()
    here = await school.brought(database, weeks=weeks)
    await school.enrolled(database, user.id, here.course_id)
    return user, here


async def done(
    database: Database, user: Person, lesson_id: UUID, cause_id: UUID | None = None
) -> LessonDone | None:
    return await database.write(_complete, user.id, lesson_id, cause_id or new_id())


async def _complete(
    session: Session, user_id: UUID, lesson_id: UUID, cause_id: UUID
) -> LessonDone | None:
    return await lessons.complete_lesson(
        session, user_id, lesson_id, cause_id=cause_id, via="task", local_day=MONDAY
    )


async def types_of(database: Database, user: Person) -> list[str]:
    async with database.reader() as session:
        mine = select(EVENTS.c.type).where(EVENTS.c.user_id == user.id).order_by(EVENTS.c.seq)
        return list(await session.scalars(mine))


async def state_of(database: Database, user: Person) -> str | None:
    async with database.reader() as session:
        return await session.scalar(
            select(ENROLMENTS.c.state).where(ENROLMENTS.c.user_id == user.id)
        )


async def test_a_lesson_is_done_once(make: Make, database: Database) -> None:
    user, here = await learner(make, database)

    first = await done(database, user, here.lessons["w1-d1"])
    again = await done(database, user, here.lessons["w1-d1"])

    assert first is not None
    assert (first.code, first.course, first.xp_reward) == ("w1-d1", "towns", 20)
    assert first.progress == Share(1, 7)
    assert not first.is_week_done
    assert again is None
    assert await types_of(database, user) == ["lesson.completed"]


async def test_a_lesson_costs_two_statements_beside_its_event(
    make: Make, database: Database
) -> None:
    user, here = await learner(make, database)

    with count_statements(database) as statements:
        await done(database, user, here.lessons["w1-d1"])

    assert len([one for one in statements if "event" not in one]) == 2


async def test_who_never_took_the_course_does_none_of_its_lessons(
    make: Make, database: Database
) -> None:
    user = await make.user()
    here = await school.brought(database)

    found = await done(database, user, here.lessons["w1-d1"])

    assert found is None
    assert await count_rows(database, COMPLETIONS) == 0


async def test_the_last_lesson_finishes_week_and_course(make: Make, database: Database) -> None:
    user, here = await learner(make, database, weeks=2)
    codes = sorted(here.lessons)

    found = [await done(database, user, here.lessons[code]) for code in codes]

    assert [n for n, one in enumerate(found, 1) if one and one.is_week_done] == [7, 14]
    assert [n for n, one in enumerate(found, 1) if one and one.is_course_done] == [14]
    assert await state_of(database, user) == "finished"
    assert (await types_of(database, user))[-3:] == [
        "lesson.completed",
        "week.completed",
        "course.completed",
    ]


async def test_two_last_lessons_at_once_finish_the_week_once(
    make: Make, database: Database
) -> None:
    here = await school.brought(database)
    learners = [await make.user() for _ in range(8)]
    *early, one, other = sorted(here.lessons)
    for user in learners:
        await school.enrolled(database, user.id, here.course_id)
        for code in early:
            await done(database, user, here.lessons[code])

    found = await asyncio.gather(
        *(done(database, user, here.lessons[code]) for user in learners for code in (one, other))
    )

    ends = [bool(lesson and lesson.is_week_done) for lesson in found]
    assert [sum(pair) for pair in batched(ends, 2)] == [1] * len(learners)
    assert {await state_of(database, user) for user in learners} == {"finished"}


async def test_what_is_taken_back_can_be_done_again(make: Make, database: Database) -> None:
    user, here = await learner(make, database)
    causes = {code: new_id() for code in here.lessons}
    for code, cause in causes.items():
        await done(database, user, here.lessons[code], cause)

    taken = await database.write(lessons.take_back, user.id, causes["w1-d3"])
    nothing = await database.write(lessons.take_back, user.id, causes["w1-d3"])
    state = await state_of(database, user)
    again = await done(database, user, here.lessons["w1-d3"])

    assert taken == here.course_id
    assert nothing is None
    assert state == "active"
    assert again is not None
    assert again.is_course_done


async def test_nobody_takes_back_what_another_did(make: Make, database: Database) -> None:
    user, here = await learner(make, database)
    other = await make.user()
    cause = new_id()
    await done(database, user, here.lessons["w1-d1"], cause)

    taken = await database.write(lessons.take_back, other.id, cause)

    assert taken is None
    assert await count_rows(database, COMPLETIONS) == 1
