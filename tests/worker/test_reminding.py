"""When somebody is reminded of what: once, on time, and only of what is still to do."""

import asyncio
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import OperationalError

from questlog.automation import notification_settings
from questlog.automation.models import Event, Mail
from questlog.core import clock
from questlog.core.config import Settings
from questlog.core.db import Database, Session
from questlog.core.ids import new_id
from questlog.flows import remind as remind_flow
from questlog.flows.complete_task import complete_task
from questlog.flows.remind import remind_all
from questlog.planning import tasks
from questlog.planning.models import Task
from questlog.worker import reminding
from questlog.worker.house import House
from questlog.worker.ticking import Ticker
from tests.support.make import Make, Person
from tests.support.moving_clock import MovingClock
from tests.support.reminding import (
    NOON,
    due_task,
    move_to_mars,
    reader,
    remind_of,
    rows,
)
from tests.support.working import work_once

TODAY = date(2026, 6, 2)


@pytest.fixture
def house(database: Database, mail_settings: Settings, moving_clock: MovingClock) -> House:
    moving_clock.stop_at(NOON)
    return House(database, mail_settings)


async def test_a_reminder_is_an_event_with_what_others_need_to_know(
    house: House, make: Make, database: Database
) -> None:
    user = await reader(make)
    task = await due_task(make, user, title="Call Ann")
    reminder = await remind_of(make, user, task)

    await reminding.remind(house, {})

    (event,) = await rows(database, Event, Event.type == "reminder.due")
    assert (event.user_id, event.subject_id, event.actor) == (user.id, reminder.id, "system")
    assert event.payload == {
        "task_id": str(task.id),
        "title": "Call Ann",
        "due_date": "2026-06-02T12:00:00+00:00",
        "at": None,
        "minutes_before": 30,
    }


async def test_a_series_reminds_before_each_of_its_dates(
    house: House, make: Make, database: Database, moving_clock: MovingClock
) -> None:
    user = await reader(make)
    daily: dict[str, Any] = {"rule": "FREQ=DAILY", "rhythm_from": TODAY}
    task = await due_task(make, user, due_at=None, **daily)
    await remind_of(make, user, task, minutes_before=0)
    told = []

    for day in range(3):
        moving_clock.stop_at(NOON + timedelta(days=day))
        told.append(await remind_all(database, sends_mail=False))
        told.append(await remind_all(database, sends_mail=False))
        await _complete(make, user, task)

    assert told == [1, 0, 1, 0, 1, 0]


async def _complete(make: Make, user: Person, task: Task) -> None:
    async def step(session: Session) -> None:
        await session.execute(
            update(Task).where(Task.id == task.id).values(due_on=clock.today("UTC") + timedelta(1))
        )

    await make.database.write(step)


async def test_a_task_that_is_moved_reminds_again(
    house: House, make: Make, database: Database, moving_clock: MovingClock
) -> None:
    user = await reader(make)
    task = await due_task(make, user)
    await remind_of(make, user, task)
    first = await remind_all(database, sends_mail=False)

    later = {"due_date": NOON + timedelta(hours=2)}
    await database.write(tasks.change, user.id, task.id, later, timezone="UTC")
    moving_clock.move(minutes=90)
    again = await remind_all(database, sends_mail=False)

    assert (first, again) == (1, 1)


async def test_a_task_that_is_moved_past_the_time_of_its_reminder_reminds_of_nothing(
    house: House, make: Make, database: Database, moving_clock: MovingClock
) -> None:
    user = await reader(make)
    task = await due_task(make, user, NOON + timedelta(days=10))
    await remind_of(make, user, task, minutes_before=24 * 60)
    before = await remind_all(database, sends_mail=True)

    tomorrow = {"due_date": NOON + timedelta(hours=20)}
    await database.write(tasks.change, user.id, task.id, tomorrow, timezone="UTC")
    at_once = await remind_all(database, sends_mail=True)
    moving_clock.move(minutes=1)

    assert (before, at_once, await remind_all(database, sends_mail=True)) == (0, 0, 0)


async def test_a_task_that_is_changed_otherwise_loses_no_reminder(
    house: House, make: Make, database: Database, moving_clock: MovingClock
) -> None:
    user = await reader(make)
    task = await due_task(make, user, NOON + timedelta(hours=1))
    await remind_of(make, user, task)
    before = await remind_all(database, sends_mail=False)

    moving_clock.move(minutes=40)
    await database.write(tasks.change, user.id, task.id, {"title": "Call Bob"}, timezone="UTC")
    late = await remind_all(database, sends_mail=False)

    assert (before, late) == (0, 1)


async def test_a_series_that_is_done_too_late_for_its_next_reminder_is_silent_once(
    house: House, make: Make, database: Database, moving_clock: MovingClock
) -> None:
    user = await reader(make)
    yesterday = NOON - timedelta(hours=23)
    daily = {"rule": "FREQ=DAILY", "rhythm_from": yesterday.date(), "due_time": "13:00:00"}
    task = await due_task(make, user, yesterday, **daily)
    await remind_of(make, user, task, minutes_before=120, told_for=yesterday.isoformat())
    told = []

    for _ in range(2):
        await database.write(complete_task, user.id, task.id, timezone="UTC")
        told.append(await remind_all(database, sends_mail=False))
    moving_clock.move(hours=23, minutes=30)
    told.append(await remind_all(database, sends_mail=False))

    assert told == [0, 0, 1]


async def test_who_cannot_be_reminded_keeps_nobody_else_from_it(
    house: House, make: Make, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = sorted([await reader(make) for _ in range(3)], key=lambda each: each.id)
    for user in people:
        await remind_of(make, user, await due_task(make, user))
    real = remind_flow.remind

    async def remind(session: Session, user_id: UUID, *rest: Any, **more: Any) -> int:
        if user_id == people[0].id:
            raise OperationalError("UPDATE", {}, Exception("lock timeout"))
        return await real(session, user_id, *rest, **more)

    monkeypatch.setattr(remind_flow, "remind", remind)
    count = await remind_all(database, sends_mail=False)

    told = await rows(database, Event, Event.type == "reminder.due")
    assert count == 2
    assert sorted(event.user_id for event in told) == [people[1].id, people[2].id]


async def test_who_cannot_be_reminded_delays_no_later_round(
    house: House,
    make: Make,
    database: Database,
    moving_clock: MovingClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    odd, well = await reader(make), await reader(make)
    await remind_of(make, odd, await due_task(make, odd), minutes_before=0)
    later = await due_task(make, well, NOON + timedelta(minutes=3))
    await remind_of(make, well, later, minutes_before=0)
    real, ticker = remind_flow.remind, Ticker()

    async def remind(session: Session, user_id: UUID, *rest: Any, **more: Any) -> int:
        if user_id == odd.id:
            raise OperationalError("UPDATE", {}, Exception("lock timeout"))
        return await real(session, user_id, *rest, **more)

    monkeypatch.setattr(remind_flow, "remind", remind)
    for seconds in range(0, 240, 20):
        moving_clock.stop_at(NOON + timedelta(seconds=seconds))
        await work_once(house, ticker)

    (event,) = await rows(database, Event, Event.type == "reminder.due")
    assert (event.user_id, event.created_at) == (well.id, NOON + timedelta(minutes=3))


async def test_a_zone_that_is_unknown_here_keeps_nobody_else_from_being_reminded(
    house: House, make: Make, database: Database
) -> None:
    odd, well = await reader(make), await reader(make)
    for user in (odd, well):
        await remind_of(make, user, await due_task(make, user, due_at=None), minutes_before=0)
    await database.write(move_to_mars, odd)

    await remind_all(database, sends_mail=False)

    (event,) = await rows(database, Event, Event.type == "reminder.due")
    assert event.user_id == well.id


@pytest.mark.parametrize(
    "gone",
    [
        {"completed_at": NOON},
        {"deleted_at": NOON, "deletion_id": new_id()},
        {"state": "cancelled"},
    ],
)
async def test_nobody_is_reminded_of_what_is_done_or_given_up(
    house: House, make: Make, database: Database, gone: dict[str, Any]
) -> None:
    user = await reader(make)
    task = await due_task(make, user, **gone)
    await remind_of(make, user, task)
    await remind_of(make, user, task, minutes_before=None, at=NOON)

    assert await remind_all(database, sends_mail=True) == 0


async def test_a_closed_account_is_left_alone(house: House, make: Make, database: Database) -> None:
    user = await reader(make, deactivated_at=NOON)
    await remind_of(make, user, await due_task(make, user))

    assert await remind_all(database, sends_mail=True) == 0


async def test_after_a_day_without_a_server_old_reminders_are_let_be(
    house: House, make: Make, database: Database
) -> None:
    user = await reader(make)
    for hours in (23, 25):
        task = await due_task(make, user, NOON - timedelta(hours=hours))
        await remind_of(make, user, task, minutes_before=0)
        await remind_of(make, user, task, minutes_before=None, at=NOON - timedelta(hours=hours))

    assert await remind_all(database, sends_mail=False) == 2


async def test_ten_who_look_at_once_tell_once(house: House, make: Make, database: Database) -> None:
    user = await reader(make)
    for _ in range(5):
        await remind_of(make, user, await due_task(make, user))

    told = await asyncio.gather(*(remind_all(database, sends_mail=True) for _ in range(10)))

    assert sum(told) == 5
    async with database.reader() as session:
        events = select(func.count()).where(Event.type == "reminder.due")
        assert await session.scalar(events) == 5
        assert 1 <= (await session.scalar(select(func.count()).select_from(Mail)) or 0) <= 5


async def test_a_reminder_whose_round_broke_is_told_by_the_next(
    house: House, make: Make, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = await reader(make)
    await remind_of(make, user, await due_task(make, user))

    async def broken(*_: Any) -> None:
        raise asyncio.CancelledError  # the server ends after the claim

    with monkeypatch.context() as patch:
        patch.setattr(notification_settings, "of", broken)
        with pytest.raises(asyncio.CancelledError):
            await remind_all(database, sends_mail=True)
    left = await rows(database, Event, Event.type == "reminder.due")
    told = await remind_all(database, sends_mail=True)

    assert (left, told) == ([], 1)
    assert len(await rows(database, Mail)) == 1
