"""L-05 and L-06: a crowd is told to come again, and who does not read his answer is hung up on."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import FastAPI

from questlog.api.gate.connections import CROWD
from questlog.api.gate.crowding import Crowding
from questlog.cli import http_protocol
from questlog.core.crowd import Crowd
from tests.support.wire import Wire, serving

BIG = b"x" * 20_000_000


@pytest.fixture
def crowd() -> Crowd:
    return Crowd(most=1)


@pytest.fixture
async def port(crowd: Crowd) -> AsyncIterator[int]:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        while (await receive()).get("more_body", False):
            continue
        body = BIG if scope["path"] == "/big" else b"answered"
        headers = [(b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async with serving(application, {CROWD: crowd}) as port:
        yield port


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_l05_a_crowded_server_says_when_to_come_again_and_keeps_the_connection(
    port: int, crowd: Crowd, method: str
) -> None:
    wire = Wire(port)
    crowd.waiting = 1

    refused = await wire.ask(method, "/", body=None if method == "GET" else {"title": "Read"})
    crowd.waiting = 0
    answered = await wire.ask(method, "/")

    assert (refused.status, refused.code) == (503, "crowded")
    assert refused.headers["retry-after"] == "2"
    assert json.loads(refused.body)["type"] == "/problems/crowded"
    assert json.loads(refused.body)["status"] == 503
    assert (answered.status, answered.body) == (200, b"answered")
    await wire.hang_up()


async def test_l05_whoever_watches_over_a_crowded_server_is_answered(
    port: int, crowd: Crowd
) -> None:
    wire = Wire(port)
    crowd.waiting = 1

    answers = [await wire.ask("GET", path) for path in ("/health", "/ready", "/api/v1/metrics")]

    assert [answer.status for answer in answers] == [200, 200, 200]
    await wire.hang_up()


async def test_l05_requests_in_one_piece_are_answered_in_their_order(
    port: int, crowd: Crowd
) -> None:
    crowd.waiting = 1
    reader, writer = await asyncio.open_connection("127.0.0.1", port)

    writer.write(b"GET / HTTP/1.1\r\nHost: test\r\n\r\n")
    writer.write(b"GET /health HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")
    async with asyncio.timeout(5):
        answer = await reader.read()
    writer.close()

    assert answer.index(b"503 Service Unavailable") < answer.index(b"200 OK")


async def test_l05_those_that_were_read_and_not_begun_count_too(crowd: Crowd) -> None:
    """A server that works without a pause reads a hundred requests before it comes to the first."""
    house = Crowding(_answering, crowd=crowd)
    async with serving(house, {CROWD: crowd}) as port:
        peers = [await asyncio.open_connection("127.0.0.1", port) for _ in range(20)]
        for _, writer in peers:
            writer.write(b"GET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")
        async with asyncio.timeout(10):
            answers = [await reader.read() for reader, _ in peers]
        for _, writer in peers:
            writer.close()

    assert any(b" 503 " in answer[:20] for answer in answers)
    assert any(b" 200 " in answer[:20] for answer in answers)
    assert crowd.waiting == 0


async def test_l05_an_answer_of_the_outermost_layer_keeps_no_place(app: FastAPI) -> None:
    crowd: Crowd = app.state.crowd
    twice = "GET /api/v1/tasks HTTP/1.1\r\nHost: localhost\r\nAuthorization: a"
    async with serving(app, {CROWD: crowd}) as port:
        line = await _first_line(port, f"{twice}\r\nAuthorization: b")

    assert b" 400 " in line
    assert crowd.waiting == 0


@pytest.mark.parametrize(
    ("head", "status"),
    [
        ("HEAD /api/v1/tasks HTTP/1.1", b" 503 "),
        ("GET /api/v1/tasks HTTP/1.1\r\nUpgrade: h2c\r\nConnection: Upgrade", b" 503 "),
        ("GET /healthx HTTP/1.1", b" 503 "),
        ("GET /health/db HTTP/1.1", b" 503 "),
        ("GET http://t/health HTTP/1.1", b" 200 "),
    ],
)
async def test_l05_only_who_watches_over_it_is_answered_however_it_is_asked(
    app: FastAPI, head: str, status: bytes
) -> None:
    crowd: Crowd = app.state.crowd
    async with serving(app, {CROWD: crowd}) as port:
        crowd.waiting = crowd.most

        line = await _first_line(port, f"{head}\r\nHost: localhost")

    assert status in line
    assert crowd.waiting == crowd.most


async def _first_line(port: int, head: str) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"{head}\r\n\r\n".encode())
    async with asyncio.timeout(5):
        line = await reader.readline()
    writer.close()
    return line


async def test_l06_a_connection_whose_body_came_after_the_refusal_is_closed_when_idle(
    port: int, crowd: Crowd
) -> None:
    crowd.waiting = 1
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 4\r\n\r\n")
    refused = await reader.readuntil(b"\r\n\r\n")

    writer.write(b"abcd")
    async with asyncio.timeout(10):
        await reader.read()
    writer.close()

    assert b" 503 " in refused


async def _answering(_scope: Any, receive: Any, send: Any) -> None:
    await receive()
    time.sleep(0.02)  # noqa: ASYNC251 - as a transaction of SQLite does
    headers = [(b"content-length", b"0")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


async def test_l06_who_does_not_read_the_answer_is_hung_up_on(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_protocol, "UNREAD_SECONDS", 0.2)
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1000)
    writer.write(b"GET /big HTTP/1.1\r\nHost: test\r\n\r\n")
    await asyncio.sleep(1)

    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        async with asyncio.timeout(5):
            await reader.readexactly(len(BIG))
    writer.close()


async def test_l06_a_body_that_trickles_in_after_its_answer_is_hung_up_on(
    port: int, crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_protocol, "UNREAD_SECONDS", 0.3)
    crowd.waiting = 1
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 10000\r\n\r\n")
    refused = await reader.readuntil(b"\r\n\r\n")

    with pytest.raises(ConnectionError):
        await _trickle(writer)
    writer.close()

    assert b" 503 " in refused


async def _trickle(writer: asyncio.StreamWriter) -> None:
    async with asyncio.timeout(5):
        while True:
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.05)


async def test_l06_who_reads_gets_all_of_it(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_protocol, "UNREAD_SECONDS", 5)
    wire = Wire(port)

    answer = await wire.ask("GET", "/big")

    assert answer.body == BIG
    await wire.hang_up()
