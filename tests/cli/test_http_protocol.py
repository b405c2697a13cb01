"""S-106: the head of a request has walls, and who never finishes one is hung up on."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any

import pytest

from questlog.cli import http_protocol
from tests.support.wire import serving

HEAD = b"GET / HTTP/1.1\r\nHost: test\r\n"
PATIENCE_S = 5
Speak = Callable[[bytes], Any]


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Answer 200 with the number of headers."""
    more = True
    while more:
        more = (await receive()).get("more_body", False)
    body = str(len(scope["headers"])).encode()
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture
async def speak() -> AsyncIterator[Speak]:
    """Send bytes to a server and return all it answers until it hangs up or falls silent."""
    async with serving(application) as port:
        yield partial(exchange, port)


async def exchange(port: int, sent: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    answer = b""
    with contextlib.suppress(ConnectionError):
        await writer.drain()
        async with asyncio.timeout(PATIENCE_S):
            while piece := await reader.read(65536):
                answer += piece
    writer.close()
    return answer


async def test_an_ordinary_request_is_answered(speak: Speak) -> None:
    answer = await speak(HEAD + b"Connection: close\r\n\r\n")

    assert status(answer) == 200
    assert answer.endswith(b"\r\n\r\n2")


async def test_requests_in_one_piece_are_answered_one_after_the_other(speak: Speak) -> None:
    big = b"POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 100000\r\n\r\n" + b"x" * 100_000

    answer = await speak(big + HEAD + b"Connection: close\r\n\r\n")

    assert answer.count(b"HTTP/1.1 200 OK") == 2


@pytest.mark.parametrize(
    "rest",
    [
        b"X-Long: " + b"a" * 65_536 + b"\r\n\r\n",
        b"".join(b"X-%d: 1\r\n" % number for number in range(1000)) + b"\r\n",
        b"X-Never-Ending: " + b"a" * 50_000,
    ],
    ids=["one of 64 kB", "a thousand", "one without an end"],
)
async def test_s106_headers_that_are_too_large_are_answered_431(speak: Speak, rest: bytes) -> None:
    answer = await speak(HEAD + rest)

    assert status(answer) == 431
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["code"] == "headers_too_large"


async def test_s106_a_header_that_goes_on_and_on_is_cut_off(speak: Speak) -> None:
    async with asyncio.timeout(3):
        answer = await speak(HEAD + b"X-Never-Ending: " + b"a" * 20_000_000)

    assert answer == b"" or status(answer) == 431  # a reset may overtake the answer


async def test_s106_an_address_that_is_too_long_is_answered_431(speak: Speak) -> None:
    answer = await speak(b"GET /" + b"a" * 60_000 + b" HTTP/1.1\r\nHost: test\r\n\r\n")

    assert status(answer) == 431


POST = b"POST / HTTP/1.1\r\nHost: test\r\n"
CHUNKED, EMPTY = b"Transfer-Encoding: chunked\r\n", b"0\r\n\r\n"
SMUGGLED = HEAD + b"Connection: close\r\n\r\n"
NO_HTTP = {
    "bare CR": HEAD + b"X: a\rb\r\n\r\n",
    "bare LF": b"GET / HTTP/1.1\nHost: test\n\n",
    "a name with a space": HEAD + b"X Y: a\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "length, then chunks": POST + b"Content-Length: 6\r\n" + CHUNKED + b"\r\n" + EMPTY,
    "chunks, then length": POST + CHUNKED + b"Content-Length: 5\r\n\r\n" + EMPTY,
    "two lengths": POST + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
    "one length twice": POST + b"Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
    "a list of lengths": POST + b"Content-Length: 3, 3\r\n\r\nabc",
    "a signed length": POST + b"Content-Length: +3\r\n\r\nabc",
    "a negative length": POST + b"Content-Length: -1\r\n\r\nabc",
    "a hexadecimal length": POST + b"Content-Length: 0x3\r\n\r\nabc",
    "no length at all": POST + b"Content-Length: \r\n\r\nabc",
    "a space before the colon": POST + b"Transfer-Encoding : chunked\r\n\r\n" + EMPTY,
    "a folded line": POST + b"Transfer-Encoding:\r\n chunked\r\n\r\n" + EMPTY,
    "an encoding hidden by a tab": POST + b"Transfer-Encoding: \x0bchunked\r\n\r\n" + EMPTY,
    "an unknown encoding": POST + b"Transfer-Encoding: xchunked\r\n\r\n" + EMPTY,
    "chunks within": POST + b"Transfer-Encoding: chunked, identity\r\n\r\n" + EMPTY,
    "chunked twice": POST + CHUNKED * 2 + b"\r\n" + EMPTY,
    "a chunk that ends with LF": POST + CHUNKED + b"\r\n3\nabc\r\n" + EMPTY,
    "a chunk's extension that does": POST + CHUNKED + b"\r\n3;\nx\r\nabc\r\n" + EMPTY,
    "a chunk of hexadecimal size": POST + CHUNKED + b"\r\n0x3\r\nabc\r\n" + EMPTY,
    "a chunk that is too long": POST + CHUNKED + b"\r\n3\r\nabcXX" + EMPTY,
    "a chunk beyond all numbers": POST + CHUNKED + b"\r\nfffffffffffffffff3\r\nabc\r\n" + EMPTY,
}


@pytest.mark.parametrize("sent", NO_HTTP.values(), ids=NO_HTTP)
async def test_s106_what_can_be_read_in_two_ways_is_answered_400_and_hung_up_on(
    speak: Speak, sent: bytes
) -> None:
    """What follows in the same connection is not read: a proxy may have taken it for a body."""
    answer = await speak(sent + SMUGGLED)

    assert status(answer) == 400
    assert b"connection: close" in answer
    assert answer.count(b"HTTP/1.1") == 1


async def test_s106_one_reading_is_read(speak: Speak) -> None:
    whole = POST + CHUNKED + b"\r\n3\r\nabc\r\n" + EMPTY

    answer = await speak(whole + SMUGGLED)

    assert answer.count(b"HTTP/1.1 200 OK") == 2


@pytest.mark.parametrize("sent", [b"", b"GET / HTT", HEAD + b"X-Slow: "])
async def test_who_never_ends_the_head_is_hung_up_on(
    speak: Speak, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(http_protocol, "HEAD_SECONDS", 0.2)

    async with asyncio.timeout(3):
        answer = await speak(sent)

    assert answer == b""


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])
