"""Asking other servers over HTTP: no redirects, a bounded time and a bounded answer, whatever they do."""

import asyncio
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpcore2
from pydantic_core import from_json

from questlog.clients import addresses
from questlog.clients.addresses import EVERYWHERE, UnsafeUrlError
from questlog.clients.dialer import DialError, dial
from questlog.core.crowd import elsewhere

TIMEOUT_S = 8.0
MOST_BYTES = 256 * 1024
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
REASONS = {"timeout": "timeout", "too_slow": "timeout", "blocked_address": "blocked"}


class OutgoingError(Exception):
    """There was no usable answer. `reason` is one word for the log: timeout, unreachable, blocked, too_large, no_json."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Reply:
    status: int
    content: bytes

    def json_object(self) -> dict[str, Any]:
        """Return the body, which must be a JSON object; raises `OutgoingError`."""
        try:
            found = from_json(self.content, allow_inf_nan=False)
        except ValueError as error:
            raise OutgoingError("no_json") from error
        if not isinstance(found, dict):
            raise OutgoingError("no_json")
        return found


async def ask(
    url: str,
    *,
    named_by: str | None = None,
    form: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    timeout_s: float = TIMEOUT_S,
    most_bytes: int = MOST_BYTES,
) -> Reply:
    """GET `url`, or POST `form` to it. Any status is a reply, redirects too; raises `OutgoingError`.

    An address the operator typed may be at home. One that another server gave, at the address `named_by`, leads back
    to that very host or to a public one (S-134). The time is for everything from the name to the last byte. A
    compressed body is not unpacked: none was asked for.
    """
    method = "GET" if form is None else "POST"
    sent = {"Accept": "application/json", **(FORM if form else {}), **(headers or {})}
    body = urlencode(form or {}).encode()
    allowed = EVERYWHERE if named_by is None or _same_host(url, named_by) else ()
    try:
        with elsewhere():
            async with (
                asyncio.timeout(timeout_s),
                dial(method, url, sent, body, allowed=allowed, timeout_s=timeout_s) as answer,
            ):
                return Reply(answer.status, await _body(answer, most_bytes))
    except TimeoutError as error:
        raise OutgoingError("timeout") from error
    except DialError as error:
        raise OutgoingError(REASONS.get(error.word, "unreachable")) from error


def _same_host(url: str, other: str) -> bool:
    try:
        return addresses.read(url).host == addresses.read(other).host
    except UnsafeUrlError:
        return False


async def _body(answer: httpcore2.Response, most_bytes: int) -> bytes:
    body = bytearray()
    async with aclosing(answer.aiter_stream()) as pieces:
        async for piece in pieces:
            body += piece
            if len(body) > most_bytes:
                raise OutgoingError("too_large")
    return bytes(body)
