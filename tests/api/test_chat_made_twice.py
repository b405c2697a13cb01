"""A chat request that is made twice under one key: said once, answered once, and tried again when it failed."""

import asyncio
from datetime import timedelta

from httpx2 import AsyncClient, Response
from sqlalchemy import select, update

from questlog.automation.models import AnsweredRequest
from questlog.coach.conversations import RUNS
from questlog.core.db import Database, Session
from tests.api.test_chat import CHAT, Opened, with_model
from tests.coach.talking import messages
from tests.support.make import Make, Person
from tests.support.model_server import calling, failing, model_server, saying
from tests.support.moving_clock import MovingClock

__all__ = ["with_model"]


async def say(client: AsyncClient, user: Person, key: str = "once") -> Response:
    headers = {**user.headers, "Idempotency-Key": key}
    return await client.post(CHAT, json={"message": "Plan my day"}, headers=headers)


async def test_f22_what_failed_is_tried_again_and_said_once(
    with_model: Opened, database: Database, make: Make
) -> None:
    user = await make.user()

    async with (
        model_server(failing(503), failing(503), saying("Here.")) as server,
        with_model(server) as client,
    ):
        first = await say(client, user)
        second = await say(client, user)
        third = await say(client, user)
        again = await say(client, user)

    assert [answer.status_code for answer in (first, second, third)] == [503, 503, 200]
    where = first.json()["details"]["conversation_id"]
    assert third.json()["conversation_id"] == where == second.json()["details"]["conversation_id"]
    assert third.json()["reply"] == "Here."
    assert again.headers["Idempotent-Replayed"] == "true"
    assert await messages(database) == [
        ("user", "Plan my day", "complete"),
        ("assistant", "Here.", "complete"),
    ]


async def test_f22_an_answer_that_takes_long_is_not_given_twice(
    with_model: Opened, database: Database, make: Make, moving_clock: MovingClock
) -> None:
    user = await make.user()
    proposing = calling("create_task", {"title": "Rest"})

    async with (
        model_server(proposing, saying("Shall I?", wait=1)) as server,
        with_model(server) as client,
    ):
        waiting = asyncio.create_task(say(client, user))
        await asyncio.sleep(0.5)
        moving_clock.move(seconds=61)
        early = await say(client, user)
        moving_clock.move(seconds=100)
        late = await say(client, user)
        first = await waiting

    assert early.status_code == 409
    assert early.json()["code"] == "request_still_running"
    assert late.json()["reply"] == "Shall I?"
    assert len(late.json()["proposals"]) == 1
    assert first.status_code in (200, 409)
    assert len(await messages(database)) == 2


async def test_f22_another_message_under_a_key_that_failed_is_a_request_of_its_own(
    with_model: Opened, make: Make
) -> None:
    user = await make.user()
    headers = {**user.headers, "Idempotency-Key": "once"}

    async with model_server(failing(503), saying("Here.")) as server, with_model(server) as client:
        first = await say(client, user)
        other = await client.post(CHAT, json={"message": "Something else"}, headers=headers)

    assert first.status_code == 503
    assert other.status_code == 200
    assert other.json()["conversation_id"] != first.json()["details"]["conversation_id"]


async def test_f22_behind_half_an_answer_the_message_is_said_anew(
    with_model: Opened, database: Database, make: Make
) -> None:
    user = await make.user()

    async with (
        model_server(saying("Half ", breaks=True), saying("Whole.")) as server,
        with_model(server) as client,
    ):
        first = await say(client, user)
        second = await say(client, user)

    assert first.status_code == 503
    assert second.json()["reply"] == "Whole."
    assert second.json()["conversation_id"] == first.json()["details"]["conversation_id"]
    assert [one[:2] for one in await messages(database)] == [
        ("user", "Plan my day"),
        ("assistant", "Half "),
        ("user", "Plan my day"),
        ("assistant", "Whole."),
    ]


async def test_f22_a_day_later_the_same_key_is_another_request(
    with_model: Opened, database: Database, make: Make
) -> None:
    user = await make.user()

    async with (
        model_server(saying("Today."), saying("Tomorrow.")) as server,
        with_model(server) as client,
    ):
        first = await say(client, user)
        await database.write(let_a_day_pass)
        second = await say(client, user)

    assert (first.json()["reply"], second.json()["reply"]) == ("Today.", "Tomorrow.")
    assert first.json()["run_id"] != second.json()["run_id"]


async def let_a_day_pass(session: Session) -> None:
    """Make what was asked a day older than its key is kept."""
    before = timedelta(hours=24, seconds=5)
    requests = update(AnsweredRequest).values(expires_at=AnsweredRequest.created_at)
    await session.execute(requests)
    made = (await session.execute(select(RUNS.c.id, RUNS.c.created_at))).all()
    for row in made:
        older = update(RUNS).where(RUNS.c.id == row.id).values(created_at=row.created_at - before)
        await session.execute(older)
