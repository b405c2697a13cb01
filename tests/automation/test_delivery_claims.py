"""Who may send what, and for how long: leases, lanes and what a lost sender leaves behind (F-17, F-18, S-142)."""

import asyncio
from typing import Any

import pytest

from questlog.automation import deliveries, delivery_claims, delivery_results, relay
from questlog.automation.delivery_claims import Sending
from questlog.automation.delivery_heads import MOST_PER_ENDPOINT
from questlog.automation.delivery_results import Result
from questlog.automation.delivery_schedule import MOST_ATTEMPTS
from questlog.automation.relay import DELIVERIES
from questlog.core import clock
from questlog.core.config import Settings
from questlog.core.db import Database
from questlog.core.security import Keyring
from questlog.worker import relaying
from tests.support import endpoints
from tests.support.make import Make
from tests.support.moving_clock import MovingClock
from tests.support.rows import Person
from tests.support.sql import count_rows, count_statements

URL = "https://example.org/hook"


@pytest.fixture
def keyring(settings: Settings) -> Keyring:
    return settings.tokens.keyring()


async def waiting(
    database: Database, make: Make, keyring: Keyring, *, count: int = 1, **more: Any
) -> Person:
    """Let messages wait for a user's only endpoint."""
    user = await make.user()
    await endpoints.add(database, keyring, user, URL, **more)
    await endpoints.happen(database, user, *["task.created"] * count)
    await relaying.catch_up(database)
    return user


def arrived(sending: Sending) -> Result:
    return Result(sending, None, 12, status=200, answer="")


def failed(sending: Sending, word: str = "refused") -> Result:
    return Result(sending, word, 12)


async def test_what_was_taken_is_nobody_elses_until_its_lease_runs_out(
    database: Database, make: Make, keyring: Keyring, moving_clock: MovingClock
) -> None:
    await waiting(database, make, keyring)

    (first,) = await database.write(delivery_claims.claim, 10)
    meanwhile = await database.write(delivery_claims.claim, 10)
    moving_clock.move(seconds=61)
    (second,) = await database.write(delivery_claims.claim, 10)

    assert meanwhile == []
    assert (first.id, first.attempt) == (second.id, 1)
    assert second.attempt == 2


async def test_f17_the_try_of_a_lost_sender_reads_unknown(
    database: Database, make: Make, keyring: Keyring, moving_clock: MovingClock
) -> None:
    await waiting(database, make, keyring)
    await database.write(delivery_claims.claim, 10)
    moving_clock.move(seconds=61)

    (second,) = await database.write(delivery_claims.claim, 10)
    await database.write(delivery_results.settle, [arrived(second)])

    lost, last = await endpoints.attempts(database)
    assert (lost.number, lost.failure, lost.duration_ms) == (1, "unknown", None)
    assert (last.number, last.failure, last.status) == (2, None, 200)


async def test_f18_a_late_finisher_changes_nothing(
    database: Database, make: Make, keyring: Keyring, moving_clock: MovingClock
) -> None:
    await waiting(database, make, keyring)
    (late,) = await database.write(delivery_claims.claim, 10)
    moving_clock.move(seconds=61)
    (quick,) = await database.write(delivery_claims.claim, 10)

    await database.write(delivery_results.settle, [failed(late)])

    (row,) = await endpoints.deliveries(database)
    lost, _ = await endpoints.attempts(database)
    assert (row.lease, row.state) == (quick.lease, "waiting")
    assert lost.failure == "unknown"
    await database.write(delivery_results.settle, [arrived(quick)])
    await database.write(delivery_results.settle, [failed(late)])
    (row,) = await endpoints.deliveries(database)
    assert row.state == "delivered"


async def test_f18_who_renews_keeps_what_is_being_sent(
    database: Database, make: Make, keyring: Keyring, moving_clock: MovingClock
) -> None:
    await waiting(database, make, keyring)
    held = await database.write(delivery_claims.claim, 10)
    moving_clock.move(seconds=20)
    await database.write(delivery_claims.renew, held)
    moving_clock.move(seconds=20)

    taken = await database.write(delivery_claims.claim, 10)
    await database.write(delivery_results.settle, [arrived(held[0])])

    assert taken == []
    (row,) = await endpoints.deliveries(database)
    assert row.state == "delivered"


async def test_f30_what_is_given_back_is_due_at_once_and_does_not_count(
    database: Database, make: Make, keyring: Keyring
) -> None:
    await waiting(database, make, keyring)
    held = await database.write(delivery_claims.claim, 10)

    await database.write(delivery_claims.release, held)
    (again,) = await database.write(delivery_claims.claim, 10)

    assert again.attempt == 1
    first, second = await endpoints.attempts(database)
    assert (first.number, first.failure) == (1, "unknown")
    assert (second.number, second.failure) == (2, None)


async def test_a_message_whose_senders_were_all_lost_is_given_up(
    database: Database, make: Make, keyring: Keyring, moving_clock: MovingClock
) -> None:
    await waiting(database, make, keyring)
    for _ in range(MOST_ATTEMPTS):
        assert len(await database.write(delivery_claims.claim, 10)) == 1
        moving_clock.move(seconds=61)

    taken = await database.write(delivery_claims.claim, 10)

    (row,) = await endpoints.deliveries(database)
    assert taken == []
    assert (row.state, row.attempts, row.lease) == ("failed", MOST_ATTEMPTS, None)
    assert {each.failure for each in await endpoints.attempts(database)} == {"unknown"}


async def test_s142_four_at_once_to_one_endpoint_however_many_ask(
    database: Database, make: Make, keyring: Keyring
) -> None:
    await waiting(database, make, keyring, count=20)

    found = await asyncio.gather(*(database.write(delivery_claims.claim, 10) for _ in range(5)))

    assert sum(len(each) for each in found) == MOST_PER_ENDPOINT


async def test_places_are_shared_out_among_the_endpoints(
    database: Database, make: Make, keyring: Keyring
) -> None:
    for _ in range(3):
        await waiting(database, make, keyring, count=10)

    taken = await database.write(delivery_claims.claim, 3)

    assert len({each.webhook.id for each in taken}) == 3


async def test_a_long_queue_hides_nobody(
    database: Database, make: Make, keyring: Keyring, moving_clock: MovingClock
) -> None:
    await waiting(database, make, keyring, count=300)
    moving_clock.move(seconds=1)
    late = await waiting(database, make, keyring)

    taken = await database.write(delivery_claims.claim, 8)

    assert late.id in {each.user_id for each in taken}


async def test_an_endpoint_that_fails_has_a_lane_of_its_own_and_one_message_at_a_time(
    database: Database, make: Make, keyring: Keyring
) -> None:
    well = await waiting(database, make, keyring, count=5, answered_at=clock.now())
    failing = await waiting(database, make, keyring, count=5, failing_since=clock.now())

    prompt = await database.write(delivery_claims.claim, 100, lane="known")
    probing = await database.write(delivery_claims.claim, 100, lane="failing")

    assert [each.user_id for each in prompt] == [well.id] * MOST_PER_ENDPOINT
    assert [each.user_id for each in probing] == [failing.id]
    assert await database.write(delivery_claims.claim, 100, lane="failing") == []


@pytest.mark.parametrize("why", ["switched off", "closed"])
async def test_s140_nothing_is_sent_for_who_is_gone(
    database: Database, make: Make, keyring: Keyring, why: str
) -> None:
    user = await waiting(database, make, keyring)
    async with database.writer() as session:
        if why == "closed":
            accounts, mine = relay.ACCOUNTS, relay.ACCOUNTS.c.id == user.id
            await session.execute(accounts.update().where(mine).values(deactivated_at=clock.now()))
        else:
            values = {"disabled_at": clock.now(), "disabled_reason": "user"}
            await session.execute(relay.WEBHOOKS.update().values(**values))

    assert await database.write(delivery_claims.claim, 10) == []


async def test_s140_what_is_cancelled_stays_so_when_its_answer_comes(
    database: Database, make: Make, keyring: Keyring
) -> None:
    user = await waiting(database, make, keyring, count=3)
    (sending,) = await database.write(delivery_claims.claim, 1)

    count = await database.write(deliveries.cancel, user.id, sending.webhook.id)
    await database.write(delivery_results.settle, [arrived(sending)])

    assert count == 3
    assert {row.state for row in await endpoints.deliveries(database)} == {"cancelled"}
    (attempt,) = await endpoints.attempts(database)
    assert attempt.status == 200


async def test_a_redelivery_keeps_the_id_and_begins_a_new_round(
    database: Database, make: Make, keyring: Keyring
) -> None:
    user, other = await waiting(database, make, keyring), await make.user()
    (sending,) = await database.write(delivery_claims.claim, 1)
    under_way = await database.write(deliveries.redeliver, user.id, [sending.id])
    await database.write(delivery_results.settle, [arrived(sending)])

    foreign = await database.write(deliveries.redeliver, other.id, [sending.id])
    own = await database.write(deliveries.redeliver, user.id, [sending.id])
    (again,) = await database.write(delivery_claims.claim, 1)

    assert (under_way, foreign, own) == (0, 0, 1)
    assert (again.id, again.body, again.attempt) == (sending.id, sending.body, 1)
    assert [each.number for each in await endpoints.attempts(database)] == [1, 2]


async def test_a_test_message_tells_of_no_event(
    database: Database, make: Make, keyring: Keyring
) -> None:
    user = await make.user()
    endpoint = await endpoints.add(database, keyring, user, URL, patterns=["goal.*"])

    delivery_id = await database.write(deliveries.enqueue_test, user.id, endpoint)

    (sending,) = await database.write(delivery_claims.claim, 1)
    assert (sending.id, sending.event_type) == (delivery_id, "webhook.test")


async def test_s139_what_is_over_is_kept_for_thirty_days(
    database: Database, make: Make, keyring: Keyring, moving_clock: MovingClock
) -> None:
    await waiting(database, make, keyring, count=3)
    done, _, failing = await database.write(delivery_claims.claim, 3)
    await database.write(delivery_results.settle, [arrived(done), failed(failing)])
    moving_clock.move(days=29)
    early = await database.write(deliveries.sweep)
    moving_clock.move(days=2)

    late = await database.write(deliveries.sweep)

    assert (early, late) == (0, 1)
    assert await count_rows(database, DELIVERIES) == 2
    assert done.id not in {each.delivery_id for each in await endpoints.attempts(database)}


async def test_a_claim_is_one_statement_an_endpoint_and_four_for_all(
    database: Database, make: Make, keyring: Keyring
) -> None:
    for _ in range(3):
        await waiting(database, make, keyring, count=10)

    with count_statements(database) as statements:
        taken = await database.write(delivery_claims.claim, 12)

    assert len(taken) == 12
    assert len(statements) == 4 + 3
