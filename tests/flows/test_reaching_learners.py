"""How newer content reaches learners: one after another, once, and whatever happens between."""

import asyncio
from typing import Any

from sqlalchemy import select, update

from questlog.automation.events import EVENTS
from questlog.automation.jobs import JOBS
from questlog.core import clock
from questlog.core.db import Database
from questlog.flows import reach_learners
from questlog.game.turns import BOSSES
from questlog.identity.models import User
from questlog.learning.lessons import COMPLETIONS
from questlog.planning import lesson_tasks, task_trash
from tests.flows.test_course_updates import bring, renamed, store, titles_of, without_day_seven
from tests.flows.test_courses import enrolment_of, leave, take, tasks_of, tick
from tests.support import school
from tests.support.make import Make, Person
from tests.support.peers import until
from tests.support.school import School
from tests.support.sql import count_commits, count_rows, count_statements


async def test_newer_content_is_stored_at_once_and_reaches_learners_one_by_one(
    make: Make, database: Database
) -> None:
    learners = [await make.user() for _ in range(3)]
    here = await school.brought(database)
    for user in learners:
        await take(database, user, here)

    imported = await store(database, renamed(weeks=2))

    assert imported.learners == 3
    assert await school.lessons_of(database, here.course_id) != here.lessons
    assert [len(await tasks_of(database, user)) for user in learners] == [7, 7, 7]

    told = await count_rows(database, EVENTS)
    with count_commits(database) as commits:
        assert await reach_learners.catch_up(database)

    assert len(commits) == len(learners) + 1
    assert [len(await tasks_of(database, user)) for user in learners] == [14, 14, 14]
    assert await count_rows(database, EVENTS) == told + len(learners)


async def test_renaming_all_lessons_takes_no_more_statements_than_renaming_two(
    make: Make, database: Database
) -> None:
    user = await make.user()
    here = await school.brought(database)
    await take(database, user, here)
    lesson_ids = list(here.lessons.values())
    old = {here.lessons[f"w1-d{day}"]: f"Day {day} of week 1" for day in range(1, 8)}

    counted = []
    for ids in (lesson_ids[:2], lesson_ids[2:]):
        titles = {id_: (old[id_], f"{old[id_]}, anew") for id_ in ids}
        with count_statements(database) as statements:
            await database.write(lesson_tasks.rename, user.id, titles)
        counted.append(len(statements))

    assert counted[0] == counted[1]
    assert await titles_of(database, user) == [f"{title}, anew" for title in old.values()]


async def test_who_goes_on_after_a_crash_begins_behind_the_last_who_was_reached(
    make: Make, database: Database
) -> None:
    learners = sorted([await make.user() for _ in range(3)], key=lambda user: user.id)
    here = await school.brought(database)
    for user in learners:
        await take(database, user, here)
    imported = await store(database, school.course(weeks=2))
    assert imported.job_id is not None

    with count_commits(database) as commits:
        walk = asyncio.create_task(reach_learners.reach_all(database, imported.job_id))
        await until(lambda: bool(commits))
        walk.cancel()
        await asyncio.gather(walk, return_exceptions=True)
    for task in (await tasks_of(database, learners[0]))[7:]:
        await database.write(task_trash.throw_away, learners[0].id, task.id)
    await asyncio.gather(*(reach_learners.reach_all(database, imported.job_id) for _ in range(3)))

    assert [len(await tasks_of(database, user)) for user in learners] == [7, 14, 14]


async def test_one_who_cannot_be_reached_holds_up_nobody(make: Make, database: Database) -> None:
    learners = [await make.user() for _ in range(3)]
    here = await school.brought(database)
    for user in learners:
        await take(database, user, here)
    lost = min(learners, key=lambda user: user.id)
    await set_zone(database, lost, "Nowhere/At-all")

    await store(database, school.course(weeks=2))
    is_all = await reach_learners.catch_up(database)
    reached = {user.id: len(await tasks_of(database, user)) for user in learners}
    await set_zone(database, lost, "UTC")
    is_all_in_the_end = await reach_learners.catch_up(database)

    assert not is_all
    assert reached == {user.id: 7 if user == lost else 14 for user in learners}
    assert is_all_in_the_end
    assert len(await tasks_of(database, lost)) == 14


async def test_who_was_given_up_is_not_told_as_reached(make: Make, database: Database) -> None:
    user = await make.user()
    here = await school.brought(database)
    await take(database, user, here)
    await store(database, renamed(weeks=2))
    given_up = update(JOBS).where(JOBS.c.name == reach_learners.REACH)
    async with database.writer() as session:
        await session.execute(given_up.values(state="dead", done_at=clock.now()))

    is_all_told = await reach_learners.catch_up(database)

    assert not is_all_told
    assert len(await tasks_of(database, user)) == 7


async def test_it_does_not_matter_which_of_two_newer_contents_arrives_first(
    make: Make, database: Database
) -> None:
    user = await make.user()
    here = await school.brought(database)
    await take(database, user, here)
    first = await store(database, without_day_seven(weeks=2))
    second = await store(database, renamed(weeks=2, version=3))

    for imported in (second, first):
        assert imported.job_id is not None
        await reach_learners.reach_all(database, imported.job_id)

    titles = await titles_of(database, user)
    assert titles[0] == "Rivers"
    assert sorted(titles[1:]) == sorted(
        [
            *(f"Day {day} of week 1" for day in range(2, 8)),
            *(f"Day {day} of week 2" for day in range(1, 8)),
        ]
    )
    assert await titles_of(database, user, trash=True) == []


async def test_who_enrols_or_leaves_before_they_are_reached_is_not_told_twice(
    make: Make, database: Database
) -> None:
    early, late, gone = await make.user(), await make.user(), await make.user()
    here = await school.brought(database)
    await take(database, early, here)
    await take(database, gone, here)

    await store(database, school.course(weeks=2))
    await take(database, late, here)
    await leave(database, gone, here)
    await reach_learners.catch_up(database)

    assert len(await tasks_of(database, early)) == 14
    assert len(await tasks_of(database, late)) == 14
    assert await tasks_of(database, gone) == []


async def test_a_lesson_that_is_gone_may_be_ticked_until_its_learner_is_reached(
    make: Make, database: Database
) -> None:
    user = await make.user()
    here = await school.brought(database)
    await take(database, user, here)
    for day in range(1, 7):
        await tick(database, user, f"Day {day} of week 1")

    await store(database, without_day_seven())
    receipt = (await tick(database, user, "Day 7 of week 1")).receipt
    await reach_learners.catch_up(database)

    assert receipt["lesson"]["week_completed"] is False
    assert receipt["lesson"]["course_completed"] is False
    assert await count_rows(database, COMPLETIONS) == 7
    assert (await enrolment_of(database, user)).state == "active"
    open_ones = [t.title for t in await tasks_of(database, user) if t.completed_at is None]
    assert open_ones == ["The sea"]


async def test_a_boss_that_comes_with_newer_content_steps_forward(
    make: Make, database: Database
) -> None:
    user = await make.user()
    here = await school.brought(database)
    await take(database, user, here)

    await bring(database, with_boss("The Mayor"))

    assert await bosses_of(database, user) == {"towns/1": ("The Mayor", "active")}


async def test_a_boss_takes_the_name_that_newer_content_gives_it(
    make: Make, database: Database
) -> None:
    user = await make.user()
    written = with_boss("The Mayor")
    imported = await bring(database, written)
    here = School(imported.course_id, await school.lessons_of(database, imported.course_id))
    await take(database, user, here)

    await bring(database, with_boss("The Old Mayor"))

    assert await bosses_of(database, user) == {"towns/1": ("The Old Mayor", "active")}


def with_boss(name: str) -> dict[str, Any]:
    written = school.course()
    written["weeks"][0]["boss"] = {"name": name, "story": "Knows each town."}
    return written


async def bosses_of(database: Database, user: Person) -> dict[str, tuple[str, str]]:
    """Return name and state of somebody's bosses of weeks, by their codes."""
    async with database.reader() as session:
        mine = select(BOSSES).where(BOSSES.c.user_id == user.id, BOSSES.c.kind == "week")
        return {row.code: (row.name, row.state) for row in await session.execute(mine)}


async def set_zone(database: Database, user: Person, zone: str) -> None:
    async with database.writer() as session:
        await session.execute(update(User).where(User.id == user.id).values(timezone=zone))
