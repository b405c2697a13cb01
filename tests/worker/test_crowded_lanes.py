"""More endpoints hang than there are places: those that answer are told in time all the same (L-09)."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from questlog.core import clock
from questlog.worker import delivering, lanes
from questlog.worker.house import House
from tests.support import endpoints, receiver
from tests.support.make import Make
from tests.support.receiver import Receiver
from tests.support.sending import subscribed


async def test_l09_endpoints_nobody_knows_leave_room_for_those_that_answer(
    house: House, make: Make, hook: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes, "MOST_HANGING", 20)
    hook.answers["/dead"] = receiver.hanging(30)
    well, _ = await subscribed(house, make, hook.url("/well"))
    dead = [(await subscribed(house, make, hook.url("/dead")))[0] for _ in range(8)]
    for user in dead * 7:
        await endpoints.add(house.database, house.keyring, user, hook.url("/dead"))
    stop = asyncio.Event()
    loop = asyncio.create_task(delivering.run_forever(house, stop))
    await endpoints.happen(house.database, well)
    await hook.message(1)

    for user in dead:
        await endpoints.happen(house.database, user)
    await hook.count(21)
    await asyncio.sleep(1)
    await endpoints.happen(house.database, well)
    await hook.count(22, within=8)  # those that hang have 15 seconds

    stop.set()
    await loop
    assert (len(hook.at("/dead")), len(hook.at("/well"))) == (20, 2)


async def test_what_hangs_longest_is_broken_off_when_too_much_hangs(
    house: House, make: Make, hook: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes, "MOST_HANGING", 4)
    hook.answer = receiver.hanging(30)
    known: dict[str, Any] = {"answered_at": clock.now()}
    for _ in range(3):
        user = await make.user()
        await endpoints.add(house.database, house.keyring, user, hook.url(), **known)
        await endpoints.happen(house.database, user, *["task.created"] * 4)
    stop = asyncio.Event()
    loop = asyncio.create_task(delivering.run_forever(house, stop))

    await hook.count(12)
    async with asyncio.timeout(8):
        while len(ended := await _ended(house)) < 8:  # noqa: ASYNC110 - the courier tells nobody
            await asyncio.sleep(0.05)

    stop.set()
    await loop
    assert {each.failure for each in ended} == {"too_slow"}
    assert Counter(Counter(each.user_id for each in ended).values()) == {3: 2, 2: 1}
    assert {row.state for row in await endpoints.deliveries(house.database)} == {"waiting"}


async def _ended(house: House) -> list[Any]:
    attempts = await endpoints.attempts(house.database)
    return [each for each in attempts if each.duration_ms is not None]
