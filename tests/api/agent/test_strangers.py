"""Who may talk with the agent, how much, and of what."""

import contextlib
from uuid import UUID

import pytest
from httpx2 import AsyncClient
from websockets.exceptions import ConnectionClosed, InvalidStatus

from questlog.api.sockets import line
from questlog.coach import speaking
from questlog.coach.conversations import MESSAGES, RUNS
from questlog.core.db import Database
from questlog.core.ids import new_id
from questlog.planning.models import Task
from tests.support import peers
from tests.support.doors import bearer, register
from tests.support.make import Make
from tests.support.model_server import (
    ModelServer,
    calling,
    saying,
)
from tests.support.peers import House, until
from tests.support.talks import AGENT, add_much, at, count, run_of, settled, states, up_to


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


async def test_s128_only_so_many_runs_at_once(
    house: House, model: ModelServer, make: Make, database: Database
) -> None:
    user = await make.user()
    model.otherwise = lambda _body: saying("Wait", stalls=15)

    async with at(house, user) as peer:
        for _ in range(speaking.RUNS_AT_ONCE + 1):
            await peer.say({"message": "Think", "conversation_id": None})
        told = await up_to(peer, "error")
        running = await count(database, RUNS.c.state == "running")

    assert told[-1]["data"]["code"] == "too_many_runs"
    assert told[-1]["data"]["retryable"]
    assert running == speaking.RUNS_AT_ONCE
