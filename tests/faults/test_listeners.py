"""What listeners see when processes come and go: no event is lost, and nobody keeps a server from ending (F-30, F-34)."""

import asyncio
import contextlib
import json
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.support import valkey
from tests.support.doors import PASSWORD
from tests.support.server import RunningServer, running_server

SOON_S = 10.0


async def signed_up(server: RunningServer, email: str = "ada@example.org") -> dict[str, str]:
    async with httpx2.AsyncClient(base_url=server.url, trust_env=False) as client:
        body = {"email": email, "password": PASSWORD}
        answer = await client.post("/api/v1/auth/register", json=body)
        answer.raise_for_status()
        return {"Authorization": f"Bearer {answer.json()['access_token']}"}


async def add_task(server: RunningServer, headers: dict[str, str], title: str) -> None:
    async with httpx2.AsyncClient(base_url=server.url, trust_env=False) as client:
        body = {"title": title}
        answer = await client.post("/api/v1/tasks", json=body, headers=headers)
        answer.raise_for_status()


@contextlib.asynccontextmanager
async def listener(
    server: RunningServer, headers: dict[str, str], since: int = 0
) -> AsyncIterator[ClientConnection]:
    url = f"ws://127.0.0.1:{server.port}/api/v1/ws/events?since={since}"
    async with connect(url, additional_headers=headers, proxy=None) as socket:
        yield socket


async def heard(socket: ClientConnection, count: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    async with asyncio.timeout(SOON_S):
        while len(found) < count:
            message = json.loads(await socket.recv())
            found += [message] if "." in message["type"] else []
    return found


@pytest.mark.parametrize("with_redis", [False, True], ids=["polling", "redis"])
async def test_a_listener_at_one_server_hears_what_another_did(
    database_address: str, tmp_path: Path, redis_url: str, with_redis: bool
) -> None:
    env = {"REDIS_URL": redis_url} if with_redis else {}

    with (
        running_server(database_address, tmp_path / "data", **env) as one,
        running_server(database_address, tmp_path / "data", **env) as two,
    ):
        headers = await signed_up(one)
        async with listener(two, headers) as socket:
            await heard(socket, 2)
            began = time.monotonic()
            await add_task(one, headers, "Read")
            told = await heard(socket, 1)
            took = time.monotonic() - began

    assert told[0]["data"]["title"] == "Read"
    assert took < 2


async def test_f34_a_killed_server_costs_its_listeners_nothing_but_a_connection(
    database_address: str, tmp_path: Path
) -> None:
    data = tmp_path / "data"

    with (
        running_server(database_address, data) as one,
        running_server(database_address, data) as two,
    ):
        headers = await signed_up(one)
        async with listener(two, headers) as socket:
            first = await heard(socket, 2)
            two.kill()
            with pytest.raises(ConnectionClosed):
                await socket.recv()
        await add_task(one, headers, "While it was away")
        async with listener(one, headers, since=first[-1]["seq"]) as socket:
            await add_task(one, headers, "After it came back")
            rest = await heard(socket, 2)

    assert [each["seq"] for each in first + rest] == [1, 2, 3, 4]
    assert [each["data"]["title"] for each in rest] == ["While it was away", "After it came back"]


async def test_f30_listeners_do_not_keep_a_server_from_ending(
    database_address: str, tmp_path: Path
) -> None:
    with running_server(database_address, tmp_path / "data") as server:
        headers = await signed_up(server)
        async with contextlib.AsyncExitStack() as stack:
            socket = await stack.enter_async_context(listener(server, headers))
            await heard(socket, 2)
            client = await stack.enter_async_context(httpx2.AsyncClient(trust_env=False))
            address = f"{server.url}/api/v1/events/stream"
            stream = await stack.enter_async_context(client.stream("GET", address, headers=headers))
            lines = stream.aiter_lines()
            await anext(lines)

            began = time.monotonic()
            server.process.send_signal(signal.SIGTERM)
            with contextlib.suppress(ConnectionClosed):
                await socket.recv()
            told_after = time.monotonic() - began
            rest = [line async for line in lines]
            code = await asyncio.to_thread(server.process.wait, 15)
            took = time.monotonic() - began

    assert socket.close_code == 1012
    assert told_after < 1
    assert rest[-1] == ""
    assert code in (0, -signal.SIGTERM)
    assert took < 6


async def test_listeners_hear_on_when_redis_is_gone(database_address: str, tmp_path: Path) -> None:
    with contextlib.ExitStack() as redis:
        url = redis.enter_context(valkey.server())
        with (
            running_server(database_address, tmp_path / "data", REDIS_URL=url) as one,
            running_server(database_address, tmp_path / "data", REDIS_URL=url) as two,
        ):
            headers = await signed_up(one)
            async with listener(two, headers) as socket:
                await heard(socket, 2)
                redis.close()
                await add_task(one, headers, "Without Redis")
                told = await heard(socket, 1)

    assert told[0]["data"]["title"] == "Without Redis"
