"""Who is let in through the room of sockets, and what they may show."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import FastAPI

from questlog.api.sockets import credentials
from questlog.core.config import Settings
from questlog.core.db import Database
from questlog.identity.front_desk import FrontDesk
from questlog.main import create_app
from tests.support import peers
from tests.support.make import Make
from tests.support.moving_clock import MovingClock
from tests.support.peers import EVENTS, PROTOCOL, House, refused

SOON_S = 5.0


@pytest.fixture
async def house(app: FastAPI) -> AsyncIterator[House]:
    async with peers.house(app) as house:
        yield house


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


async def test_s074_a_key_needs_the_scope(house: House, make: Make) -> None:
    user = await make.user()
    reader, other = await make.key(user, "events:read"), await make.key(user, "tasks:read")

    async with house.peer(headers={"X-API-Key": reader.text}) as peer:
        hello = await peer.next()
    end = await house.ending(headers=other.headers)

    assert hello["type"] == "hello"
    assert end == (4403, "insufficient_scope")


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
