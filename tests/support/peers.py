"""Whoever stays connected: a server with its tail running, and peers at its sockets and streams."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin, Subprotocol

from tests.support import wire
from tests.support.make import Person

PATIENCE_S = 10.0
EVENTS = "/api/v1/ws/events"
STREAM = "/api/v1/events/stream"
PROTOCOL = "questlog.v1"

type Message = dict[str, Any]


class Peer:
    """One end of a socket."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def next(self) -> Message:
        async with asyncio.timeout(PATIENCE_S):
            found: Message = json.loads(await self.connection.recv())
        return found

    async def some(self, count: int) -> list[Message]:
        return [await self.next() for _ in range(count)]

    async def say(self, message: Any) -> None:
        await self.connection.send(message if isinstance(message, str) else json.dumps(message))

    async def end(self) -> tuple[int, str]:
        """Read to the end and return with which number and word the server closed."""
        with suppress(ConnectionClosed):
            while True:
                await self.next()
        code, reason = self.connection.close_code, self.connection.close_reason
        assert code is not None
        return code, reason or ""


@dataclass(frozen=True)
class House:
    """A server in this loop that tells listeners of events."""

    port: int
    app: FastAPI

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @asynccontextmanager
    async def peer(
        self,
        user: Person | None = None,
        *,
        path: str = EVENTS,
        name: str = "127.0.0.1",
        headers: Mapping[str, str] | None = None,
        protocols: Sequence[str] = (),
        origin: str | None = None,
        **more: Any,
    ) -> AsyncIterator[Peer]:
        """Connect, to the server under a `name`; `user` shows their token in a header."""
        sent = {**(user.headers if user else {}), **(headers or {})}
        async with connect(
            f"ws://{name}:{self.port}{path}",
            host="127.0.0.1",
            port=self.port,
            additional_headers=sent,
            subprotocols=[Subprotocol(one) for one in protocols] or None,
            origin=None if origin is None else Origin(origin),
            proxy=None,
            **{
                "max_queue": None,
                **more,
            },  # a reader who leaves with much unread would wait for the server's goodbye
        ) as connection:
            yield Peer(connection)

    @asynccontextmanager
    async def listener(self, user: Person, **more: Any) -> AsyncIterator[Peer]:
        """Connect, and be greeted."""
        async with self.peer(user, **more) as peer:
            assert (await peer.next())["type"] == "hello"
            yield peer

    async def ending(self, user: Person | None = None, **more: Any) -> tuple[int, str]:
        async with self.peer(user, **more) as peer:
            return await peer.end()

    @asynccontextmanager
    async def stream(
        self, user: Person, *, headers: Mapping[str, str] | None = None, **query: Any
    ) -> AsyncIterator["Stream"]:
        async with (
            AsyncClient(base_url=self.url, trust_env=False, timeout=PATIENCE_S) as client,
            client.stream(
                "GET", STREAM, params=query, headers={**user.headers, **(headers or {})}
            ) as answer,
        ):
            yield Stream(answer)


class Stream:
    """One event stream, read as a browser reads it."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self._lines = answer.aiter_lines()

    async def next(self) -> dict[str, Any] | None:
        """Return the next message with its `event`, `id` and `data`; None at the end."""
        found: dict[str, Any] = {}
        async with asyncio.timeout(PATIENCE_S):
            async for line in self._lines:
                if not line and "data" in found:
                    return {**found, "data": json.loads(found["data"])}
                name, _, value = line.partition(": ")
                if name:
                    found[name] = value
        return None

    async def rest(self) -> list[dict[str, Any]]:
        found = []
        while (message := await self.next()) is not None:
            found.append(message)
        return found


async def until(holds: Callable[[], bool], within_s: float = 10.0) -> float:
    """Wait until something holds, and return how long that took."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < within_s, "it never came to that"
        await asyncio.sleep(0.02)
    return time.monotonic() - began


async def refused(house: House, **how: Any) -> tuple[int, str]:
    """Return the status and code of the HTTP answer to a handshake."""
    with pytest.raises(InvalidStatus) as refusal:
        await house.ending(**how)
    answer = refusal.value.response
    return answer.status_code, json.loads(answer.body or b"{}")["code"]


async def ticket_of(client: AsyncClient, headers: dict[str, str]) -> str:
    answer = await client.post("/api/v1/ws/tickets", headers=headers)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["ticket"])


@asynccontextmanager
async def house(app: FastAPI) -> AsyncIterator[House]:
    stop = asyncio.Event()
    tail = asyncio.create_task(app.state.tail.run_forever(stop))
    try:
        async with wire.serving(app) as port:
            yield House(port, app)
    finally:
        stop.set()
        await tail
