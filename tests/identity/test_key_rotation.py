"""A new SECRET_KEY with the old one beside it: nobody is thrown out, and nothing new is made with the old (S-059)."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import jwt
import pytest
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient

from questlog.core.db import Database
from questlog.identity.front_desk import FrontDesk
from questlog.main import create_app
from questlog.worker import housekeeping
from tests.conftest import CHEAP
from tests.support import doors, factors, world
from tests.support.moving_clock import MovingClock

OLD, NEW = "the-key-that-was-here-before-1", "the-key-that-came-after-it-22"
ROTATING = {"SECRET_KEY": NEW, "SECRET_KEY_PREVIOUS": OLD}

type Serve = Callable[..., AbstractAsyncContextManager[AsyncClient]]


@pytest.fixture
def serve(database_address: str, tmp_path: Path, database: Database) -> Serve:
    """Serve the same database with other keys."""

    @asynccontextmanager
    async def serve(**keys: str) -> AsyncIterator[AsyncClient]:
        settings = world.settings(database_address, tmp_path, **keys)
        desk = FrontDesk(settings, cost=CHEAP)
        app = create_app(settings, database, desk)
        async with AsyncClient(
            transport=ASGITransport(app, client=("127.0.0.1", 50_000)), base_url="http://testserver"
        ) as client:
            yield client
        desk.close()

    return serve


def app_of(client: AsyncClient) -> FastAPI:
    transport: Any = client._transport
    app: FastAPI = transport.app
    return app


def kid(tokens: dict[str, Any]) -> str:
    return str(jwt.get_unverified_header(tokens["access_token"])["kid"])


async def test_s059_a_session_goes_on_under_the_new_key(serve: Serve) -> None:
    async with serve(SECRET_KEY=OLD) as client:
        before = await doors.register(client)

    async with serve(**ROTATING) as client:
        known = await doors.whoami(client, before)
        after = (await doors.refresh(client, before["refresh_token"])).json()

    async with serve(SECRET_KEY=NEW) as client:
        renewed = await doors.whoami(client, after)
        again = await doors.refresh(client, after["refresh_token"])
    assert known.status_code == renewed.status_code == again.status_code == 200
    assert kid(before) != kid(after) == kid(again.json())


async def test_s059_without_the_old_key_its_tokens_are_worth_nothing(serve: Serve) -> None:
    async with serve(SECRET_KEY=OLD) as client:
        tokens = await doors.register(client)

    async with serve(SECRET_KEY=NEW) as client:
        answers = [
            await doors.whoami(client, tokens),
            await doors.refresh(client, tokens["refresh_token"]),
        ]

    assert [answer.status_code for answer in answers] == [401, 401]


async def test_s059_a_key_is_only_read_with_while_it_is_the_previous_one(serve: Serve) -> None:
    """Signing in signs with the new key, and a token that another key made is refused as ever."""
    async with serve(**ROTATING) as client:
        made = await doors.register(client)

    async with serve(SECRET_KEY=OLD) as client:
        refused = await doors.whoami(client, made)
    async with serve(
        SECRET_KEY=NEW, SECRET_KEY_PREVIOUS="a-third-key-nobody-signed-with"
    ) as client:
        taken = await doors.whoami(client, made)

    assert (refused.status_code, taken.status_code) == (401, 200)


async def test_s059_a_link_on_its_way_still_opens_and_a_code_does_not(serve: Serve) -> None:
    """A code of six digits lasts five minutes; two keys would make two of them good."""
    async with serve(SECRET_KEY=OLD) as client:
        await doors.register(client)
        asked = await client.post("/api/v1/auth/password/forgot", json={"email": "ada@example.org"})
        code = await doors.code_for(client)

    async with serve(**ROTATING) as client:
        by_code = await doors.verify(client, code)
        body = {"token": asked.json()["dev_token"], "password": "another rainy day"}
        by_link = await client.post("/api/v1/auth/password/reset", json=body)

    assert by_code.status_code == 401
    assert by_link.is_success


async def test_s059_authenticator_apps_move_to_the_new_key(
    serve: Serve, database: Database, moving_clock: MovingClock
) -> None:
    """Housekeeping seals their secrets anew, and then the old key can go."""
    async with serve(SECRET_KEY=OLD) as client:
        app = await factors.with_totp(client)

    async with serve(**ROTATING) as client:
        ticket = await factors.ticket_of(client)
        under_both = await factors.show(client, ticket, code=app.code())
        await housekeeping.reseal(database, app_of(client).state.front_desk.keyring)

    moving_clock.move(seconds=30)
    async with serve(SECRET_KEY=NEW) as client:
        ticket = await factors.ticket_of(client)
        under_new = await factors.show(client, ticket, code=app.code())
    assert under_both.status_code == under_new.status_code == 200
