"""Asking other servers over HTTP: no redirects, a bounded time and a bounded answer, whatever they do."""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx2
from pydantic_core import from_json

TIMEOUT_S = 8.0
MOST_BYTES = 256 * 1024
NO_CONNECTIONS_KEPT = httpx2.Limits(max_keepalive_connections=0)


class OutgoingError(Exception):
    """There was no usable answer. `reason` is one word for the log: timeout, unreachable, too_large, no_json."""

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
    form: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    timeout_s: float = TIMEOUT_S,
    most_bytes: int = MOST_BYTES,
) -> Reply:
    """GET `url`, or POST `form` to it. Any status is a reply, redirects too; raises `OutgoingError`.

    The time is for everything from the name to the last byte. A compressed body is not unpacked: none was asked for.
    """
    method = "GET" if form is None else "POST"
    sent = {"Accept": "application/json", "Accept-Encoding": "identity", **(headers or {})}
    try:
        async with (
            asyncio.timeout(timeout_s),
            _client(timeout_s) as client,
            client.stream(method, url, data=form, headers=sent) as response,
        ):
            return Reply(response.status_code, await _body(response, most_bytes))
    except (TimeoutError, httpx2.TimeoutException) as error:
        raise OutgoingError("timeout") from error
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
        raise OutgoingError("unreachable") from error


def _client(timeout_s: float) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(
        verify=_trust(),
        follow_redirects=False,
        timeout=timeout_s,
        trust_env=False,
        limits=NO_CONNECTIONS_KEPT,
    )


@cache
def _trust() -> ssl.SSLContext:
    """Build the list of authorities once: it takes longer than a request."""
    return httpx2.create_ssl_context()


async def _body(response: httpx2.Response, most_bytes: int) -> bytes:
    body = bytearray()
    async for piece in response.aiter_raw():
        body += piece
        if len(body) > most_bytes:
            raise OutgoingError("too_large")
    return bytes(body)
