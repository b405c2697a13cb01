"""Changes that complete or reopen, and doors that toggle."""

from datetime import date

import pytest

from questlog.core.db import Database
from questlog.flows.add_task import add_task
from questlog.flows.toggle_task import toggle_task
from questlog.planning.task_schemas import TaskCreate
from tests.support.make import Make
from tests.support.moving_clock import MovingClock, at
from tests.support.planner import Planner, planner


@pytest.mark.parametrize("change", [{"completed": True}, {"status": "completed"}])
async def test_a_change_to_done_runs_the_completion(
    database: Database, make: Make, change: dict[str, bool | str]
) -> None:
    me = await planner(database, make)
    task = await me.add()

    changed = await me.change(task["id"], title="Read two pages", **change)

    [occurrence] = await me.occurrences()
    assert changed.receipt
    assert changed.task["completed_at"] is not None
    assert occurrence.title == "Read two pages"
    assert await me.told() == ["task.created", "task.updated", "task.completed"]


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ({"completed": False}, "pending"),
        ({"status": "pending"}, "pending"),
        ({"status": "in_progress"}, "in_progress"),
        ({"status": "cancelled"}, "cancelled"),
    ],
)
async def test_a_change_to_open_runs_the_reopening(
    database: Database, make: Make, change: dict[str, bool | str], state: str
) -> None:
    me = await planner(database, make)
    task = await me.add()
    await me.complete(task["id"])

    changed = await me.change(task["id"], **change)

    [occurrence] = await me.occurrences()
    assert changed.receipt
    assert (changed.task["completed_at"], changed.task["state"]) == (None, state)
    assert occurrence.reopened_at is not None


async def test_saying_that_an_open_series_is_open_takes_nothing_back(
    database: Database, make: Make
) -> None:
    me = await planner(database, make)
    task = await me.add(due_date=me.today.isoformat(), recurrence="daily")
    done = await me.complete(task["id"])

    changed = await me.change(task["id"], completed=False)

    assert changed.receipt is None
    assert changed.task["due_on"] == done.task["due_on"]
    assert (await me.counts())["completed"] == 1


async def test_a_task_may_be_made_done(database: Database, make: Make) -> None:
    user = await make.user()
    wanted = TaskCreate(title="Was easy", completed=True)

    added = await database.write(add_task, user.id, wanted, timezone="UTC")

    me = Planner(database, user)
    assert added.receipt
    assert (await me.counts())["completed_today"] == 1
    assert await me.told() == ["task.created", "task.completed"]


async def test_toggling_goes_there_and_back(database: Database, make: Make) -> None:
    me = await planner(database, make)
    task = await me.add()

    there = await database.write(toggle_task, me.user.id, task["id"], timezone="UTC")
    back = await database.write(toggle_task, me.user.id, task["id"], timezone="UTC")

    assert there.task["completed_at"] is not None
    assert back.task["completed_at"] is None
    assert (await me.counts())["completed"] == 0


async def test_toggling_a_series_goes_there_and_back_within_a_day(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(at("2026-11-23T08:00"))
    me = await planner(database, make)
    task = await me.add(due_date="2026-11-23", recurrence="daily")

    days = []
    for moment in ("2026-11-23T09:00", "2026-11-23T10:00", "2026-11-23T11:00", "2026-11-24T09:00"):
        moving_clock.stop_at(at(moment))
        toggled = await database.write(toggle_task, me.user.id, task["id"], timezone="UTC")
        days.append(toggled.task["due_on"].day)

    assert days == [24, 23, 24, 25]
    assert (await me.counts())["completed"] == 2


async def test_another_date_moves_the_rhythm_and_keeps_the_rule(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(at("2026-11-23T08:00"))
    me = await planner(database, make)
    task = await me.add(due_date="2026-11-23", recurrence="weekly")

    await me.change(task["id"], due_date=date(2026, 11, 26))
    done = await me.complete(task["id"])

    assert done.task["due_on"] == date(2026, 12, 3)
