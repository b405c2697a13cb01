"""How many requests someone may still make: counted in Redis when there is one, in this process otherwise."""

import time
from dataclasses import dataclass
from typing import Any

import structlog
from limits import RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage, RedisStorage, Storage
from limits.aio.strategies import FixedWindowRateLimiter

log = structlog.get_logger(__name__)

REDIS_TIMEOUT_S = 0.25
REDIS_REST_S = 5.0


@dataclass(frozen=True)
class Allowance:
    """What the caller has left. `resets_in` is in whole seconds, at least 1."""

    allowed: bool
    quota: int
    window: int
    remaining: int
    resets_in: int

    def headers(self) -> dict[str, str]:
        """Return the two fields of draft-ietf-httpapi-ratelimit-headers, and `Retry-After` when refused."""
        fields = {
            "RateLimit-Policy": f'"default";q={self.quota};w={self.window}',
            "RateLimit": f'"default";r={self.remaining};t={self.resets_in}',
        }
        return fields if self.allowed else fields | {"Retry-After": str(self.resets_in)}


class RequestLimiter:
    """Counts requests per key in fixed windows.

    Without Redis each of `processes` gets its share of the quota. When Redis does not answer, this process counts by
    itself for a few seconds and then asks again (S-111).
    """

    def __init__(
        self, quota: int, window: int, *, redis_url: str | None = None, processes: int = 1
    ) -> None:
        self.quota, self.window, self.shared = quota, window, redis_url is not None
        self._whole = RateLimitItemPerSecond(quota, window)
        self._share = RateLimitItemPerSecond(max(1, quota // processes), window)
        self._local = FixedWindowRateLimiter(MemoryStorage())
        self._redis = FixedWindowRateLimiter(_redis(redis_url)) if redis_url else None
        self._redis_down_until = 0.0

    async def hit(self, key: str) -> Allowance:
        if self._redis is not None and time.monotonic() >= self._redis_down_until:
            try:
                return await self._count(self._redis, self._whole, key)
            except Exception:
                self._redis_down_until = time.monotonic() + REDIS_REST_S
                log.warning("rate_limit_store_down")
        return await self._count(self._local, self._share, key)

    async def _count(
        self, limiter: FixedWindowRateLimiter, limit: RateLimitItemPerSecond, key: str
    ) -> Allowance:
        allowed = await limiter.hit(limit, key)
        left = await limiter.get_window_stats(limit, key)
        resets_in = max(1, round(left.reset_time - time.time()))
        return Allowance(allowed, limit.amount, self.window, max(0, left.remaining), resets_in)


def _redis(url: str) -> Storage:
    # A tenth of a second that only servers with Redis spend on their start.
    from redis.asyncio.retry import Retry  # noqa: PLC0415
    from redis.backoff import NoBackoff  # noqa: PLC0415

    options: dict[str, Any] = {
        "socket_timeout": REDIS_TIMEOUT_S,
        "socket_connect_timeout": REDIS_TIMEOUT_S,
        "retry": Retry(NoBackoff(), 0),  # a request does not wait for a server that is away
    }
    return RedisStorage(f"async+{url}", implementation="redispy", **options)
