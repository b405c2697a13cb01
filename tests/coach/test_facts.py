"""Every number of a seeded history is what other SQL counts, one question at a time."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from questlog.coach import facts
from questlog.coach.facts import Facts, Span
from questlog.core.db import Database
from questlog.planning import task_trash, tasks
from tests.coach.support import NOON, TODAY, WEEK_ON, by_sql, ninety_days
from tests.support.make import Make, Person
from tests.support.moving_clock import MovingClock
from tests.support.sql import count_statements

DONE = (
    "FROM occurrences WHERE user_id = :me AND outcome = 'completed' AND reopened_at IS NULL "
    "AND done_on BETWEEN :first AND :last"
)
LATE = (
    "FROM occurrences WHERE user_id = :me AND outcome = 'postponed' AND reopened_at IS NULL "
    "AND done_on BETWEEN :first AND :last"
)
OPEN = (
    "FROM tasks WHERE user_id = :me AND completed_at IS NULL AND deleted_at IS NULL "
    "AND state <> 'cancelled' AND parent_task_id IS NULL"
)
BEFORE: dict[str, Any] = {"created_at": NOON - timedelta(days=30)}
SPANS = (
    Span(WEEK_ON, WEEK_ON + timedelta(days=6)),
    Span(TODAY - timedelta(days=27), TODAY),
    Span(TODAY - timedelta(days=89), TODAY),
)


class Counted:
    """Questions to the database about the days of a span."""

    def __init__(self, database: Database, user: Person, span: Span) -> None:
        self._database, self._user, self._span = database, user, span

    async def ask(self, sql: str, **values: Any) -> Any:
        given = {"first": self._span.first, "last": self._span.last, **values}
        used = {name: value for name, value in given.items() if f":{name}" in sql}
        return await by_sql(self._database, sql, self._user, **used)

    async def done(self, more: str = "", **values: Any) -> int:
        return int(await self.ask(f"SELECT count(*) {DONE} {more}", **values))


@pytest.mark.parametrize("span", SPANS, ids=["week", "four weeks", "ninety days"])
async def test_numbers_of_a_seeded_history_are_confirmed_one_by_one(
    database: Database, make: Make, moving_clock: MovingClock, span: Span
) -> None:
    moving_clock.stop_at(NOON)
    user, other = await make.user(), await make.user()
    await ninety_days(database, make, user)
    await ninety_days(database, make, other)

    found = await database.read(facts.facts_of, user.id, span, timezone="UTC")

    sql = Counted(database, user, span)
    await _sums_are_confirmed(found, sql)
    await _parts_are_confirmed(found, sql, span)
    await _what_is_open_is_confirmed(found, sql, span)
    await _earlier_weeks_are_confirmed(found, sql, span)


async def _sums_are_confirmed(found: Facts, sql: Counted) -> None:
    done, planned = await sql.done(), await sql.done("AND scheduled_on IS NOT NULL")
    on_time = await sql.done("AND scheduled_on >= done_on")
    assert found["done"] == done > 0
    assert found["xp"] == int(await sql.ask(f"SELECT sum(xp) {DONE}"))
    assert found["active_days"] == await sql.ask(f"SELECT count(DISTINCT done_on) {DONE}")
    assert (found["planned"], found["on_time"]) == (planned, on_time)
    assert abs(found["on_time_percent"] - 100 * on_time / planned) <= 0.5
    for outcome in ("skipped", "postponed"):
        asked = f"SELECT count(*) {LATE.replace('postponed', outcome)}"
        assert found[outcome] == await sql.ask(asked)


async def _parts_are_confirmed(found: Facts, sql: Counted, span: Span) -> None:
    for day in found["per_day"]:
        assert day["done"] == await sql.done("AND done_on = :day", day=_day(day["date"]))
    assert len(found["per_day"]) == span.days
    for hour, done in enumerate(found["by_hour"]):
        assert done == await sql.done("AND done_hour = :hour", hour=hour)
    for number, done in enumerate(found["by_weekday"], start=1):
        days = [one for one in found["per_day"] if _day(one["date"]).isoweekday() == number]
        assert done == sum(one["done"] for one in days)
    assert found["best_hour"]["done"] == max(found["by_hour"])
    assert found["best_weekday"]["done"] == max(found["by_weekday"])
    for project in found["by_project"]:
        whose = "AND project_id IN (SELECT id FROM projects WHERE title = :title)"
        if project["title"] is None:
            assert project["done"] == await sql.done("AND project_id IS NULL")
        else:
            assert project["done"] == await sql.done(whose, title=project["title"])
    for late in found["postponed_most"]:
        title = late["title"].replace("'now'", "“now”")
        asked = f"SELECT count(*) {LATE} AND title = :title"
        assert late["times"] == await sql.ask(asked, title=title)


async def _what_is_open_is_confirmed(found: Facts, sql: Counted, span: Span) -> None:
    assert found["open_now"] == await sql.ask(f"SELECT count(*) {OPEN}")
    overdue = await sql.ask(f"SELECT count(*) {OPEN} AND due_on < :today", today=TODAY)
    assert found["overdue_now"] == overdue > 0
    end = min(span.last, TODAY - timedelta(days=1))
    at_end = await sql.ask(f"SELECT count(*) {OPEN} AND due_on <= :day", day=end)
    missed = f"SELECT count(*) {OPEN} AND due_on BETWEEN :first AND :day"
    assert found["overdue_at_end"] == at_end > 0
    assert found["due_not_done"] == await sql.ask(missed, day=end)
    oldest = await sql.ask(f"SELECT min(due_on) {OPEN}")
    assert found["overdue_longest"][0]["due"] == str(oldest)


async def _earlier_weeks_are_confirmed(found: Facts, sql: Counted, span: Span) -> None:
    for week in found["weeks_before"]:
        first = _day(week["first_day"])
        days: dict[str, Any] = {"first": first, "last": first + timedelta(days=6)}
        assert week["done"] == await sql.done(**days)
        asked = f"SELECT count(DISTINCT done_on) {DONE}"
        assert week["active_days"] == await sql.ask(asked, **days)
    before_first = span.first - timedelta(days=1)
    days = {"first": span.first - timedelta(days=28), "last": before_first}
    before, done = await sql.done(**days), found["done"]
    assert found["done_in_four_weeks_before"] == before
    assert found["per_week"] == round(done * 7 / span.days, 1)
    assert found["per_week_before"] == round(before / 4, 1)
    if before:
        change = 100 * (done * 7 / span.days * 4 / before - 1)
        assert abs(found["change_percent"] - change) <= 0.5
    else:
        assert found["change_percent"] is None


def _day(text: str) -> date:
    return date.fromisoformat(text)


async def test_what_is_overdue_agrees_with_the_lists_and_costs_a_fixed_number_of_statements(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(NOON)
    user = await make.user()
    await ninety_days(database, make, user)

    with count_statements(database) as statements:
        found = await database.read(facts.week_facts, user.id, WEEK_ON, timezone="UTC")

    counts = await database.read(tasks.counts, user.id, today=TODAY)
    assert found["overdue_now"] == dict(counts)["overdue"]
    assert len(statements) <= 11


async def test_what_was_late_when_the_week_ended_is_told_though_it_is_done_by_now(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(NOON)
    user = await make.user()
    sunday = WEEK_ON + timedelta(days=6)
    late, earlier, gone = [
        await make.task(user, title=title, due_on=due, completed_at=NOON, **more)
        for title, due, more in (
            ("Late", sunday, BEFORE),
            ("From before", WEEK_ON - timedelta(days=1), BEFORE),
            ("Gone", sunday, BEFORE | {"deleted_at": NOON}),
        )
    ]
    for task in (late, earlier, gone):
        due = task.due_on
        await make.occurrence(user, task, done_at=NOON, done_on=TODAY, scheduled_on=due)

    found = await database.read(facts.week_facts, user.id, WEEK_ON, timezone="UTC")

    assert (found["overdue_now"], found["overdue_at_end"], found["due_not_done"]) == (0, 3, 2)


@pytest.mark.parametrize(
    ("timezone", "over"),
    [
        ("UTC", datetime(2026, 11, 23, tzinfo=UTC)),
        ("Asia/Tokyo", datetime(2026, 11, 22, 15, tzinfo=UTC)),
        ("America/New_York", datetime(2026, 11, 23, 5, tzinfo=UTC)),
    ],
)
async def test_what_was_late_is_what_was_there_when_the_users_week_ended(
    database: Database, make: Make, moving_clock: MovingClock, timezone: str, over: datetime
) -> None:
    moving_clock.stop_at(NOON)
    user, due = await make.user(timezone=timezone), WEEK_ON
    just_before = over - timedelta(seconds=1)
    await make.task(user, title="Made in time", due_on=due, created_at=just_before)
    await make.task(user, title="Made too late", due_on=due, created_at=over)
    await make.task(user, title="Gone since", due_on=due, **BEFORE, deleted_at=over)
    await make.task(user, title="Gone today", due_on=due, **BEFORE, deleted_at=NOON)
    await make.task(user, title="Gone before", due_on=due, **BEFORE, deleted_at=just_before)

    found = await database.read(facts.week_facts, user.id, WEEK_ON, timezone=timezone)

    assert (found["overdue_now"], found["overdue_at_end"], found["due_not_done"]) == (2, 3, 3)


async def test_a_week_whose_end_is_a_change_of_the_clock_ends_at_its_midnight(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(NOON)
    user, sunday = await make.user(timezone="Europe/Berlin"), date(2026, 10, 25)
    over = datetime(2026, 10, 25, 23, tzinfo=UTC)
    for made in (over - timedelta(seconds=1), over):
        await make.task(user, due_on=sunday, created_at=made)

    week_on = sunday - timedelta(days=6)
    found = await database.read(facts.week_facts, user.id, week_on, timezone="Europe/Berlin")

    assert (found["overdue_at_end"], found["due_not_done"]) == (1, 1)


async def test_deleting_a_task_does_not_clean_the_week_before(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(NOON)
    user = await make.user()
    task = await make.task(user, due_on=WEEK_ON, **BEFORE)

    await database.write(task_trash.throw_away, user.id, task.id)

    found = await database.read(facts.week_facts, user.id, WEEK_ON, timezone="UTC")
    assert (found["overdue_now"], found["overdue_at_end"], found["due_not_done"]) == (0, 1, 1)


async def test_nothing_at_all_is_told_as_nothing(database: Database, make: Make) -> None:
    user, other = await make.user(), await make.user()
    await ninety_days(database, make, other)

    found = await database.read(facts.productivity_facts, user.id, 7, timezone="UTC")

    assert (found["done"], found["xp"], found["active_days"], found["open_now"]) == (0, 0, 0, 0)
    for name in ("best_weekday", "best_hour", "on_time_percent", "change_percent"):
        assert found[name] is None
    assert (found["finished"], found["by_project"], found["overdue_longest"]) == ([], [], [])


async def test_days_are_the_users(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(NOON.replace(hour=23))
    user = await make.user(timezone="Asia/Tokyo")

    found = await database.read(facts.productivity_facts, user.id, 3, timezone="Asia/Tokyo")

    assert (found["first_day"], found["last_day"]) == ("2026-11-24", "2026-11-26")
