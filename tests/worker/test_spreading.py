"""Waking workers through a Redis stream: a hint, and nothing that must arrive."""

import asyncio
from pathlib import Path

import pytest
from redis.asyncio import Redis

from questlog.automation import jobs
from questlog.core import redis_client
from questlog.core.db import Database
from questlog.worker import spreading
from questlog.worker.house import House
from tests.support import valkey, world


@pytest.fixture
def house(database: Database, database_address: str, tmp_path: Path, redis_url: str) -> House:
    settings = world.settings(database_address, tmp_path, REDIS_URL=redis_url)
    return House(database, settings, kind="worker")


async def test_a_job_committed_here_is_told_and_one_told_from_afar_is_not(
    redis_url: str,
) -> None:
    redis, stop = redis_client.connect(redis_url), asyncio.Event()
    telling = asyncio.create_task(spreading.tell_forever(redis, stop))
    await asyncio.sleep(0)

    jobs.ring(from_afar=True)
    await asyncio.sleep(0.1)
    after_one_from_afar = await redis.xlen(spreading.STREAM)
    jobs.ring()
    told = await _grown(redis, 1)
    stop.set()
    await telling
    await redis.aclose()

    assert (after_one_from_afar, told) == (0, 1)


async def test_each_message_wakes_one_worker(house: House, redis_url: str) -> None:
    redis, stop = redis_client.connect(redis_url), asyncio.Event()
    with jobs.bell() as rung:
        hearing = asyncio.create_task(spreading.hear_forever(house, stop))
        for _ in range(3):
            rung.clear()
            await redis.xadd(spreading.STREAM, {"data": b"job"})
            await asyncio.wait_for(rung.wait(), 5)
        stop.set()
        await hearing
    pending = await redis.xpending(spreading.STREAM, "questlog")
    await redis.aclose()

    assert pending["pending"] == 0


async def test_f16_a_redis_that_dies_is_listened_to_again_when_it_is_back(
    database: Database,
    database_address: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(spreading, "REST_S", 0.05)
    stop = asyncio.Event()
    with valkey.server() as url:
        port = int(url.rpartition(":")[2].partition("/")[0])
        settings = world.settings(database_address, tmp_path, REDIS_URL=url)
        house = House(database, settings, kind="worker")
        hearing = asyncio.create_task(spreading.hear_forever(house, stop))
        with jobs.bell() as rung:
            await _tell(url)
            await asyncio.wait_for(rung.wait(), 5)
    await asyncio.sleep(0.2)

    with valkey.server(port=port) as url, jobs.bell() as rung:
        await asyncio.sleep(0.3)
        await _tell(url)
        await asyncio.wait_for(rung.wait(), 10)
        heard_again = rung.is_set()
        stop.set()
        await hearing

    assert heard_again


async def _tell(url: str) -> None:
    redis = redis_client.connect(url)
    await redis.xadd(spreading.STREAM, {"data": b"job"})
    await redis.aclose()


async def _grown(redis: Redis, length: int) -> int:
    async with asyncio.timeout(5):
        while (found := int(await redis.xlen(spreading.STREAM))) < length:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    return found
