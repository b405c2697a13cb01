"""What was done, day by day."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import time_machine

from questlog.core import clock
from questlog.core.db import Database
from questlog.flows.complete_task import complete_task
from questlog.flows.reopen_task import reopen_task
from questlog.planning import project_trash, task_trash
from questlog.stats import productivity
from tests.stats.support import done
from tests.support.make import Make
from tests.support.sql import count_statements

TODAY = date(2026, 11, 21)


async def test_every_day_is_there_oldest_first(database: Database, make: Make) -> None:
    user, other = await make.user(), await make.user()
    project = await make.project(user)
    await done(database, user, TODAY, xp=10)
    await done(database, user, TODAY - timedelta(days=2), project_id=project.id, xp=15)
    await done(database, user, TODAY - timedelta(days=2))
    await done(database, user, TODAY - timedelta(days=3))
    await done(database, other, TODAY)

    with count_statements(database) as statements:
        days = await database.read(productivity.of_days, user.id, 3, today=TODAY)

    assert [(day.date.day, day.count, day.xp) for day in days] == [
        (19, 2, 15),
        (20, 0, 0),
        (21, 1, 10),
    ]
    assert days[0].breakdown == {str(project.id): 1, "inbox": 1}
    assert days[1].breakdown == {}
    assert len(statements) == 1


async def test_what_was_taken_back_skipped_or_postponed_does_not_count(
    database: Database, make: Make
) -> None:
    user = await make.user()
    await done(database, user, TODAY, outcome="skipped")
    await done(database, user, TODAY, outcome="postponed")
    await done(database, user, TODAY, reopened_at=clock.now())

    [day] = await database.read(productivity.of_days, user.id, 1, today=TODAY)

    assert (day.count, day.breakdown) == (0, {})


async def test_every_date_of_a_series_counts(database: Database, make: Make) -> None:
    user = await make.user()
    task = await make.task(user, due_on=TODAY, rule="FREQ=DAILY", rhythm_from=TODAY)
    for ahead in range(3):
        with time_machine.travel(datetime(2026, 11, 21 + ahead, 9, tzinfo=ZoneInfo("UTC"))):
            await database.write(complete_task, user.id, task.id, timezone="UTC")

    days = await database.read(productivity.of_days, user.id, 3, today=TODAY + timedelta(days=2))

    assert [day.count for day in days] == [1, 1, 1]


async def test_a_day_is_the_users_own(database: Database, make: Make) -> None:
    user = await make.user(timezone="Asia/Tokyo")
    task = await make.task(user)
    midnight = datetime(2026, 11, 21, 0, 30, tzinfo=ZoneInfo("Asia/Tokyo"))
    with time_machine.travel(midnight):
        await database.write(complete_task, user.id, task.id, timezone="Asia/Tokyo")

    days = await database.read(productivity.of_days, user.id, 2, today=TODAY)

    assert [day.count for day in days] == [0, 1]


async def test_statistics_follow_a_reopening_and_survive_the_trash(
    database: Database, make: Make
) -> None:
    user = await make.user()
    project = await make.project(user)
    kept, reopened = [await make.task(user, project_id=project.id) for _ in range(2)]
    for task in (kept, reopened):
        await database.write(complete_task, user.id, task.id, timezone="UTC")
    await database.write(reopen_task, user.id, reopened.id, timezone="UTC")

    await database.write(project_trash.delete, user.id, project.id, with_tasks=True)
    later = clock.now() + timedelta(seconds=1)
    await database.write(task_trash.purge, before=later)
    await database.write(project_trash.purge, before=later)

    today = clock.today("UTC")
    [day] = await database.read(productivity.of_days, user.id, 1, today=today)
    assert (day.count, day.breakdown) == (1, {str(project.id): 1})


async def test_a_year_has_all_its_days(database: Database, make: Make) -> None:
    user = await make.user()
    for day in (date(2028, 1, 1), date(2028, 2, 29), date(2028, 2, 29), date(2028, 12, 31)):
        await done(database, user, day)
    await done(database, user, date(2027, 12, 31))

    with count_statements(database) as statements:
        year = await database.read(productivity.of_year, user.id, 2028)

    assert (year.total, year.best, len(year.days)) == (4, 2, 366)
    assert (year.days[0].count, year.days[59].count, year.days[-1].count) == (1, 2, 1)
    assert len(statements) == 1
