"""Many people write at the same moment, over HTTP: one server process on SQLite, two on PostgreSQL."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from questlog.automation.models import Event
from questlog.core.db import Database
from questlog.planning.models import Occurrence
from tests.faults import writers
from tests.faults.killing import server_for
from tests.support.invariants import check_invariants
from tests.support.server import RunningServer

WRITERS, TURNS = 64, 12
TIMES_AT_ONCE = 50


@pytest.fixture
def server(database_address: str, tmp_path: Path) -> Iterator[RunningServer]:
    with server_for(database_address, tmp_path) as running:
        yield running


async def test_sixty_four_writers_are_all_answered_and_all_kept(
    server: RunningServer, database: Database
) -> None:
    async with writers.connected(server.url, WRITERS) as http:
        people = [await writers.register(http, f"writer{number}") for number in range(8)]

        seen = await writers.write_at_once(server.port, people, writers=WRITERS, turns=TURNS)

        kept: dict[str, Any] = {}
        for person in people:
            kept |= await writers.read_back(http, person)
    told = {id_: task for id_, task in seen.tasks.items() if task is not None}
    assert set(seen.statuses) == {200, 201, 204}, server.log()[-2000:]
    assert seen.statuses.total() == WRITERS * TURNS
    assert kept == told
    await check_invariants(database)


async def test_f09_fifty_completions_and_fifty_reopenings_of_a_task_are_one_each(
    server: RunningServer, database: Database
) -> None:
    async with writers.connected(server.url, TIMES_AT_ONCE) as http:
        person = await writers.register(http, "ada")
        made = await http.post(writers.TASKS, json={"title": "Call the bank"}, headers=person)
        task = f"{writers.TASKS}/{made.json()['id']}"

        async def receipts(verb: str) -> list[dict[str, Any]]:
            calls = (http.post(f"{task}/{verb}", headers=person) for _ in range(TIMES_AT_ONCE))
            answers = await asyncio.gather(*calls)
            assert {answer.status_code for answer in answers} == {200}
            return [receipt for answer in answers if (receipt := answer.json()["receipt"])]

        completions = await receipts("complete")
        reopenings = await receipts("incomplete")

    async with database.reader() as session:
        [occurrence] = await session.scalars(select(Occurrence))
        events = (await session.scalars(select(Event).order_by(Event.seq))).all()
    told = {event.type: str(event.id) for event in events}
    assert [receipt["event_id"] for receipt in completions] == [told["task.completed"]]
    assert [receipt["event_id"] for receipt in reopenings] == [told["task.reopened"]]
    assert [event.type for event in events].count("task.completed") == 1
    assert [event.type for event in events].count("task.reopened") == 1
    assert occurrence.receipt == completions[0]
    assert occurrence.reopened_at is not None
    await check_invariants(database)
