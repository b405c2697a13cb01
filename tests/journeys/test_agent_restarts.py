"""A server goes away in the middle of a sentence of the coach's, and another client hears the rest from the next one."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from httpx2 import AsyncClient
from websockets.asyncio.client import connect

from tests.support.doors import bearer, register
from tests.support.model_server import model_server, saying
from tests.support.peers import Message, Peer
from tests.support.server import RunningServer, running_server

LETTERS = "abcdefghijklmnopqrstuvwxyz"
PATIENCE_S = 60.0  # a lease lasts half of it


@asynccontextmanager
async def serving(address: str, folder: Path, **env: str) -> AsyncIterator[RunningServer]:
    """Start a server without keeping this loop from answering for the model meanwhile."""
    running = running_server(address, folder, **env)
    server = await asyncio.to_thread(running.__enter__)
    try:
        yield server
    finally:
        await asyncio.to_thread(running.__exit__, None, None, None)


@asynccontextmanager
async def talking(server: RunningServer, headers: dict[str, str]) -> AsyncIterator[Peer]:
    url = f"ws://127.0.0.1:{server.port}/ws/agent"
    async with connect(url, additional_headers=headers, proxy=None) as connection:
        yield Peer(connection)


async def heard(peer: Peer, type_: str) -> list[Message]:
    """Return what is told up to a message of this type."""
    told: list[Message] = []
    async with asyncio.timeout(PATIENCE_S):
        while not told or told[-1]["type"] != type_:
            told.append(json.loads(await peer.connection.recv()))
    return told


def text_of(told: list[Message]) -> str:
    return "".join(one["data"]["text"] for one in told if one["type"] == "text_delta")


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
async def test_s129_a_run_survives_its_server_and_is_resumed_by_another_client(
    how: signal.Signals, database_address: str, tmp_path: Path
) -> None:
    async with model_server(saying(*LETTERS, pause=0.2)) as model:
        model.otherwise = lambda _body: saying(*LETTERS)
        env = {"LLM_MODEL": "openai/a", "LLM_API_KEY": "k-of-tests", "LLM_API_BASE": model.url}
        async with serving(database_address, tmp_path, **env) as server:
            async with AsyncClient(
                base_url=server.url, trust_env=False, timeout=PATIENCE_S
            ) as client:
                headers = bearer(await register(client))
            async with talking(server, headers) as peer:
                await peer.say({"message": "Spell"})
                before = await heard(peer, "text_delta")
                before += [await peer.next() for _ in range(4)]
                await asyncio.to_thread(server.stop, how)

        async with serving(database_address, tmp_path, **env) as server:
            async with talking(server, headers) as peer:
                last = before[-1]
                resume = {"type": "resume", "run_id": last["run_id"], "since": last["seq"]}
                await peer.say(resume)
                after = await heard(peer, "complete")
            kept = await messages_of(server, headers, before[0]["data"]["conversation_id"])

    reset = next(place for place, one in enumerate(after) if one["type"] == "part_reset")
    numbers = [one["seq"] for one in before + after]
    assert LETTERS.startswith(text_of(before) + text_of(after[:reset]))
    assert text_of(after[reset:]) == LETTERS
    assert numbers == sorted(set(numbers))
    assert sorted(kept) == [("assistant", LETTERS), ("user", "Spell")]
    assert len(model.requests) == 2


async def messages_of(
    server: RunningServer, headers: dict[str, str], conversation_id: str
) -> list[tuple[Any, Any]]:
    more: dict[str, Any] = {"trust_env": False, "timeout": PATIENCE_S}
    async with AsyncClient(base_url=server.url, headers=headers, **more) as client:
        answer = await client.get(f"/api/v1/conversations/{conversation_id}/messages")
    return [(one["role"], one["content"]) for one in answer.json()["items"]]
