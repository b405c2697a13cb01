"""A process of its own for the later work, or only for the schedule."""

import asyncio
import os
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial

import structlog

from questlog.core import redis_client
from questlog.worker import crafts, home, spreading, ticking, waking, working
from questlog.worker.house import House
from questlog.worker.working import Loop

log = structlog.get_logger(__name__)


async def work(house: House, ready: Callable[[], None]) -> None:
    """Work until a signal ends it. Woken by the database, by polling; with Redis by others at once."""
    await crafts.load()
    await _run(house, ready, working.LOOPS)


async def schedule(house: House, ready: Callable[[], None]) -> None:
    """Make the jobs of the schedule until a signal ends it."""
    await crafts.load()
    await _run(house, ready, (ticking.tick_forever,))


async def _run(house: House, ready: Callable[[], None], loops: Sequence[Loop]) -> None:
    stop = asyncio.Event()
    _end_on_signals(stop)
    url = house.settings.redis.url
    redis = redis_client.connect(url.get_secret_value()) if url else None
    beating = asyncio.create_task(working.beat_forever(house, stop))
    home.move_in(house.database)
    try:
        both = list(loops)
        if redis is not None:
            both += [_no_house(partial(waking.run_forever, redis))]
            both += [_no_house(partial(spreading.tell_forever, redis))]
            if house.kind == "worker":
                both.append(spreading.hear_forever)
        ready()
        await working.work(house, stop, both)
        await beating
    finally:
        home.move_out(house.database)
        if redis is not None:
            with suppress(*redis_client.failures()):
                await redis.aclose()


def _no_house(run: Callable[[asyncio.Event], object]) -> Loop:
    async def loop(_house: House, stop: asyncio.Event) -> None:
        await run(stop)  # type: ignore[misc]

    return loop


def _end_on_signals(stop: asyncio.Event) -> None:
    """End at the first signal in peace, at the second at once: what was begun is found by its lease."""

    def heard(number: int) -> None:
        if stop.is_set():
            os._exit(128 + number)
        stop.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, heard, number)
