"""Webhooks as their owners keep them."""

import asyncio
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient
from sqlalchemy import func, select

from questlog.automation import webhooks
from questlog.automation.audit_models import AuditEntry
from questlog.automation.webhook_models import Delivery, DeliveryAttempt, Webhook
from questlog.core.db import Database
from tests.support.make import Make
from tests.support.webhook_calls import URL, WEBHOOKS, change, create, get


async def test_the_secret_is_shown_once_and_never_again(client: AsyncClient, make: Make) -> None:
    owner = await make.user()

    made = await create(client, owner, events=["task.completed", "goal.*"], description="Lights")

    secret = made.json()["secret"]
    assert made.status_code == 201
    assert secret.startswith("whsec_")
    one = await client.get(made.headers["location"], headers=owner.headers)
    shown = made.json()
    del shown["secret"]
    assert one.json() == shown
    assert shown["events"] == ["goal.*", "task.completed"]
    assert (shown["url"], shown["active"], shown["description"]) == (URL, True, "Lights")
    others = [
        await get(client, owner),
        await change(client, owner, shown["id"], description="Lamps"),
        await client.get("/api/v1/events", headers=owner.headers),
        await client.get("/api/v1/audit-log", headers=owner.headers),
        await client.get("/api/v1/users/me/export", headers=owner.headers),
    ]
    assert [answer.status_code for answer in others] == [200] * 5
    assert not any(secret in answer.text for answer in others)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/hook",
        "http://0x7f.1/hook",
        "http://2130706433/",
        "http://[::ffff:7f00:1]/",
        "http://169.254.169.254/latest/meta-data",
        "http://192.168.1.10/hook",
        "http://localhost./hook",
        "https://example.org:6379/",
        "http://somebody@example.org/",
        f"https://example.org/{'a' * 2000}",
        "ftp://example.org/",
        "file:///etc/passwd",
    ],
)
async def test_s130_an_address_nobody_may_be_sent_to_is_refused(
    client: AsyncClient, make: Make, url: str
) -> None:
    owner = await make.user()
    kept = await make.webhook(owner)

    answers = [await create(client, owner, url=url), await change(client, owner, kept.id, url=url)]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert (await get(client, owner, kept.id)).json()["url"] == URL


async def test_networks_at_home_are_reachable_where_the_operator_says_so(
    app: FastAPI, client: AsyncClient, make: Make
) -> None:
    owner = await make.user()
    refused = await create(client, owner, url="http://192.168.1.10:8123/hook")
    home = app.state.settings.webhooks.model_validate({"allowed_networks": "192.168.1.0/24"})
    app.state.settings = app.state.settings.model_copy(update={"webhooks": home})

    taken = await create(client, owner, url="http://192.168.1.10:8123/hook")

    assert (refused.status_code, taken.status_code) == (422, 201)
    assert refused.json()["code"] == "unsafe_url"
    assert refused.json()["errors"][0]["pointer"] == "/body/url"


async def test_a_pattern_that_matches_nothing_is_refused_and_named(
    client: AsyncClient, make: Make
) -> None:
    owner = await make.user()

    refused = await create(client, owner, events=["task.*", "task.complete", "sofa.*"])

    assert (refused.status_code, refused.json()["code"]) == (422, "unknown_event_type")
    assert refused.json()["details"] == {"unknown": "task.complete, sofa.*"}


async def test_patterns_that_others_contain_are_dropped(client: AsyncClient, make: Make) -> None:
    owner = await make.user()

    made = await create(
        client, owner, events=["task.completed", "task.*", "goal.created", "task.*"]
    )

    assert made.json()["events"] == ["goal.created", "task.*"]


async def test_s142_the_21st_endpoint_is_refused_however_many_are_made_at_once(
    client: AsyncClient, make: Make, database: Database
) -> None:
    owner = await make.user()
    for _ in range(webhooks.MOST - 2):
        await make.webhook(owner)

    answers = await asyncio.gather(*(create(client, owner) for _ in range(5)))

    refused = next(answer for answer in answers if answer.status_code != 201)
    assert sorted(answer.status_code for answer in answers) == [201, 201, 409, 409, 409]
    assert (refused.json()["code"], refused.json()["details"]) == (
        "too_many_webhooks",
        {"most": 20},
    )
    async with database.reader() as session:
        assert await session.scalar(select(func.count()).select_from(Webhook)) == webhooks.MOST


async def test_a_new_endpoint_is_told_of_nothing_that_was_before_it(
    client: AsyncClient, make: Make, database: Database
) -> None:
    owner = await make.user()
    for _ in range(3):
        await make.event(owner)

    made = (await create(client, owner)).json()

    told = (await client.get("/api/v1/events", headers=owner.headers)).json()["items"]
    async with database.reader() as session:
        row = await session.get_one(Webhook, made["id"])
    assert (told[0]["type"], told[0]["seq"]) == ("webhook.created", row.told_seq)


async def test_what_is_as_it_was_leaves_no_trace(client: AsyncClient, make: Make) -> None:
    owner = await make.user()
    made = (await create(client, owner, events=["task.*"])).json()

    same = await change(client, owner, made["id"], events=["task.*"], active=True, url=URL)

    assert same.json()["version"] == 1
    told = (await client.get("/api/v1/events", headers=owner.headers)).json()["items"]
    assert [event["type"] for event in told] == ["webhook.created"]


async def test_switching_off_cancels_what_waits_and_switching_on_begins_anew(
    client: AsyncClient, make: Make, database: Database
) -> None:
    owner = await make.user()
    kept = await make.webhook(owner, told_seq=0)
    waiting = await make.delivery(owner, kept, state="waiting", done_at=None)
    done = await make.delivery(owner, kept, state="delivered")

    off = await change(client, owner, kept.id, active=False)
    await make.event(owner)
    on = await change(client, owner, kept.id, active=True)

    assert (off.json()["active"], off.json()["disabled_reason"]) == (False, "user")
    assert (on.json()["active"], on.json()["disabled_reason"]) == (True, None)
    assert [off.json()["version"], on.json()["version"]] == [2, 3]
    async with database.reader() as session:
        states = {row.id: row.state for row in await session.scalars(select(Delivery))}
        row = await session.get_one(Webhook, kept.id)
    assert states == {waiting.id: "cancelled", done.id: "delivered"}
    told = (await client.get("/api/v1/events", headers=owner.headers)).json()["items"]
    assert (told[0]["type"], told[0]["seq"]) == ("webhook.updated", row.told_seq)
    assert told[0]["payload"] == {"host": "example.org", "changed": ["active"], "active": True}


async def test_s140_deleting_takes_the_log_along_and_sends_nothing_more(
    client: AsyncClient, make: Make, database: Database
) -> None:
    owner = await make.user()
    kept, other = await make.webhook(owner), await make.webhook(owner)
    for one in (kept, other):
        waiting = await make.delivery(owner, one, state="waiting", done_at=None)
        await make.delivery_attempt(owner, waiting)

    gone = await client.delete(f"{WEBHOOKS}/{kept.id}", headers=owner.headers)
    again = await client.delete(f"{WEBHOOKS}/{kept.id}", headers=owner.headers)

    assert (gone.status_code, again.status_code) == (204, 404)
    async with database.reader() as session:
        left = [
            await session.scalar(select(func.count()).select_from(table))
            for table in (Webhook, Delivery, DeliveryAttempt)
        ]
    assert left == [1, 1, 1]


async def test_a_change_somebody_else_made_first_is_not_overwritten(
    client: AsyncClient, make: Make
) -> None:
    owner = await make.user()
    made = await create(client, owner)
    stale = {**owner.headers, "If-Match": made.headers["etag"]}
    await change(client, owner, made.json()["id"], description="First")

    late = await client.patch(
        f"{WEBHOOKS}/{made.json()['id']}", json={"description": "Second"}, headers=stale
    )
    gone = await client.delete(f"{WEBHOOKS}/{made.json()['id']}", headers=stale)

    assert (late.status_code, gone.status_code) == (412, 412)
    assert (await get(client, owner, made.json()["id"])).json()["description"] == "First"


async def test_s145_changes_are_in_the_audit_log_by_the_host_alone(
    client: AsyncClient, make: Make, database: Database
) -> None:
    owner = await make.user()
    made = (await create(client, owner, url="https://example.org/hook/private-token")).json()
    await change(client, owner, made["id"], description="Lights")
    rotated = await client.post(f"{WEBHOOKS}/{made['id']}/rotate-secret", headers=owner.headers)
    await client.delete(f"{WEBHOOKS}/{made['id']}", headers=owner.headers)

    async with database.reader() as session:
        lines = (await session.scalars(select(AuditEntry).order_by(AuditEntry.id))).all()

    mine = [line for line in lines if line.action.startswith("webhook.")]
    assert [line.action for line in mine] == [
        "webhook.created",
        "webhook.updated",
        "webhook.secret_rotated",
        "webhook.deleted",
    ]
    assert {line.account_id for line in mine} == {owner.id}
    assert {line.details["webhook_id"] for line in mine} == {made["id"]}
    assert {line.details["host"] for line in mine} == {"example.org"}
    told = str([line.details for line in lines])
    assert not any(
        word in told for word in ("private-token", made["secret"], rotated.json()["secret"])
    )


async def test_who_only_writes_webhooks_does_not_get_to_read_events_that_way(
    client: AsyncClient, make: Make
) -> None:
    owner = await make.user()
    narrow = await make.key(owner, "webhooks:write", "webhooks:read")
    wide = await make.key(owner, "webhooks:write", "events:read")
    body: dict[str, Any] = {"url": URL, "events": ["*"]}

    kept = await make.webhook(owner)
    secret = f"{WEBHOOKS}/{kept.id}/rotate-secret"

    refused = await client.post(WEBHOOKS, json=body, headers=narrow.headers)
    unsigned = await client.post(secret, headers=narrow.headers)
    signed = await client.post(secret, headers=wide.headers)
    taken = await client.post(WEBHOOKS, json=body, headers=wide.headers)
    listed = await client.get(WEBHOOKS, headers=narrow.headers)

    assert (refused.status_code, refused.json()["code"]) == (403, "insufficient_scope")
    assert refused.json()["details"] == {"scope": "events:read"}
    assert (unsigned.status_code, unsigned.json()["code"]) == (403, "insufficient_scope")
    assert (taken.status_code, listed.status_code, signed.status_code) == (201, 200, 200)


async def test_what_can_be_told_is_published_with_schemas(client: AsyncClient, make: Make) -> None:
    owner = await make.user()

    found = (await get(client, owner, "event-types")).json()

    types = {each["type"]: each for each in found["items"]}
    assert {"task.completed", "goal.created", "level.reached", "webhook.test"} <= types.keys()
    assert set(types["task.completed"]["data_schema"]["required"]) == {
        "title",
        "occurrence_id",
        "scheduled_on",
        "next_due",
    }
    assert all(each["description"] and each["data_schema"] for each in found["items"])
