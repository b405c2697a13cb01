"""Tasks of one's own that run by themselves: `schedule` in all its spellings, and those that cannot be read."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from questlog.automation import job_sweeping
from questlog.core import clock
from questlog.worker import ticking
from questlog.worker.house import House
from questlog.worker.taskiq_app import broker
from questlog.worker.ticking import Ticker
from tests.support.moving_clock import MovingClock
from tests.support.own_tasks import house, own_tasks, rows
from tests.support.working import do_what_is_due

__all__ = ["house", "own_tasks"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ({"cron": "*/15 * * * *"}, ["12:00", "12:15", "12:30"]),
        ({"cron": "20 14 * * *", "cron_offset": "Europe/Berlin"}, ["13:20"]),
        ({"cron": "10 12 * * *", "cron_offset": timedelta(0)}, ["12:10"]),
        ({"interval": 1800}, ["12:00", "12:30"]),
        ({"time": datetime(2026, 11, 21, 12, 20, tzinfo=UTC)}, ["12:20"]),
        ({"cron": "not cron"}, []),
    ],
    ids=["cron", "zone", "offset", "interval", "time", "nonsense"],
)
async def test_a_task_with_a_schedule_is_made_by_whoever_ticks(
    house: House, moving_clock: MovingClock, line: dict[str, Any], expected: list[str]
) -> None:
    @broker.task("scheduled", schedule=[line])
    async def scheduled() -> None: ...

    moving_clock.stop_at(datetime(2026, 11, 21, 12, 0, 30, tzinfo=UTC))
    tickers = [Ticker(), Ticker()]
    for _ in range(45 if line.get("cron_offset") != "Europe/Berlin" else 85):
        for each in tickers:
            await each.tick(house.database)
        moving_clock.move(minutes=1)

    made = [job.slot[11:16] for job in await rows(house) if job.name == "scheduled" and job.slot]
    assert made[-len(expected) :] == expected if expected else made == []


@pytest.mark.parametrize(
    "line",
    [
        {"interval": "60"},
        {"cron": None},
        "0 8 * * *",
        {"cron": "* * * * *", "cron_offset": "Europe/Nowhere"},
        {"interval": 60, "kwargs": {"since": datetime(2026, 11, 21, tzinfo=UTC)}},
    ],
    ids=["text", "nothing", "no line", "no zone", "no json"],
)
async def test_a_line_that_cannot_be_read_is_told_once_and_keeps_nothing_else_waiting(
    house: House, moving_clock: MovingClock, caplog: pytest.LogCaptureFixture, line: Any
) -> None:
    @broker.task("odd", schedule=[line])
    async def odd() -> None: ...

    @broker.task("sound", schedule=[{"interval": 60}])
    async def sound() -> None: ...

    ticker = Ticker()
    for _ in range(3):
        await ticker.tick(house.database)
        moving_clock.move(minutes=1)

    names = {job.name for job in await rows(house)}
    assert "sound" in names
    assert "odd" not in names


async def test_dates_of_a_task_pile_up_to_a_bound_and_are_forgotten_after_two_days(
    house: House, moving_clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ticking, "MOST_PILED", 3)

    @broker.task("often", schedule=[{"interval": 60}])
    async def often() -> None: ...

    for _ in range(6):
        await Ticker().tick(house.database)
        moving_clock.move(minutes=1)
    piled = [job for job in await rows(house) if job.name == "often"]
    await do_what_is_due(house)
    moving_clock.move(hours=49)
    await house.database.write(job_sweeping.sweep_dates, ["keep_house"])

    assert len(piled) == 3
    assert [job for job in await rows(house) if job.name == "often"] == []


async def test_a_scheduled_task_gets_the_arguments_of_its_line(
    house: House, moving_clock: MovingClock
) -> None:
    heard: list[Any] = []
    morning = {"cron": "0 8 * * *", "args": ["Ada"], "kwargs": {"greeting": "Good morning"}}

    @broker.task("greet", schedule=[morning])
    async def greet(name: str, *, greeting: str) -> None:
        heard.append((greeting, name))

    moving_clock.stop_at(datetime(2026, 11, 21, 8, 0, 1, tzinfo=UTC))
    await house.database.write(ticking.make, [d for d in ticking.dates(clock.now()) if d.args])
    await do_what_is_due(house)

    assert heard == [("Good morning", "Ada")]
