"""The server is killed while the coach answers; the next one goes on, and another client hears the rest."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
from sqlalchemy import update
from websockets.asyncio.client import ClientConnection, connect

from questlog.coach.conversations import RUNS
from questlog.core import clock
from tests.support import world
from tests.support.doors import PASSWORD
from tests.support.model_server import ModelServer, calling, model_server, saying
from tests.support.server import RunningServer, running_server

PATIENCE_S = 30.0
ENDS = {"complete", "error"}


def settings_of(model: ModelServer) -> dict[str, str]:
    return {
        "LLM_MODEL": "openai/gpt-4o-mini",
        "LLM_API_KEY": "a-key-of-the-model",
        "LLM_API_BASE": model.url,
        "RELAY": "on",
    }


async def signed_up(server: RunningServer) -> dict[str, str]:
    async with httpx2.AsyncClient(base_url=server.url, trust_env=False) as client:
        body = {"email": "ada@example.org", "password": PASSWORD}
        answer = await client.post("/api/v1/auth/register", json=body)
        headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        await client.post("/api/v1/tasks", json={"title": "Buy bread"}, headers=headers)
        return headers


@asynccontextmanager
async def socket(server: RunningServer, headers: dict[str, str]) -> AsyncIterator[ClientConnection]:
    address = f"ws://127.0.0.1:{server.port}/ws/agent"
    async with connect(address, additional_headers=headers, proxy=None) as found:
        yield found


async def next_of(line: ClientConnection) -> dict[str, Any]:
    async with asyncio.timeout(PATIENCE_S):
        found: dict[str, Any] = json.loads(await line.recv())
    return found


async def time_goes_by(address: str, data_dir: Path) -> None:
    """Let the leases of the dead run out."""
    async with world.opened(world.settings(address, data_dir)) as database:
        past = clock.now() - timedelta(seconds=1)
        async with database.writer() as session:
            await session.execute(update(RUNS).values(leased_until=past))


async def test_a_run_survives_kill_9_and_is_resumed_from_since(
    database_address: str, tmp_path: Path
) -> None:
    replies = (calling("list_tasks", say="I look."), saying("Lost ", stalls=60))
    async with model_server(*replies, saying("Buy ", "bread.")) as model:
        settings = settings_of(model)
        with running_server(database_address, tmp_path / "one", **settings) as server:
            headers = await signed_up(server)
            async with socket(server, headers) as line:
                await line.send(json.dumps({"message": "What is there?"}))
                seen = [await next_of(line)]
                while "Lost" not in str(seen[-1]["data"].get("text")):
                    seen.append(await next_of(line))
                server.kill()
        await time_goes_by(database_address, tmp_path)

        with running_server(database_address, tmp_path / "two", **settings) as server:
            async with socket(server, headers) as line:
                asked = {"run_id": seen[-1]["run_id"], "since": seen[-1]["seq"]}
                await line.send(json.dumps({"type": "resume", **asked}))
                told = [await next_of(line)]
                while told[-1]["type"] not in ENDS:
                    told.append(await next_of(line))
            conversation = seen[0]["data"]["conversation_id"]
            async with httpx2.AsyncClient(base_url=server.url, trust_env=False) as client:
                address = f"/api/v1/conversations/{conversation}"
                kept = (await client.get(address, headers=headers)).json()["messages"]

    numbers = [part["seq"] for part in (*seen, *told)]
    assert numbers == sorted(set(numbers))
    assert told[-1]["type"] == "complete"
    assert [part["type"] for part in told].count("tool_result") == 0
    final = next(part["data"]["text"] for part in told if part["type"] == "final_result")
    assert final == "I look.\n\nBuy bread."
    assert [(one["role"], one["content"]) for one in kept] == [
        ("user", "What is there?"),
        ("assistant", final),
    ]
    assert [call["name"] for call in kept[1]["tool_calls"]] == ["list_tasks"]
