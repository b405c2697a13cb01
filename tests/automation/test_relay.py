"""Every endpoint is told every event that concerns it, once, and what was before it is none of its business (INV-4)."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from questlog.automation import relay
from questlog.automation.events import EVENTS
from questlog.automation.relay import DELIVERIES, WEBHOOKS
from questlog.core import clock
from questlog.core.config import Settings
from questlog.core.db import Database
from questlog.core.security import Keyring
from questlog.identity.models import User
from questlog.worker import relaying
from tests.support import endpoints
from tests.support.make import Make
from tests.support.sql import count_rows, count_statements

URL = "https://example.org/hook"


@pytest.fixture
def keyring(settings: Settings) -> Keyring:
    return settings.tokens.keyring()


async def test_an_endpoint_is_told_what_matches_and_nothing_older(
    database: Database, make: Make, keyring: Keyring
) -> None:
    user = await make.user()
    await endpoints.happen(database, user, "task.created")
    await endpoints.add(database, keyring, user, URL, patterns=["task.*", "goal.completed"])
    told = await endpoints.happen(
        database, user, "task.completed", "goal.created", "goal.completed", "label.created"
    )

    moved = await relaying.catch_up(database)

    rows = await endpoints.deliveries(database)
    assert moved == 1
    assert [row.event_id for row in rows] == [told[0], told[2]]
    assert [row.event_type for row in rows] == ["task.completed", "goal.completed"]
    assert {row.state for row in rows} == {"waiting"}


async def test_the_body_says_type_timestamp_and_data_first(
    database: Database, make: Make, keyring: Keyring
) -> None:
    user = await make.user()
    await endpoints.add(database, keyring, user, URL)
    (event_id,) = await endpoints.happen(database, user, payload={"title": "Läuft ☃"})

    await relaying.catch_up(database)

    (row,) = await endpoints.deliveries(database)
    told = json.loads(row.body)
    assert list(told)[:3] == ["type", "timestamp", "data"]
    assert told["data"] == {"title": "Läuft ☃"}
    assert (told["id"], told["seq"]) == (str(event_id), 1)
    assert told["timestamp"] == told["created_at"]


async def test_s140_a_message_is_twenty_kilobytes_at_most(
    database: Database, make: Make, keyring: Keyring
) -> None:
    user = await make.user()
    await endpoints.add(database, keyring, user, URL)
    await endpoints.happen(database, user, payload={"note": "☃" * 30_000})

    await relaying.catch_up(database)

    (row,) = await endpoints.deliveries(database)
    assert len(row.body.encode()) <= 20_000
    assert json.loads(row.body)["truncated"] is True


async def test_s140_no_body_is_longer_by_what_only_webhooks_are_told(
    database: Database, make: Make, keyring: Keyring
) -> None:
    user = await make.user()
    await endpoints.add(database, keyring, user, URL)
    for length in range(19_500, 19_900, 20):
        await endpoints.happen(database, user, payload={"note": "x" * length})

    await relaying.catch_up(database)

    bodies = [row.body.encode() for row in await endpoints.deliveries(database)]
    assert max(len(body) for body in bodies) <= 20_000
    assert {json.loads(body)["truncated"] for body in bodies} == {False, True}


async def test_inv4_many_relays_at_once_write_each_message_once(
    database: Database, make: Make, keyring: Keyring
) -> None:
    users = [await make.user() for _ in range(3)]
    for user in users:
        for _ in range(2):
            await endpoints.add(database, keyring, user, URL)
        for _ in range(5):
            await endpoints.happen(database, user)

    await asyncio.gather(*(relaying.catch_up(database) for _ in range(8)))

    rows = await endpoints.deliveries(database)
    assert len(rows) == len({(row.webhook_id, row.event_id) for row in rows}) == 30


async def test_inv4_relaying_while_others_write_leaves_nothing_out(
    database: Database, make: Make, keyring: Keyring
) -> None:
    user = await make.user()
    await endpoints.add(database, keyring, user, URL)

    async def write() -> None:
        for _ in range(20):
            await endpoints.happen(database, user)

    await asyncio.gather(
        *(write() for _ in range(3)), *(relaying.catch_up(database) for _ in "123")
    )
    await relaying.catch_up(database)

    assert await count_rows(database, DELIVERIES) == 60


async def test_a_long_history_is_told_in_steps(
    database: Database, make: Make, keyring: Keyring
) -> None:
    user = await make.user()
    await endpoints.add(database, keyring, user, URL)
    for _ in range(3):
        await endpoints.happen(database, user, *["task.created"] * 67)

    first = await database.write(relay.fan_out)
    after_first = await count_rows(database, DELIVERIES)
    await relaying.catch_up(database)

    assert (first, after_first) == (1, relay.EVENTS_AT_ONCE)
    assert await count_rows(database, DELIVERIES) == 201


async def test_nobody_is_told_while_switched_off_or_closed(
    database: Database, make: Make, keyring: Keyring
) -> None:
    off, closed = await make.user(), await make.user(deactivated_at=clock.now())
    await endpoints.add(
        database, keyring, off, URL, disabled_at=clock.now(), disabled_reason="user"
    )
    await endpoints.add(database, keyring, closed, URL)
    await endpoints.happen(database, off)
    await endpoints.happen(database, closed)

    moved = await relaying.catch_up(database)

    assert moved == 0
    assert await count_rows(database, DELIVERIES) == 0


async def test_s142_a_full_queue_leaves_the_rest_in_the_log(
    database: Database, make: Make, keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "MOST_WAITING", 5)
    user, other = await make.user(), await make.user()
    await endpoints.add(database, keyring, user, URL)
    await endpoints.add(database, keyring, other, URL)
    for _ in range(4):
        await endpoints.happen(database, user, "task.created", "task.updated")
        await relaying.catch_up(database)
    await endpoints.happen(database, other)
    await relaying.catch_up(database)

    lag = await database.read(relay.lag)
    held = await count_rows(database, DELIVERIES)
    await _deliver_everything(database)
    await relaying.catch_up(database)

    assert (lag.behind, lag.oldest_at, lag.full) == (0, None, 1)
    assert held == 6 + 1
    assert await count_rows(database, DELIVERIES) == 8 + 1


async def _deliver_everything(database: Database) -> None:
    async with database.writer() as session:
        await session.execute(update(DELIVERIES).values(state="delivered", done_at=clock.now()))


async def test_ready_names_the_oldest_event_nobody_has_looked_at(
    database: Database, make: Make, keyring: Keyring
) -> None:
    user = await make.user()
    await endpoints.add(database, keyring, user, URL)
    fresh = await relaying.readiness(database)
    await endpoints.happen(database, user)
    soon = await relaying.readiness(database)
    async with database.writer() as session:
        long_ago = clock.now() - timedelta(minutes=5)
        await session.execute(update(EVENTS).values(created_at=long_ago))

    late = await relaying.readiness(database)
    await relaying.catch_up(database)

    assert (fresh, soon) == ("ok", "ok")
    assert late.startswith("1 endpoints behind, the oldest event since")
    assert await relaying.readiness(database) == "ok"


async def test_looking_for_work_costs_two_statements_and_no_place_to_write(
    database: Database, make: Make, keyring: Keyring
) -> None:
    user = await make.user()
    await endpoints.add(database, keyring, user, URL)

    with count_statements(database) as statements:
        seen = await database.read(relaying.look, None)

    assert (seen.is_behind, seen.is_due) == (False, False)
    assert len(statements) == 2


async def test_an_endpoint_that_is_deleted_meanwhile_is_nobodys_trouble(
    database: Database, make: Make, keyring: Keyring
) -> None:
    user = await make.user()
    kept = await endpoints.add(database, keyring, user, URL)
    gone = await endpoints.add(database, keyring, user, URL)
    await endpoints.happen(database, user)
    async with database.writer() as session:
        await session.execute(WEBHOOKS.delete().where(WEBHOOKS.c.id == gone.id))

    await relaying.catch_up(database)

    (row,) = await endpoints.deliveries(database)
    assert row.webhook_id == kept.id


async def test_a_closed_account_keeps_what_waits_to_itself(
    database: Database, make: Make, keyring: Keyring
) -> None:
    user = await make.user()
    await endpoints.add(database, keyring, user, URL)
    await endpoints.happen(database, user)
    async with database.writer() as session:
        await session.execute(update(User).values(deactivated_at=clock.now()))

    assert await relaying.catch_up(database) == 0


async def test_inv4_a_relay_that_read_behind_another_writes_nothing(
    database: Database, make: Make, keyring: Keyring
) -> None:
    user = await make.user()
    endpoint = await endpoints.add(database, keyring, user, URL)
    await endpoints.happen(database, user, "task.created", "task.updated")
    behind = await endpoints.webhook(database, endpoint.id)
    await relaying.catch_up(database)
    await endpoints.happen(database, user, "task.completed")

    won = [await _take(database, behind, reached) for reached in (1, 2, 3)]

    assert won == [False, False, False]
    assert (await endpoints.webhook(database, endpoint.id)).told_seq == 2


async def _take(database: Database, webhook: Any, reached: int) -> bool:
    async with database.writer() as session:
        found = await session.execute(*relay._taken(webhook.id, webhook.told_seq, reached))
        return found.first() is not None
