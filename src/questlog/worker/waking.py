"""Passing on to the other processes, through Redis, that somebody has something new; and hearing it from them."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

import structlog

from questlog.automation import bells
from questlog.core import redis_client, redis_wakes

if TYPE_CHECKING:
    from redis.asyncio import Redis

log = structlog.get_logger(__name__)

WAIT_S = 1.0


async def run_forever(redis: Redis, stop: asyncio.Event) -> None:
    """Do both until `stop` is set. Nothing is lost while Redis is away: everybody also looks by themselves."""
    async with asyncio.TaskGroup() as both:
        both.create_task(_tell_forever(redis, stop))
        hear = partial(bells.ring, from_afar=True)
        both.create_task(redis_wakes.hear_forever(redis, hear, stop))


async def _tell_forever(redis: Redis, stop: asyncio.Event) -> None:
    with bells.listen(near_only=True, of_talk=True) as bell:
        while not stop.is_set():
            if not await bell.wait(WAIT_S):
                continue
            try:
                await redis_wakes.tell(redis, bell.users())
            except redis_client.failures() as error:
                log.warning("wakes_wait_for_redis", error=type(error).__name__)
                await redis_wakes.pause(stop, redis_wakes.REST_S)
                bell.users()
