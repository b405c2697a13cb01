"""`questlog db copy`: a whole database moves, from either engine to either, or nothing does."""

import asyncio
import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from alembic import command
from click.testing import CliRunner, Result
from sqlalchemy import Table, func, insert, null, select, update

from questlog.automation.job_models import Heartbeat
from questlog.automation.models import Event
from questlog.automation.webhook_models import DeliveryAttempt
from questlog.cli import root
from questlog.cli.exits import Exit
from questlog.core import database_copy, database_url, schema
from questlog.core.database_copy import CopyError
from questlog.core.db import Base, Database, Session
from questlog.identity.models import User
from questlog.planning.models import Task
from questlog.planning.search.rebuild import rebuild
from tests.support import everything, world
from tests.support.invariants import check_invariants
from tests.support.make import Make
from tests.support.postgres import PostgresServer
from tests.support.search_truth import false_words

ODD = {"float": 1e22, "whole": 1.0, "deep": [None, {"ключ": "\u2028"}], "long": 2**60}
NOW = datetime(2026, 3, 29, 1, 59, 59, 999_999, tzinfo=UTC)
HEARTBEAT = {"id": UUID(int=7), "kind": "worker", "started_at": NOW, "seen_at": NOW}
STAMPS = {"created_at": NOW, "updated_at": NOW}
TABLES = Base.metadata.sorted_tables
# Dies after the last row and before the commit.
DYING = """
import os
from questlog.cli import db_copy, root

async def die(_session):
    os.kill(os.getpid(), 9)

db_copy.rebuild = die
root({})
"""


@pytest.fixture
def database_address(database_address: str, request: pytest.FixtureRequest) -> str:
    """A database that nobody else has open: what is in use is not moved."""
    if database_address.startswith("postgresql"):
        server: PostgresServer = request.getfixturevalue("postgres_server")
        server.let_go(database_address)
    return database_address


@pytest.fixture(params=["sqlite", "postgresql"])
def new_home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without any tables, once on each engine."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'new' / 'home.db'}"
        return
    postgres: PostgresServer = request.getfixturevalue("postgres_server")
    address = postgres.create_database()
    yield address
    postgres.drop(address)


def move(old: str, new: str, *options: str) -> Result:
    return CliRunner().invoke(root, ["db", "copy", old, new, *options])


async def tables_of(address: str, tmp_path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table."""
    async with (
        world.opened(world.settings(address, tmp_path)) as database,
        database.reader() as read,
    ):
        return {
            table.name: sorted(
                (tuple(row) for row in await read.execute(select(table))), key=_key_of(table)
            )
            for table in TABLES
        }


def _key_of(table: Table) -> Callable[[tuple[Any, ...]], list[str]]:
    places = [list(table.c).index(column) for column in table.primary_key]
    return lambda row: [str(row[place]) for place in places]


async def test_every_row_of_every_table_moves_and_nothing_else_changes(
    database: Database, make: Make, database_address: str, new_home: str, tmp_path: Path
) -> None:
    ada, bob = await make.user(email="ada@example.org"), await make.user()
    await everything.live(database, make, ada, "Zebra")
    await everything.live(database, make, bob, "Жираф")
    await database.write(_odd_things)
    before = await tables_of(database_address, tmp_path)
    await database.close()

    result = await asyncio.to_thread(move, database_address, new_home, "--json")

    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["tables"] == {name: len(rows) for name, rows in before.items()}
    assert told["rows"] == sum(told["tables"].values())
    assert all(told["tables"][table.name] for table, _ in everything.owned_tables())
    assert await tables_of(new_home, tmp_path) == before
    async with world.opened(world.settings(new_home, tmp_path)) as moved:
        assert await false_words(moved) == []


async def _odd_things(session: Session) -> None:
    """Write what engines keep in forms of their own."""
    await session.execute(update(Event).values(payload=ODD))
    await session.execute(update(DeliveryAttempt).values(details=None, answer="\u2028 'ёж' \\N"))
    await session.execute(insert(Heartbeat).values(HEARTBEAT))
    first = await session.scalar(select(DeliveryAttempt.id).limit(1))
    none = update(DeliveryAttempt).where(DeliveryAttempt.id == first)
    await session.execute(none.values(details=null()))


async def test_a_copy_is_a_house_to_live_in(
    database: Database, make: Make, database_address: str, new_home: str, tmp_path: Path
) -> None:
    ada = await make.user()
    child, parent = await make.task(ada, title="Child"), await make.task(ada, title="Parent")
    below = update(Task).where(Task.id == child.id).values(parent_task_id=parent.id, depth=2)
    async with database.writer() as session:
        await session.execute(below)
        await rebuild(session)
    await database.close()

    moved = await asyncio.to_thread(move, database_address, new_home)
    again = await asyncio.to_thread(move, database_address, new_home)

    assert moved.exit_code == 0, moved.output
    assert "holds the same as" in moved.output
    assert again.exit_code == Exit.REFUSED
    assert "not empty" in again.output
    async with world.opened(world.settings(new_home, tmp_path)) as there:
        await check_invariants(there)


async def _stumble(_session: Session) -> None:
    raise ZeroDivisionError


async def _spoil(session: Session) -> None:
    await session.execute(update(Task).values(title="Something else"))


@pytest.mark.parametrize(("last", "reason"), [(_stumble, "^$"), (_spoil, "^tasks has 1 rows")])
async def test_a_copy_that_breaks_at_the_end_leaves_nothing(
    database: Database, make: Make, new_home: str, last: Any, reason: str
) -> None:
    await make.task(await make.user(), title="Parent")
    target = Database(database_url.parse(new_home))
    if target.url.path is not None:
        target.url.path.parent.mkdir()
    await asyncio.to_thread(schema.upgrade, target.url)

    with pytest.raises((CopyError, ZeroDivisionError), match=reason):
        await database_copy.copy(database, target, complete=last)

    async with target.reader() as read:
        left = [await read.scalar(select(func.count()).select_from(t)) for t in TABLES]
    await target.close()
    assert set(left) == {0}


async def test_a_copy_that_is_killed_leaves_nothing_and_is_begun_again(
    database: Database, make: Make, database_address: str, new_home: str, tmp_path: Path
) -> None:
    await make.task(await make.user(), title="Parent")
    await database.close()
    command = ["db", "copy", database_address, new_home]

    killed = subprocess.run([sys.executable, "-c", DYING.format(command)], check=False)  # noqa: ASYNC221
    async with world.opened(world.settings(new_home, tmp_path)) as there, there.reader() as read:
        left = [await read.scalar(select(func.count()).select_from(t)) for t in TABLES]
    again = await asyncio.to_thread(move, database_address, new_home)

    assert killed.returncode == -signal.SIGKILL
    assert set(left) == {0}
    assert again.exit_code == 0, again.output


async def test_what_only_sqlite_can_hold_is_refused_by_its_table(
    sqlite_template: Path, tmp_path: Path, postgres_server: PostgresServer
) -> None:
    home = tmp_path / "old.db"
    shutil.copy(sqlite_template, home)
    target = postgres_server.create_database()
    async with world.opened(world.settings(f"sqlite:///{home}", tmp_path)) as old:
        await old.write(_too_long_a_name)

    result = await asyncio.to_thread(move, f"sqlite:///{home}", target)

    postgres_server.drop(target)
    assert result.exit_code == Exit.REFUSED
    assert "users cannot be copied: value too long" in result.output
    assert "Nothing was copied" in result.output


async def _too_long_a_name(session: Session) -> None:
    await session.execute(
        insert(User).values(id=UUID(int=1), email="a" * 400, settings={}, **STAMPS)
    )


async def test_a_source_that_others_use_is_refused_until_told(
    database: Database, make: Make, database_address: str, new_home: str
) -> None:
    await make.user()

    command = [sys.executable, "-m", "questlog.cli", "db", "copy", database_address, new_home]
    refused = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: ASYNC221
    forced = subprocess.run([*command, "--force"], check=False)  # noqa: ASYNC221

    assert refused.returncode == Exit.REFUSED
    assert "stop the server first" in refused.stderr
    assert forced.returncode == 0


@pytest.mark.parametrize(
    ("old", "code", "sentence"),
    [
        ("sqlite:///nowhere.db", Exit.NOT_FOUND, "there is no database at nowhere.db"),
        ("mysql://localhost/questlog", Exit.USAGE, "SOURCE begins with `mysql:`"),
    ],
)
def test_an_address_that_is_none_is_refused(old: str, code: Exit, sentence: str) -> None:
    result = move(old, "sqlite:///new.db")

    assert result.exit_code == code
    assert sentence in result.output


def test_a_database_is_not_copied_into_itself(sqlite_template: Path, tmp_path: Path) -> None:
    home = tmp_path / "home.db"
    shutil.copy(sqlite_template, home)

    result = move(f"sqlite:///{home}", f"sqlite:///{tmp_path}/../{tmp_path.name}/home.db")

    assert result.exit_code == Exit.USAGE
    assert "are one database" in result.output


def test_a_source_of_an_older_shape_is_refused(
    sqlite_template: Path, tmp_path: Path, new_home: str
) -> None:
    home = tmp_path / "old.db"
    shutil.copy(sqlite_template, home)
    command.downgrade(schema.configuration(database_url.parse(f"sqlite:///{home}")), "-1")

    result = move(f"sqlite:///{home}", new_home)

    assert result.exit_code == Exit.REFUSED
    assert "questlog db upgrade" in result.output
