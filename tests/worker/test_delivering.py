"""Messages on their way to real endpoints: at once, signed, a few at a time, and again after a crash (S-135, S-142, F-17, F-30)."""

import asyncio
import time
from contextlib import suppress
from datetime import timedelta

import pytest
from httpx2 import AsyncClient

from questlog.automation import (
    webhook_secrets,
)
from questlog.automation.delivery_claims import Sending
from questlog.automation.delivery_results import Result
from questlog.automation.relay import DELIVERIES, WEBHOOKS
from questlog.core import clock
from questlog.core.config import Settings
from questlog.core.db import Database
from questlog.worker import delivering, lanes, relaying
from questlog.worker.delivering import Courier
from questlog.worker.house import House
from tests.support import endpoints, receiver
from tests.support.invariants import check_invariants
from tests.support.make import Make
from tests.support.moving_clock import MovingClock
from tests.support.receiver import Receiver, status
from tests.support.sending import sender, subscribed


async def test_an_event_arrives_at_once_signed_and_whole(
    house: House, make: Make, hook: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "POLL_S", 60)
    user, endpoint = await subscribed(house, make, hook.url())
    stop = asyncio.Event()
    loop = asyncio.create_task(delivering.run_forever(house, stop))
    await asyncio.sleep(0.1)

    (event_id,) = await endpoints.happen(house.database, user, payload={"title": "Ünï ☃"})
    message = await hook.message(1, within=2)

    stop.set()
    await loop
    told = message.verify(endpoint.secret)
    assert (told["id"], told["type"], told["data"]) == (
        str(event_id),
        "task.created",
        {"title": "Ünï ☃"},
    )
    (row,) = await endpoints.deliveries(house.database)
    assert (row.state, str(row.id), row.body.encode()) == ("delivered", message.id, message.body)
    await check_invariants(house.database)


async def test_what_another_process_committed_is_found(
    house: House, make: Make, hook: Receiver, database: Database
) -> None:
    user, _ = await subscribed(house, make, hook.url())
    await endpoints.happen(database, user)
    stop = asyncio.Event()

    loop = asyncio.create_task(delivering.run_forever(house, stop))
    await hook.message(1, within=3)

    stop.set()
    await loop


async def test_s135_every_try_has_the_same_id_and_bytes_and_a_fresh_timestamp(
    house: House, make: Make, hook: Receiver, moving_clock: MovingClock
) -> None:
    user, endpoint = await subscribed(house, make, hook.url())
    await endpoints.happen(house.database, user)
    hook.answer = status(500)
    await endpoints.carry(house.database, sender(house))
    moving_clock.move(seconds=7)
    hook.answer = status(204)

    await endpoints.carry(house.database, sender(house))

    first, second = hook.messages
    assert (first.id, first.body) == (second.id, second.body)
    assert int(second.headers["webhook-timestamp"]) - int(first.headers["webhook-timestamp"]) >= 6
    assert first.verify(endpoint.secret) == second.verify(endpoint.secret)


async def test_s135_two_secrets_sign_while_they_overlap(
    house: House, make: Make, hook: Receiver, moving_clock: MovingClock
) -> None:
    user, endpoint = await subscribed(house, make, hook.url())
    new = webhook_secrets.make()
    sealed = webhook_secrets.seal(house.keyring, user.id, endpoint.id, new)
    async with house.database.writer() as session:
        await session.execute(
            WEBHOOKS.update().values(
                secret=sealed,
                previous_secret=WEBHOOKS.c.secret,
                previous_until=clock.now() + timedelta(hours=24),
            )
        )
    await endpoints.happen(house.database, user)
    await endpoints.carry(house.database, sender(house))
    moving_clock.move(hours=25)
    await endpoints.happen(house.database, user)

    await endpoints.carry(house.database, sender(house))

    both, newest = hook.messages
    assert len(both.headers["webhook-signature"].split()) == 2
    assert both.verify(endpoint.secret) == both.verify(webhook_secrets.spelled(new))
    assert len(newest.headers["webhook-signature"].split()) == 1


async def test_endpoints_that_hang_keep_nobody_waiting(
    house: House, make: Make, hook: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(lanes.PLACES, "new", 10)
    hook.answers["/dead"] = receiver.hanging(3)
    dead = [await subscribed(house, make, hook.url("/dead")) for _ in range(18)]
    well = [await subscribed(house, make, hook.url("/well")) for _ in range(2)]
    stop = asyncio.Event()
    loop = asyncio.create_task(delivering.run_forever(house, stop))
    began = time.monotonic()

    for user, _ in [*dead, *well]:
        await endpoints.happen(house.database, user, "task.created", "task.updated")
    async with asyncio.timeout(5):
        while len(hook.at("/well")) < 4:  # noqa: ASYNC110 - other messages arrive between
            await asyncio.sleep(0.01)
    seconds = time.monotonic() - began

    stop.set()
    await loop
    assert seconds < 2


async def test_s142_no_more_than_four_requests_at_once_to_one_endpoint(
    house: House, make: Make, hook: Receiver
) -> None:
    user, _ = await subscribed(house, make, hook.url())
    hook.answer = receiver.hanging(0.05)
    await endpoints.happen(house.database, user, *["task.created"] * 30)
    stops = [asyncio.Event(), asyncio.Event()]

    loops = [asyncio.create_task(delivering.run_forever(house, stop)) for stop in stops]
    await hook.count(30, within=10)

    for stop in stops:
        stop.set()
    await asyncio.gather(*loops)
    assert hook.most_at_once <= 4
    assert len({message.id for message in hook.messages}) == 30


async def test_f17_who_is_killed_between_sending_and_writing_sends_again_with_the_same_id(
    house: House, make: Make, hook: Receiver, moving_clock: MovingClock
) -> None:
    user, _ = await subscribed(house, make, hook.url())
    await endpoints.happen(house.database, user)
    real = sender(house)

    async def killed_before_it_writes(sending: Sending) -> Result:
        await real(sending)
        raise SystemError("killed")

    with suppress(SystemError):
        await endpoints.carry(house.database, killed_before_it_writes)
    moving_clock.move(seconds=61)

    await endpoints.carry(house.database, real)

    first, second = hook.messages
    lost, last = await endpoints.attempts(house.database)
    assert first.id == second.id
    assert (lost.failure, last.failure) == ("unknown", None)


async def test_f30_the_end_waits_a_little_and_gives_the_rest_back(
    house: House, make: Make, hook: Receiver
) -> None:
    hook.answers["/slow"] = receiver.hanging(30)
    hook.answers["/soon"] = receiver.hanging(0.2)
    slow, _ = await subscribed(house, make, hook.url("/slow"))
    soon, _ = await subscribed(house, make, hook.url("/soon"))
    stop = asyncio.Event()
    loop = asyncio.create_task(delivering.run_forever(house, stop))
    await endpoints.happen(house.database, slow)
    await endpoints.happen(house.database, soon)
    await hook.count(2)

    stop.set()
    await asyncio.wait_for(loop, 3)

    rows = {row.user_id: row for row in await endpoints.deliveries(house.database)}
    assert rows[soon.id].state == "delivered"
    assert (rows[slow.id].state, rows[slow.id].lease, rows[slow.id].attempts) == (
        "waiting",
        None,
        0,
    )


async def test_a_database_that_is_away_stops_no_loop(
    house: House, make: Make, hook: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    user, _ = await subscribed(house, make, hook.url())
    courier = Courier(house.database, sender(house))
    async with house.database.writer() as session:
        await session.execute(DELIVERIES.delete())
    read = house.database.read

    async def away(*_args: object, **_kwargs: object) -> None:
        raise OSError("away")

    monkeypatch.setattr(house.database, "read", away)
    pause = await courier.safe_round()
    monkeypatch.setattr(house.database, "read", read)
    await endpoints.happen(house.database, user)

    await courier.safe_round()
    await courier.done()

    assert pause == delivering.POLL_S
    assert len(hook.messages) == 1


async def test_the_metrics_say_what_waits(
    database: Database, make: Make, client: AsyncClient, settings: Settings
) -> None:
    user = await make.user()
    keyring = settings.tokens.keyring()
    await endpoints.add(database, keyring, user, "https://example.org/hook")
    await endpoints.happen(database, user, "task.created", "task.updated")
    await relaying.catch_up(database)
    await endpoints.happen(database, user)

    page = (await client.get("/metrics")).text

    assert "questlog_webhooks_waiting 2.0" in page
    assert "questlog_webhooks_behind 1.0" in page
    assert "questlog_webhooks_full 0.0" in page
