"""Waking workers through a Redis stream, by Taskiq's broker for it: each message wakes one of them.

A message says that there is a job, not which: the rows are the queue. What is lost is found by polling a second later.
"""

from __future__ import annotations

import asyncio
import os
import socket
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING

import structlog

from questlog.automation import jobs
from questlog.core import redis_client
from questlog.worker.house import House, pause

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from questlog.worker.stream import StreamBell

STREAM = "questlog:jobs"
KEPT = 1_000
REST_S = 5.0
BREATH_S = 0.01
BLOCK_MS = 1_000
PATIENCE_S = 5.0

log = structlog.get_logger(__name__)


async def tell_forever(redis: Redis, stop: asyncio.Event) -> None:
    """Send a message whenever this process has committed a job, until `stop` is set."""
    with jobs.bell(near_only=True) as rung:
        while not stop.is_set():
            await pause(REST_S, rung, stop)
            if not rung.is_set():
                continue
            rung.clear()
            try:
                await redis.xadd(STREAM, {"data": b"job"}, maxlen=KEPT, approximate=True)
                await asyncio.sleep(BREATH_S)  # a crowd of jobs is one message
            except redis_client.failures() as error:
                log.warning("wakes_wait_for_redis", error=type(error).__name__)
                await pause(REST_S, stop)


async def hear_forever(house: House, stop: asyncio.Event) -> None:
    """Look for jobs whenever it is this worker's turn to be woken, until `stop` is set."""
    listening = asyncio.create_task(_listen_forever(house))
    try:
        await stop.wait()
    finally:
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening


async def _listen_forever(house: House) -> None:
    while True:
        broker = _stream(house)
        try:
            await broker.startup()
            async with aclosing(broker.listen()) as messages:
                async for _message in messages:
                    jobs.ring(from_afar=True)
        except redis_client.failures() as error:
            log.warning("wakes_wait_for_redis", error=type(error).__name__)
        finally:
            with suppress(*redis_client.failures()):
                await broker.shutdown()
        await asyncio.sleep(REST_S)


def _stream(house: House) -> StreamBell:
    # Only a worker with Redis pays for this import.
    from questlog.worker.stream import StreamBell  # noqa: PLC0415

    url = house.settings.redis.url
    if url is None:
        raise ValueError("a worker is woken through REDIS_URL, and there is none")
    return StreamBell(
        url.get_secret_value(),
        queue_name=STREAM,
        consumer_group_name="questlog",
        consumer_name=f"{socket.gethostname()}-{os.getpid()}",
        consumer_id="0",
        xread_block=BLOCK_MS,
        maxlen=KEPT,
        socket_timeout=PATIENCE_S,
        socket_connect_timeout=PATIENCE_S,
    )
