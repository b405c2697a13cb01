"""The log of events goes back 400 days, and a log that lost its beginning still works."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from questlog.automation import answered_requests, event_retention
from questlog.automation.models import AnsweredRequest, Event
from questlog.core import clock
from questlog.core.config import Settings
from questlog.core.db import Database
from questlog.core.ids import new_id
from questlog.worker import relaying
from questlog.worker.forgetting import forget
from tests.support import endpoints
from tests.support.invariants import check_invariants
from tests.support.make import Make
from tests.support.moving_clock import MovingClock
from tests.support.sql import count_rows


async def test_events_are_kept_for_four_hundred_days(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    user, other = await make.user(), await make.user()
    await endpoints.happen(database, user, "task.created", "task.updated")
    await endpoints.happen(database, other)
    moving_clock.move(days=399)
    early = await forget(database)
    await endpoints.happen(database, user, "task.completed")
    moving_clock.move(days=2)

    late = await forget(database)

    assert (early, late) == (0, 1)
    assert await count_rows(database, Event) == 1
    await check_invariants(database)


async def test_much_is_forgotten_in_steps(
    database: Database, make: Make, moving_clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_retention, "SWEPT_AT_ONCE", 3)
    user = await make.user()
    await endpoints.happen(database, user, *["task.created"] * 8)
    moving_clock.move(days=401)

    steps = await forget(database)

    assert steps == 3
    assert await count_rows(database, Event) == 0
    await check_invariants(database)


async def test_kept_answers_are_forgotten_in_steps_the_oldest_first(
    database: Database, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answered_requests, "SWEPT_AT_ONCE", 2)
    users = [await make.user(), await make.user()]
    now = clock.now()
    answers = [
        {
            "user_id": user.id,
            "key": f"key-{hours}",
            "fingerprint": "f" * 64,
            "claim": new_id(),
            "created_at": now - timedelta(days=2),
            "expires_at": now + timedelta(hours=hours),
        }
        for user in users
        for hours in (-3, -2, 1)
    ]
    async with database.writer() as session:
        await session.execute(insert(AnsweredRequest), answers)

    swept = await database.write(answered_requests.sweep)
    async with database.reader() as session:
        left = list(await session.scalars(select(AnsweredRequest.key)))
    steps = await forget(database)

    assert (swept, steps) == (2, 1)
    assert sorted(left) == ["key--2", "key--2", "key-1", "key-1"]
    assert await count_rows(database, AnsweredRequest) == 2


async def test_an_endpoint_that_slept_through_it_goes_on_with_what_is_left(
    database: Database, make: Make, settings: Settings, moving_clock: MovingClock
) -> None:
    user = await make.user()
    await endpoints.add(database, settings.tokens.keyring(), user, "https://example.org/hook")
    await endpoints.happen(database, user, "task.created", "task.updated")
    moving_clock.move(days=401)
    await endpoints.happen(database, user, "task.completed")
    await forget(database)

    await relaying.catch_up(database)

    (row,) = await endpoints.deliveries(database)
    assert row.event_type == "task.completed"
    await check_invariants(database)
