"""What document 003 prints of its WebSocket: `/ws/agent`, AI chat, authenticated. Judged without a model first."""

from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from questlog.core.db import Database
from questlog.planning.models import Task
from tests.support import peers
from tests.support.make import Make
from tests.support.peers import House, Message, Peer

AGENT = "/ws/agent"


@pytest.fixture
async def house(app: FastAPI) -> AsyncIterator[House]:
    async with peers.house(app) as house:
        yield house
        await app.state.thinker.close()


async def answer(peer: Peer, message: str) -> list[Message]:
    await peer.say({"message": message})
    told = [await peer.next()]
    while told[-1]["type"] not in ("complete", "error"):
        told.append(await peer.next())
    return told


async def test_the_printed_socket_is_for_who_signed_in(house: House) -> None:
    async with house.peer(path=AGENT) as peer:
        await peer.say({"message": "Hello"})
        code, _ = await peer.end()

    assert code == 4401


@pytest.mark.parametrize(("locale", "words"), [("en", "No language model"), ("ru", "модель")])
async def test_without_a_model_the_printed_chat_says_so_and_helps_all_the_same(
    locale: str, words: str, house: House, make: Make, database: Database
) -> None:
    user = await make.user(locale=locale)

    async with house.peer(user, path=AGENT) as peer:
        hello = await answer(peer, "How are you?")
        added = await answer(peer, "add Buy milk" if locale == "en" else "добавь Buy milk")
        proposal = next(one["data"] for one in added if one["type"] == "proposal")
        decision = {"type": "decision", "proposal_id": proposal["id"], "accept": True}
        await peer.say(decision)
        decided = await peer.next()

    final = next(one["data"]["text"] for one in hello if one["type"] == "final_result")
    asked = next(one["data"]["model"] for one in hello if one["type"] == "model_request_start")
    assert words.casefold() in final.casefold()
    assert asked == "rules"
    assert decided["data"]["state"] == "accepted"
    async with database.reader() as session:
        titles = await session.scalars(select(Task.title).where(Task.user_id == user.id))
        assert list(titles) == ["Buy milk"]
