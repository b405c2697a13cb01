"""What a unit of work may do, and how two processes share one SQLite file."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from questlog.core.db import Database, Session
from tests.support import world

INCREMENTS = 10


async def number_of(session: Session) -> Any:
    return await session.scalar(text("SELECT last_seq FROM event_counters"))


async def test_a_unit_that_awaits_something_else_is_refused_and_rolled_back(
    tmp_path: Path,
) -> None:
    async def careless(session: Session) -> None:
        await session.execute(text("CREATE TABLE hasty (id INTEGER)"))
        await asyncio.sleep(0)

    address = f"sqlite:///{tmp_path}/questlog.db"
    async with world.opened(world.settings(address, tmp_path)) as database:
        with pytest.raises(RuntimeError, match="nothing but the database"):
            await database.write(careless)

        async with database.reader() as session:
            tables = await session.scalar(text("SELECT count(*) FROM sqlite_schema"))
        assert tables == 0


async def test_two_processes_that_read_before_they_write_lose_nothing(tmp_path: Path) -> None:
    """Two pools on one file stand for two processes: they share nothing but the file's own locks."""
    settings = world.settings(f"sqlite:///{tmp_path}/questlog.db", tmp_path)

    async def count_up(database: Database) -> None:
        for _ in range(INCREMENTS):
            async with database.writer() as session:
                seen = await number_of(session)
                await asyncio.sleep(0.002)
                change = text("UPDATE event_counters SET last_seq = :next")
                await session.execute(change, {"next": seen + 1})

    async with world.opened(settings) as one, world.opened(settings) as other:
        async with one.writer() as session:
            await session.execute(text("CREATE TABLE event_counters (last_seq INTEGER)"))
            await session.execute(text("INSERT INTO event_counters VALUES (0)"))
        await asyncio.gather(count_up(one), count_up(other))

        async with one.reader() as session:
            assert await number_of(session) == 2 * INCREMENTS
