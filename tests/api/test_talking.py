"""How much somebody at a socket may say, and how long they may leave unread what they are told."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI
from websockets.exceptions import ConnectionClosed

from questlog.api import live
from questlog.api.sockets import line
from questlog.core.db import Database
from tests.support import peers
from tests.support.listening import deaf, happen, seats, tell_much
from tests.support.make import Make
from tests.support.peers import House, until

PING = b"\x89\xfd\x00\x00\x00\x00" + b"x" * 125


@pytest.fixture
async def house(app: FastAPI) -> AsyncIterator[House]:
    async with peers.house(app) as house:
        yield house


async def test_s120_a_message_too_large(house: House, make: Make) -> None:
    user = await make.user()

    async with house.listener(user) as peer:
        await peer.say('{"type": "ping", "more": "%s"}' % ("x" * (64 * 1024)))
        code, _ = await peer.end()

    assert code == 1009


async def test_s120_fragments_without_an_end(house: House, make: Make) -> None:
    user = await make.user()

    async with house.listener(user) as peer:

        async def pieces() -> AsyncIterator[str]:
            while True:
                yield "x" * 1000

        with contextlib.suppress(ConnectionClosed):
            await peer.connection.send(pieces())
        code, _ = await peer.end()

    assert code == 1009


async def test_s120_bytes_that_are_no_text(house: House, make: Make) -> None:
    user = await make.user()

    async with house.listener(user) as peer:
        await peer.connection.send(b"\x00\x01")
        end = await peer.end()

    assert end == (1003, "not_text")


async def test_s120_what_is_no_json_is_answered_and_forgiven(house: House, make: Make) -> None:
    user = await make.user()

    async with house.listener(user) as peer:
        for odd in ("{", "[]", '{"a": 1, "a": 2}', "[" * 50 + "]" * 50, '"\\ud800"'):
            await peer.say(odd)
        answers = await peer.some(5)
        await peer.say({"type": "ping"})
        last = await peer.next()

    assert [answer["type"] for answer in answers] == ["error"] * 5
    assert [answer["code"] for answer in answers[:3]] == [
        "malformed_json",
        "not_an_object",
        "duplicate_name",
    ]
    assert last == {"type": "pong"}


async def test_s120_who_talks_too_much_is_shown_out(house: House, make: Make) -> None:
    user = await make.user()

    async with house.listener(user) as peer:
        with contextlib.suppress(ConnectionClosed):
            for _ in range(1000):
                await peer.say({"type": "ping"})
        answers = []
        with contextlib.suppress(ConnectionClosed):
            while True:
                answers.append(await peer.next())
        code = peer.connection.close_code

    assert code == 4429
    assert [answer["type"] for answer in answers] == ["pong"] * live.MOST_A_MINUTE + ["error"]
    assert 1 <= answers[-1]["retry_after"] <= 61


async def test_s120_a_sixth_socket_waits_until_one_is_closed(house: House, make: Make) -> None:
    user, other = await make.user(), await make.user()

    async with contextlib.AsyncExitStack() as stack:
        for _ in range(5):
            await stack.enter_async_context(house.listener(user))
        sixth = await house.ending(user)
        async with house.listener(other):
            pass
    async with house.listener(user) as peer:
        await peer.say({"type": "ping"})
        alive = await peer.next()

    assert sixth == (4429, "too_many_connections")
    assert alive == {"type": "pong"}


async def test_s120_nothing_is_unpacked(house: House, make: Make) -> None:
    user = await make.user()

    async with house.listener(user, compression="deflate") as peer:
        extensions = peer.connection.protocol.extensions

    assert extensions == []


async def test_strangers_of_one_network_wait_in_a_bounded_number(house: House) -> None:
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(20):
            await stack.enter_async_context(house.peer())
        one_more = await house.ending()

    assert one_more == (4429, "too_many_connections")


async def keep_asking(writer: asyncio.StreamWriter) -> None:
    async with asyncio.timeout(20):
        while True:
            writer.write(PING * 100)
            await writer.drain()


async def test_s121_who_never_reads_is_hung_up_on(
    house: House, app: FastAPI, database: Database, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    within = line.SEND_WITHIN_S
    monkeypatch.setattr(line, "SEND_WITHIN_S", 0.3)
    user, other = await make.user(), await make.user()
    await tell_much(database, user, 16)

    _, writer = await deaf(house, user)
    async with house.listener(other) as peer:
        await happen(database, other)
        told = await peer.next()
        took = await until(lambda: seats(app) == 1)
    writer.close()

    assert told["seq"] == 1
    assert took < 5
    assert within == 10


async def test_s121_who_asks_and_never_reads_the_answers_is_hung_up_on(
    house: House, app: FastAPI, make: Make
) -> None:
    user = await make.user()

    _, writer = await deaf(house, user)
    with pytest.raises(ConnectionError):
        await keep_asking(writer)
    writer.close()

    await until(lambda: seats(app) == 0)
