"""Taking a completion back."""

import asyncio
from datetime import date
from typing import Any

import pytest

from questlog.core.db import Database
from questlog.planning import goal_progress, task_delays, task_trash, tasks
from questlog.planning.task_rows import TaskNotFoundError
from tests.support.make import Make
from tests.support.moving_clock import MovingClock, at
from tests.support.planner import planner

MONDAY, TUESDAY, WEDNESDAY = date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 25)
DATES = ("due_on", "due_at", "due_time", "start_on", "deadline_on", "rhythm_from", "dates_used")


async def test_a_reopened_task_is_open_and_its_occurrence_is_taken_back(
    database: Database, make: Make
) -> None:
    me = await planner(database, make)
    goal = await make.goal(me.user)
    task = await me.add(goal_id=str(goal.id), status="in_progress")
    await me.complete(task["id"])

    opened = await me.reopen(task["id"])

    [occurrence] = await me.occurrences()
    event = await me.last_event()
    assert (opened.task["completed_at"], opened.task["state"]) == (None, "in_progress")
    assert occurrence.reopened_at is not None
    assert opened.receipt is not None
    assert opened.receipt["goals"] == [{"id": str(goal.id), "done": 0, "total": 1}]
    assert opened.receipt["event_id"] == str(event.id)
    assert (opened.receipt["xp"], opened.receipt["gold"]) == (-10, -1)
    assert (await me.counts())["completed"] == 0
    assert await me.told() == ["task.created", "task.completed", "task.reopened"]


async def test_reopening_what_is_open_changes_nothing(database: Database, make: Make) -> None:
    me = await planner(database, make)
    task = await me.add()

    opened = await me.reopen(task["id"])

    assert opened.receipt == {}
    assert opened.task["version"] == 1
    assert await me.told() == ["task.created"]


async def test_a_task_completed_again_counts_a_new_round(database: Database, make: Make) -> None:
    me = await planner(database, make)
    task = await me.add()
    await me.complete(task["id"])
    await me.reopen(task["id"])

    await me.complete(task["id"])

    assert [(one.round, one.reopened_at is None) for one in await me.occurrences()] == [
        (1, False),
        (2, True),
    ]


async def test_a_series_gets_back_exactly_the_dates_it_had(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(at("2026-11-23T08:00"))
    me = await planner(database, make, timezone="Europe/Berlin")
    task = await me.add(
        due_date="2026-11-20T09:00:00",
        start_date="2026-11-19",
        deadline="2026-11-21",
        recurrence="FREQ=DAILY;COUNT=9",
        status="in_progress",
    )
    done = await me.complete(task["id"])

    opened = await me.reopen(task["id"])

    assert done.task["dates_used"] == 4
    assert {name: opened.task[name] for name in DATES} == {name: task[name] for name in DATES}
    assert opened.task["state"] == "in_progress"


async def test_a_series_that_ended_is_open_again(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(at("2026-11-23T08:00"))
    me = await planner(database, make)
    task = await me.add(due_date="2026-11-23", recurrence="FREQ=DAILY;COUNT=1")
    await me.complete(task["id"])

    opened = await me.reopen(task["id"])

    assert opened.task["completed_at"] is None
    assert opened.task["due_on"] == MONDAY


async def test_repeating_takes_back_no_earlier_day_of_a_series(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(at("2026-11-23T08:00"))
    me = await planner(database, make)
    task = await me.add(due_date="2026-11-23", recurrence="daily")
    await me.complete(task["id"])
    moving_clock.stop_at(at("2026-11-24T08:00"))
    await me.complete(task["id"])

    first = await me.reopen(task["id"])
    second = await me.reopen(task["id"])

    assert first.task["due_on"] == TUESDAY
    assert second.receipt == {}
    assert second.task["due_on"] == TUESDAY
    assert (await me.counts())["completed"] == 1


async def test_f09_fifty_at_once_take_back_one_day_of_a_series(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    me = await planner(database, make)
    moving_clock.stop_at(at("2026-11-23T08:00"))
    task = await me.add(due_date="2026-11-23", recurrence="daily")
    for moment in ("2026-11-23T09:00", "2026-11-24T09:00"):
        moving_clock.stop_at(at(moment))
        await me.complete(task["id"])

    answers = await asyncio.gather(*(me.reopen(task["id"]) for _ in range(50)))

    assert sum(bool(answer.receipt) for answer in answers) == 1
    assert [one.reopened_at is None for one in await me.occurrences()] == [True, False]
    assert (await me.told()).count("task.reopened") == 1


async def test_subtasks_that_opened_for_the_next_round_are_done_again(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(at("2026-11-23T08:00"))
    me = await planner(database, make)
    task = await me.add("Clean up", due_date="2026-11-23", recurrence="daily")
    part = await me.add("Kitchen", parent_task_id=str(task["id"]))
    await me.complete(part["id"])
    await me.complete(task["id"])

    await me.reopen(task["id"])

    kitchen = await me.row(part["id"])
    assert kitchen["completed_at"] is not None
    assert await me.titles(completed=False, include_subtasks=True) == ["Clean up"]


async def test_a_series_that_ended_by_a_skip_is_open_again(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(at("2026-11-23T08:00"))
    me = await planner(database, make)
    task = await me.add(due_date="2026-11-23", recurrence="FREQ=DAILY;COUNT=2")
    await me.complete(task["id"])
    await database.write(task_delays.skip, me.user.id, task["id"], timezone="UTC")

    opened = await me.reopen(task["id"])

    assert (opened.task["completed_at"], opened.task["due_on"]) == (None, TUESDAY)
    assert (await me.counts())["completed"] == 1


@pytest.mark.parametrize("broken", ["goal_progress", "record"])
async def test_nothing_remains_when_a_later_step_breaks(
    database: Database, make: Make, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    me = await planner(database, make)
    task = await me.add()
    done = await me.complete(task["id"])

    def fail(*_args: Any, **_options: Any) -> None:
        raise ZeroDivisionError

    place = {"goal_progress": (goal_progress, "of_chain"), "record": (tasks, "record")}
    monkeypatch.setattr(*place[broken], fail)
    with pytest.raises(ZeroDivisionError):
        await me.reopen(task["id"])

    [occurrence] = await me.occurrences()
    assert (await me.row(task["id"]))["version"] == done.task["version"]
    assert occurrence.reopened_at is None


async def test_s089_what_is_in_the_trash_cannot_be_reopened(database: Database, make: Make) -> None:
    me = await planner(database, make)
    task = await me.add()
    await me.complete(task["id"])
    await database.write(task_trash.throw_away, me.user.id, task["id"])

    with pytest.raises(TaskNotFoundError):
        await me.reopen(task["id"])

    assert (await me.counts())["completed"] == 1
