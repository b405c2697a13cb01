"""Completing the dates of a series, one after the other."""

import asyncio
from datetime import date
from uuid import UUID

import pytest

from questlog.core.db import Database
from questlog.planning.completions import OccurrenceMovedError
from tests.support.make import Make
from tests.support.moving_clock import MovingClock, at
from tests.support.planner import planner
from tests.support.sql import count_statements

MONDAY = date(2026, 11, 23)


async def test_a_series_moves_to_its_next_date_and_stays_open(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(at("2026-11-23T08:00"))
    me = await planner(database, make)
    task = await me.add(
        due_date="2026-11-23",
        start_date="2026-11-21",
        deadline="2026-11-25",
        recurrence="weekly",
        status="In Progress",
    )

    done = await me.complete(task["id"])

    assert done.receipt is not None
    assert done.receipt["next_due"] == "2026-11-30"
    assert (done.task["completed_at"], done.task["state"]) == (None, "pending")
    assert done.task["due_on"] == date(2026, 11, 30)
    assert done.task["start_on"] == date(2026, 11, 28)
    assert done.task["deadline_on"] == date(2026, 12, 2)


async def test_completing_a_series_twice_on_one_day_is_a_repeat(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(at("2026-11-23T08:00"))
    me = await planner(database, make)
    task = await me.add(due_date="2026-11-23", recurrence="daily")
    await me.complete(task["id"])

    again = await me.complete(task["id"])
    moving_clock.stop_at(at("2026-11-24T00:00:01"))
    next_day = await me.complete(task["id"])

    assert again.receipt == {}
    assert next_day.receipt
    assert [one.key for one in await me.occurrences()] == ["2026-11-23", "2026-11-24"]


async def test_a_series_may_be_completed_ahead_of_its_date(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(at("2026-11-23T08:00"))
    me = await planner(database, make)
    task = await me.add(due_date="2026-11-25", recurrence="weekly")

    done = await me.complete(task["id"])

    assert done.task["due_on"] == date(2026, 12, 2)


async def test_a_named_occurrence_is_completed_or_was(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(at("2026-11-23T08:00"))
    me = await planner(database, make)
    task = await me.add(due_date="2026-11-23", recurrence="daily")
    await me.complete(task["id"])

    repeat = await me.complete(task["id"], occurrence=date(2026, 11, 23))
    ahead = await me.complete(task["id"], occurrence=date(2026, 11, 24))
    with pytest.raises(OccurrenceMovedError) as moved:
        await me.complete(task["id"], occurrence=date(2026, 11, 30))

    assert repeat.receipt == {}
    assert ahead.receipt
    assert moved.value.details == {"due_date": date(2026, 11, 25)}


async def test_f11_fifty_at_once_complete_one_date_of_a_series(
    database: Database, make: Make
) -> None:
    me = await planner(database, make)
    task = await me.add(due_date=me.today.isoformat(), recurrence="daily")

    answers = await asyncio.gather(*(me.complete(task["id"]) for _ in range(50)))

    assert sum(bool(answer.receipt) for answer in answers) == 1
    assert len({answer.task["due_on"] for answer in answers}) == 1
    assert len(await me.occurrences()) == 1


@pytest.mark.parametrize(
    ("moment", "key", "next_due"),
    [
        ("2026-11-23T22:59:59.900", date(2026, 11, 23), date(2026, 11, 24)),
        ("2026-11-23T23:00:00.100", date(2026, 11, 24), date(2026, 11, 25)),
    ],
)
async def test_f11_a_moment_around_midnight_belongs_to_the_users_day(
    database: Database,
    make: Make,
    moving_clock: MovingClock,
    moment: str,
    key: date,
    next_due: date,
) -> None:
    moving_clock.stop_at(at(moment))
    me = await planner(database, make, timezone="Europe/Berlin")
    task = await me.add(due_date="2026-11-21", recurrence="daily")

    done = await me.complete(task["id"])

    [occurrence] = await me.occurrences()
    assert occurrence.done_on == key
    assert done.task["due_on"] == next_due


async def test_f11_an_ancient_series_catches_up_without_counting_days(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(at("2026-11-23T08:00"))
    me = await planner(database, make)
    await me.complete((await me.add())["id"])
    task = await me.add(due_date="1976-01-01", recurrence="daily")

    with count_statements(database) as statements:
        done = await me.complete(task["id"])

    assert done.task["due_on"] == date(2026, 11, 24)
    assert len(statements) == 9


async def test_the_wanted_day_of_the_month_is_remembered(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    me = await planner(database, make)
    moving_clock.stop_at(at("2026-01-31T08:00"))
    task = await me.add(due_date="2026-01-31", recurrence="monthly")

    dates = []
    for moment in ("2026-01-31T09:00", "2026-02-28T09:00", "2026-03-31T09:00"):
        moving_clock.stop_at(at(moment))
        dates.append((await me.complete(task["id"])).task["due_on"])

    assert dates == [date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)]


async def test_a_timed_series_keeps_its_wall_clock_over_the_change_of_time(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(at("2026-10-24T08:00"))
    me = await planner(database, make, timezone="Europe/Berlin")
    task = await me.add(due_date="2026-10-24T09:00:00", recurrence="daily")

    done = await me.complete(task["id"])

    assert task["due_at"] == at("2026-10-24T07:00")
    assert done.task["due_at"] == at("2026-10-25T08:00")


async def test_a_series_that_has_run_out_is_completed(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(at("2026-11-23T08:00"))
    me = await planner(database, make)
    task = await me.add(due_date="2026-11-23", recurrence="FREQ=DAILY;COUNT=2")
    await me.complete(task["id"])
    moving_clock.stop_at(at("2026-11-24T08:00"))

    done = await me.complete(task["id"])

    assert done.task["completed_at"] == at("2026-11-24T08:00")
    assert done.task["due_on"] == date(2026, 11, 24)
    assert len(await me.occurrences()) == 2


async def test_subtasks_of_a_series_open_for_the_next_round(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(at("2026-11-23T08:00"))
    me = await planner(database, make)
    task = await me.add("Clean up", due_date="2026-11-23", recurrence="daily")
    part = await me.add("Kitchen", parent_task_id=str(task["id"]))
    corner = await me.add("Oven", parent_task_id=str(part["id"]))
    await me.complete(corner["id"])
    await me.complete(part["id"])

    done = await me.complete(task["id"])

    assert done.receipt is not None
    assert done.receipt["subtasks_open"] == 2
    assert await me.titles(completed=False, include_subtasks=True) == [
        "Clean up",
        "Kitchen",
        "Oven",
    ]
    told = (await me.last_event()).touched
    touched = {UUID(id_) for kind, id_, _ in told if kind == "task"}
    assert touched == {task["id"], part["id"], corner["id"]}


async def test_a_subtask_of_a_series_is_done_once_in_every_round(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(at("2026-11-23T08:00"))
    me = await planner(database, make)
    task = await me.add("Clean up", due_date="2026-11-23", recurrence="daily")
    part = await me.add("Kitchen", parent_task_id=str(task["id"]))
    for moment in ("2026-11-23T09:00", "2026-11-24T09:00"):
        moving_clock.stop_at(at(moment))
        await me.complete(part["id"])
        await me.complete(task["id"])

    keys = [one.key for one in await me.occurrences(part["id"])]

    assert keys == ["2026-11-23", "2026-11-24"]
    assert (await me.counts())["completed"] == 4


async def test_yesterday_is_filled_in_until_noon(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(at("2026-11-24T10:59"))
    me = await planner(database, make, timezone="Europe/Berlin")
    task = await me.add(due_date="2026-11-23", recurrence="daily")

    done = await me.complete(task["id"], on="yesterday")
    again = await me.complete(task["id"], on="yesterday")

    [occurrence] = await me.occurrences()
    assert done.task["due_on"] == date(2026, 11, 24)
    assert again.receipt == {}
    assert (occurrence.done_on, occurrence.done_hour) == (MONDAY, None)
    assert occurrence.done_at == at("2026-11-23T22:59:59")
    counts = await me.counts()
    assert (counts["completed_today"], counts["completed"]) == (0, 1)


async def test_a_date_that_was_completed_before_counts_once(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(at("2026-11-23T08:00"))
    me = await planner(database, make)
    task = await me.add(due_date="2026-11-23", recurrence="daily")
    await me.complete(task["id"])
    await me.change(task["id"], due_date=date(2026, 11, 23))

    again = await me.complete(task["id"])

    assert again.receipt == {}
    assert again.task["due_on"] == date(2026, 11, 24)
    assert len(await me.occurrences()) == 1


async def test_each_new_date_of_a_series_is_written_down_in_one_statement(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    me = await planner(database, make)
    moving_clock.stop_at(at("2026-11-23T08:00"))
    task = await me.add(due_date="2026-11-23", recurrence="daily")
    await me.complete(task["id"])

    moving_clock.stop_at(at("2026-11-24T08:00"))
    with count_statements(database) as statements:
        done = await me.complete(task["id"])

    [_, second] = await me.occurrences()
    writing = [one for one in statements if one.startswith(("INSERT INTO occ", "UPDATE occ"))]
    assert len(writing) == 1
    assert (second.round, second.receipt) == (1, done.receipt)
    assert second.xp > 0
