"""How Alembic meets our databases: one tree of revisions for SQLite and PostgreSQL.

Everything between two revisions is one transaction, and a migrator begins it by asking for the right to migrate. So
whoever is killed leaves the old shape behind, and of two at once the second finds the work done.
"""

import asyncio
from collections.abc import Iterable
from typing import Any

from alembic import context
from alembic.autogenerate.api import AutogenContext
from alembic.operations import MigrationScript
from alembic.runtime.migration import MigrationContext, MigrationInfo
from alembic.script import ScriptDirectory
from sqlalchemy import JSON, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from questlog import tables
from questlog.core import sqlite, types
from questlog.core.config import load_settings
from questlog.core.database_url import DatabaseUrl
from questlog.core.db import Base
from questlog.planning.search.tables import NAME as WORDS

__all__ = ["tables"]

TURN = 0x71756573  # any number that nothing else on the server locks
BUSY_TIMEOUT_MS = 60_000


def run() -> None:
    connection = context.config.attributes.get("connection")
    if connection is not None:
        migrate(connection)
        return
    url = context.config.attributes.get("url") or load_settings().database.url
    if context.is_offline_mode():
        write_sql(url)
    elif url.is_sqlite:
        with sqlite_engine(url).connect() as connection:
            migrate(connection)
    else:
        asyncio.run(migrate_postgresql(url))


def migrate(connection: Connection) -> None:
    is_sqlite = connection.dialect.name == "sqlite"
    context.configure(
        connection=connection, transactional_ddl=True, on_version_apply=say, **options(is_sqlite)
    )
    with context.begin_transaction():
        if not is_sqlite:
            # Taken inside the transaction: before it, the lock would open one that Alembic rolls back at the end.
            connection.execute(text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": TURN})
        context.run_migrations()
        if is_sqlite:
            refuse_orphans(connection)


def write_sql(url: DatabaseUrl) -> None:
    """Print the statements instead of running them (`--sql`)."""
    context.configure(
        dialect_name=url.kind, literal_binds=True, transactional_ddl=True, **options(url.is_sqlite)
    )
    with context.begin_transaction():
        context.run_migrations()


def options(is_sqlite: bool) -> dict[str, Any]:
    return {
        "target_metadata": Base.metadata,
        "render_as_batch": True,  # written once, it serves both; only SQLite copies tables
        "compare_type": True,
        "compare_server_default": is_other_default,
        "render_item": render_item,
        "include_name": is_told_by_metadata,
        "process_revision_directives": number,
        "dialect_opts": {"paramstyle": "named"} if is_sqlite else {},
    }


def sqlite_engine(url: DatabaseUrl) -> Engine:
    address = make_url(url.sqlalchemy_url).set(drivername="sqlite+pysqlite")
    engine = create_engine(address, module=sqlite.driver, poolclass=NullPool)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, record: Any) -> None:
        sqlite.prepare_connection(connection, record)
        connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        connection.execute("PRAGMA foreign_keys = OFF")  # a batch drops tables that others point to

    event.listen(engine, "begin", sqlite.begin)
    return engine


async def migrate_postgresql(url: DatabaseUrl) -> None:
    engine = create_async_engine(
        url.sqlalchemy_url, connect_args=url.connect_args, poolclass=NullPool
    )
    try:
        async with engine.connect() as connection:
            await connection.run_sync(migrate)
    finally:
        await engine.dispose()


def refuse_orphans(connection: Connection) -> None:
    """Look once at what foreign keys would have refused, because they were off. Raising undoes the migration."""
    orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if orphans:
        raise RuntimeError(
            f"rows of {', '.join(sorted({row[0] for row in orphans}))} would point to nothing"
        )


def say(
    *, ctx: MigrationContext, step: MigrationInfo, heads: Iterable[str], run_args: dict[str, Any]
) -> None:
    if ctx.as_sql or step.is_stamp:
        return
    (revision,) = step.up_revisions
    verb = "applied" if step.is_upgrade else "taken back"
    context.config.print_stdout("%s %s: %s", revision.revision, verb, revision.doc)


def render_item(kind: str, item: Any, autogen: AutogenContext) -> str | bool:
    """Write our column types by name, the same whichever engine the tables are compared with."""
    if kind != "type":
        return False
    if isinstance(item, JSON):
        return "types.Json"
    is_ours = type(item).__module__ == types.__name__
    return f"types.{type(item).__name__}()" if is_ours else False


def is_told_by_metadata(name: str | None, kind: str, _parents: Any) -> bool:
    """Pass over the index of words and what SQLite keeps below it: no metadata can describe them on both engines."""
    return kind != "table" or name is None or not name.startswith(WORDS)


def number(_context: MigrationContext, _revision: Any, directives: list[MigrationScript]) -> None:
    """Count revisions (`0001`, `0002`, …), and write none when the tables ask for none."""
    if not directives:
        return
    script = directives[0]
    if compares_tables() and script.upgrade_ops is not None and script.upgrade_ops.is_empty():
        directives.clear()
        context.config.print_stdout("The tables are as the migrations make them: nothing to write.")
        return
    head = ScriptDirectory.from_config(context.config).get_current_head()
    script.rev_id = f"{int(head or 0) + 1:04d}"


def compares_tables() -> bool:
    """True for `alembic revision --autogenerate` and for `questlog db migrate`."""
    asked = getattr(context.config.cmd_opts, "autogenerate", False)
    return bool(asked or context.config.attributes.get("autogenerate"))


def is_other_default(
    _context: MigrationContext, _found: Any, _wanted: Any, in_database: str | None, *rest: Any
) -> bool | None:
    """Settle what Alembic sees wrongly on SQLite, the empty string; None leaves the rest to Alembic."""
    is_empty = (in_database or "").strip("()") == "''"
    return False if is_empty and rest[-1] in ("", "''") else None


run()
