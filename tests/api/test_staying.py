"""How long somebody at a socket may stay, and how they are shown out."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient
from sqlalchemy import Executable, update

from questlog.api import live
from questlog.core import clock
from questlog.core.db import Database
from questlog.identity import api_keys
from questlog.identity.key_models import ApiKey
from questlog.identity.memory import FRESH_S
from questlog.identity.models import SignInSession, User
from tests.support import peers
from tests.support.doors import bearer, register
from tests.support.listening import deaf, happen, seats, tell_much
from tests.support.make import Make
from tests.support.moving_clock import MovingClock
from tests.support.peers import House, until

SOON_S = 5.0


@pytest.fixture
async def house(app: FastAPI) -> AsyncIterator[House]:
    async with peers.house(app) as house:
        yield house


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
