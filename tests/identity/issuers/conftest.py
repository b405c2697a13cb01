"""A server that trusts a shop: one that shares a secret with it, and one that publishes keys."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from httpx2 import AsyncClient, Response

from questlog.core.db import Database
from questlog.identity.front_desk import FrontDesk
from questlog.identity.models import User
from questlog.main import create_app
from tests.conftest import CHEAP
from tests.support import issuers, world
from tests.support.doors import client_from
from tests.support.issuers import AUDIENCE, ISSUER, SECRET, KeyServer, Signer
from tests.support.sql import count_rows

IDENTITIES = "/api/v1/identities"


@dataclass(frozen=True)
class Door:
    """A running application, and what somebody with a token finds there."""

    client: AsyncClient
    database: Database
    desk: FrontDesk

    async def show(self, token: str, path: str = "/api/v1/auth/me") -> Response:
        # As bytes: a client would not send every token that a stranger can.
        headers = {b"Authorization": b"Bearer " + token.encode()}
        return await self.client.get(path, headers=headers)

    async def opened_by(self, token: str) -> UUID:
        """Return the account that a token opens."""
        answer = await self.show(token)
        assert answer.status_code == 200, answer.text
        return UUID(answer.json()["id"])

    async def link(self, who: dict[str, str], token: str) -> Response:
        return await self.client.post(IDENTITIES, headers=who, json={"token": token})

    async def users(self) -> int:
        return await count_rows(self.database, User)


def shown(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def refused(door: Door, *tokens: str) -> None:
    """Each is answered 401, as a token that is not valid, and nobody was let in."""
    for token in tokens:
        answer = await door.show(token)

        assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token"), token[:200]
        assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    assert await door.users() == 0


type OpenDoor = Callable[..., AbstractAsyncContextManager[Door]]


def entry(**more: Any) -> str:
    """Return TRUSTED_ISSUERS with the shop in it."""
    return json.dumps([{"name": "shop", "issuer": ISSUER, "audience": AUDIENCE, **more}])


@pytest.fixture
def open_door(database_address: str, database: Database, tmp_path: Path) -> OpenDoor:
    """Start the application with more settings."""

    @asynccontextmanager
    async def opened(**extra: str) -> AsyncIterator[Door]:
        settings = world.settings(database_address, tmp_path, **extra)
        desk = FrontDesk(settings, cost=CHEAP)
        async with client_from(create_app(settings, database, desk), "127.0.0.1") as client:
            yield Door(client, database, desk)
        desk.close()

    return opened


@pytest.fixture
async def door(open_door: OpenDoor) -> AsyncIterator[Door]:
    """Trusts whoever has the shop's secret."""
    async with open_door(TRUSTED_ISSUERS=entry(secret=SECRET)) as door:
        yield door


@pytest.fixture(scope="session")
def signer() -> Signer:
    return issuers.key_pair("ES256")


@pytest.fixture
async def published(signer: Signer) -> AsyncIterator[KeyServer]:
    async with issuers.key_server(signer) as server:
        yield server


@pytest.fixture
async def key_door(open_door: OpenDoor, published: KeyServer) -> AsyncIterator[Door]:
    """Trusts the keys that the shop publishes."""
    async with open_door(TRUSTED_ISSUERS=entry(jwks_url=published.url)) as door:
        yield door
