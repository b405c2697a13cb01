"""What the limiter's counts mean over HTTP: headers on the answer, 429, and a number for the operator."""

from questlog.api.gate.exchange import Exchange
from questlog.api.metrics import Metrics
from questlog.core.exceptions import TooManyRequestsError
from questlog.core.rate_limit import Policy, RequestLimiter
from questlog.identity.clues import network_of


class RequestLimits:
    """`quota` requests for a person, or for a network without one; `sign_in` of them at the doors that prove somebody."""

    def __init__(
        self, limiter: RequestLimiter, *, quota: int, sign_in: int, metrics: Metrics | None
    ) -> None:
        self.limiter, self.metrics = limiter, metrics
        self.ordinary = Policy("default", quota)
        self.doors = Policy("sign-in", min(quota, sign_in), holds=True)

    async def count(self, exchange: Exchange, *, at_door: bool = False) -> None:
        """Count the request under way for whoever makes it. Raises TooManyRequestsError."""
        who = exchange.principal
        whom = f"user:{who.user_id}" if who else f"address:{network_of(exchange.address)}"
        policy = self.doors if at_door else self.ordinary
        allowance = await self.limiter.hit(policy, whom)
        if allowance is None:
            if self.metrics is not None:
                self.metrics.uncounted.inc()
            return
        exchange.headers.update(allowance.headers())
        if not allowance.allowed:
            if self.metrics is not None:
                self.metrics.refused.labels(policy.name).inc()
            raise TooManyRequestsError(retry_after=allowance.resets_in)

    async def line(self) -> str:
        """Say for `/ready` how exact the limits are."""
        if self.limiter.shared or self.limiter.processes == 1:
            return "ok"
        return (
            f"each of {self.limiter.processes} processes counts its share; set REDIS_URL to share"
        )
