"""The way to Redis, when there is one: asked briefly, through a bounded number of connections."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from redis.asyncio import Redis

CONNECTIONS = 16
TIMEOUT_S = 2.0
REQUEST_TIMEOUT_S = 0.25
"""For what a request waits for: a Redis that hangs costs it no more than this, and the next ones nothing."""
# Waiting for a connection of our own says nothing about Redis: a crowd queues here and is still counted exactly.
QUEUE_TIMEOUT_S = 10.0


def connect(url: str, *, timeout_s: float = TIMEOUT_S) -> Redis:
    """Return a client that connects when it is first asked. Who takes one closes it (`aclose`)."""
    # A tenth of a second that only servers with Redis spend on their start.
    from redis.asyncio import BlockingConnectionPool, Redis  # noqa: PLC0415
    from redis.asyncio.retry import Retry  # noqa: PLC0415
    from redis.backoff import NoBackoff  # noqa: PLC0415

    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=CONNECTIONS,
        timeout=QUEUE_TIMEOUT_S,
        socket_timeout=timeout_s,
        socket_connect_timeout=timeout_s,
        retry=Retry(NoBackoff(), 0),  # a request does not wait for a server that is away
    )
    return Redis.from_pool(pool)


async def answers(redis: Redis) -> bool:
    try:
        await redis.ping()
    except failures():
        return False
    return True


def failures() -> tuple[type[Exception], ...]:
    """Return what a call raises when Redis is away, or no Redis."""
    from redis.exceptions import RedisError  # noqa: PLC0415

    return (RedisError, OSError)
