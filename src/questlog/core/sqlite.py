"""SQLite behind SQLAlchemy's asyncio API, without a thread hop per statement.

The driver is the plain synchronous one: a coroutine that touches nothing but this database never suspends, so a whole
unit of work is stepped to its end on the spot (`core/db.py`). Decision 0003 has the figures.
"""

import sqlite3 as system_sqlite
import time
from typing import Any

import structlog
from sqlalchemy import Connection as EngineConnection
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import URL, Engine
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.pool import Pool, QueuePool

try:
    from pysqlite3 import dbapi2 as bundled_sqlite
except (
    ImportError
):  # no wheel for this platform: the system's library serves, with a warning in /ready
    bundled_sqlite = None

log = structlog.get_logger(__name__)

driver: Any = bundled_sqlite or system_sqlite
LIBRARY_VERSION: str = driver.sqlite_version

# Older libraries can corrupt a WAL file that two processes write and checkpoint (https://sqlite.org/wal.html).
WAL_RESET_FIXED_IN = (3, 51, 3)
# Waiting for another process is done by `Database.begin_turn`, which can sleep; this covers the rare rest.
BUSY_TIMEOUT_MS = 20
WAL_PATIENCE_S, WAL_PAUSE_S = 5.0, 0.01


def wal_reset_risk() -> bool:
    return tuple(int(part) for part in LIBRARY_VERSION.split(".")) < WAL_RESET_FIXED_IN


class ConnectionsOfAnyThread(QueuePool):
    """A pool without a limit of its own: units never suspend, so few connections are out at once."""

    _is_asyncio = True


class Cursor(driver.Cursor):  # type: ignore[misc]
    """A cursor that satisfies SQLAlchemy's asyncio side: there is nothing to close softly in a synchronous one."""

    async def _async_soft_close(self) -> None:
        return


class Connection(driver.Connection):  # type: ignore[misc]
    def cursor(self, factory: type[Cursor] = Cursor) -> Cursor:
        cursor: Cursor = super().cursor(factory)
        return cursor


class HintingCompiler(SQLiteCompiler):
    """Writes the hints of a statement (`with_hint`), such as INDEXED BY, which SQLAlchemy leaves out on SQLite."""

    def format_from_hint_text(self, sqltext: Any, table: Any, hint: Any, iscrud: Any) -> Any:
        return f"{sqltext} {hint}"


class OneHopDialect(SQLiteDialect_pysqlite):
    driver = "onehop"
    statement_compiler = HintingCompiler
    is_async = True
    supports_statement_cache = True

    @classmethod
    def import_dbapi(cls) -> Any:
        return driver

    @classmethod
    def get_pool_class(cls, url: URL) -> type[Pool]:
        return ConnectionsOfAnyThread

    def connect(self, *arguments: Any, **options: Any) -> Any:
        return driver.connect(*arguments, **options, factory=Connection)

    def get_driver_connection(self, connection: Any) -> Any:
        return connection


class InPlaceSession(AsyncSession):
    """A session whose statements run where they stand: with a driver that never waits, no greenlet has to be switched.

    What is not overridden here works the general way.
    """

    async def execute(self, statement: Any, params: Any = None, **options: Any) -> Any:
        return self.sync_session.execute(statement, params, **options)

    async def scalar(self, statement: Any, params: Any = None, **options: Any) -> Any:
        return self.sync_session.scalar(statement, params, **options)

    async def scalars(self, statement: Any, params: Any = None, **options: Any) -> Any:
        return self.sync_session.scalars(statement, params, **options)

    async def flush(self, objects: Any = None) -> None:
        self.sync_session.flush(objects)

    async def commit(self) -> None:
        self.sync_session.commit()

    async def rollback(self) -> None:
        self.sync_session.rollback()

    async def close(self) -> None:
        self.sync_session.close()


registry.register("sqlite.onehop", __name__, "OneHopDialect")


def prepare_connection(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # BEGIN is sent by `begin`, never by the driver
    cursor = connection.cursor()
    _write_ahead(cursor)
    for pragma in (
        "synchronous = FULL",
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
        "foreign_keys = ON",
        "cache_size = -16000",
        "temp_store = MEMORY",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _write_ahead(cursor: Any) -> None:
    """Let the file keep a write-ahead log. The busy timeout is not for this step: of two who take it at once, one waits."""
    patience_ends = time.monotonic() + WAL_PATIENCE_S
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
            return
        except driver.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > patience_ends:
                raise
            time.sleep(WAL_PAUSE_S)


def set_up_without_greenlets(engine: Engine) -> None:
    """Let the very first connection be made by a statement that runs in place.

    SQLAlchemy sets a dialect up under a mutex, which for an asynchronous one waits on the loop, by way of a greenlet.
    """
    listeners: Any = engine.pool.dispatch.connect
    listeners._is_asyncio = False


def begin(connection: EngineConnection) -> None:
    """Take the right to write at BEGIN: a second writer then waits instead of failing later.

    A reader begins nothing. Each of its statements sees one moment, as on PostgreSQL, where readers autocommit.
    """
    if not connection.get_execution_options().get("reads_only"):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
