"""Asking other servers: what they say is taken within bounds, and what goes wrong has one name."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from questlog.clients import outgoing
from questlog.clients.outgoing import OutgoingError

type Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def server(talk: Talk) -> AsyncIterator[str]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer)
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    listener = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}/"
    finally:
        listener.close()


def saying(text: bytes, *, seconds_between_bytes: float = 0) -> Talk:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        pieces = [text] if not seconds_between_bytes else [bytes([byte]) for byte in text]
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(seconds_between_bytes)

    return talk


async def reason_of(talk: Talk, **bounds: float) -> str:
    async with server(talk) as url:
        with pytest.raises(OutgoingError) as caught:
            await outgoing.ask(url, **bounds)  # type: ignore[arg-type]
    return caught.value.reason


async def test_an_answer_is_a_status_and_a_body() -> None:
    async with server(saying(b'HTTP/1.1 418 Tea\r\nContent-Length: 7\r\n\r\n{"a":1}')) as url:
        reply = await outgoing.ask(url)

    assert reply.status == 418
    assert reply.json_object() == {"a": 1}


async def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    said = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"

    async with server(saying(said)) as url:
        reply = await outgoing.ask(url)

    assert reply.status == 302


async def test_a_body_too_large_is_not_read_to_its_end() -> None:
    read = 0

    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal read
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 52428800\r\n\r\n")
        for _ in range(800):
            writer.write(b" " * 65_536)
            await writer.drain()
            read += 65_536

    assert await reason_of(endless) == "too_large"
    assert read < 20 * 1024 * 1024


async def test_a_body_is_not_unpacked() -> None:
    said = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\n\x1f\x8b\x08"

    async with server(saying(said)) as url:
        reply = await outgoing.ask(url)

    assert reply.content == b"\x1f\x8b\x08"


async def test_the_time_is_for_all_of_it_and_not_for_each_byte() -> None:
    said = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + b" " * 1000
    began = time.monotonic()

    reason = await reason_of(saying(said, seconds_between_bytes=0.02), timeout_s=0.3)

    assert reason == "timeout"
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("said", [b"", b"SSH-2.0-OpenSSH\r\n\r\n", b"HTTP/1.1 200 OK\r\nConte"])
async def test_what_is_no_answer_is_unreachable(said: bytes) -> None:
    assert await reason_of(saying(said)) == "unreachable"


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "http://\x00/", "nonsense", "ftp://a/"])
async def test_an_address_that_leads_nowhere_is_unreachable(url: str) -> None:
    with pytest.raises(OutgoingError) as caught:
        await outgoing.ask(url)

    assert caught.value.reason == "unreachable"


@pytest.mark.parametrize("body", [b"", b"[]", b"NaN", b"{", b"\xff", b"[" * 100_000, b"null"])
def test_only_an_object_is_an_object(body: bytes) -> None:
    with pytest.raises(OutgoingError) as caught:
        outgoing.Reply(200, body).json_object()

    assert caught.value.reason == "no_json"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.2", "127.0.0.1."])
async def test_s134_what_another_server_names_does_not_lead_inside(host: str) -> None:
    heard = 0

    async def listening(*_: object) -> None:
        nonlocal heard
        heard += 1

    async with server(listening) as url:
        inside = url.replace("127.0.0.1", host)
        with pytest.raises(OutgoingError) as caught:
            await outgoing.ask(inside, named_by=url, form={"code": "a code"})

    assert caught.value.reason in {"blocked", "unreachable"}
    assert heard == 0


async def test_s134_what_another_server_names_may_lead_back_to_it() -> None:
    async with server(saying(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")) as url:
        reply = await outgoing.ask(url, named_by="http://127.0.0.1:8000/document")

    assert reply.status == 200


async def test_a_form_is_posted_as_one() -> None:
    heard = b""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal heard
        heard = await reader.readuntil(b"&b=c%26")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()

    async with server(talk) as url:
        await outgoing.ask(url, form={"a": "1 2", "b": "c&"}, headers={"Authorization": "Basic d"})

    lines = heard.decode().split("\r\n")
    assert lines[0] == "POST / HTTP/1.1"
    assert lines[-1] == "a=1+2&b=c%26"
    assert {
        "Content-Type: application/x-www-form-urlencoded",
        "Authorization: Basic d",
        "Content-Length: 12",
    } <= set(lines)
