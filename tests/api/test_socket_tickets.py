"""A ticket opens one socket, once, within a minute, and is no token."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient
from sqlalchemy import select

from questlog.core.db import Database
from questlog.identity import socket_tickets
from questlog.identity.link_models import SocketTicket
from tests.support import peers
from tests.support.doors import bearer, register
from tests.support.make import Make
from tests.support.moving_clock import MovingClock
from tests.support.peers import PROTOCOL, House, refused, ticket_of


@pytest.fixture
async def house(app: FastAPI) -> AsyncIterator[House]:
    async with peers.house(app) as house:
        yield house


async def test_s118_a_ticket_opens_one_socket_once(
    house: House, client: AsyncClient, make: Make, database: Database
) -> None:
    user = await make.user()
    ticket = await ticket_of(client, user.headers)

    async with house.peer(protocols=[PROTOCOL, f"ticket.{ticket}"]) as peer:
        hello = await peer.next()
        spoken = peer.connection.subprotocol
        again = await house.ending(protocols=[PROTOCOL, f"ticket.{ticket}"])
        async with database.reader() as session:
            kept = await session.scalar(select(SocketTicket.digest))

    assert hello == {"type": "hello", "seq": 0}
    assert spoken == PROTOCOL
    assert again == (4401, "invalid_socket_ticket")
    assert kept is None


async def test_s118_of_twenty_who_show_one_ticket_one_comes_in(
    house: House, client: AsyncClient, make: Make
) -> None:
    user = await make.user()
    ticket = await ticket_of(client, user.headers)

    async def came_in() -> bool:
        async with house.peer(protocols=[PROTOCOL, f"ticket.{ticket}"]) as peer:
            return bool((await peer.next())["type"] == "hello")

    came = await asyncio.gather(*(came_in() for _ in range(20)))

    assert sum(came) == 1


async def test_s118_a_ticket_is_good_for_a_minute(
    house: House, client: AsyncClient, make: Make, moving_clock: MovingClock, database: Database
) -> None:
    user = await make.user()
    ticket = await ticket_of(client, user.headers)

    moving_clock.move(seconds=61)
    end = await house.ending(protocols=[PROTOCOL, f"ticket.{ticket}"])
    await database.write(socket_tickets.sweep)

    assert end == (4401, "invalid_socket_ticket")
    async with database.reader() as session:
        assert await session.scalar(select(SocketTicket.digest)) is None


async def test_s118_a_ticket_ends_with_its_sign_in(
    house: House, client: AsyncClient, canaries: Any
) -> None:
    tokens = await register(client)
    ticket = await ticket_of(client, bearer(tokens))

    await client.post("/api/v1/auth/logout", headers=bearer(tokens), json={})
    end = await house.ending(protocols=[PROTOCOL, f"ticket.{ticket}"])

    assert end == (4401, "session_ended")


async def test_s031_a_ticket_is_no_token_and_a_token_no_ticket(
    house: House, client: AsyncClient
) -> None:
    tokens = await register(client)
    ticket = await ticket_of(client, bearer(tokens))

    as_token = await client.get("/api/v1/tasks", headers={"Authorization": f"Bearer {ticket}"})
    ends = [
        await house.ending(headers={"Authorization": f"Bearer {ticket}"}),
        await house.ending(protocols=[PROTOCOL, f"ticket.{tokens['access_token']}"]),
        await house.ending(protocols=[PROTOCOL, f"bearer.{tokens['refresh_token']}"]),
    ]

    assert as_token.status_code == 401
    assert [code for code, _ in ends] == [4401] * 3


async def test_s075_a_key_gets_no_ticket(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    key = await make.key(user, "events:read")

    answer = await client.post("/api/v1/ws/tickets", headers=key.headers)

    assert (answer.status_code, answer.json()["code"]) == (403, "sign_in_required")


async def test_who_shows_two_things_is_asked_to_decide(
    house: House, client: AsyncClient, make: Make
) -> None:
    user = await make.user()
    ticket = await ticket_of(client, user.headers)

    answer = await refused(house, user=user, protocols=[PROTOCOL, f"ticket.{ticket}"])

    assert answer == (400, "credentials_twice")
