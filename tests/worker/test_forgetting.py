"""The log of events goes back 400 days, and a log that lost its beginning still works."""

import pytest

from questlog.automation import event_retention
from questlog.automation.models import Event
from questlog.core.config import Settings
from questlog.core.db import Database
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
