"""Document 003's six addresses of webhooks, walked as printed, with an endpoint that is really told."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from httpx2 import AsyncClient, Response

from questlog.automation import delivery_sending
from questlog.automation.delivery_claims import Sending
from questlog.automation.delivery_results import Result
from questlog.core.config import Settings
from questlog.core.db import Database
from questlog.identity.front_desk import FrontDesk
from questlog.main import create_app
from tests.support import endpoints, receiver, world
from tests.support.doors import client_from
from tests.support.make import Make
from tests.support.receiver import Receiver

ROOT = "/api/v1/webhooks"


@pytest.fixture
async def hook() -> AsyncIterator[Receiver]:
    async with receiver.receiving() as found:
        yield found


@pytest.fixture
def settings_at_home(database_address: str, tmp_path: Path) -> Settings:
    networks = {"WEBHOOK_ALLOWED_NETWORKS": receiver.NETWORKS}
    return world.settings(database_address, tmp_path, **networks)


def ok(answer: Response, status: int = 200) -> Any:
    assert answer.status_code == status, f"{answer.request.method} {answer.url}: {answer.text}"
    return answer.json() if answer.content else None


async def carry(database: Database, settings: Settings, desk: FrontDesk) -> None:
    async def send(sending: Sending) -> Result:
        networks = settings.webhooks.allowed_networks
        return await delivery_sending.send(sending, desk.keyring, allowed=networks, timeout_s=5)

    await endpoints.carry(database, send)


async def test_document_003_webhooks(
    settings_at_home: Settings, database: Database, desk: FrontDesk, make: Make, hook: Receiver
) -> None:
    app = create_app(settings_at_home, database, desk)
    async with client_from(app, "127.0.0.1") as client:
        client.headers.update((await make.user()).headers)
        wanted = {"url": hook.url(), "events": ["task.*"]}
        made = ok(await client.post(ROOT, json=wanted), 201)
        task = ok(await client.post("/api/v1/tasks", json={"title": "Полить цветы ☃"}), 201)
        await carry(database, settings_at_home, desk)

        await the_log_knows(client, made, hook)

        listed = ok(await client.get(ROOT))["items"]
        shown = ok(await client.get(f"{ROOT}/{made['id']}"))
        changed = ok(await client.patch(f"{ROOT}/{made['id']}", json={"active": False}))
        ok(await client.delete(f"{ROOT}/{made['id']}"), 204)
        told = hook.messages[0].verify(made["secret"])
        assert (told["type"], told["data"]) == ("task.created", {"title": "Полить цветы ☃"})
        assert told["subject"] == {"type": "task", "id": task["id"]}
        assert (listed, shown["active"], changed["active"]) == ([shown], True, False)
        ok(await client.get(f"{ROOT}/{made['id']}"), 404)


async def the_log_knows(client: AsyncClient, made: dict[str, Any], hook: Receiver) -> None:
    (line,) = ok(await client.get(f"{ROOT}/{made['id']}/deliveries"))["items"]
    whole = ok(await client.get(f"{ROOT}/{made['id']}/deliveries/{line['id']}"))
    assert (line["state"], line["last_status"], line["last_failure"]) == ("delivered", 200, None)
    assert (line["id"], whole["body"]) == (hook.messages[0].id, hook.messages[0].body.decode())
    assert [each["number"] for each in whole["log"]] == [1]


async def test_a_test_and_a_redelivery_arrive_and_keep_their_id(
    settings_at_home: Settings, database: Database, desk: FrontDesk, make: Make, hook: Receiver
) -> None:
    hook.answers["/hook"] = receiver.status(500)
    app = create_app(settings_at_home, database, desk)
    async with client_from(app, "127.0.0.1") as client:
        client.headers.update((await make.user()).headers)
        made = ok(await client.post(ROOT, json={"url": hook.url(), "events": ["goal.*"]}), 201)
        tested = ok(await client.post(f"{ROOT}/{made['id']}/test"), 202)
        await carry(database, settings_at_home, desk)
        failing = ok(await client.get(f"{ROOT}/{made['id']}"))
        hook.answers.clear()

        again = f"{ROOT}/{made['id']}/deliveries/{tested['id']}"
        ok(await client.post(f"{again}/redeliver"), 202)
        await carry(database, settings_at_home, desk)

        whole = ok(await client.get(again))
        well = ok(await client.get(f"{ROOT}/{made['id']}"))
        assert [message.id for message in hook.messages] == [tested["id"]] * 2
        assert hook.messages[0].body == hook.messages[1].body
        assert hook.messages[1].verify(made["secret"])["type"] == "webhook.test"
        assert (whole["state"], [each["status"] for each in whole["log"]]) == (
            "delivered",
            [500, 200],
        )
        assert (failing["failing_since"] is None, well["failing_since"]) == (False, None)
        assert failing["version"] < well["version"]
