"""Who works: a server alone, or the workers beside it."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from questlog.automation import heartbeats
from questlog.automation.job_models import Heartbeat
from questlog.core import clock
from questlog.core.db import Database
from questlog.core.ids import new_id
from questlog.worker import working
from questlog.worker.house import House
from tests.support import world
from tests.support.moving_clock import MovingClock
from tests.support.sql import count_rows


@pytest.mark.parametrize(
    ("relay", "who", "needed"),
    [
        ("auto", None, True),
        ("auto", "worker", False),
        ("auto", "scheduler", True),
        ("on", "worker", True),
        ("off", None, False),
    ],
)
async def test_a_server_works_when_nobody_else_does(
    database: Database,
    database_address: str,
    tmp_path: Path,
    relay: str,
    who: str | None,
    needed: bool,
) -> None:
    settings = world.settings(database_address, tmp_path, RELAY=relay)
    if who:
        await database.write(heartbeats.beat, new_id(), who, started_at=clock.now())

    assert await working.is_needed(House(database, settings)) is needed


async def test_a_server_takes_over_when_the_workers_are_silent(
    database: Database,
    database_address: str,
    tmp_path: Path,
    moving_clock: MovingClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(working, "LOOK_ROUND_S", 0.01)
    working_now, stop = asyncio.Event(), asyncio.Event()

    async def work(_house: House, enough: asyncio.Event) -> None:
        working_now.set()
        await enough.wait()
        working_now.clear()

    monkeypatch.setattr(working, "work", work)
    settings = world.settings(database_address, tmp_path, RELAY="auto")
    house = House(database, settings)
    worker, began = new_id(), clock.now()
    await database.write(heartbeats.beat, worker, "worker", started_at=began)

    standing_by = asyncio.create_task(working.stand_by(house, stop))
    await asyncio.sleep(0.1)
    while_it_lives = working_now.is_set()
    moving_clock.move(seconds=31)
    await asyncio.wait_for(working_now.wait(), 5)
    await database.write(heartbeats.beat, worker, "worker", started_at=began)
    await asyncio.sleep(0.2)
    when_it_is_back = working_now.is_set()
    stop.set()
    await standing_by

    assert (while_it_lives, when_it_is_back) == (False, False)


async def test_a_process_says_that_it_lives_and_takes_its_leave(
    database: Database, database_address: str, tmp_path: Path
) -> None:
    settings, stop = world.settings(database_address, tmp_path), asyncio.Event()

    beating = asyncio.create_task(
        working.beat_forever(House(database, settings, kind="worker"), stop)
    )
    await asyncio.sleep(0.1)
    async with database.reader() as session:
        kinds = (await session.scalars(select(Heartbeat.kind))).all()
    stop.set()
    await beating

    assert kinds == ["worker"]
    assert await count_rows(database, Heartbeat) == 0


async def test_who_was_not_seen_for_a_day_is_forgotten(
    database: Database, moving_clock: MovingClock
) -> None:
    await database.write(heartbeats.beat, new_id(), "worker", started_at=clock.now())
    moving_clock.move(hours=25)
    await database.write(heartbeats.beat, new_id(), "worker", started_at=clock.now())

    await database.write(heartbeats.sweep)

    assert await count_rows(database, Heartbeat) == 1


async def test_a_loop_that_breaks_begins_anew_and_the_others_go_on(
    database: Database,
    database_address: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(working, "CALM_DOWN_S", 0.01)
    stop, begun = asyncio.Event(), {"breaks": 0, "lasts": 0}

    async def breaks(_house: House, _stop: asyncio.Event) -> None:
        begun["breaks"] += 1
        if begun["breaks"] == 3:
            stop.set()
        raise OperationalError("SELECT 1", {}, Exception("away"))

    async def lasts(_house: House, stop: asyncio.Event) -> None:
        begun["lasts"] += 1
        await stop.wait()

    house = House(database, world.settings(database_address, tmp_path))
    await asyncio.wait_for(working.work(house, stop, (breaks, lasts)), 10)

    assert begun == {"breaks": 3, "lasts": 1}
