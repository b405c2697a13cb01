"""Runs whose process, lease, conversation or database is not what it was: they go on, or end, exactly once."""

import asyncio

import pytest
from sqlalchemy import text as sql

from questlog.coach import conversations, runs, taking
from questlog.coach.runs import LostRunError, Part, RunNotFoundError
from questlog.core.db import Database, Session
from tests.coach.talking import messages, mind_of, talk, text
from tests.support.make import Make
from tests.support.model_server import calling, model_server, saying
from tests.support.moving_clock import MovingClock


async def test_s129_a_stop_from_another_process_is_heard(database: Database, make: Make) -> None:
    user = await make.user()

    async with (
        model_server(saying("Well", stalls=30)) as server,
        talk(database, mind_of(server)) as here,
        talk(database, None) as elsewhere,
    ):
        held = await here.say(user, "Talk")
        await asyncio.sleep(0.2)
        async with asyncio.timeout(2):
            await elsewhere.thinker.stop(user.id, held.id)
            told = await elsewhere.told(user, held.id)

    assert told[-1].data == {"state": "interrupted"}


async def test_an_orphan_is_gone_on_with_from_its_last_tool(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    user = await make.user()
    await make.task(user, title="Buy bread")
    replies = (calling("list_tasks", say="I look."), saying("Lost ", stalls=30))

    async with (
        model_server(*replies, saying("Found.")) as server,
        talk(database, mind_of(server)) as gone,
        talk(database, mind_of(server)) as here,
    ):
        held = await gone.say(user, "What is there?")
        seen = []
        async for part in gone.thinker.follow(user.id, held.id):
            seen.append(part)
            if part.type == "text_delta" and part.data["text"].strip() == "Lost":
                break
        moving_clock.move(seconds=31)
        assert await here.thinker.take_orphans() == 1
        told = await here.told(user, held.id, seen[-1].seq)

    assert told[0].type == "part_reset"
    assert told[0].seq > seen[-1].seq + 1_000
    assert (text(told), told[-1].type) == ("\n\nFound.", "complete")
    assert len(server.requests) == 3
    assert (await messages(database))[1] == ("assistant", "I look.\n\nFound.", "complete")


async def test_who_lost_a_run_writes_nothing_more(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    user = await make.user()

    async with talk(database, None) as coach:
        late = await coach.hold(user, "Hello")
        moving_clock.move(seconds=31)
        held = await database.write(taking.take_orphan)

    assert held is not None
    with pytest.raises(LostRunError):
        await database.write(runs.write, late, [Part(99, "text_delta", {"text": "no"})])
    sent = [(late, [Part(99, "text_delta", {"text": "no"})])]
    assert await database.write(runs.keep, sent, renews=True) == {}


async def test_a_run_that_ends_every_process_is_given_up(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    user = await make.user()

    async with talk(database, None) as coach:
        held = await coach.hold(user, "Hello")
        for _ in range(taking.MOST_TAKEOVERS):
            moving_clock.move(seconds=31)
            await database.write(taking.take_orphan)
        moving_clock.move(seconds=31)
        await coach.thinker.take_orphans()
        told = await coach.told(user, held.id)

    assert (told[-1].type, told[-1].data["code"]) == ("error", "run_given_up")


async def test_a_server_that_stops_leaves_its_runs_to_the_next(
    database: Database, make: Make
) -> None:
    user = await make.user()

    async with model_server(saying("One", stalls=30), saying("Two")) as server:
        async with talk(database, mind_of(server)) as coach:
            held = await coach.say(user, "Count")
            await asyncio.sleep(0.2)
        async with talk(database, mind_of(server)) as next_one:
            taken = await next_one.thinker.take_orphans()
            told = await next_one.told(user, held.id)

    assert (taken, told[-1].type) == (1, "complete")
    assert (await messages(database))[1] == ("assistant", "Two", "complete")


async def test_f26_no_transaction_is_open_while_the_model_is_waited_for(
    database: Database, make: Make
) -> None:
    user = await make.user()

    async with (
        model_server(saying("Slow", stalls=30)) as server,
        talk(database, mind_of(server)) as coach,
    ):
        held = await coach.say(user, "Hello")
        async for part in coach.thinker.follow(user.id, held.id):
            if part.type == "text_delta":
                break
        await asyncio.sleep(0.3)
        idle = await database.read(idle_in_transaction)
        async with asyncio.timeout(1):
            await make.task(user, title="Written meanwhile")

    assert idle == 0


async def idle_in_transaction(session: Session) -> int:
    """Return how many connections hold a transaction and do nothing; SQLite shows by writing that there is none."""
    if session.get_bind().dialect.name == "sqlite":
        return 0
    held = (
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE datname = current_database() AND state LIKE 'idle in transaction%'"
    )
    return int(await session.scalar(sql(held)) or 0)


async def test_a_deleted_conversation_ends_its_run(database: Database, make: Make) -> None:
    user = await make.user()

    async with (
        model_server(saying("Well", stalls=30)) as server,
        talk(database, mind_of(server)) as coach,
    ):
        held = await coach.say(user, "Hello")
        await asyncio.sleep(0.3)
        await database.write(conversations.delete_conversation, user.id, held.conversation_id)
        async with asyncio.timeout(3):
            with pytest.raises(RunNotFoundError):
                await coach.told(user, held.id)

    assert await messages(database) == []
