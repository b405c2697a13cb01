"""Waking the other processes of one installation through Redis: a hint who has something new, and nothing that must arrive.

A message holds ids of users, never what happened to them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING
from uuid import UUID

import structlog

from questlog.core import redis_client
from questlog.core.ids import parse_id

if TYPE_CHECKING:
    from redis.asyncio import Redis

log = structlog.get_logger(__name__)

CHANNEL = "questlog:wakes"
MOST_IN_A_MESSAGE = 500
WAIT_S = 1.0
REST_S = 5.0

type Hear = Callable[[frozenset[UUID]], None]


async def tell(redis: Redis, user_ids: Collection[UUID]) -> None:
    """Publish that these users have something new. Raises what `redis_client.failures` names."""
    ids = [str(user_id) for user_id in user_ids]
    for start in range(0, len(ids), MOST_IN_A_MESSAGE):
        await redis.publish(CHANNEL, " ".join(ids[start : start + MOST_IN_A_MESSAGE]))


async def hear_forever(redis: Redis, hear: Hear, stop: asyncio.Event) -> None:
    """Call `hear` with whom others publish, until `stop` is set; while Redis is away, knock every few seconds."""
    while not stop.is_set():
        try:
            async with redis.pubsub(ignore_subscribe_messages=True) as channel:
                await channel.subscribe(CHANNEL)
                while not stop.is_set():
                    message = await channel.get_message(timeout=WAIT_S)
                    if message is not None:
                        hear(frozenset(_ids(message["data"])))
        except redis_client.failures() as error:
            log.warning("wakes_wait_for_redis", error=type(error).__name__)
            await pause(stop, REST_S)


async def pause(stop: asyncio.Event, seconds: float) -> None:
    """Wait so long, or until `stop` is set."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()


def _ids(data: bytes | str) -> Iterator[UUID]:
    """Read what anybody may have published there."""
    text = data.decode("ascii", "replace") if isinstance(data, bytes) else data
    for word in text.split(" "):
        found = parse_id(word)
        if found is not None:
            yield found
