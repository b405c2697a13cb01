"""Asking an installation of several servers: whoever does not answer, the other one is asked."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from httpx2 import AsyncClient, HTTPError, Limits, Response

API = "/api/v1"
PATIENCE_S = 90.0
PAUSE_S = 0.1
TIMEOUT_S = 15.0
AGAIN = frozenset({502, 503, 504})
STILL_RUNNING = "request_still_running"


@dataclass
class Account:
    """What was seen of the installation from outside."""

    statuses: Counter[int] = field(default_factory=Counter)
    unreached: int = 0
    seconds: list[float] = field(default_factory=list)
    acknowledged: list[float] = field(default_factory=list)
    """When (monotonic) each write was answered 2xx."""
    odd: list[str] = field(default_factory=list)
    """Answers that should not have been."""

    @property
    def failures(self) -> int:
        return sum(count for status, count in self.statuses.items() if status >= 500)

    def percentile(self, share: float) -> float:
        """Return within how many milliseconds that share of the answers came."""
        ranked = sorted(self.seconds) or [0.0]
        return ranked[min(int(len(ranked) * share), len(ranked) - 1)] * 1000

    def silence(self, start: float, end: float) -> float:
        """Return the longest time between two acknowledged writes of that span, in seconds."""
        moments = [start, *(at for at in self.acknowledged if start < at < end), end]
        return max(later - sooner for sooner, later in pairwise(moments))


class Doors:
    """One person's way in. A request that got no answer is repeated elsewhere, with its key, until it has one."""

    def __init__(self, urls: Sequence[str], account: Account, seed: int) -> None:
        self.urls, self.account = urls, account
        self.dice = random.Random(seed)
        self.headers: dict[str, str] = {}
        self._http = AsyncClient(
            timeout=TIMEOUT_S, trust_env=False, limits=Limits(max_connections=8)
        )

    async def close(self) -> None:
        await self._http.aclose()

    async def get(
        self, path: str, headers: Mapping[str, str] | None = None, params: Any = None
    ) -> Response:
        return await self.ask("GET", path, params=params)

    async def write(self, method: str, path: str, body: Any = None) -> Response:
        """Ask for a change and note when it was acknowledged."""
        key = f"{self.dice.getrandbits(96):x}"
        answer = await self.ask(method, path, body, headers={"Idempotency-Key": key})
        if answer.is_success:
            self.account.acknowledged.append(time.monotonic())
        return answer

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: Mapping[str, str] | None = None,
        params: Any = None,
    ) -> Response:
        """Return the first answer that is one. Raises TimeoutError when nobody gives one for a minute and a half."""
        tries = 0
        async with asyncio.timeout(PATIENCE_S):
            while True:
                url = self.urls[self.dice.randrange(len(self.urls))]
                answer = await self._once(url, method, path, body, headers or {}, params)
                tries += 1
                if answer is not None and not _is_to_be_asked_again(answer):
                    gone = method == "DELETE" and tries > 1 and answer.status_code == 404
                    return Response(204) if gone else answer
                await asyncio.sleep(PAUSE_S * self.dice.uniform(0.5, 2))

    async def _once(
        self,
        url: str,
        method: str,
        path: str,
        body: Any,
        headers: Mapping[str, str],
        params: Any,
    ) -> Response | None:
        began = time.monotonic()
        try:
            answer = await self._http.request(
                method, url + path, json=body, headers={**self.headers, **headers}, params=params
            )
        except HTTPError:
            self.account.unreached += 1
            return None
        self.account.statuses[answer.status_code] += 1
        self.account.seconds.append(time.monotonic() - began)
        if answer.status_code >= 500 and answer.status_code not in AGAIN:
            self.account.odd.append(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
        return answer


def _is_to_be_asked_again(answer: Response) -> bool:
    if answer.status_code == 409:
        return bool(answer.json().get("code") == STILL_RUNNING)
    return answer.status_code in AGAIN
