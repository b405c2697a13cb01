"""The one way out: every request this server makes of others is dialled here.

A name is resolved once, every address it has is checked, and the connection goes to an address that was checked; TLS
verifies the name all the same. Redirects are answers, proxies of the environment are not asked, answers are read as far
as somebody wants them, and all of it has a time.
"""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import cache
from typing import Literal

import httpcore2
import httpx2

from questlog.clients import addresses, lookups
from questlog.clients.addresses import Ip, Network, Target, UnsafeUrlError

CONNECT_S = 5.0
FIRST_ADDRESS_S = 2.0
TIMEOUT_S = 15.0
BODY_S = 2.0
MOST_OF_THE_BODY = 4096

type Word = Literal[
    "bad_url",  # could not be read, or is none of ours to call by its spelling
    "blocked_address",  # leads to a network that is closed to users
    "dns",  # the name has no address
    "refused",  # nobody listens there
    "unreachable",  # no way there
    "timeout",  # no connection in time
    "tls",  # no encrypted connection, or to somebody else
    "reset",  # the connection ended before there was an answer, or what came was no HTTP
    "too_slow",  # connected, and no answer in time
]


class DialError(Exception):
    """There was no answer; `word` says why."""

    def __init__(self, word: Word, duration_ms: int = 0) -> None:
        super().__init__(word)
        self.word: Word = word
        self.duration_ms = duration_ms


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, whatever its status. `body` is how its body begins, as it came."""

    status: int
    body: bytes
    duration_ms: int
    retry_after: str | None


def check_url(url: str, *, allowed: Sequence[Network] = ()) -> None:
    """Raise `UnsafeUrlError` for an address that `post` would refuse by its spelling alone."""
    addresses.check(addresses.read(url), allowed)


async def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    allowed: Sequence[Network] = (),
    timeout_s: float = TIMEOUT_S,
) -> Reply:
    """POST `body` to `url` and return what was answered first. Raises `DialError`.

    `timeout_s` is for everything from the name to the last byte that is read; a body that dawdles is cut short, for
    the status counts. Headers are ASCII; others raise `ValueError`.
    """
    began = time.monotonic()
    try:
        async with dial("POST", url, headers, body, allowed=allowed, timeout_s=timeout_s) as answer:
            start = await _beginning(answer, min(BODY_S, began + timeout_s - time.monotonic()))
    except DialError as error:
        error.duration_ms = _since(began)
        raise
    return Reply(answer.status, start, _since(began), _retry_after(answer))


@asynccontextmanager
async def dial(
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes = b"",
    *,
    allowed: Sequence[Network],
    timeout_s: float,
) -> AsyncIterator[httpcore2.Response]:
    """Yield the answer with its body unread; the connection ends with the block. Raises `DialError`.

    `timeout_s` is for the time until its head is there.
    """
    target = _target(url, allowed)
    request = _request(method, target, headers, body)
    guard = _Guard(target, allowed)
    connection = httpcore2.AsyncHTTPConnection(
        request.url.origin,
        ssl_context=_trust() if target.scheme == "https" else None,
        network_backend=guard,
    )
    try:
        async with _in_time(timeout_s, guard):
            answer = await connection.handle_async_request(request)
        yield answer
    except httpcore2.ConnectTimeout as late:
        raise DialError("timeout") from late
    except httpcore2.ConnectError as failed:  # of the handshake
        raise DialError("tls") from failed
    except (httpcore2.NetworkError, httpcore2.RemoteProtocolError) as failed:
        raise DialError("reset") from failed
    finally:
        await connection.aclose()


class _Guard(httpcore2.AsyncNetworkBackend):
    """Connects to the target it was made for, at an address that was checked, and to nothing else."""

    def __init__(self, target: Target, allowed: Sequence[Network]) -> None:
        self._target = target
        self._allowed = allowed
        self._network = httpcore2.AnyIOBackend()
        self.has_connected = False

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature of the library
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        try:
            async with asyncio.timeout(CONNECT_S):
                stream = await self._first(await self._checked())
        except TimeoutError as late:
            raise DialError("timeout") from late
        self.has_connected = True
        return stream

    async def _checked(self) -> list[Ip]:
        """Return the target's addresses, if each of them may be called: one that may not spoils the name."""
        target = self._target
        try:
            found = [target.ip] if target.ip else await lookups.addresses_of(target.host)
        except lookups.LookupFailedError as failed:
            raise DialError("dns") from failed
        if not all(addresses.may_be_called(each, target.port, self._allowed) for each in found):
            raise DialError("blocked_address")
        return found

    async def _first(self, found: Sequence[Ip]) -> httpcore2.AsyncNetworkStream:
        """Connect to the first address, or to one of the other family when that does not work out soon."""
        first = found[0]
        others = [each for each in found if each.version != first.version]
        if others:
            with suppress(DialError, TimeoutError):
                async with asyncio.timeout(FIRST_ADDRESS_S):
                    return await self._connected(first)
        return await self._connected(others[0] if others else first)

    async def _connected(self, ip: Ip) -> httpcore2.AsyncNetworkStream:
        try:
            return await self._network.connect_tcp(str(ip), self._target.port)
        except httpcore2.ConnectError as failed:
            raise DialError(_why(failed)) from failed

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature of the library
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        raise DialError("blocked_address")


@asynccontextmanager
async def _in_time(seconds: float, guard: _Guard) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as late:
        raise DialError("too_slow" if guard.has_connected else "timeout") from late


def _why(failed: httpcore2.ConnectError) -> Word:
    """Tell a closed port from a missing road: the library keeps the system's error two causes down."""
    reported = failed.__cause__.__cause__ if failed.__cause__ else None
    return "refused" if isinstance(reported, ConnectionRefusedError) else "unreachable"


def _target(url: str, allowed: Sequence[Network]) -> Target:
    try:
        target = addresses.read(url)
    except UnsafeUrlError as error:
        raise DialError("bad_url") from error
    try:
        addresses.check(target, allowed)
    except UnsafeUrlError as error:
        raise DialError("blocked_address") from error
    return target


def _request(
    method: str, target: Target, headers: Mapping[str, str], body: bytes
) -> httpcore2.Request:
    own = {"Host": target.authority, "Connection": "close", "Accept-Encoding": "identity"}
    if method != "GET":
        own["Content-Length"] = str(len(body))
    return httpcore2.Request(
        method,
        httpcore2.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.path),
        headers=[(name, value) for name, value in _checked_headers(own | dict(headers))],
        content=body,
        extensions={"timeout": {"connect": CONNECT_S}},
    )


def _checked_headers(headers: Mapping[str, str]) -> list[tuple[str, str]]:
    for name, value in headers.items():
        if not value.isascii() or not value.isprintable():
            raise ValueError(f"the header {name} is no line of ASCII")
    return list(headers.items())


async def _beginning(answer: httpcore2.Response, seconds: float) -> bytes:
    """Read what comes soon of the body, up to its bound. That it breaks off does not undo the answer."""
    body = bytearray()
    with suppress(TimeoutError, httpcore2.NetworkError, httpcore2.RemoteProtocolError):
        async with asyncio.timeout(seconds), aclosing(answer.aiter_stream()) as pieces:
            async for piece in pieces:
                body += piece
                if len(body) >= MOST_OF_THE_BODY:
                    break
    return bytes(body[:MOST_OF_THE_BODY])


def _retry_after(answer: httpcore2.Response) -> str | None:
    for name, value in answer.headers:
        if name.lower() == b"retry-after":
            return value.decode("latin-1")[:64]
    return None


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)


@cache
def _trust() -> ssl.SSLContext:
    """Build the list of authorities once: it takes longer than a request."""
    return httpx2.create_ssl_context()
