"""Runs that outlive their sockets, are stopped, resumed, and seen on other devices."""

import asyncio
from collections import Counter

import pytest

from questlog.api import agent_talk
from questlog.coach.conversations import MESSAGES
from questlog.core.db import Database
from questlog.core.ids import new_id
from tests.support.make import Make
from tests.support.model_server import (
    ModelServer,
    saying,
)
from tests.support.peers import House, until
from tests.support.talks import at, count, run_of, said_in, up_to


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
    model.replies = [saying("One"), saying("T", "w", "o", pause=0.2, stalls=2)]

    async with at(house, user) as desk, at(house, user) as phone:
        await desk.say({"message": "One"})
        first = await run_of(desk)
        await phone.say({"type": "resume", "run_id": first[0]["run_id"]})
        await run_of(phone)
        await desk.say({"message": "Two"})
        on_phone = await run_of(phone)
        on_desk = await run_of(desk)

    assert on_desk == on_phone


def test_sockets_look_round_together_for_one_user_and_one_after_the_other_for_many() -> None:
    users = [new_id() for _ in range(300)]

    waits = [agent_talk._until_look(user, 1_000.0) for user in users]
    later = [
        agent_talk._until_look(user, 1_000.0 + wait / 2)
        for user, wait in zip(users, waits, strict=True)
    ]

    assert all(0 < wait <= agent_talk.RECHECK_S for wait in waits)
    assert later == pytest.approx([wait / 2 for wait in waits])
    in_each_tenth = Counter(int(wait / agent_talk.RECHECK_S * 9.999) for wait in waits)
    assert len(in_each_tenth) == 10
    assert max(in_each_tenth.values()) < 100
