"""Talking with the agent over its socket: what tests of it say and hear."""

import asyncio
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select

from questlog.coach.conversations import PARTS, RUNS
from questlog.core import clock
from questlog.core.db import Database, Session
from tests.support.make import Person
from tests.support.peers import House, Message, Peer

AGENT = "/ws/agent"
ENDS = {"complete", "error"}


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
