"""With nothing configured everybody is told of everything, whatever is killed; and then the database moves house."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from questlog.core.db import Base
from tests.journeys.nothing_configured import EMAIL, PASSWORD, SEEN, Home, moved_in
from tests.support import world
from tests.support.invariants import check_invariants
from tests.support.postgres import PostgresServer


@pytest.fixture
def new_home(postgres_server: PostgresServer) -> Iterator[str]:
    address = postgres_server.create_database()
    yield address
    postgres_server.drop(address)


async def nothing() -> None:
    """Nothing happens in between."""


async def test_webhook_live_event_mail_sync_and_calendar_survive_kills_and_move_to_postgresql(
    tmp_path: Path, new_home: str
) -> None:
    async with moved_in(tmp_path) as home:
        for see in SEEN:
            await see(home, nothing)
        for see in SEEN:
            await see(home, home.kill)
        assert home.program.stop() < 12
        old_home = f"sqlite:///{tmp_path / 'data' / 'questlog.db'}"

        moving = await asyncio.to_thread(questlog, home, "db", "copy", old_home, new_home)

        assert moving.returncode == 0, moving.stderr
        assert await totals(old_home, tmp_path) == await totals(new_home, tmp_path)
        await live_on(home, new_home)
    assert home.kills == len(SEEN)
    async with world.opened(world.settings(new_home, tmp_path)) as database:
        await check_invariants(database)


async def live_on(home: Home, address: str) -> None:
    """The same person, with the same password, endpoint and calendar, in the new house."""
    home.program.environment = {**home.program.environment, "DATABASE_URL": address}
    await home.start()
    body = {"email": EMAIL, "password": PASSWORD}
    signed_in = await home.ask("POST", "/api/v1/auth/login", body)
    assert signed_in.json()["user"]["email"] == EMAIL
    for see in SEEN:
        await see(home, nothing)


def questlog(home: Home, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "questlog.cli", *arguments],
        env=dict(home.program.environment),
        cwd=home.program.log_file.parent,
        check=False,
        capture_output=True,
        text=True,
    )


async def totals(address: str, tmp_path: Path) -> dict[str, int | None]:
    async with (
        world.opened(world.settings(address, tmp_path)) as database,
        database.reader() as session,
    ):
        return {
            table.name: await session.scalar(select(func.count()).select_from(table))
            for table in Base.metadata.sorted_tables
        }
