"""How much somebody at a socket may say, how long they may stay, and how they are shown out."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient
from sqlalchemy import Executable, update
from websockets.exceptions import ConnectionClosed

from questlog.api import live
from questlog.api.sockets import line
from questlog.automation import events
from questlog.core import clock
from questlog.core.db import Database, Session
from questlog.core.ids import new_id
from questlog.identity import api_keys
from questlog.identity.key_models import ApiKey
from questlog.identity.memory import FRESH_S
from questlog.identity.models import SignInSession, User
from tests.support import peers
from tests.support.doors import bearer, register
from tests.support.make import Make, Person
from tests.support.moving_clock import MovingClock
from tests.support.peers import EVENTS, House, until

SOON_S = 5.0
PING = b"\x89\xfd\x00\x00\x00\x00" + b"x" * 125


@pytest.fixture
async def house(app: FastAPI) -> AsyncIterator[House]:
    async with peers.house(app) as house:
        yield house


async def happen(database: Database, user: Person, **payload: Any) -> None:
    async def record(session: Session) -> None:
        events.record(session, user.id, "task.created", ("task", new_id()), payload=payload)

    await database.write(record)


def seats(app: FastAPI) -> int:
    return int(app.state.seating.taken().get("events", 0))


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


async def deaf(house: House, user: Person) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Open a socket by hand and read nothing after the handshake."""
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port, limit=1024)
    writer.write(
        f"GET {EVENTS}?since=0 HTTP/1.1\r\nHost: 127.0.0.1:{house.port}\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        f"Sec-WebSocket-Version: 13\r\nAuthorization: {user.headers['Authorization']}\r\n\r\n".encode()
    )
    assert b" 101 " in await reader.readline()
    return reader, writer


async def keep_asking(writer: asyncio.StreamWriter) -> None:
    async with asyncio.timeout(20):
        while True:
            writer.write(PING * 100)
            await writer.drain()


async def tell_much(database: Database, user: Person, megabytes: int) -> None:
    async def record(session: Session) -> None:
        for _ in range(megabytes * 60):
            payload = {"text": "x" * 17_000}
            events.record(session, user.id, "task.created", ("task", new_id()), payload=payload)

    await database.write(record)


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


OUTSIDE = {
    "signed out": update(SignInSession).values(revoked_at=clock.now()),
    "deactivated": update(User).values(deactivated_at=clock.now()),
    "made an admin": update(User).values(role="admin"),
}


@pytest.mark.parametrize("change", OUTSIDE.values(), ids=list(OUTSIDE))
async def test_s032_what_another_process_ends_is_seen_within_five_seconds(
    change: Executable,
    house: House,
    database: Database,
    make: Make,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    longest = live.RECHECK_S + FRESH_S
    monkeypatch.setattr(live, "RECHECK_S", 0.1)
    user = await make.user()

    async with house.listener(user) as peer:
        async with database.writer() as session:
            await session.execute(change)
        code, _ = await peer.end()

    assert code == 4401
    assert longest < SOON_S


async def test_s032_who_signs_out_is_shown_out_at_once(house: House, client: AsyncClient) -> None:
    tokens = await register(client)

    async with house.peer(headers=bearer(tokens)) as peer:
        await peer.next()
        await client.post("/api/v1/auth/logout", headers=bearer(tokens), json={})
        began = time.monotonic()
        end = await peer.end()

    assert end == (4401, "session_ended")
    assert time.monotonic() - began < SOON_S


async def test_s123_an_expired_token_lets_nobody_stay(
    house: House, database: Database, make: Make, moving_clock: MovingClock
) -> None:
    user = await make.user()

    async with house.listener(user) as peer:
        moving_clock.move(minutes=16)
        await happen(database, user)
        heard = await peer.next()
        end = await peer.end()

    assert (heard["type"], heard["code"]) == ("error", "token_expired")
    assert end == (4401, "token_expired")


async def test_s123_who_is_signed_out_hears_no_more(
    house: House, database: Database, make: Make
) -> None:
    user = await make.user()

    async with house.listener(user) as peer:
        async with database.writer() as session:
            await session.execute(update(SignInSession).values(revoked_at=clock.now()))
        await asyncio.sleep(FRESH_S)
        await happen(database, user)
        heard = await peer.next()

    assert (heard["type"], heard["code"]) == ("error", "session_ended")


async def test_s123_a_revoked_key_and_one_that_lost_its_scope(
    house: House, database: Database, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "RECHECK_S", 0.1)
    user = await make.user()
    key, other = await make.key(user, "events:read"), await make.key(user, "events:read")
    ends = []

    async with house.peer(headers=key.headers) as peer, house.peer(headers=other.headers) as second:
        await peer.next()
        await second.next()
        await database.write(api_keys.revoke, user.id, key.id)
        ends.append(await peer.end())
        async with database.writer() as session:
            await session.execute(update(ApiKey).values(scopes=["tasks:read"]))
        ends.append(await second.end())

    assert ends == [(4401, "invalid_api_key"), (4403, "insufficient_scope")]


async def test_s038_a_message_is_told_under_the_role_of_now(
    house: House, database: Database, make: Make
) -> None:
    user = await make.user(role="admin")

    async with house.listener(user) as peer:
        async with database.writer() as session:
            await session.execute(update(User).values(role="user"))
        await asyncio.sleep(FRESH_S)
        await happen(database, user)
        end = await peer.end()

    assert end == (4401, "role_changed")


async def test_f30_a_server_that_ends_tells_everybody_within_a_second(
    app: FastAPI, database: Database, make: Make
) -> None:
    user, other = await make.user(), await make.user()
    await tell_much(database, other, 8)

    async with contextlib.AsyncExitStack() as outside:
        async with peers.house(app) as house:
            listeners = [await outside.enter_async_context(house.listener(user)) for _ in range(3)]
            stream = await outside.enter_async_context(house.stream(user))
            _, writer = await deaf(house, other)
            began = time.monotonic()
            ends = [asyncio.create_task(peer.end()) for peer in listeners]
            told = asyncio.create_task(stream.rest())
        took = time.monotonic() - began
        writer.close()

        assert await asyncio.gather(*ends) == [(1012, "")] * 3
        assert [message["event"] for message in await told] == ["hello"]
    assert took < 3


async def test_operators_see_how_many_are_connected(
    app: FastAPI, client: AsyncClient, make: Make
) -> None:
    user = await make.user()

    async with peers.house(app) as house:
        async with house.listener(user), house.listener(user), house.stream(user) as stream:
            await stream.next()
            during = (await client.get("/metrics")).text
        await until(lambda: seats(app) == 0)
        afterwards = (await client.get("/metrics")).text

    assert 'questlog_sockets_open{route="/api/v1/ws/events"} 2.0' in during
    assert 'questlog_sockets_open{route="/api/v1/events/stream"} 1.0' in during
    assert 'questlog_sockets_open{route="/api/v1/ws/events"} 0.0' in afterwards
