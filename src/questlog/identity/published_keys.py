"""The public keys that somebody else signs with, fetched from where they publish them and kept for a while.

Keys that get old are fetched anew in the background; keys that are old are fetched before they are used again, so one
that was withdrawn opens nothing after ten minutes (S-055). While nobody answers there, what was said last is good for a
day. With nothing to go by nobody is let in, and the answer says so instead of blaming the token (S-054).
"""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from questlog.clients import outgoing
from questlog.clients.outgoing import OutgoingError
from questlog.core.exceptions import UnavailableError

SOON_OLD_S = 5 * 60.0
OLD_S = 9 * 60.0
TOO_OLD_S = 24 * 3600.0
BETWEEN_MISSES_S = 5 * 60.0
BETWEEN_FAILURES_S = 10.0
TIMEOUT_S = 5.0
MOST_KEYS = 100

log = structlog.get_logger(__name__)


class IssuerUnreachableError(UnavailableError):
    code = "issuer_unreachable"
    default_message = "The keys of this token's issuer cannot be had right now. Try again soon."


@dataclass(frozen=True)
class Fetched[Keys]:
    keys: Keys
    at: float


class PublishedKeys[Keys]:
    """One key set in one process. However many ask for it, one request is under way at a time.

    `address` says where it is, or raises `OutgoingError`, and `named_by` whose document says so, if the operator does
    not; `read` makes of the listed keys what is kept, and raises nothing.
    """

    def __init__(
        self,
        name: str,
        address: Callable[[], Awaitable[str]],
        read: Callable[[Sequence[Mapping[str, Any]]], Keys],
        *,
        named_by: str | None = None,
    ) -> None:
        self._name = name
        self._address = address
        self._read = read
        self._named_by = named_by
        self._fetched: Fetched[Keys] | None = None
        self._failed_at = -math.inf
        self._missed_at = -math.inf
        self._under_way: asyncio.Task[None] | None = None

    async def current(self) -> Keys:
        """Raises `IssuerUnreachableError`."""
        now, age = time.monotonic(), self._age
        if age >= SOON_OLD_S and now - self._failed_at >= BETWEEN_FAILURES_S:
            is_failing = self._fetched is not None and self._failed_at > self._fetched.at
            renewal = self._renewal()
            if age >= TOO_OLD_S or (age >= OLD_S and not is_failing):
                await renewal
        return self._known()

    async def after_a_miss(self) -> Keys:
        """Return the keys, asked for again at most every five minutes, for who did not find theirs in `current`.

        Raises `IssuerUnreachableError`.
        """
        now = time.monotonic()
        if now - self._missed_at >= BETWEEN_MISSES_S:
            self._missed_at = now
            await self._renewal()
        return self._known()

    def close(self) -> None:
        if self._under_way is not None:
            self._under_way.cancel()

    @property
    def _age(self) -> float:
        return math.inf if self._fetched is None else time.monotonic() - self._fetched.at

    def _known(self) -> Keys:
        if self._fetched is None or self._age >= TOO_OLD_S:
            raise IssuerUnreachableError(retry_after=math.ceil(BETWEEN_FAILURES_S))
        return self._fetched.keys

    def _renewal(self) -> asyncio.Future[None]:
        """Return what ends with the request that is under way, begun now if there is none."""
        if self._under_way is None or self._under_way.done():
            self._under_way = asyncio.create_task(self._renew())
        return asyncio.shield(self._under_way)  # who waits may give up; the others go on

    async def _renew(self) -> None:
        began = time.monotonic()
        try:
            reply = await outgoing.ask(
                await self._address(), named_by=self._named_by, timeout_s=TIMEOUT_S
            )
            listed = _listed(reply)
        except OutgoingError as error:
            self._failed_at = time.monotonic()
            log.warning("issuer_keys_not_fetched", issuer=self._name, reason=error.reason)
            return
        self._fetched = Fetched(self._read(listed), began)


def _listed(reply: outgoing.Reply) -> list[Mapping[str, Any]]:
    if reply.status != 200:
        raise OutgoingError(f"status_{reply.status}")
    listed = reply.json_object().get("keys")
    if not isinstance(listed, list):
        raise OutgoingError("no_key_set")
    return [each for each in listed[:MOST_KEYS] if isinstance(each, dict)]
