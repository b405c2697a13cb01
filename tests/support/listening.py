"""What listeners are told, and one who listens to nothing."""

import asyncio
from typing import Any

from fastapi import FastAPI

from questlog.automation import events
from questlog.core.db import Database, Session
from questlog.core.ids import new_id
from tests.support.make import Person
from tests.support.peers import EVENTS, House


async def happen(database: Database, user: Person, **payload: Any) -> None:
    async def record(session: Session) -> None:
        events.record(session, user.id, "task.created", ("task", new_id()), payload=payload)

    await database.write(record)


def seats(app: FastAPI) -> int:
    return int(app.state.seating.taken().get("events", 0))


async def deaf(house: House, user: Person) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Open a socket by hand and read nothing after the handshake."""
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port, limit=1024)
    writer.write(
        f"GET {EVENTS}?since=0 HTTP/1.1\r\nHost: 127.0.0.1:{house.port}\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        f"Sec-WebSocket-Version: 13\r\nAuthorization: {user.headers['Authorization']}\r\n\r\n".encode()
    )
    assert b" 101 " in await reader.readline()
    return reader, writer


async def tell_much(database: Database, user: Person, megabytes: int) -> None:
    async def record(session: Session) -> None:
        for _ in range(megabytes * 60):
            payload = {"text": "x" * 17_000}
            events.record(session, user.id, "task.created", ("task", new_id()), payload=payload)

    await database.write(record)
