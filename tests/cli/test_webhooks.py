"""Webhooks at a terminal."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from questlog.automation.delivery_log import MOST_AT_ONCE
from questlog.automation.webhook_models import Delivery, Webhook
from questlog.core import clock, database_url
from questlog.core.db import Database
from questlog.core.ids import new_id
from tests.support.server import RunningServer
from tests.support.terminal import Terminal

HOOK = "https://example.org/hook"


def test_a_webhook_is_added_shown_changed_and_removed(ada: Terminal) -> None:
    none_yet = ada.run("webhooks")
    added = ada.run("webhooks", "add", HOOK, "--event", "goal.*", "--event", "task.completed")
    shown = ada.run("webhooks").lines
    changed = ada.run("webhooks", "change", "1", "--off")
    off = ada.run("webhooks", "--json").json
    removed = ada.run("webhooks", "remove", "example.org", "--yes")

    assert none_yet.out.startswith("No webhooks yet")
    assert added.out.startswith("whsec_")
    assert "not shown again" in added.err
    assert shown[1].split() == ["1", HOOK, "goal.*", "task.completed", "on"]
    assert changed.out == f"Changed: {HOOK} (off)\n"
    assert [(each["active"], each["disabled_reason"]) for each in off] == [(False, "user")]
    assert removed.out == f"Removed: {HOOK}\n"
    assert ada.run("webhooks", "--json").json == []


def test_a_test_is_sent_and_stands_in_the_log(ada: Terminal) -> None:
    ada.run("webhooks", "add", HOOK)

    sent = ada.run("webhooks", "test", "example.org", "--json").json
    log = ada.run("webhooks", "deliveries", "example.org", "--type", "webhook.test").lines
    again = ada.run("webhooks", "redeliver", "example.org", "1", "--json", expect=2)
    days = ada.run("webhooks", "redeliver", "example.org", "--from", "2026-01-01")

    assert sent["event_type"] == "webhook.test"
    assert log[0].split()[:5] == ["NO", "WHEN", "TYPE", "STATE", "TRIES"]
    assert "webhook.test" in log[1]
    assert "No such option" in again.err
    assert days.out == "On their way again: 0\n"


def test_a_long_span_is_followed_to_its_end(ada: Terminal, lasting_server: RunningServer) -> None:
    ada.run("webhooks", "add", HOOK)
    webhook_id = UUID(ada.run("webhooks", "--json").json[0]["id"])
    address = lasting_server.environment["DATABASE_URL"]
    asyncio.run(_send_many_and_cancel_one(address, webhook_id))

    said = ada.run("webhooks", "redeliver", "1", "--from", "2026-01-01")

    assert said.out == "On their way again: 1\n"


async def _send_many_and_cancel_one(address: str, webhook_id: UUID) -> None:
    """Have as many under way as go at once, which are not sent again, and one behind them that is."""
    database = Database(database_url.parse(address))
    far, now = clock.now() + timedelta(hours=1), clock.now()
    async with database.writer() as session:
        owner = (await session.get_one(Webhook, webhook_id)).user_id
        row: dict[str, Any] = {
            "user_id": owner,
            "webhook_id": webhook_id,
            "event_type": "task.created",
            "body": "{}",
            "state": "cancelled",
            "due_at": now,
            "created_at": now,
            "done_at": now,
        }
        held = [row | {"id": new_id(), "leased_until": far} for _ in range(MOST_AT_ONCE)]
        await session.execute(
            insert(Delivery), [*held, row | {"id": new_id(), "leased_until": None}]
        )
    await database.close()


def test_a_secret_is_replaced(ada: Terminal) -> None:
    first = ada.run("webhooks", "add", HOOK).out

    second = ada.run("webhooks", "rotate", "example.org").out

    assert second.startswith("whsec_")
    assert second != first


def test_what_can_be_told_is_listed(ada: Terminal) -> None:
    said = ada.run("webhooks", "types")

    assert any(line.split()[0] == "task.completed" for line in said.lines)


def test_mistakes_are_told_plainly(ada: Terminal) -> None:
    ada.run("webhooks", "add", HOOK)

    inside = ada.run("webhooks", "add", "http://127.0.0.1/hook", expect=6)
    unknown = ada.run("webhooks", "add", HOOK, "--event", "sofa.*", expect=6)
    nobody = ada.run("webhooks", "test", "9", expect=4)
    nothing = ada.run("webhooks", "change", "1", expect=2)
    neither = ada.run("webhooks", "redeliver", "1", expect=2)

    assert "public host" in inside.err
    assert "sofa.*" in unknown.err
    assert "no webhook is meant" in nobody.err
    assert "say what to change" in nothing.err
    assert "which delivery" in neither.err
