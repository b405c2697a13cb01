"""Which shape the database has, and which one this program works with.

The way from one to the other is `migrations/` at the root of a clone; an installed package carries it inside.
"""

import asyncio
import io
from functools import cache
from pathlib import Path
from typing import TextIO

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from questlog.core.database_url import DatabaseUrl
from questlog.core.db import Database

PACKAGED = Path(__file__).parents[1] / "migrations"
IN_A_CLONE = Path(__file__).parents[3] / "migrations"
MIGRATIONS = PACKAGED if PACKAGED.is_dir() else IN_A_CLONE


class SchemaMismatchError(Exception):
    """The database has not the shape this program works with; the message names the way out."""


def configuration(url: DatabaseUrl | None = None, *, output: TextIO | None = None) -> Config:
    """Return what Alembic's commands take. Without `url` the settings say which database.

    What Alembic prints goes to `output`, or nowhere.
    """
    beside = MIGRATIONS.with_name("alembic.ini")
    config = Config(beside if beside.is_file() else None, stdout=output or io.StringIO())
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("revision_environment", "true")
    config.attributes["url"] = url
    return config


@cache
def head_revision() -> str:
    """Return the newest revision this program knows; empty while there is none."""
    return _tree().get_current_head() or ""


def knows(revision: str) -> bool:
    return any(script.revision == revision for script in _tree().walk_revisions())


async def current_revision(database: Database) -> str | None:
    """Return the revision the database is at, or None when it was never migrated."""
    async with database.reader() as session:
        connection = await session.connection()
        return await connection.run_sync(_revision_of)


def upgrade(url: DatabaseUrl, *, output: TextIO | None = None) -> None:
    """Bring the database to the newest revision, whole or not at all; another migrator at work is waited for.

    Blocks, and starts an event loop of its own for PostgreSQL.
    """
    command.upgrade(configuration(url, output=output), "head")


async def bring_up(database: Database) -> None:
    """Make sure that the database has the shape this program works with, before the first request.

    The embedded SQLite file is migrated here and now. PostgreSQL may serve other processes, so its owner says when:
    raises SchemaMismatchError with the command to run, and on both when the database is newer than this program.
    """
    current = await current_revision(database)
    if current == head_revision():
        return
    if current is not None and not knows(current):
        raise SchemaMismatchError(
            f"schema mismatch: the database is at revision {current}, and this program knows {head_revision()} at most. "
            "Start the newer program, or restore a backup of the older database."
        )
    if not database.is_sqlite:
        raise SchemaMismatchError(
            f"schema mismatch: the database is at revision {current or 'none'}, and this program needs "
            f"{head_revision()}. Run: questlog db upgrade"
        )
    await asyncio.to_thread(upgrade, database.url)


def _tree() -> ScriptDirectory:
    return ScriptDirectory.from_config(configuration())


def _revision_of(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()
