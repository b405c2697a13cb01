"""How many requests someone may still make: counted in Redis when there is one, in this process otherwise.

Windows are fixed: the first request opens one, and exactly the quota passes before it ends.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from questlog.core import redis_client

if TYPE_CHECKING:
    from redis.asyncio import Redis

log = structlog.get_logger(__name__)

REDIS_REST_S = 5.0
MOST_KEYS = 100_000
# One step for all processes together: count, and say when the window ends.
COUNT = """
local count = redis.call('INCR', KEYS[1])
local left = redis.call('PTTL', KEYS[1])
if left < 0 then
    left = tonumber(ARGV[1])
    redis.call('PEXPIRE', KEYS[1], left)
end
return {count, left}
"""


@dataclass(frozen=True)
class Policy:
    """`quota` requests in each window. One that `holds` is kept by each process alone while Redis is away."""

    name: str
    quota: int
    holds: bool = False


@dataclass(frozen=True)
class Allowance:
    """What the caller has left. `resets_in` is in whole seconds, at least 1; waiting that long is enough."""

    policy: str
    quota: int
    window: int
    count: int
    resets_in: int

    @property
    def allowed(self) -> bool:
        return self.count <= self.quota

    def headers(self) -> dict[str, str]:
        """Return the two fields of draft-ietf-httpapi-ratelimit-headers."""
        remaining = max(0, self.quota - self.count)
        return {
            "RateLimit-Policy": f'"{self.policy}";q={self.quota};w={self.window}',
            "RateLimit": f'"{self.policy}";r={remaining};t={self.resets_in}',
        }


class LocalCounts:
    """Windows of one length in this process: at most `most`, the oldest forgotten first (S-112)."""

    def __init__(self, window: int, most: int = MOST_KEYS) -> None:
        self.window, self.most = window, most
        self._open: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._open)

    def add(self, key: str) -> tuple[int, float]:
        """Count one request and return how many there were, and the seconds to the window's end."""
        now = time.monotonic()
        self._forget(now)
        if key not in self._open and len(self._open) >= self.most:
            self._open.popitem(last=False)
        count, ends_at = self._open.get(key, (0, now + self.window))
        self._open[key] = (count + 1, ends_at)
        return count + 1, ends_at - now

    def _forget(self, now: float) -> None:
        # All windows are of one length, so they end in the order in which they began.
        while self._open and next(iter(self._open.values()))[1] <= now:
            self._open.popitem(last=False)


class RequestLimiter:
    """Counts requests per policy and key.

    Without Redis each of `processes` gets its share of a quota. When Redis does not answer, this process asks it again
    after a few seconds; meanwhile it counts by itself what a policy holds, and lets the rest pass (S-111).
    """

    def __init__(self, window: int, *, redis: Redis | None = None, processes: int = 1) -> None:
        self.window, self.shared, self.processes = window, redis is not None, processes
        self._local = LocalCounts(window)
        self._count = redis.register_script(COUNT) if redis else None
        self._asked_again_at = 0.0

    async def hit(self, policy: Policy, whom: str) -> Allowance | None:
        """Count one request of `whom`, or return None when nobody could count it."""
        key = f"questlog:rate:{policy.name}:{whom}"
        if self._count is not None:
            counted = await self._count_together(key)
            if counted is not None:
                return self._allowance(policy, policy.quota, counted)
            if not policy.holds:
                return None
        share = max(1, policy.quota // self.processes)
        return self._allowance(policy, share, self._local.add(key))

    async def _count_together(self, key: str) -> tuple[int, float] | None:
        assert self._count is not None  # noqa: S101 - narrows the type for the checker
        now = time.monotonic()
        if now < self._asked_again_at:
            return None
        resting, self._asked_again_at = self._asked_again_at, 0.0
        if resting:
            self._asked_again_at = now + REDIS_REST_S  # one request tries, the others go on
        try:
            count, left_ms = await self._count(keys=[key], args=[self.window * 1000])
        except redis_client.failures() as error:
            self._asked_again_at = time.monotonic() + REDIS_REST_S
            log.warning("rate_limit_store_down", error=type(error).__name__)
            return None
        self._asked_again_at = 0.0
        return int(count), left_ms / 1000

    def _allowance(self, policy: Policy, quota: int, counted: tuple[int, float]) -> Allowance:
        count, seconds = counted
        return Allowance(policy.name, quota, self.window, count, max(1, math.ceil(seconds)))
