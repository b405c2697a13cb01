"""Keeping one's API keys: how many, until when, and what is told of them."""

import asyncio

from httpx2 import AsyncClient
from sqlalchemy import select

from questlog.automation.audit_models import AuditEntry
from questlog.core.db import Database
from questlog.identity import api_keys
from tests.api.test_api_keys import KEYS, create
from tests.support.make import Make
from tests.support.moving_clock import MovingClock


async def test_the_list_comes_in_pages_the_newest_first(client: AsyncClient, make: Make) -> None:
    owner, other = await make.user(), await make.user()
    for number in range(3):
        await create(client, owner, name=f"Key {number}")
    await create(client, other)

    first = await client.get(f"{KEYS}?limit=2", headers=owner.headers)
    cursor = first.json()["next_cursor"]
    rest = await client.get(f"{KEYS}?cursor={cursor}&include_total=true", headers=owner.headers)

    names = [key["name"] for answer in (first, rest) for key in answer.json()["items"]]
    assert names == ["Key 2", "Key 1", "Key 0"]
    assert (rest.json()["next_cursor"], rest.json()["total"]) == (None, 3)


async def test_an_end_without_an_offset_is_read_in_the_zone_of_the_user(
    client: AsyncClient, make: Make, moving_clock: MovingClock
) -> None:
    owner = await make.user(timezone="Asia/Tokyo")

    made = await create(client, owner, expires_at="2100-01-01T00:00:00")

    assert made.json()["expires_at"] == "2099-12-31T15:00:00Z"


async def test_fifty_keys_are_the_most_however_many_are_asked_for_at_once(
    client: AsyncClient, make: Make, moving_clock: MovingClock
) -> None:
    owner = await make.user()
    for _ in range(api_keys.MOST - 2):
        await make.key(owner, "tasks:read")
    await make.key(owner, "tasks:read", revoked_at=moving_clock.now())
    await make.key(owner, "tasks:read", expires_at=moving_clock.now())

    answers = await asyncio.gather(*(create(client, owner) for _ in range(5)))

    refused = next(answer for answer in answers if answer.status_code != 201)
    assert sorted(answer.status_code for answer in answers) == [201, 201, 409, 409, 409]
    assert refused.json()["code"] == "too_many_api_keys"
    assert refused.json()["details"] == {"most": 50}


async def test_what_was_made_and_revoked_is_told_without_the_key(
    client: AsyncClient, make: Make, database: Database
) -> None:
    owner = await make.user()
    made = await create(client, owner)
    await client.delete(made.headers["location"], headers=owner.headers)

    told = (await client.get("/api/v1/events", headers=owner.headers)).json()["items"]

    revoked, created = told[:2]
    assert (created["type"], created["subject_id"]) == ("key.created", made.json()["id"])
    assert created["payload"] == {"name": "Backup", "scopes": ["tasks:read"]}
    assert (revoked["type"], revoked["payload"]) == ("key.revoked", {"name": "Backup"})
    async with database.reader() as session:
        lines = (await session.scalars(select(AuditEntry).order_by(AuditEntry.id))).all()
    about_keys = [line for line in lines if line.action.startswith("key.")]
    assert [line.action for line in about_keys] == ["key.created", "key.revoked"]
    assert {line.account_id for line in about_keys} == {owner.id}
    assert {line.details["key_id"] for line in about_keys} == {made.json()["id"]}
    assert made.json()["key"] not in str(told) + str([line.details for line in lines])
