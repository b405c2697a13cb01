"""Keeping the queues of the endpoints up with the event log, and saying how far behind they are."""

import asyncio
import math
import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from questlog.automation import deliveries, relay
from questlog.core import clock
from questlog.core.db import Database, Session
from questlog.worker.house import DOWN

LATE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Look:
    is_behind: bool
    is_due: bool


async def look(session: Session, users: Collection[UUID] | None) -> Look:
    """Say whether there is something to do, so that nobody takes SQLite's one place to write for nothing."""
    nobody = users is not None and not users
    is_behind = not nobody and await relay.is_behind(session, users=users)
    return Look(is_behind, await deliveries.is_due(session))


async def catch_up(
    database: Database, users: Collection[UUID] | None = None, *, for_s: float = math.inf
) -> int:
    """Write what endpoints (of `users` only, if given) were not told yet; return how often one moved.

    It ends when all are told, or after about `for_s`: while others go on writing there is always more.
    """
    total, ends = 0, time.monotonic() + for_s
    while moved := await database.write(relay.fan_out, users=users):
        total += moved
        if time.monotonic() >= ends:
            break
        await asyncio.sleep(0)  # a long history is taken in turns with whatever else happens here
    return total


async def readiness(database: Database) -> str:
    """Say in one line whether endpoints get what they are owed: the age of the oldest event not looked at."""
    try:
        lag = await database.read(relay.lag)
    except DOWN:
        return "unknown: the database does not answer"
    if lag.oldest_at is None or clock.now() - lag.oldest_at < LATE:
        return "ok"
    return (
        f"{lag.behind} endpoints behind, the oldest event since"
        f" {lag.oldest_at:%Y-%m-%d %H:%M} UTC; is a worker running?"
    )
