"""The public keys of an issuer, fetched from where it publishes them and kept for a while.

Keys that get old are fetched anew in the background; keys that are old are fetched before they are used again, so one
that was withdrawn opens nothing after ten minutes (S-055). While the issuer does not answer, what it said last is good
for a day. With nothing to go by nobody is let in, and the answer says so instead of blaming the token (S-054).
"""

import asyncio
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt
import structlog
from cryptography.exceptions import UnsupportedAlgorithm
from jwt import PyJWK

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
LONGEST_KID = 512
PUBLIC_KINDS = ("EC", "RSA", "OKP")

log = structlog.get_logger(__name__)


class IssuerUnreachableError(UnavailableError):
    code = "issuer_unreachable"
    default_message = "The keys of this token's issuer cannot be had right now. Try again soon."


@dataclass(frozen=True)
class Fetched:
    keys: Mapping[str, PyJWK]
    at: float


class IssuerKeys:
    """One issuer's keys in one process. However many ask for them, one request is under way at a time."""

    def __init__(self, name: str, url: str, algorithms: frozenset[str]) -> None:
        self._name = name
        self._url = url
        self._algorithms = algorithms
        self._fetched = Fetched({}, -math.inf)
        self._failed_at = -math.inf
        self._missed_at = -math.inf
        self._under_way: asyncio.Task[None] | None = None

    async def find(self, kid: str) -> PyJWK | None:
        """Return the key the issuer calls `kid`, asking again at most every five minutes for one that is not there.

        Raises `IssuerUnreachableError`.
        """
        keys = await self._current()
        now = time.monotonic()
        if kid not in keys and now - self._missed_at >= BETWEEN_MISSES_S:
            self._missed_at = now
            await self._renewal()
            keys = self._known()
        return keys.get(kid)

    def close(self) -> None:
        if self._under_way is not None:
            self._under_way.cancel()

    async def _current(self) -> Mapping[str, PyJWK]:
        now = time.monotonic()
        age = now - self._fetched.at
        if age >= SOON_OLD_S and now - self._failed_at >= BETWEEN_FAILURES_S:
            is_failing = self._failed_at > self._fetched.at
            renewal = self._renewal()
            if age >= TOO_OLD_S or (age >= OLD_S and not is_failing):
                await renewal
        return self._known()

    def _known(self) -> Mapping[str, PyJWK]:
        if time.monotonic() - self._fetched.at >= TOO_OLD_S:
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
            reply = await outgoing.ask(self._url, timeout_s=TIMEOUT_S)
            found = _listed(reply)
        except OutgoingError as error:
            self._failed_at = time.monotonic()
            log.warning("issuer_keys_not_fetched", issuer=self._name, reason=error.reason)
            return
        self._fetched = Fetched(self._usable(found), began)

    def _usable(self, listed: list[Any]) -> dict[str, PyJWK]:
        keys: dict[str, PyJWK] = {}
        for each in listed[:MOST_KEYS]:
            key = _key(each, self._algorithms)
            if key is not None and key.key_id is not None:
                keys.setdefault(key.key_id, key)
        return keys


def _listed(reply: outgoing.Reply) -> list[Any]:
    if reply.status != 200:
        raise OutgoingError(f"status_{reply.status}")
    listed = reply.json_object().get("keys")
    if not isinstance(listed, list):
        raise OutgoingError("no_key_set")
    return listed


def _key(jwk: Any, algorithms: frozenset[str]) -> PyJWK | None:
    """Return a published key that may verify a signature, bound to one algorithm; else None.

    Nobody is believed for a key whose private half is published with it, or for a secret that is.
    """
    if not isinstance(jwk, dict) or jwk.get("kty") not in PUBLIC_KINDS or "d" in jwk:
        return None
    kid, operations = jwk.get("kid"), jwk.get("key_ops", ["verify"])
    if not isinstance(kid, str) or not 0 < len(kid) <= LONGEST_KID:
        return None
    if jwk.get("use", "sig") != "sig" or not isinstance(operations, list):
        return None
    if "verify" not in operations:
        return None
    algorithm = jwk.get("alg", next(iter(algorithms)) if len(algorithms) == 1 else None)
    if algorithm not in (None, *algorithms):
        return None
    try:
        key = PyJWK(jwk, algorithm)
    except (jwt.PyJWTError, UnsupportedAlgorithm, ValueError, TypeError, KeyError):
        return None
    return key if key.algorithm_name in algorithms else None
