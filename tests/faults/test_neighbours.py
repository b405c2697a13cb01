"""F-27: while Google and a trusted issuer are in trouble, everybody who does not come from there comes in as ever."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from httpx2 import AsyncClient

from questlog.core.db import Database
from questlog.identity.front_desk import FrontDesk
from questlog.main import create_app
from tests.conftest import CHEAP
from tests.identity.issuers.conftest import entry
from tests.support import fault_proxy, issuers, oidc_provider, world
from tests.support.doors import (
    bearer,
    client_from,
    code_for,
    log_in,
    refresh,
    register,
    verify,
    whoami,
)
from tests.support.fault_proxy import TROUBLES, FaultProxy, Trouble
from tests.support.issuers import Signer

AT_ONCE = 20
PATIENCE_S = 2.5
QUICK_S = 2.0
NEWCOMER = "grace@example.org"


@dataclass(frozen=True)
class Street:
    """A server, and the two others it depends on, each behind a proxy."""

    client: AsyncClient
    google: FaultProxy
    issuer: FaultProxy
    signer: Signer

    def trouble(self, trouble: Trouble | None) -> None:
        self.google.trouble = self.issuer.trouble = trouble


@pytest.fixture
async def street(
    database_address: str, database: Database, tmp_path: Path
) -> AsyncIterator[Street]:
    signer = issuers.key_pair("ES256")
    async with AsyncExitStack() as stack:
        google = await stack.enter_async_context(oidc_provider.running())
        keys = await stack.enter_async_context(issuers.key_server(signer))
        to_google = await stack.enter_async_context(fault_proxy.before(google.port))
        keys_port = int(keys.url.rpartition(":")[2].partition("/")[0])
        to_keys = await stack.enter_async_context(fault_proxy.before(keys_port))
        google.port = to_google.port  # it calls itself by the address it is known at
        settings = world.settings(
            database_address,
            tmp_path,
            PUBLIC_URL="https://quest.example.org",
            GOOGLE_CLIENT_ID=google.client_id,
            GOOGLE_CLIENT_SECRET=google.client_secret,
            GOOGLE_ISSUER=google.issuer,
            TRUSTED_ISSUERS=entry(jwks_url=f"http://127.0.0.1:{to_keys.port}/jwks"),
        )
        desk = FrontDesk(settings, cost=CHEAP)
        app = create_app(settings, database, desk)
        client = await stack.enter_async_context(client_from(app, "127.0.0.1"))
        yield Street(client, to_google, to_keys, signer)
        desk.close()


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_f27_troubled_neighbours_keep_nobody_else_out(
    trouble: Trouble, street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("questlog.identity.oidc_providers.PATIENCE_S", PATIENCE_S)
    monkeypatch.setattr("questlog.identity.published_keys.TIMEOUT_S", PATIENCE_S)
    client = street.client
    tokens = await register(client)
    wanted = {"name": "Script", "scopes": ["tasks:read"]}
    made = await client.post("/api/v1/api-keys", json=wanted, headers=bearer(tokens))
    key = {"X-API-Key": made.json()["key"]}
    street.trouble(trouble)
    foreign = {"Authorization": f"Bearer {street.signer.token()}"}
    stuck = [
        asyncio.create_task(client.get(path, headers=foreign, follow_redirects=False))
        for path in ["/api/v1/auth/me", "/api/v1/oauth/google/login"] * AT_ONCE
    ]
    await asyncio.sleep(0.05)
    began = time.perf_counter()

    answers = [
        await whoami(client, tokens),
        await log_in(client),
        await verify(client, await code_for(client, NEWCOMER), NEWCOMER),
        await refresh(client, tokens["refresh_token"]),
        await client.get("/api/v1/tasks", headers=key),
    ]

    took = time.perf_counter() - began
    kept_waiting = await asyncio.gather(*stuck)
    assert [answer.status_code for answer in answers] == [200] * 5, answers
    assert took < QUICK_S
    assert street.google.asked
    assert street.issuer.asked
    assert {answer.status_code for answer in kept_waiting} == {503}
    assert all(int(answer.headers["retry-after"]) > 0 for answer in kept_waiting)
