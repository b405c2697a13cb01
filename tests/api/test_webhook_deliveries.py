"""The log of what an endpoint was told, and telling it again."""

from datetime import timedelta
from uuid import UUID

import pytest
from httpx2 import AsyncClient
from sqlalchemy import select

from questlog.automation.webhook_models import Delivery
from questlog.core import clock
from questlog.core.db import Database
from questlog.core.ids import new_id
from tests.support.make import Make
from tests.support.moving_clock import MovingClock, at
from tests.support.sql import count_statements
from tests.support.webhook_calls import WEBHOOKS, change, create, get, post


async def states_of(database: Database) -> dict[UUID, str]:
    async with database.reader() as session:
        return {row.id: row.state for row in await session.scalars(select(Delivery))}


async def test_the_log_says_what_became_of_each_message(client: AsyncClient, make: Make) -> None:
    owner = await make.user()
    kept = await make.webhook(owner)
    arrived = await make.delivery(owner, kept, state="delivered", attempts=2)
    await make.delivery_attempt(owner, arrived, number=1)
    await make.delivery_attempt(
        owner, arrived, number=2, status=204, failure=None, answer="", duration_ms=31
    )
    waiting = await make.delivery(owner, kept, state="waiting", attempts=0, done_at=None)

    log = (await get(client, owner, f"{kept.id}/deliveries")).json()["items"]
    whole = (await get(client, owner, f"{kept.id}/deliveries/{arrived.id}")).json()

    assert [each["id"] for each in log] == [str(waiting.id), str(arrived.id)]
    assert [each["state"] for each in log] == ["waiting", "delivered"]
    assert [each["last_status"] for each in log] == [None, 204]
    assert (log[0]["due_at"] is None, log[1]["due_at"] is None) == (False, True)
    assert whole["body"] == arrived.body
    assert [(each["number"], each["status"], each["failure"]) for each in whole["log"]] == [
        (1, 500, "bad_status"),
        (2, 204, None),
    ]
    assert [each["answer"] for each in whole["log"]] == ["oh no", ""]


async def test_the_log_is_narrowed_by_state_type_and_day(client: AsyncClient, make: Make) -> None:
    owner = await make.user(timezone="Asia/Tokyo")
    kept = await make.webhook(owner)
    late = await make.delivery(owner, kept, created_at=at("2026-11-20T15:00"))
    early = await make.delivery(owner, kept, created_at=at("2026-11-20T14:59"))
    goal = await make.delivery(owner, kept, event_type="goal.created", state="delivered")

    async def found(query: str) -> list[str]:
        answer = await get(client, owner, f"{kept.id}/deliveries?{query}")
        return [each["id"] for each in answer.json()["items"]]

    assert await found("from=2026-11-21&to=2026-11-21&state=failed") == [str(late.id)]
    assert await found("to=2026-11-20") == [str(early.id)]
    assert await found("event_type=goal.created") == [str(goal.id)]
    assert await found("state=delivered") == [str(goal.id)]
    odd = await get(client, owner, f"{kept.id}/deliveries?state=lost")
    assert odd.status_code == 422


async def test_a_page_of_the_log_is_two_statements_however_long_it_is(
    client: AsyncClient, make: Make, database: Database
) -> None:
    owner = await make.user()
    kept = await make.webhook(owner)
    for _ in range(12):
        await make.delivery_attempt(owner, await make.delivery(owner, kept))
    await get(client, owner, f"{kept.id}/deliveries")

    with count_statements(database) as seen:
        page = await get(client, owner, f"{kept.id}/deliveries?limit=10")

    assert len(page.json()["items"]) == 10
    assert len(seen) == 2


@pytest.mark.parametrize("word", ["refused", "timeout", "blocked_address", "dns", "tls", "reset"])
async def test_s141_nobody_learns_from_the_log_what_stands_at_an_address(
    client: AsyncClient, make: Make, word: str
) -> None:
    owner = await make.user()
    kept = await make.webhook(owner)
    lost = await make.delivery(owner, kept)
    await make.delivery_attempt(
        owner, lost, status=None, failure=word, duration_ms=3, answer="220 mail.internal"
    )

    whole = (await get(client, owner, f"{kept.id}/deliveries/{lost.id}")).json()

    assert whole["last_failure"] == "unreachable"
    assert [
        (each["failure"], each["duration_ms"], each["answer"], each["status"])
        for each in whole["log"]
    ] == [("unreachable", None, None, None)]


async def test_s139_each_sees_their_own_deliveries_and_under_their_own_webhook_only(
    client: AsyncClient, make: Make
) -> None:
    owner, other = await make.user(), await make.user()
    kept, spare = await make.webhook(owner), await make.webhook(owner)
    mine, theirs = await make.delivery(owner, kept), await make.delivery(other)

    async def status(path: str) -> tuple[int, int]:
        read = await get(client, owner, path)
        again = await post(client, owner, f"{path}/redeliver")
        return read.status_code, again.status_code

    assert await status(f"{kept.id}/deliveries/{mine.id}") == (200, 202)
    assert await status(f"{spare.id}/deliveries/{mine.id}") == (404, 404)
    assert await status(f"{kept.id}/deliveries/{theirs.id}") == (403, 403)
    assert await status(f"{theirs.webhook_id}/deliveries/{mine.id}") == (403, 403)
    assert await status(f"{kept.id}/deliveries/{new_id()}") == (404, 404)
    lists = [
        await get(client, owner, f"{theirs.webhook_id}/deliveries"),
        await get(client, owner, f"{new_id()}/deliveries"),
    ]
    assert [answer.status_code for answer in lists] == [403, 404]


async def test_a_test_is_a_delivery_like_others(
    client: AsyncClient, make: Make, database: Database
) -> None:
    owner = await make.user()
    made = (await create(client, owner, events=["goal.*"])).json()

    tested = await post(client, owner, f"{made['id']}/test")

    assert tested.status_code == 202
    found = (await get(client, owner, f"{made['id']}/deliveries")).json()["items"]
    assert found == [tested.json()]
    assert (found[0]["event_type"], found[0]["state"]) == ("webhook.test", "waiting")
    assert found[0]["event_id"] is None


async def test_what_is_off_is_neither_tested_nor_told_again(
    client: AsyncClient, make: Make
) -> None:
    owner = await make.user()
    kept = await make.webhook(owner)
    lost = await make.delivery(owner, kept)
    await change(client, owner, kept.id, active=False)
    span = {"from": "2026-01-01T00:00:00Z"}

    answers = [
        await post(client, owner, f"{kept.id}/test"),
        await post(client, owner, f"{kept.id}/deliveries/{lost.id}/redeliver"),
        await post(client, owner, f"{kept.id}/redeliver", span),
    ]

    assert [answer.status_code for answer in answers] == [409] * 3
    assert {answer.json()["code"] for answer in answers} == {"webhook_off"}


async def test_s141_ten_tries_a_minute_of_whatever_kind(
    client: AsyncClient, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(at("2026-11-21T12:00"))
    owner, other = await make.user(), await make.user()
    kept, theirs = await make.webhook(owner), await make.webhook(other)
    lost = await make.delivery(owner, kept)
    again = f"{kept.id}/deliveries/{lost.id}/redeliver"

    tries = [await post(client, owner, path) for path in [f"{kept.id}/test", again] * 5]
    refused = await post(client, owner, f"{kept.id}/test")
    others = await post(client, other, f"{theirs.id}/test")
    moving_clock.move(minutes=1)
    later = await post(client, owner, f"{kept.id}/test")

    assert [answer.status_code for answer in tries] == [202] * 10
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_attempts")
    assert int(refused.headers["retry-after"]) <= 61
    assert (others.status_code, later.status_code) == (202, 202)


async def test_telling_again_keeps_the_id_and_begins_a_new_round(
    client: AsyncClient, make: Make, database: Database
) -> None:
    owner = await make.user()
    kept = await make.webhook(owner)
    lost = await make.delivery(owner, kept, attempts=8)
    await make.delivery_attempt(owner, lost)

    again = await post(client, owner, f"{kept.id}/deliveries/{lost.id}/redeliver")

    assert again.status_code == 202
    assert (again.json()["id"], again.json()["state"]) == (str(lost.id), "waiting")
    assert (again.json()["attempts"], again.json()["last_failure"]) == (0, "bad_status")


async def test_what_is_being_sent_is_not_sent_twice_at_once(
    client: AsyncClient, make: Make
) -> None:
    owner = await make.user()
    kept = await make.webhook(owner)
    far = clock.now() + timedelta(minutes=1)
    under_way = await make.delivery(
        owner, kept, state="waiting", done_at=None, lease=new_id(), leased_until=far
    )

    again = await post(client, owner, f"{kept.id}/deliveries/{under_way.id}/redeliver")

    assert (again.status_code, again.json()["code"]) == (409, "delivery_under_way")


async def test_operators_see_why_and_neither_what_nor_the_whole_address(
    client: AsyncClient, make: Make
) -> None:
    admin, owner = await make.user(role="admin"), await make.user()
    kept = await make.webhook(owner, url="https://example.org/hook/private-token")
    lost = await make.delivery(owner, kept, body='{"data":{"title":"Buy a ring"}}')
    await make.delivery_attempt(owner, lost, status=None, failure="blocked_address")
    await make.delivery(await make.user())
    address = f"/api/v1/admin/deliveries?account_id={owner.id}&state=failed"

    found = await client.get(address, headers=admin.headers)
    refused = await client.get(address, headers=owner.headers)

    (line,) = found.json()["items"]
    assert (line["last_failure"], line["host"]) == ("blocked_address", "example.org")
    assert (line["account_id"], line["id"]) == (str(owner.id), str(lost.id))
    assert "private-token" not in found.text
    assert "Buy a ring" not in found.text
    assert (refused.status_code, refused.json()["code"]) == (403, "admin_only")
    log = await client.get("/api/v1/audit-log", headers=owner.headers)
    assert "admin.read" in [each["action"] for each in log.json()["items"]]


async def test_asking_for_a_test_twice_with_one_key_sends_one(
    client: AsyncClient, make: Make, database: Database
) -> None:
    owner = await make.user()
    kept = await make.webhook(owner)
    headers = {**owner.headers, "Idempotency-Key": "once"}

    answers = [await client.post(f"{WEBHOOKS}/{kept.id}/test", headers=headers) for _ in range(2)]

    assert answers[0].json() == answers[1].json()
    assert len(await states_of(database)) == 1
