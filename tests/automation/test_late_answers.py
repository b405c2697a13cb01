"""Answers that come when something else has happened meanwhile: they tell of the past (F-18, S-138)."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from questlog.automation import (
    deliveries,
    delivery_claims,
    delivery_results,
    webhook_changes,
    webhooks,
)
from questlog.automation.delivery_claims import Sending
from questlog.automation.delivery_results import Result
from questlog.automation.relay import DELIVERIES
from questlog.core import clock
from questlog.core.config import Settings
from questlog.core.db import Database
from questlog.core.security import Keyring
from questlog.worker import delivering, relaying
from tests.support import endpoints
from tests.support.make import Make
from tests.support.moving_clock import MovingClock
from tests.support.rows import Person
from tests.support.sql import count_rows

OLD, NEW = "https://example.org/hook", "https://example.org/other"


@pytest.fixture
def keyring(settings: Settings) -> Keyring:
    return settings.tokens.keyring()


async def begun(
    database: Database, make: Make, keyring: Keyring, **more: Any
) -> tuple[Person, Sending]:
    """Take the only message of somebody's only endpoint."""
    user = await make.user()
    await endpoints.add(database, keyring, user, OLD, **more)
    await endpoints.happen(database, user)
    await relaying.catch_up(database)
    (sending,) = await database.write(delivery_claims.claim, 10)
    return user, sending


def gone(sending: Sending) -> Result:
    return Result(sending, "gone", 12, status=410)


def refused(sending: Sending) -> Result:
    return Result(sending, "refused", 12)


def arrived(sending: Sending) -> Result:
    return Result(sending, None, 12, status=204)


async def test_a_410_of_the_url_before_leaves_the_new_one_on_and_is_tried_there(
    database: Database, make: Make, keyring: Keyring
) -> None:
    user, sending = await begun(database, make, keyring)
    await database.write(webhook_changes.change, user.id, sending.webhook.id, {"url": NEW})

    doomed = await database.write(delivery_results.settle, [gone(sending)])

    (row,) = await endpoints.deliveries(database)
    assert doomed == []
    assert (row.state, row.lease, row.due_at > clock.now()) == ("waiting", None, True)


async def test_neither_failure_nor_success_of_the_url_before_says_anything_of_the_new_one(
    database: Database, make: Make, keyring: Keyring
) -> None:
    user, sending = await begun(database, make, keyring)
    other, well = await begun(database, make, keyring)
    await database.write(webhook_changes.change, user.id, sending.webhook.id, {"url": NEW})
    await database.write(webhook_changes.change, other.id, well.webhook.id, {"url": NEW})
    await _fail_since_yesterday(database, well)

    await database.write(delivery_results.settle, [refused(sending), arrived(well)])

    new, failing = [await endpoints.webhook(database, each.webhook.id) for each in (sending, well)]
    states = {row.id: row.state for row in await endpoints.deliveries(database)}
    assert (new.failing_since is None, failing.failing_since is None) == (True, False)
    assert (states[sending.id], states[well.id]) == ("waiting", "delivered")


async def _fail_since_yesterday(database: Database, sending: Sending) -> None:
    async with database.writer() as session:
        row = await webhooks.claim(session, sending.user_id, sending.webhook.id)
        row.failing_since = clock.now() - timedelta(days=1)


async def test_f18_a_410_for_somebody_whose_lease_ran_out_switches_nothing_off(
    database: Database, make: Make, keyring: Keyring, moving_clock: MovingClock
) -> None:
    _, late = await begun(database, make, keyring)
    moving_clock.move(seconds=31)
    (present,) = await database.write(delivery_claims.claim, 10)

    of_the_late = await database.write(delivery_results.settle, [gone(late)])
    of_the_present = await database.write(delivery_results.settle, [gone(present)])

    assert of_the_late == []
    assert [each.reason for each in of_the_present] == ["gone"]


@pytest.mark.parametrize("answer", [gone, refused])
async def test_what_was_sent_before_it_was_switched_on_again_is_not_held_against_it(
    database: Database, make: Make, keyring: Keyring, answer: Callable[[Sending], Result]
) -> None:
    user, sending = await begun(database, make, keyring)
    for active in (False, True):
        changes = {"active": active}
        await database.write(webhook_changes.change, user.id, sending.webhook.id, changes)

    doomed = await database.write(delivery_results.settle, [answer(sending)])

    row = await endpoints.webhook(database, sending.webhook.id)
    assert (doomed, row.failing_since, row.disabled_at) == ([], None, None)


async def test_f30_giving_back_leaves_the_attempt_of_who_took_over_alone(
    database: Database, make: Make, keyring: Keyring, moving_clock: MovingClock
) -> None:
    _, late = await begun(database, make, keyring)
    moving_clock.move(seconds=31)
    (present,) = await database.write(delivery_claims.claim, 10)

    await database.write(delivery_claims.release, [late])
    await database.write(delivery_results.settle, [arrived(present)])

    (row,) = await endpoints.deliveries(database)
    tries = await endpoints.attempts(database)
    assert row.state == "delivered"
    assert [(each.failure, each.status) for each in tries] == [("unknown", None), (None, 204)]


async def test_an_endpoint_is_locked_before_its_messages(
    database: Database, make: Make, keyring: Keyring
) -> None:
    user, sending = await begun(database, make, keyring, failing_since=clock.now())

    async with database.writer() as session:
        await webhooks.claim(session, user.id, sending.webhook.id)
        storing = asyncio.create_task(database.write(delivering._store, [gone(sending)]))
        await asyncio.sleep(0.3)
        await deliveries.cancel(session, user.id, sending.webhook.id)
    await storing

    (row, *_) = await endpoints.deliveries(database)
    assert row.state == "cancelled"


async def test_s139_what_is_sent_once_more_meanwhile_is_not_forgotten(
    database: Database, make: Make, keyring: Keyring, moving_clock: MovingClock
) -> None:
    user, sending = await begun(database, make, keyring)
    await database.write(delivery_results.settle, [arrived(sending)])
    moving_clock.move(days=31)

    async with database.writer() as session:
        await deliveries.redeliver(session, user.id, [sending.id])
        sweeping = asyncio.create_task(database.write(deliveries.sweep))
        await asyncio.sleep(0.3)
    await sweeping

    assert await count_rows(database, DELIVERIES) == 1
