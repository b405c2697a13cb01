"""Everything that was ever done, seen from several sides."""

from datetime import date, timedelta

from questlog.core import clock
from questlog.core.db import Database
from questlog.planning import goal_trash, project_trash
from questlog.stats import overview
from questlog.stats.days import Streak
from questlog.stats.overview import PriorityShare, Punctuality, Share, Totals
from tests.stats.support import done
from tests.support.make import Make
from tests.support.sql import count_statements

SATURDAY = date(2026, 11, 21)
FRIDAY = SATURDAY - timedelta(days=1)


async def test_nothing_done_is_an_overview_of_nothing(database: Database, make: Make) -> None:
    user, other = await make.user(), await make.user()
    await done(database, other, SATURDAY)

    found = await database.read(overview.of_all, user.id, today=SATURDAY)

    assert found.totals == Totals(0, 0, 0)
    assert (found.punctuality.rate, found.best_weekday, found.best_hour) == (None, None, None)
    assert (found.by_weekday, found.by_hour) == ([0] * 7, [0] * 24)
    assert (found.by_priority, found.by_project, found.by_goal) == ([], [], [])


async def test_sums_days_and_hours(database: Database, make: Make) -> None:
    user = await make.user()
    await done(database, user, FRIDAY, xp=10, done_hour=8, priority=4)
    await done(database, user, FRIDAY, xp=5, done_hour=22)
    await done(database, user, SATURDAY, done_hour=8)
    await done(database, user, SATURDAY - timedelta(days=8), done_hour=None)

    found = await database.read(overview.of_all, user.id, today=SATURDAY)

    assert found.totals == Totals(completed=4, xp=15, days=3)
    assert found.streak == Streak(current=2, best=2)
    assert (found.best_weekday, found.by_weekday) == (5, [0, 0, 0, 0, 3, 1, 0])
    assert (found.best_hour, found.by_hour[8], sum(found.by_hour)) == (8, 2, 3)
    assert found.by_priority == [PriorityShare(0, 3, 5), PriorityShare(4, 1, 10)]


async def test_on_time_is_on_the_planned_day_or_before(database: Database, make: Make) -> None:
    user = await make.user()
    for planned in (None, FRIDAY, SATURDAY, SATURDAY + timedelta(days=3)):
        await done(database, user, SATURDAY, scheduled_on=planned)

    found = await database.read(overview.of_all, user.id, today=SATURDAY)

    assert found.punctuality == Punctuality(planned=3, on_time=2)
    assert found.punctuality.rate == 0.6667


async def test_shares_go_to_projects_and_to_the_goals_they_serve(
    database: Database, make: Make
) -> None:
    user = await make.user()
    goal, other = await make.goal(user, title="Fit"), await make.goal(user, title="Well read")
    project = await make.project(user, title="Running", goal_id=goal.id)
    for goal_id in (None, other.id):
        await done(database, user, SATURDAY, project_id=project.id, goal_id=goal_id, xp=10)
    await done(database, user, SATURDAY, project_id=project.id)
    await done(database, user, SATURDAY)

    with count_statements(database) as statements:
        found = await database.read(overview.of_all, user.id, today=SATURDAY)

    assert found.by_project == [Share(project.id, "Running", 3, 20), Share(None, None, 1, 0)]
    assert found.by_goal == [
        Share(goal.id, "Fit", 2, 10),
        Share(other.id, "Well read", 1, 10),
        Share(None, None, 1, 0),
    ]
    assert len(statements) == 5


async def test_what_is_deleted_for_good_still_counts(database: Database, make: Make) -> None:
    user = await make.user()
    goal, project = await make.goal(user), await make.project(user)
    await done(database, user, SATURDAY, project_id=project.id, goal_id=goal.id)

    await database.write(goal_trash.delete, user.id, goal.id)
    await database.write(project_trash.delete, user.id, project.id)
    in_trash = await database.read(overview.of_all, user.id, today=SATURDAY)
    later = clock.now() + timedelta(seconds=1)
    for trash in (goal_trash, project_trash):
        assert await database.write(trash.purge, before=later) == 1
    purged = await database.read(overview.of_all, user.id, today=SATURDAY)

    assert in_trash.by_project == [Share(project.id, project.title, 1, 0)]
    assert purged.by_project == [Share(project.id, None, 1, 0)]
    assert purged.by_goal == [Share(goal.id, None, 1, 0)]
    assert purged.totals == in_trash.totals == Totals(1, 0, 1)
