"""Telling an endpoint again what it was to be told in a span of time."""

from typing import Any
from uuid import UUID

import pytest
from httpx2 import AsyncClient
from sqlalchemy import select, update

from questlog.automation import delivery_log
from questlog.automation.webhook_models import Delivery
from questlog.core import clock
from questlog.core.db import Database
from tests.support.make import Make
from tests.support.moving_clock import at
from tests.support.webhook_calls import post


async def states_of(database: Database) -> dict[UUID, str]:
    async with database.reader() as session:
        return {row.id: row.state for row in await session.scalars(select(Delivery))}


async def test_a_range_is_told_again_by_state_and_moment(
    client: AsyncClient, make: Make, database: Database
) -> None:
    owner = await make.user(timezone="Asia/Tokyo")
    kept, other = await make.webhook(owner), await make.webhook(owner)

    async def at_noon(webhook: Any, state: str, day: int = 20) -> UUID:
        moment = at(f"2026-11-{day}T12:00")
        return (await make.delivery(owner, webhook, state=state, created_at=moment)).id

    failed, cancelled = await at_noon(kept, "failed"), await at_noon(kept, "cancelled")
    delivered, elsewhere = await at_noon(kept, "delivered"), await at_noon(other, "failed")
    before, behind = await at_noon(kept, "failed", 19), await at_noon(kept, "failed", 21)
    span = {"from": "2026-11-20T21:00:00", "to": "2026-11-21T12:00:00Z"}

    usual = await post(client, owner, f"{kept.id}/redeliver", span)
    usual_states = await states_of(database)
    all_of = {**span, "states": ["delivered"]}
    more = await post(client, owner, f"{kept.id}/redeliver", all_of)

    assert (usual.status_code, usual.json()) == (
        202,
        {"count": 2, "has_more": False, "next_after": None},
    )
    assert {id_ for id_, state in usual_states.items() if state == "waiting"} == {failed, cancelled}
    assert more.json() == {"count": 1, "has_more": False, "next_after": None}
    assert {id_ for id_, state in (await states_of(database)).items() if state != "waiting"} == {
        elsewhere,
        before,
        behind,
    }
    assert (await states_of(database))[delivered] == "waiting"


@pytest.mark.parametrize("state", ["failed", "delivered"])
async def test_a_long_range_goes_in_parts_that_follow_each_other(
    client: AsyncClient,
    make: Make,
    monkeypatch: pytest.MonkeyPatch,
    database: Database,
    state: str,
) -> None:
    owner = await make.user()
    kept = await make.webhook(owner)
    monkeypatch.setattr(delivery_log, "MOST_AT_ONCE", 2)
    made = [(await make.delivery(owner, kept, state=state)).id for _ in range(5)]
    span: dict[str, Any] = {"from": "2026-01-01T00:00:00Z", "states": [state]}
    parts: list[dict[str, Any]] = []

    while not parts or (parts[-1]["has_more"] and len(parts) < 5):
        span["after"] = parts[-1]["next_after"] if parts else None
        parts.append((await post(client, owner, f"{kept.id}/redeliver", span)).json())
        await _deliver_again(database, state)

    assert parts == [
        {"count": 2, "has_more": True, "next_after": str(made[1])},
        {"count": 2, "has_more": True, "next_after": str(made[3])},
        {"count": 1, "has_more": False, "next_after": None},
    ]


async def _deliver_again(database: Database, state: str) -> None:
    async with database.writer() as session:
        await session.execute(update(Delivery).values(state=state, done_at=clock.now()))
