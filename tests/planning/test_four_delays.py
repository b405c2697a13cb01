"""Skip, postpone, reschedule the series, reschedule this date: four verbs that differ in what they leave behind."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from questlog.core.db import Database
from questlog.planning import task_delays
from questlog.planning.task_answers import answer
from questlog.planning.task_dates import RecurrenceNeedsDateError
from questlog.planning.task_rows import TaskRow
from tests.support.make import Make
from tests.support.moving_clock import MovingClock, at
from tests.support.planner import Planner, planner
from tests.support.sql import count_statements


def day(number: int) -> date:
    return date(2026, 11, number)


@dataclass(frozen=True)
class Story:
    """A weekly series that stands at Monday the 23rd; it is Thursday the 19th."""

    me: Planner
    task: TaskRow

    async def call(self, verb: str, **options: Any) -> TaskRow:
        function: Any = getattr(task_delays, verb)
        moved: TaskRow = await self.me.database.write(
            function, self.me.user.id, self.task["id"], timezone=self.me.user.timezone, **options
        )
        return moved

    async def ahead(self) -> list[str]:
        shown = answer(await self.me.row(self.task["id"]), "en")
        return [str(found) for found in shown["recurrence_next"][:2]]

    async def outcomes(self) -> list[str]:
        return [one.outcome for one in await self.me.occurrences()]


async def told(database: Database, make: Make, clock: MovingClock, **more: Any) -> Story:
    clock.stop_at(at("2026-11-19T08:00"))
    me = await planner(database, make, timezone="Europe/Berlin")
    fields = {"due_date": "2026-11-23", "recurrence": "every week"} | more
    return Story(me, await me.add(**fields))


async def test_skip_goes_to_the_next_date_and_counts_as_skipped(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    story = await told(database, make, moving_clock)

    moved = await story.call("skip")

    assert moved["due_on"] == day(30)
    assert await story.ahead() == ["2026-12-07", "2026-12-14"]
    assert await story.outcomes() == ["skipped"]
    assert (await story.me.told())[-1] == "task.skipped"


async def test_postpone_moves_this_date_later_and_counts_as_postponed(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    story = await told(database, make, moving_clock)

    moved = await story.call("postpone", until=day(25))

    assert moved["due_on"] == day(25)
    assert await story.ahead() == ["2026-11-30", "2026-12-07"]
    assert await story.outcomes() == ["postponed"]
    assert (await story.me.told())[-1] == "task.postponed"


async def test_rescheduling_the_series_moves_its_rhythm(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    story = await told(database, make, moving_clock)

    moved = await story.call("reschedule", due_date=day(25), scope="series")

    assert moved["due_on"] == day(25)
    assert await story.ahead() == ["2026-12-02", "2026-12-09"]
    assert await story.outcomes() == []
    assert (await story.me.told())[-1] == "task.updated"


@pytest.mark.parametrize("number", [20, 25])
async def test_rescheduling_this_date_leaves_the_rhythm_and_no_mark(
    database: Database, make: Make, moving_clock: MovingClock, number: int
) -> None:
    story = await told(database, make, moving_clock)

    moved = await story.call("reschedule", due_date=day(number), scope="this")

    assert moved["due_on"] == day(number)
    assert await story.ahead() == ["2026-11-30", "2026-12-07"]
    assert await story.outcomes() == []
    assert (await story.me.last_event()).payload["scope"] == "this"


async def test_a_date_moved_ahead_does_not_come_a_second_time(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    story = await told(database, make, moving_clock)
    await story.call("reschedule", due_date=day(20), scope="this")
    moving_clock.stop_at(at("2026-11-20T08:00"))

    done = await story.me.complete(story.task["id"])

    assert done.task["due_on"] == day(30)
    assert done.task["rhythm_on"] is None
    assert await story.outcomes() == ["completed"]


async def test_a_date_moved_twice_still_stands_for_the_same_one(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    story = await told(database, make, moving_clock)
    await story.call("reschedule", due_date=day(20), scope="this")

    back = await story.call("reschedule", due_date=day(23), scope="this")

    assert (back["due_on"], back["rhythm_on"]) == (day(23), None)
    assert await story.ahead() == ["2026-11-30", "2026-12-07"]


async def test_a_date_moved_ahead_comes_back_when_its_completion_is_taken_back(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    story = await told(database, make, moving_clock)
    await story.call("reschedule", due_date=day(20), scope="this")
    await story.me.complete(story.task["id"])

    opened = await story.me.reopen(story.task["id"])

    assert (opened.task["due_on"], opened.task["rhythm_on"]) == (day(20), day(23))


async def test_the_time_of_day_stays_when_a_day_is_given(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    story = await told(database, make, moving_clock, due_date="2026-11-23T09:00:00")

    moved = await story.call("reschedule", due_date=day(24), scope="this")

    assert (moved["due_time"], moved["due_at"]) == ("09:00:00", at("2026-11-24T08:00"))


async def test_a_series_keeps_a_date(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    story = await told(database, make, moving_clock)

    with pytest.raises(RecurrenceNeedsDateError):
        await story.call("reschedule", due_date=None, scope="this")

    assert (await story.me.row(story.task["id"]))["version"] == 1


async def test_the_same_date_leaves_no_trace(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    story = await told(database, make, moving_clock)

    await story.call("reschedule", due_date=day(23), scope="this")

    assert await story.me.told() == ["task.created"]


async def test_each_verb_takes_a_known_number_of_statements(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    story = await told(database, make, moving_clock)
    calls: list[tuple[str, dict[str, Any]]] = [
        ("postpone", {"until": day(25)}),
        ("reschedule", {"due_date": day(26), "scope": "this"}),
        ("reschedule", {"due_date": day(27), "scope": "series"}),
        ("skip", {}),
    ]
    counted = []

    for verb, options in calls:
        with count_statements(database) as statements:
            await story.call(verb, **options)
        counted.append(len(statements))

    assert counted == [6, 5, 5, 6]
