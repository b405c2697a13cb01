"""Who is let in through the room of sockets, and what they may show."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient
from sqlalchemy import select
from websockets.exceptions import InvalidStatus

from questlog.api.sockets import credentials
from questlog.core.config import Settings
from questlog.core.db import Database
from questlog.identity import socket_tickets
from questlog.identity.front_desk import FrontDesk
from questlog.identity.link_models import SocketTicket
from questlog.main import create_app
from tests.support import peers
from tests.support.doors import bearer, register
from tests.support.make import Make
from tests.support.moving_clock import MovingClock
from tests.support.peers import EVENTS, PROTOCOL, House

SOON_S = 5.0


@pytest.fixture
async def house(app: FastAPI) -> AsyncIterator[House]:
    async with peers.house(app) as house:
        yield house


async def ticket_of(client: AsyncClient, headers: dict[str, str]) -> str:
    answer = await client.post("/api/v1/ws/tickets", headers=headers)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["ticket"])


async def refused(house: House, **how: Any) -> tuple[int, str]:
    """Return the status and code of the HTTP answer to a handshake."""
    with pytest.raises(InvalidStatus) as refusal:
        await house.ending(**how)
    answer = refusal.value.response
    return answer.status_code, json.loads(answer.body or b"{}")["code"]


async def test_s118_who_says_nothing_is_shown_out_within_five_seconds(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    within = credentials.SHOW_WITHIN_S
    monkeypatch.setattr(credentials, "SHOW_WITHIN_S", 0.1)

    end = await house.ending()

    assert end == (4401, "not_authenticated")
    assert within <= SOON_S


@pytest.mark.parametrize(
    "first",
    [
        {"type": "ping"},
        {"type": "auth"},
        {"type": "auth", "token": 7},
        {"type": "auth", "token": "x", "ticket": "y"},
        {"type": "auth", "token": "not a token"},
        {"type": "auth", "ticket": "x" * 5000},
        "not json",
        "[1]",
    ],
)
async def test_s118_a_first_message_that_shows_nobody(first: Any, house: House) -> None:
    async with house.peer() as peer:
        await peer.say(first)
        code, _ = await peer.end()

    assert code == 4401


async def test_s118_an_expired_token_opens_nothing(
    house: House, make: Make, moving_clock: MovingClock
) -> None:
    user = await make.user()
    moving_clock.move(minutes=20)

    end = await house.ending(user)

    assert end == (4401, "token_expired")


async def test_s118_no_address_carries_a_token(house: House, make: Make) -> None:
    user = await make.user()
    token = user.headers["Authorization"].partition(" ")[2]

    answers = [
        await refused(house, path=f"{EVENTS}?{name}={token}")
        for name in ("token", "access_token", "ticket")
    ]

    assert answers == [(400, "odd_query")] * 3


@pytest.mark.parametrize("query", ["since=-1", "since=x", "since=1&since=2", "since=", "other=1"])
async def test_an_odd_query_is_refused(query: str, house: House, make: Make) -> None:
    user = await make.user()

    assert await refused(house, user=user, path=f"{EVENTS}?{query}") == (400, "odd_query")


async def test_a_token_may_be_a_subprotocol_or_the_first_message(house: House, make: Make) -> None:
    user = await make.user()
    token = user.headers["Authorization"].partition(" ")[2]

    async with house.peer(protocols=[PROTOCOL, f"bearer.{token}"]) as peer:
        by_protocol = await peer.next()
        spoken = peer.connection.subprotocol
    async with house.peer() as peer:
        await peer.say({"type": "auth", "token": token, "since": 0})
        by_message = await peer.next()

    assert by_protocol == by_message == {"type": "hello", "seq": 0}
    assert spoken == PROTOCOL


@pytest.mark.parametrize("since", [-1, "3", True, 1.5, 2**70])
async def test_an_odd_place_to_begin_is_refused(since: Any, house: House, make: Make) -> None:
    user = await make.user()
    token = user.headers["Authorization"].partition(" ")[2]

    async with house.peer() as peer:
        await peer.say({"type": "auth", "token": token, "since": since})
        end = await peer.end()

    assert end == (1008, "odd_since")


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


async def test_s074_a_key_needs_the_scope(house: House, make: Make) -> None:
    user = await make.user()
    reader, other = await make.key(user, "events:read"), await make.key(user, "tasks:read")

    async with house.peer(headers={"X-API-Key": reader.text}) as peer:
        hello = await peer.next()
    end = await house.ending(headers=other.headers)

    assert hello["type"] == "hello"
    assert end == (4403, "insufficient_scope")


async def test_who_shows_two_things_is_asked_to_decide(
    house: House, client: AsyncClient, make: Make
) -> None:
    user = await make.user()
    ticket = await ticket_of(client, user.headers)

    answer = await refused(house, user=user, protocols=[PROTOCOL, f"ticket.{ticket}"])

    assert answer == (400, "credentials_twice")


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://localhost:3000.evil.example"]
)
async def test_s119_a_page_of_somebody_elses(origin: str, house: House, make: Make) -> None:
    user = await make.user()

    assert await refused(house, user=user, origin=origin) == (403, "origin_not_allowed")


async def test_s119_a_page_of_ours_or_of_an_allowed_origin(house: House, make: Make) -> None:
    user = await make.user()

    for origin in (house.url, "http://localhost:3000", None):
        async with house.peer(user, origin=origin) as peer:
            assert (await peer.next())["type"] == "hello"


async def test_s117_a_name_that_is_not_ours(
    settings: Settings, database: Database, desk: FrontDesk, make: Make
) -> None:
    user = await make.user()
    http = settings.http.model_copy(update={"allowed_hosts": ("quest.example.org",)})
    app = create_app(settings.model_copy(update={"http": http}), database, desk)

    async with peers.house(app) as house:
        stranger = await refused(house, user=user)
        async with house.peer(user, name="quest.example.org") as peer:
            hello = await peer.next()

    assert stranger == (400, "unknown_host")
    assert hello["type"] == "hello"


async def test_s091_a_token_is_given_once(house: House, make: Make) -> None:
    user = await make.user()
    other_case = {"authorization": user.headers["Authorization"]}

    assert await refused(house, user=user, headers=other_case) == (400, "repeated_header")


async def test_s108_connecting_is_a_request_that_counts(
    settings: Settings, database: Database, desk: FrontDesk, make: Make
) -> None:
    user = await make.user()
    http = settings.http.model_copy(update={"rate_limit_enabled": True, "rate_limit_requests": 3})
    app = create_app(settings.model_copy(update={"http": http}), database, desk)

    async with peers.house(app) as house:
        for _ in range(3):
            async with house.listener(user):
                pass
        fourth = await house.ending(user)
        strangers = [await house.ending(headers={"Authorization": "Bearer x"}) for _ in range(4)]
        silent = await house.ending()

    assert fourth == (4429, "too_many_requests")
    assert silent == (4429, "too_many_requests")
    assert strangers == [(4401, "invalid_token")] * 3 + [(4429, "too_many_requests")]
