"""The schedule: each date is made once, whoever ticks, and a missed one is made up for once."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from questlog.automation import heartbeats
from questlog.automation.job_models import Job
from questlog.core import clock
from questlog.core.config import Settings
from questlog.core.db import Database
from questlog.core.ids import new_id
from questlog.worker import schedule, ticking
from questlog.worker.house import House
from questlog.worker.schedule import Scheduled
from questlog.worker.ticking import Ticker
from tests.support.moving_clock import MovingClock
from tests.support.sql import count_rows
from tests.support.working import do_what_is_due, work_once

NOON = datetime(2026, 11, 21, 12, 0, 20, tzinfo=UTC)


@pytest.fixture
def house(database: Database, settings: Settings) -> House:
    return House(database, settings)


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """When the schedule's only job was run: every ten minutes."""
    runs: list[datetime] = []

    async def note(_house: House, _args: Mapping[str, Any]) -> None:
        runs.append(clock.now())

    every = (Scheduled("note", timedelta(minutes=10), note),)
    monkeypatch.setattr(schedule, "EVERY", every)
    monkeypatch.setattr(schedule, "WORK", {"note": note})
    return runs


async def test_f20_two_who_tick_at_once_make_each_date_once(
    house: House, runs: list[datetime], moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(NOON)
    tickers = [Ticker() for _ in range(8)]

    for _ in range(3):
        await asyncio.gather(*(each.tick(house.database) for each in tickers))
        await do_what_is_due(house)
        moving_clock.move(minutes=10)

    assert runs == [NOON + timedelta(minutes=minutes) for minutes in (0, 10, 20)]
    assert await slots(house) == [f"2026-11-21T12:{minute}:00Z" for minute in ("00", "10", "20")]


async def test_f20_three_hours_without_anybody_are_made_up_for_by_one_run(
    house: House, runs: list[datetime], moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(NOON)
    await work_once(house)
    moving_clock.move(hours=3)

    await work_once(house, Ticker())
    await work_once(house, Ticker())

    assert runs == [NOON, NOON + timedelta(hours=3)]
    assert await slots(house) == ["2026-11-21T12:00:00Z", "2026-11-21T15:00:00Z"]


async def test_dates_do_not_pile_up_while_nobody_works(
    house: House, runs: list[datetime], moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(NOON)
    ticker = Ticker()

    for _ in range(6):
        await ticker.tick(house.database)
        moving_clock.move(minutes=10)
    await do_what_is_due(house)
    await work_once(house, ticker)

    assert len(runs) == 2
    assert await slots(house) == ["2026-11-21T12:00:00Z", "2026-11-21T13:00:00Z"]


async def test_f28_a_clock_that_steps_back_repeats_nothing(
    house: House, runs: list[datetime], moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(NOON)
    await work_once(house)
    moving_clock.move(hours=1)
    await work_once(house)

    moving_clock.move(hours=-1)
    await work_once(house)
    moving_clock.move(hours=1)
    await work_once(house)

    assert runs == [NOON, NOON + timedelta(hours=1)]


async def test_most_ticks_ask_nobody(house: House, runs: list[datetime]) -> None:
    ticker = Ticker()
    made = await ticker.tick(house.database)
    await house.database.close()  # whoever asked now would fail

    again = await ticker.tick(house.database)

    assert (made, again, runs) == (1, 0, [])


async def test_where_a_scheduler_lives_a_worker_does_not_tick(
    database: Database, settings: Settings, runs: list[datetime]
) -> None:
    await database.write(heartbeats.beat, new_id(), "scheduler", started_at=clock.now())

    await tick_for_a_moment(House(database, settings, kind="worker"))
    worker_made = await count_rows(database, Job)
    await tick_for_a_moment(House(database, settings, kind="scheduler"))

    assert (worker_made, await count_rows(database, Job), runs) == (0, 1, [])


async def test_the_schedule_says_when(moving_clock: MovingClock) -> None:
    daily = Scheduled("x", timedelta(days=1), nothing, offset=timedelta(hours=3))

    before, after = NOON.replace(hour=2), NOON.replace(hour=4)

    assert daily.newest(before) == datetime(2026, 11, 20, 3, tzinfo=UTC)
    assert daily.newest(after) == datetime(2026, 11, 21, 3, tzinfo=UTC)


def test_names_of_the_schedule_are_unique_and_known() -> None:
    names = [each.name for each in schedule.EVERY] + list(schedule.ON_DEMAND)

    assert len(names) == len(set(names))
    assert set(names) == set(schedule.WORK)


async def nothing(_house: House, _args: Mapping[str, Any]) -> None:
    """Do nothing."""


async def tick_for_a_moment(house: House) -> None:
    stop = asyncio.Event()
    ticks = asyncio.create_task(ticking.tick_forever(house, stop))
    await asyncio.sleep(0.1)
    stop.set()
    await ticks


async def slots(house: House) -> list[str | None]:
    async with house.database.reader() as session:
        return list((await session.scalars(select(Job.slot).order_by(Job.slot))).all())
