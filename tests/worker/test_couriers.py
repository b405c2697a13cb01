"""What a courier does while much is written, with answers nobody can write down, and when it has to end (F-30)."""

import asyncio
from collections.abc import Collection
from datetime import datetime
from typing import Any

import pytest

from questlog.automation import delivery_results, delivery_schedule, relay
from questlog.core.db import Session
from questlog.worker import delivering, relaying
from questlog.worker.delivering import Courier
from questlog.worker.house import House
from tests.support import endpoints, receiver
from tests.support.make import Make
from tests.support.receiver import Receiver, status
from tests.support.sending import sender, subscribed


@pytest.fixture
def endless_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody writes whenever the relay has looked: it never comes to an end."""
    real = relay.fan_out

    async def fan_out(
        session: Session, most: int = 100, *, users: Collection[Any] | None = None
    ) -> int:
        return await real(session, most, users=users) or 1

    monkeypatch.setattr(relay, "fan_out", fan_out)


@pytest.mark.usefixtures("endless_log")
async def test_messages_go_out_while_others_write_without_end(
    house: House, make: Make, hook: Receiver
) -> None:
    users = [(await subscribed(house, make, hook.url()))[0] for _ in range(3)]
    stop = asyncio.Event()
    loop = asyncio.create_task(delivering.run_forever(house, stop))

    for user in users:
        await endpoints.happen(house.database, user)
        await asyncio.sleep(0.2)
    await hook.count(3, within=5)

    stop.set()
    await asyncio.wait_for(loop, 5)
    assert {row.state for row in await endpoints.deliveries(house.database)} == {"delivered"}


@pytest.mark.usefixtures("endless_log")
async def test_f30_the_end_waits_for_no_long_history(
    house: House, make: Make, hook: Receiver
) -> None:
    hook.answer = receiver.hanging(30)
    user, _ = await subscribed(house, make, hook.url())
    stop = asyncio.Event()
    loop = asyncio.create_task(delivering.run_forever(house, stop))
    await endpoints.happen(house.database, user)
    await hook.message(1, within=5)
    await endpoints.happen(house.database, user)

    stop.set()
    await asyncio.wait_for(loop, 3)

    rows = await endpoints.deliveries(house.database)
    assert {(row.state, row.lease, row.attempts) for row in rows} == {("waiting", None, 0)}


async def test_what_a_round_leaves_behind_is_the_next_ones_at_once(
    house: House, make: Make, hook: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "CATCH_UP_S", 0)
    monkeypatch.setattr(delivering, "MOST_OF_THE_TIME", 100_000)
    user, _ = await subscribed(house, make, hook.url())
    courier = Courier(house.database, sender(house))
    await courier.round()
    await endpoints.happen(house.database, user, *["task.created"] * 120)

    pauses = [await courier.safe_round({user.id}), await courier.safe_round(set())]

    assert len(await endpoints.deliveries(house.database)) == 120
    assert pauses[0] == 0
    await courier.end(5)


async def test_one_answer_that_cannot_be_written_holds_up_nobody_elses(
    house: House, make: Make, hook: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    _break_on(monkeypatch, "poison")
    hook.answers["/odd"] = status(500, "Retry-After: poison")
    odd, _ = await subscribed(house, make, hook.url("/odd"))
    well, _ = await subscribed(house, make, hook.url("/well"))
    await endpoints.happen(house.database, odd)
    await endpoints.happen(house.database, well)

    await endpoints.carry(house.database, sender(house))

    rows = {row.user_id: row for row in await endpoints.deliveries(house.database)}
    assert (rows[well.id].state, rows[odd.id].state) == ("delivered", "waiting")
    assert rows[odd.id].lease is not None


def _break_on(monkeypatch: pytest.MonkeyPatch, wish: str) -> None:
    real = delivery_schedule.next_due

    def next_due(tries: int, now: datetime, *, retry_after: str | None) -> datetime | None:
        if retry_after == wish:
            raise RuntimeError(wish)
        return real(tries, now, retry_after=retry_after)

    monkeypatch.setattr(delivery_results, "next_due", next_due)


async def test_answers_are_kept_while_the_database_is_away(
    house: House, make: Make, hook: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    user, _ = await subscribed(house, make, hook.url())
    await endpoints.happen(house.database, user)
    await relaying.catch_up(house.database)
    courier = Courier(house.database, sender(house))
    await courier.round()
    await hook.message(1)
    await asyncio.sleep(0.2)
    write = house.database.write

    async def away(*_args: object, **_kwargs: object) -> None:
        raise OSError("away")

    monkeypatch.setattr(house.database, "write", away)
    await courier.safe_round()
    monkeypatch.setattr(house.database, "write", write)

    await courier.safe_round()

    (row,) = await endpoints.deliveries(house.database)
    assert row.state == "delivered"


async def test_f30_who_is_called_off_leaves_no_request_and_no_lease(
    house: House, make: Make, hook: Receiver
) -> None:
    hook.answer = receiver.hanging(30)
    user, _ = await subscribed(house, make, hook.url())
    before = asyncio.all_tasks()
    loop = asyncio.create_task(delivering.run_forever(house, asyncio.Event()))
    await endpoints.happen(house.database, user)
    await hook.message(1, within=5)

    loop.cancel()
    await asyncio.gather(loop, return_exceptions=True)

    (row,) = await endpoints.deliveries(house.database)
    (attempt,) = await endpoints.attempts(house.database)
    assert (row.state, row.lease, row.attempts) == ("waiting", None, 0)
    assert attempt.failure == "unknown"
    assert not [task for task in asyncio.all_tasks() - before if _is_ours(task)]


def _is_ours(task: asyncio.Task[Any]) -> bool:
    return "Courier" in getattr(task.get_coro(), "__qualname__", "")


async def test_a_loop_that_breaks_writes_what_it_was_answered(
    house: House, make: Make, hook: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook.answer = receiver.hanging(0.3)
    user, _ = await subscribed(house, make, hook.url())
    loop = asyncio.create_task(delivering.run_forever(house, asyncio.Event()))
    await endpoints.happen(house.database, user)
    await hook.message(1, within=5)

    async def broken(*_args: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(relaying, "look", broken)
    (error,) = await asyncio.gather(loop, return_exceptions=True)

    (row,) = await endpoints.deliveries(house.database)
    assert isinstance(error, RuntimeError)
    assert (row.state, row.lease) == ("delivered", None)
