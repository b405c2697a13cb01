"""kill -9 in the middle of a delivery: it is sent again with the id it had (F-17)."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from questlog.automation.relay import DELIVERIES
from questlog.core import clock
from questlog.core.config import Settings
from questlog.core.db import Database
from tests.support import endpoints, receiver
from tests.support.invariants import check_invariants
from tests.support.make import Make
from tests.support.receiver import Receiver, status
from tests.support.server import running_server

NETWORKS = {"WEBHOOK_ALLOWED_NETWORKS": receiver.NETWORKS, "RELAY": "on"}


@pytest.fixture
async def hook() -> AsyncIterator[Receiver]:
    async with receiver.receiving() as found:
        yield found


async def let_the_lease_run_out(database: Database) -> None:
    async with database.writer() as session:
        past = clock.now() - timedelta(seconds=1)
        await session.execute(update(DELIVERIES).values(leased_until=past))


async def test_f17_killed_after_sending_and_before_noting_it(
    database_address: str,
    database: Database,
    settings: Settings,
    make: Make,
    hook: Receiver,
    tmp_path: Path,
) -> None:
    user = await make.user()
    endpoint = await endpoints.add(database, settings.tokens.keyring(), user, hook.url())
    hook.answer = receiver.hanging(30)
    with running_server(database_address, tmp_path, **NETWORKS) as server:
        await endpoints.happen(database, user)
        await hook.message(1, within=10)
        server.kill()
    await let_the_lease_run_out(database)
    hook.answer = status(200)

    with running_server(database_address, tmp_path, **NETWORKS) as server:
        await hook.message(2, within=10)

    first, second = hook.messages
    assert (first.id, first.body) == (second.id, second.body)
    assert second.verify(endpoint.secret)
    (row,) = await endpoints.deliveries(database)
    assert (row.state, row.attempts) == ("delivered", 2)
    assert [each.failure for each in await endpoints.attempts(database)] == ["unknown", None]
    await check_invariants(database)
