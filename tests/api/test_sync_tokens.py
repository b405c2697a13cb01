"""When a copy begins anew, and what is no token of a sync."""

from typing import Any

import pytest
from httpx2 import AsyncClient
from sqlalchemy import delete, update

from questlog.automation.events import COUNTERS, EVENTS
from questlog.core.db import Database
from questlog.core.ids import new_id
from questlog.flows.sync_tokens import Place, Walk, write
from tests.support.copies import Copy, listed
from tests.support.make import Make
from tests.support.task_calls import made

SYNC = "/api/v1/sync"


async def begins_anew(copy: Copy) -> bool:
    told = await copy.catch_up()
    assert copy.things == await listed(copy.client, copy.user)
    return bool(told[0]["full"])


async def test_a_copy_whose_events_are_gone_begins_anew(
    client: AsyncClient, database: Database, make: Make
) -> None:
    user = await make.user()
    await made(client, user)
    copy = Copy(client, user)
    await copy.catch_up()
    await made(client, user)
    await made(client, user)

    async with database.writer() as session:
        await session.execute(delete(EVENTS).where(EVENTS.c.user_id == user.id, EVENTS.c.seq <= 2))

    assert await begins_anew(copy)


async def test_a_copy_of_somebody_who_rested_for_long_goes_on(
    client: AsyncClient, database: Database, make: Make
) -> None:
    user = await make.user()
    await made(client, user)
    async with database.writer() as session:
        await session.execute(delete(EVENTS).where(EVENTS.c.user_id == user.id))
    copy = Copy(client, user)
    await copy.catch_up()

    quiet = await begins_anew(copy)
    await made(client, user)

    assert not quiet
    assert not await begins_anew(copy)


@pytest.mark.parametrize("is_told_of", [True, False])
async def test_a_copy_of_another_past_begins_anew(
    client: AsyncClient, database: Database, make: Make, is_told_of: bool
) -> None:
    """A backup was restored: other events have the numbers, or nothing has them yet."""
    user = await make.user()
    await made(client, user)
    copy = Copy(client, user)
    await copy.catch_up()

    async with database.writer() as session:
        mine = EVENTS.c.user_id == user.id
        if is_told_of:
            await session.execute(update(EVENTS).where(mine).values(id=new_id()))
        else:
            await session.execute(delete(EVENTS).where(mine))
            counter = update(COUNTERS).where(COUNTERS.c.user_id == user.id)
            await session.execute(counter.values(last_seq=0))

    assert await begins_anew(copy)


async def test_a_copy_in_another_language_begins_anew(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    await made(client, user, due_date="2031-05-01", recurrence="weekly")
    copy = Copy(client, user)
    await copy.catch_up()

    await client.patch("/api/v1/users/me", headers=user.headers, json={"locale": "ru"})

    assert await begins_anew(copy)


async def test_the_token_of_somebody_else_tells_nothing_of_them(
    client: AsyncClient, make: Make
) -> None:
    ida, jon = await make.user(), await make.user()
    await made(client, ida, title="Hers")
    await made(client, jon, title="His")
    hers = Copy(client, ida)
    await hers.catch_up()
    his = Copy(client, jon, since=hers.since)

    assert await begins_anew(his)
    assert [task["title"] for task in his.things["tasks"].values()] == ["His"]


def place(**fields: Any) -> Place:
    return Place(**{"seq": 1, "event_id": None, "locale": "en", **fields})


@pytest.mark.parametrize(
    "since",
    [
        "nonsense",
        "WzFd",
        "bnVsbA",
        "e30",
        "A" * 1000,
        write(place(locale=7)),
        write(place(told=-1)),
        write(place(seq=2**70)),
        write(place(event_id="1")),
        write(Walk(place(), -1)),
        write(Walk(place(), 0, "AAAA")),
    ],
)
async def test_what_is_no_token_is_refused(client: AsyncClient, make: Make, since: str) -> None:
    user = await make.user()

    answer = await client.get(SYNC, headers=user.headers, params={"since": since})

    assert answer.status_code == 422
    assert answer.json()["code"] == "bad_sync_token"


@pytest.mark.parametrize(
    "since", [write(place(seq=2**61)), write(place(told=2**61)), write(Walk(place(), 2**61))]
)
async def test_a_token_of_another_place_harms_nobody(
    client: AsyncClient, make: Make, since: str
) -> None:
    user = await make.user()
    await made(client, user)
    copy: Copy = Copy(client, user, since=since)

    first = await copy.ask()

    assert first["full"] or first["has_more"]
    await copy.catch_up()
