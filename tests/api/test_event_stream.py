"""Live updates as server-sent events: the same events, resumed by the id that browsers send back by themselves."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient
from sqlalchemy import update

from questlog.api import event_stream
from questlog.automation import events
from questlog.core import clock
from questlog.core.db import Database, Session
from questlog.core.ids import new_id
from questlog.identity.models import SignInSession
from tests.support import peers
from tests.support.make import Make, Person
from tests.support.peers import STREAM, House, until


@pytest.fixture
async def house(app: FastAPI) -> AsyncIterator[House]:
    async with peers.house(app) as house:
        yield house


async def happen(database: Database, user: Person, count: int = 1, **payload: Any) -> None:
    async def record(session: Session) -> None:
        for _ in range(count):
            events.record(session, user.id, "task.created", ("task", new_id()), payload=payload)

    await database.write(record)


async def test_a_stream_tells_what_happens_with_its_number_as_id(
    house: House, client: AsyncClient, make: Make
) -> None:
    user = await make.user()

    async with house.stream(user) as stream:
        hello = await stream.next()
        made = await client.post("/api/v1/tasks", json={"title": "Read"}, headers=user.headers)
        told = await stream.next()

    assert stream.answer.headers["content-type"].startswith("text/event-stream")
    assert stream.answer.headers["cache-control"] == "no-store"
    assert hello == {"retry": "2000", "event": "hello", "data": {"seq": 0}}
    assert told is not None
    assert (told["id"], told["data"]["type"]) == ("1", "task.created")
    assert told["data"]["id"] == made.headers["Event-Id"]
    assert "event" not in told


async def test_f34_a_stream_goes_on_where_it_broke(
    house: House, database: Database, make: Make
) -> None:
    user = await make.user()
    await happen(database, user, 3)

    async with house.stream(user, since=0) as stream:
        first = [await stream.next() for _ in range(3)]
    await happen(database, user, 120)
    last = first[-1]
    assert last is not None
    async with house.stream(user, headers={"Last-Event-ID": last["id"]}, seconds=0) as stream:
        rest = await stream.rest()

    assert [message["id"] for message in rest[1:]] == [str(seq) for seq in range(3, 124)]


async def test_what_there_is_and_no_more(house: House, database: Database, make: Make) -> None:
    user = await make.user()
    await happen(database, user, 2)

    async with house.stream(user, since=0, seconds=0) as stream:
        told = await stream.rest()

    assert [message["data"]["seq"] for message in told] == [0, 1, 2]


async def test_a_stream_ends_after_the_time_it_was_given(house: House, make: Make) -> None:
    user = await make.user()
    began = time.monotonic()

    async with house.stream(user, seconds=1) as stream:
        await stream.rest()

    assert 0.9 < time.monotonic() - began < 2


async def test_what_cannot_be_told_is_said_to_be_missing(
    house: House, database: Database, make: Make
) -> None:
    user = await make.user()
    await happen(database, user, 2)

    async with house.stream(user, since=9, seconds=0) as stream:
        told = await stream.rest()

    assert [message["event"] for message in told] == ["hello", "reset"]
    assert told[1]["id"] == "2"


async def test_s123_a_stream_ends_with_the_sign_in(
    house: House, database: Database, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_stream, "RECHECK_S", 0.1)
    user = await make.user(locale="ru")

    async with house.stream(user) as stream:
        await stream.next()
        async with database.writer() as session:
            await session.execute(update(SignInSession).values(revoked_at=clock.now()))
        rest = await stream.rest()

    assert [message["event"] for message in rest] == ["end"]
    assert rest[0]["data"] == {
        "code": "session_ended",
        "detail": "Этот сеанс завершён. Войдите ещё раз.",
    }


async def test_a_sixth_stream_waits_until_one_is_closed(
    house: House, app: FastAPI, make: Make
) -> None:
    user = await make.user()

    async with contextlib.AsyncExitStack() as stack:
        streams = [await stack.enter_async_context(house.stream(user)) for _ in range(5)]
        for stream in streams:
            await stream.next()
        one_more = await stack.enter_async_context(house.stream(user))
        await one_more.answer.aread()
    sixth = one_more.answer
    await until(lambda: not app.state.seating.taken()["streams"])

    assert (sixth.status_code, sixth.json()["code"]) == (429, "too_many_connections")
    assert int(sixth.headers["Retry-After"]) > 0


async def test_silence_is_filled_so_that_proxies_wait(
    house: House, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_stream, "RECHECK_S", 0.05)
    monkeypatch.setattr(event_stream, "BEAT_S", 0.2)
    user = await make.user()

    async with house.stream(user, seconds=1) as stream:
        text = (await stream.answer.aread()).decode()

    assert 2 <= text.count(": still here\n\n") <= 5


async def test_s121_a_stream_nobody_reads_is_hung_up_on(
    house: House, app: FastAPI, database: Database, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_stream, "SEND_WITHIN_S", 0.3)
    user = await make.user()
    for _ in range(8):
        await happen(database, user, 100, text="x" * 17_000)

    _, writer = await asyncio.open_connection("127.0.0.1", house.port, limit=1024)
    writer.write(
        f"GET {STREAM}?since=0 HTTP/1.1\r\nHost: testserver\r\n"
        f"Authorization: {user.headers['Authorization']}\r\n\r\n".encode()
    )
    await until(lambda: app.state.seating.taken().get("streams") == 1)
    took = await until(lambda: app.state.seating.taken()["streams"] == 0)
    writer.close()

    assert took < 5


@pytest.mark.parametrize(
    ("headers", "query"),
    [
        ({"Last-Event-ID": "x"}, {}),
        ({}, {"since": "-1"}),
        ({}, {"token": "x"}),
        ({}, {"seconds": "a"}),
    ],
)
async def test_an_odd_request_is_refused(
    headers: dict[str, str], query: dict[str, str], client: AsyncClient, make: Make
) -> None:
    user = await make.user()

    answer = await client.get(STREAM, params=query, headers=user.headers | headers)

    assert answer.status_code == 422


async def test_s074_a_key_needs_the_scope(house: House, client: AsyncClient, make: Make) -> None:
    user = await make.user()
    reader, other = await make.key(user, "events:read"), await make.key(user, "tasks:read")

    refused = await client.get(STREAM, headers=other.headers)
    allowed = await client.get(f"{STREAM}?seconds=0", headers={"X-API-Key": reader.text})

    assert (refused.status_code, refused.json()["code"]) == (403, "insufficient_scope")
    assert allowed.text.startswith("retry: 2000\nevent: hello\n")
