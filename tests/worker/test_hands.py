"""Doing jobs: several at once, each once, none in the company of one that may kill them."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import select

from questlog.automation import jobs
from questlog.automation.job_models import Job
from questlog.core.config import Settings
from questlog.core.db import Database
from questlog.worker import hands, schedule
from questlog.worker.errors import RefusedError
from questlog.worker.hands import Hands
from questlog.worker.house import House
from tests.support.moving_clock import MovingClock
from tests.support.working import do_what_is_due


@pytest.fixture
def house(database: Database, settings: Settings) -> House:
    return House(database, settings, at_once=3, grace_s=0.05)


class Garden:
    """A kind of job whose course a test decides."""

    def __init__(self) -> None:
        self.begun: list[Any] = []
        self.done: list[Any] = []
        self.may_end = asyncio.Event()
        self.may_end.set()
        self.most_at_once = 0
        self.has_begun, self.has_done = asyncio.Event(), asyncio.Event()

    async def water(self, _house: House, args: Mapping[str, Any]) -> None:
        self.begun.append(args["plant"])
        self.has_begun.set()
        self.most_at_once = max(self.most_at_once, len(self.begun) - len(self.done))
        await self.may_end.wait()
        if error := args.get("error"):
            raise RefusedError(error) if error == "refused" else LookupError(error)
        self.done.append(args["plant"])
        self.has_done.set()


@pytest.fixture
def garden(monkeypatch: pytest.MonkeyPatch) -> Garden:
    garden = Garden()
    monkeypatch.setattr(schedule, "WORK", {**schedule.WORK, "water": garden.water})
    return garden


async def test_everything_is_done_a_few_at_a_time(house: House, garden: Garden) -> None:
    for number in range(10):
        await put(house, number)

    await do_what_is_due(house)

    assert sorted(garden.done) == list(range(10))
    assert garden.most_at_once <= 3
    assert {job.state for job in await rows(house)} == {"done"}


async def test_f19_a_job_that_always_raises_is_given_up_and_holds_nobody_up(
    house: House, garden: Garden, moving_clock: MovingClock
) -> None:
    await put(house, "cactus", error="it stings")
    await put(house, "fern")

    for _ in range(7):
        await do_what_is_due(house)
        moving_clock.move(hours=1)

    by_plant = {job.args["plant"]: job for job in await rows(house)}
    assert garden.begun.count("cactus") == 5
    assert by_plant["cactus"].state == "dead"
    assert by_plant["cactus"].last_error == "LookupError: it stings"
    assert by_plant["fern"].state == "done"


async def test_a_job_that_is_refused_is_not_tried_again(house: House, garden: Garden) -> None:
    await put(house, "cactus", error="refused")

    await do_what_is_due(house)

    (job,) = await rows(house)
    assert (job.state, job.attempts) == ("dead", 1)
    assert garden.begun == ["cactus"]


async def test_f19_what_may_have_killed_a_process_is_begun_alone(
    house: House, garden: Garden, moving_clock: MovingClock
) -> None:
    garden.may_end.clear()
    await put(house, "nightshade")
    await house.database.write(jobs.claim, 1, names={"water"})  # by a process that dies now
    moving_clock.move(seconds=61)
    await put(house, "fern")
    worker = Hands(house)

    await worker.take()
    first = list_of_names(worker)
    await worker.take()
    still = list_of_names(worker)
    garden.may_end.set()
    await end_of(worker)
    await do_what_is_due(house)

    assert first == still == ["nightshade"]
    assert garden.done == ["nightshade", "fern"]


async def test_f19_who_is_at_work_ends_before_a_suspect_is_begun(
    house: House, garden: Garden, moving_clock: MovingClock
) -> None:
    garden.may_end.clear()
    await put(house, "nightshade")
    await house.database.write(jobs.claim, 1, names={"water"})
    await put(house, "fern")
    worker = Hands(house)
    await worker.take()
    moving_clock.move(seconds=61)
    await worker.renew()

    await worker.take()
    meanwhile = list_of_names(worker)
    garden.may_end.set()
    await end_of(worker)
    await do_what_is_due(house)

    assert meanwhile == ["fern"]
    assert garden.done == ["fern", "nightshade"]


async def test_f18_a_job_outlasts_its_lease_while_its_worker_renews_it(
    house: House, garden: Garden, moving_clock: MovingClock
) -> None:
    garden.may_end.clear()
    await put(house, "oak")
    slow, other = Hands(house), Hands(house)
    await slow.take()

    for _ in range(3):
        moving_clock.move(seconds=50)
        await slow.renew()
        await other.take()
    garden.may_end.set()
    await end_of(slow)

    assert garden.begun == ["oak"]
    assert [job.state for job in await rows(house)] == ["done"]


async def test_f18_a_worker_that_lost_its_lease_stops(
    house: House, garden: Garden, moving_clock: MovingClock
) -> None:
    garden.may_end.clear()
    await put(house, "oak")
    frozen, other = Hands(house), Hands(house)
    await frozen.take()
    moving_clock.move(seconds=61)
    await other.take()

    await frozen.renew()
    await end_of(frozen)
    garden.may_end.set()
    await end_of(other)

    assert garden.done == ["oak"]
    (job,) = await rows(house)
    assert (job.state, job.attempts) == ("done", 2)


async def test_f30_at_the_end_what_is_not_done_is_given_back(house: House, garden: Garden) -> None:
    garden.may_end.clear()
    await put(house, "oak")
    stop = asyncio.Event()
    working = asyncio.create_task(hands.run_forever(house, stop))
    await garden.has_begun.wait()

    stop.set()
    await working

    (job,) = await rows(house)
    assert (job.state, job.attempts, job.lease, job.leased_until) == ("waiting", 0, None, None)


async def test_a_worker_is_woken_by_a_commit(
    house: House, garden: Garden, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hands, "POLL_S", 3600)
    stop = asyncio.Event()
    working = asyncio.create_task(hands.run_forever(house, stop))
    await asyncio.sleep(0.05)

    await put(house, "fern")
    await asyncio.wait_for(garden.has_done.wait(), 5)
    stop.set()
    await working

    assert garden.done == ["fern"]


async def test_a_name_that_nobody_knows_waits_for_who_does(
    house: House, garden: Garden, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.database.write(jobs.enqueue, "from_the_next_release", {"plant": "orchid"})
    await put(house, "fern")

    await do_what_is_due(house)
    before = {job.name: job.state for job in await rows(house)}
    newer = {**schedule.WORK, "from_the_next_release": garden.water}
    monkeypatch.setattr(schedule, "WORK", newer)
    await do_what_is_due(house)

    assert before == {"from_the_next_release": "waiting", "water": "done"}
    assert garden.done == ["fern", "orchid"]


async def put(house: House, plant: Any, **args: Any) -> None:
    await house.database.write(jobs.enqueue, "water", {"plant": plant, **args})


async def rows(house: House) -> list[Job]:
    async with house.database.reader() as session:
        return list((await session.scalars(select(Job).order_by(Job.id))).all())


def list_of_names(worker: Hands) -> list[Any]:
    return [hand.job.args["plant"] for hand in worker.busy.values()]


async def end_of(worker: Hands) -> None:
    tasks = [hand.task for hand in worker.busy.values()]
    await asyncio.gather(*tasks, return_exceptions=True)
