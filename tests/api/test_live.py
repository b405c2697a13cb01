"""Live updates: every event of one's own, in order, once, and none of anybody else's."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient
from sqlalchemy import delete

from questlog.automation import bells, events, live
from questlog.automation.events import EVENTS
from questlog.core.db import Database, Session
from questlog.core.ids import new_id
from tests.support import peers
from tests.support.make import Make, Person
from tests.support.peers import House

MANY = 230


@pytest.fixture
async def house(app: FastAPI) -> AsyncIterator[House]:
    async with peers.house(app) as house:
        yield house


async def happen(database: Database, user: Person, count: int, **more: Any) -> None:
    async def record(session: Session) -> None:
        for number in range(count):
            payload = {"number": number, **more}
            events.record(session, user.id, "task.created", ("task", new_id()), payload=payload)

    await database.write(record)


async def change_my_mind(session: Session, user: Person) -> None:
    events.record(session, user.id, "task.created", ("task", new_id()))
    raise RuntimeError("changed my mind")


async def test_a_change_is_told_at_once_in_the_words_of_the_log(
    house: House, client: AsyncClient, make: Make
) -> None:
    user = await make.user()

    async with house.listener(user) as peer:
        made = await client.post("/api/v1/tasks", json={"title": "Read"}, headers=user.headers)
        told = await peer.next()

    assert told["type"] == "task.created"
    assert told["id"] == made.headers["Event-Id"]
    assert told["seq"] == 1
    assert told["subject"] == {"type": "task", "id": made.json()["id"]}
    assert told["touched"] == [["task", made.json()["id"], 1]]


async def test_who_was_away_misses_nothing_and_is_told_nothing_twice(
    house: House, database: Database, make: Make
) -> None:
    user = await make.user()
    await happen(database, user, MANY)

    async with house.peer(user, path=f"{peers.EVENTS}?since=10") as peer:
        hello = await peer.next()
        await happen(database, user, 5)
        told = await peer.some(MANY - 10 + 5)

    assert hello == {"type": "hello", "seq": 10}
    assert [message["seq"] for message in told] == list(range(11, MANY + 6))


async def test_what_happens_while_one_connects_is_told_once(
    house: House, database: Database, make: Make
) -> None:
    user = await make.user()

    async def write() -> None:
        for _ in range(60):
            await happen(database, user, 1)
            await asyncio.sleep(0)

    writing = asyncio.create_task(write())
    heard: list[int] = []
    while len(heard) < 60:
        since = heard[-1] if heard else 0
        async with house.listener(user, path=f"{peers.EVENTS}?since={since}") as peer:
            heard += [message["seq"] for message in await peer.some(min(7, 60 - len(heard)))]
    await writing

    assert heard == list(range(1, 61))


async def test_s140_nobody_is_told_of_somebody_elses_events(
    house: House, database: Database, make: Make
) -> None:
    user, other = await make.user(), await make.user()

    async with house.listener(user) as peer:
        await happen(database, other, 3)
        await happen(database, user, 1, mine=True)
        told = await peer.next()

    assert told["data"] == {"number": 0, "mine": True}


async def test_who_claims_to_know_what_has_not_happened_reads_anew(
    house: House, database: Database, make: Make
) -> None:
    user = await make.user()
    await happen(database, user, 2)

    async with house.peer(user, path=f"{peers.EVENTS}?since=50") as peer:
        begun = await peer.some(2)
        await happen(database, user, 1)
        told = await peer.next()

    assert begun == [{"type": "hello", "seq": 2}, {"type": "reset", "seq": 2}]
    assert told["seq"] == 3


@pytest.mark.parametrize(("kept_from", "reset_to"), [(4, 3), (99, 6)])
async def test_what_the_log_has_no_more_is_said_to_be_missing(
    kept_from: int, reset_to: int, house: House, database: Database, make: Make
) -> None:
    user = await make.user()
    await happen(database, user, 6)
    async with database.writer() as session:
        await session.execute(delete(EVENTS).where(EVENTS.c.seq < kept_from))

    async with house.listener(user, path=f"{peers.EVENTS}?since=1") as peer:
        reset = await peer.next()
        await happen(database, user, 1)
        told = await peer.some(7 - reset_to)

    assert reset == {"type": "reset", "seq": reset_to}
    assert [message["seq"] for message in told] == list(range(reset_to + 1, 8))


async def test_what_another_process_commits_is_told_without_a_bell(
    house: House, database: Database, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = await make.user()

    async with house.listener(user) as peer:
        monkeypatch.setattr(bells, "ring_when_committed", lambda *_: None)
        await happen(database, user, 1)
        began = asyncio.get_running_loop().time()
        told = await peer.next()

    assert told["seq"] == 1
    assert asyncio.get_running_loop().time() - began < 1


@pytest.mark.parametrize("trouble", [OSError("nobody there"), RuntimeError("a bug")])
async def test_listeners_hear_on_after_a_trouble(
    trouble: Exception,
    house: House,
    database: Database,
    make: Make,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(live, "DATABASE_REST_S", 0.05)
    user, asked = await make.user(), asyncio.Event()

    async def fail(*_: Any) -> dict[Any, int]:
        asked.set()
        raise trouble

    async with house.listener(user) as peer:
        with monkeypatch.context() as broken:
            broken.setattr(live, "heads_of", fail)
            await happen(database, user, 1)
            await asked.wait()
        told = await peer.next()

    assert told["seq"] == 1


async def test_what_is_rolled_back_is_told_to_nobody(
    house: House, database: Database, make: Make
) -> None:
    user = await make.user()

    async with house.listener(user) as peer:
        with pytest.raises(RuntimeError, match="changed my mind"):
            await database.write(change_my_mind, user)
        await happen(database, user, 1, kept=True)
        told = await peer.next()

    assert told["data"]["kept"]
    assert told["seq"] == 1


async def test_many_listeners_of_many_users_hear_their_own(
    house: House, database: Database, make: Make
) -> None:
    users = [await make.user() for _ in range(12)]

    async def hear(user: Person, told: asyncio.Barrier) -> list[Any]:
        async with house.listener(user) as peer:
            await told.wait()
            return [message["data"]["owner"] for message in await peer.some(3)]

    barrier = asyncio.Barrier(len(users) + 1)
    hearing = [asyncio.create_task(hear(user, barrier)) for user in users]
    await barrier.wait()
    for user in users:
        await happen(database, user, 3, owner=str(user.id))

    assert await asyncio.gather(*hearing) == [[str(user.id)] * 3 for user in users]


@pytest.mark.parametrize("path", ["/ws/events", "/api/ws/events", "/api/v1/ws/events"])
async def test_the_printed_addresses_lead_there(path: str, house: House, make: Make) -> None:
    user = await make.user()

    async with house.peer(user, path=path) as peer:
        hello = await peer.next()

    assert hello == {"type": "hello", "seq": 0}


async def test_a_listener_may_ask_whether_the_line_is_alive(house: House, make: Make) -> None:
    user = await make.user(locale="ru")

    async with house.listener(user) as peer:
        await peer.say({"type": "ping"})
        await peer.say({"type": "delete everything"})
        answers = await peer.some(2)

    assert answers[0] == {"type": "pong"}
    assert answers[1]["code"] == "unknown_message"
    assert answers[1]["detail"] == "Этот сокет понимает только `ping`."
