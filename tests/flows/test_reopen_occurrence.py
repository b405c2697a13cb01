"""Taking back one occurrence of the last thirty days."""

import asyncio
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from questlog.core.db import Database
from questlog.core.exceptions import PreconditionFailedError
from questlog.core.ids import new_id
from questlog.flows.reopen_occurrence import reopen_occurrence
from questlog.flows.task_changes import TaskChange
from questlog.flows.undo import undo
from questlog.planning import task_delays, task_trash
from questlog.planning.occurrence_reopenings import (
    LaterOccurrenceError,
    OccurrenceNotFoundError,
    OccurrenceTooOldError,
    TaskGoneError,
    TaskMovedOnError,
)
from questlog.planning.ownership import NotYoursError
from questlog.planning.task_rows import TaskRow
from tests.support.make import Make
from tests.support.moving_clock import MovingClock, at
from tests.support.planner import Planner, planner
from tests.support.sql import count_statements

MONDAY, TUESDAY, WEDNESDAY = date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 25)


@dataclass(frozen=True)
class Story:
    """A series of mine, completed on Monday and on Tuesday."""

    me: Planner
    clock: MovingClock
    task: TaskRow

    async def reopen(self, occurrence_id: UUID, **options: Any) -> TaskChange:
        return await self.me.database.write(
            reopen_occurrence,
            self.me.user.id,
            occurrence_id,
            timezone=self.me.user.timezone,
            **options,
        )

    async def ids(self) -> list[UUID]:
        return [one.id for one in await self.me.occurrences(self.task["id"])]

    async def standing(self) -> list[date | None]:
        return [
            one.scheduled_on
            for one in await self.me.occurrences(self.task["id"])
            if one.reopened_at is None
        ]


async def told(
    database: Database, make: Make, clock: MovingClock, recurrence: str = "daily"
) -> Story:
    clock.stop_at(at("2026-11-23T08:00"))
    me = await planner(database, make)
    task = await me.add(due_date="2026-11-23", recurrence=recurrence)
    for moment in ("2026-11-23T09:00", "2026-11-24T09:00"):
        clock.stop_at(at(moment))
        await me.complete(task["id"])
    return Story(me, clock, task)


async def test_the_last_occurrence_gives_the_series_its_date_back(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    story = await told(database, make, moving_clock)
    _, last = await story.ids()

    opened = await story.reopen(last)

    assert opened.task["due_on"] == TUESDAY
    assert opened.receipt is not None
    assert opened.receipt["event_id"] == str((await story.me.last_event()).id)
    assert await story.standing() == [MONDAY]
    assert (await story.me.told())[-1] == "task.reopened"


async def test_one_after_the_other_goes_back_to_the_beginning(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    story = await told(database, make, moving_clock)
    first, last = await story.ids()

    await story.reopen(last)
    opened = await story.reopen(first)

    assert opened.task["due_on"] == MONDAY
    assert await story.standing() == []


async def test_an_older_completion_is_marked_as_not_done_and_the_series_stays(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    story = await told(database, make, moving_clock)
    first, _ = await story.ids()

    opened = await story.reopen(first)

    assert opened.task["due_on"] == WEDNESDAY
    assert await story.standing() == [TUESDAY]
    assert (await story.me.counts())["completed"] == 1


async def test_an_older_completion_that_later_dates_were_counted_from_stays(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    story = await told(database, make, moving_clock, recurrence="every! day")
    first, last = await story.ids()

    with pytest.raises(LaterOccurrenceError) as refused:
        await story.reopen(first)

    assert refused.value.details == {"occurrence_id": str(last)}
    assert await story.standing() == [MONDAY, TUESDAY]


@pytest.mark.parametrize("verb", ["skip", "postpone"])
async def test_a_skip_and_a_postponement_are_taken_back(
    database: Database, make: Make, moving_clock: MovingClock, verb: str
) -> None:
    story = await told(database, make, moving_clock)
    until = {} if verb == "skip" else {"until": date(2026, 11, 29)}
    verbs: dict[str, Any] = {"skip": task_delays.skip, "postpone": task_delays.postpone}
    moved = await database.write(
        verbs[verb], story.me.user.id, story.task["id"], timezone="UTC", **until
    )
    *_, last = await story.ids()

    opened = await story.reopen(last)

    assert moved["due_on"] > WEDNESDAY
    assert opened.task["due_on"] == WEDNESDAY
    assert await story.standing() == [MONDAY, TUESDAY]


async def test_a_skip_that_something_went_on_from_stays(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    story = await told(database, make, moving_clock)
    await database.write(task_delays.skip, story.me.user.id, story.task["id"], timezone="UTC")
    moving_clock.stop_at(at("2026-11-26T09:00"))
    await story.me.complete(story.task["id"])
    skipped = (await story.ids())[2]

    with pytest.raises(LaterOccurrenceError):
        await story.reopen(skipped)

    assert len(await story.standing()) == 4


@pytest.mark.parametrize(
    "change", [{"due_date": date(2026, 12, 24)}, {"recurrence": "FREQ=WEEKLY;BYDAY=FR"}]
)
async def test_the_last_occurrence_stays_when_the_series_was_changed_since(
    database: Database, make: Make, moving_clock: MovingClock, change: dict[str, Any]
) -> None:
    story = await told(database, make, moving_clock)
    _, last = await story.ids()
    changed = await story.me.change(story.task["id"], **change)

    with pytest.raises(TaskMovedOnError):
        await story.reopen(last)

    assert (await story.me.row(story.task["id"]))["version"] == changed.task["version"]
    assert await story.standing() == [MONDAY, TUESDAY]


async def test_a_one_off_is_open_again(database: Database, make: Make) -> None:
    me = await planner(database, make)
    task = await me.add()
    await me.complete(task["id"])
    [occurrence] = await me.occurrences()

    opened = await database.write(reopen_occurrence, me.user.id, occurrence.id, timezone="UTC")

    assert opened.task["completed_at"] is None
    assert (await me.counts())["completed"] == 0


async def test_repeating_changes_nothing(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    story = await told(database, make, moving_clock)
    _, last = await story.ids()
    opened = await story.reopen(last)

    again = await story.reopen(last)

    assert again.receipt == {}
    assert again.task["version"] == opened.task["version"]
    assert (await story.me.told()).count("task.reopened") == 1


async def test_f09_fifty_at_once_take_back_one_occurrence(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    story = await told(database, make, moving_clock)
    _, last = await story.ids()

    answers = await asyncio.gather(*(story.reopen(last) for _ in range(50)))

    assert sum(bool(answer.receipt) for answer in answers) == 1
    assert await story.standing() == [MONDAY]
    assert (await story.me.told()).count("task.reopened") == 1


async def test_what_is_older_than_thirty_days_stays(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    story = await told(database, make, moving_clock)
    _, last = await story.ids()
    moving_clock.stop_at(at("2026-12-24T09:00:01"))

    with pytest.raises(OccurrenceTooOldError):
        await story.reopen(last)

    assert await story.standing() == [MONDAY, TUESDAY]


async def test_s089_the_occurrences_of_a_task_in_the_trash_stay(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    story = await told(database, make, moving_clock)
    _, last = await story.ids()
    await database.write(task_trash.throw_away, story.me.user.id, story.task["id"])

    with pytest.raises(TaskGoneError):
        await story.reopen(last)

    assert await story.standing() == [MONDAY, TUESDAY]


async def test_only_the_owner_finds_an_occurrence(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    story = await told(database, make, moving_clock)
    stranger = await planner(database, make)
    _, last = await story.ids()

    with pytest.raises(NotYoursError):
        await database.write(reopen_occurrence, stranger.user.id, last, timezone="UTC")
    with pytest.raises(OccurrenceNotFoundError):
        await story.reopen(new_id())

    assert await story.standing() == [MONDAY, TUESDAY]


async def test_a_version_that_has_passed_stops_the_reopening(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    story = await told(database, make, moving_clock)
    _, last = await story.ids()

    with pytest.raises(PreconditionFailedError):
        await story.reopen(last, expected_version=1)

    assert await story.standing() == [MONDAY, TUESDAY]


async def test_reopening_takes_a_known_number_of_statements(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    story = await told(database, make, moving_clock)
    first, last = await story.ids()

    with count_statements(database) as older:
        await story.reopen(first)
    with count_statements(database) as newest:
        await story.reopen(last)

    assert (len(older), len(newest)) == (14, 17)


@pytest.mark.parametrize("place", [0, 1])
async def test_a_reopening_can_be_undone(
    database: Database, make: Make, moving_clock: MovingClock, place: int
) -> None:
    story = await told(database, make, moving_clock)
    opened = await story.reopen((await story.ids())[place])
    assert opened.receipt is not None

    await database.write(undo, story.me.user.id, UUID(opened.receipt["event_id"]), timezone="UTC")

    assert await story.standing() == [MONDAY, TUESDAY]
    assert str((await story.me.row(story.task["id"]))["due_on"]) == "2026-11-25"
