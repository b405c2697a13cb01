"""Of what a task that was changed reminds: of a date that it got in time, whatever else was changed and when."""

from datetime import timedelta

import pytest

from questlog.core.db import Database
from questlog.flows.remind import remind_all
from questlog.flows.undo import undo
from questlog.planning import reminders
from tests.support.make import Make
from tests.support.moving_clock import MovingClock
from tests.support.planner import planner
from tests.support.reminding import NOON


@pytest.mark.parametrize("is_seen", [True, False])
async def test_a_task_that_is_changed_otherwise_before_anybody_looked_loses_no_reminder(
    make: Make, database: Database, moving_clock: MovingClock, is_seen: bool
) -> None:
    moving_clock.stop_at(NOON)
    me = await planner(database, make)
    task = await me.add("Call Ann", due_date=NOON + timedelta(minutes=30, seconds=40))
    await database.write(
        reminders.create, me.user.id, task["id"], minutes_before=30, timezone="UTC"
    )
    if is_seen:
        await remind_all(database, sends_mail=False)

    moving_clock.move(seconds=45)
    await me.change(task["id"], title="Call Bob")
    moving_clock.move(seconds=15)

    assert await remind_all(database, sends_mail=False) == 1


@pytest.mark.parametrize("seconds", [-1, 1])
async def test_a_date_that_comes_back_by_an_undo_is_told_only_when_it_came_in_time(
    make: Make, database: Database, moving_clock: MovingClock, seconds: int
) -> None:
    moving_clock.stop_at(NOON)
    me = await planner(database, make)
    task = await me.add("Call Ann", due_date=NOON + timedelta(minutes=31))
    await database.write(
        reminders.create, me.user.id, task["id"], minutes_before=30, timezone="UTC"
    )
    await me.change(task["id"], due_date=NOON + timedelta(days=1))
    moved = await me.last_event()

    moving_clock.stop_at(NOON + timedelta(seconds=60 + seconds))
    await database.write(undo, me.user.id, moved.id, timezone="UTC")
    moving_clock.stop_at(NOON + timedelta(minutes=2))

    assert await remind_all(database, sends_mail=False) == (1 if seconds < 0 else 0)
