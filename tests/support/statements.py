"""Statements are compiled once in a process, though each test has an engine of its own.

SQLAlchemy keeps what it has compiled by engine and by dialect, and mappers keep theirs by dialect. With a new dialect for
each test, a third of the time went into SQL that had been written before, and what was written stayed in memory.
"""

from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.util import LRUCache

from questlog.core import db

KEPT = 3_000

type Server = tuple[str, str | None, int | None]

_dialects: dict[Server, Dialect] = {}
_compiled: dict[Server, LRUCache[Any, Any]] = {}


def create(url: str, **options: Any) -> AsyncEngine:
    """Stands in for `create_async_engine`. A dialect is shared once it knows its server: when it has connected."""
    engine = create_async_engine(url, **options)
    server = (engine.dialect.name, engine.url.host, engine.url.port)

    def share(connection: Connection) -> None:
        _dialects.setdefault(server, connection.dialect)

    if server in _dialects:
        engine.sync_engine.dialect = _dialects[server]
    else:
        event.listen(engine.sync_engine, "engine_connect", share)
    engine.sync_engine.update_execution_options(
        compiled_cache=_compiled.setdefault(server, LRUCache(KEPT))
    )
    return engine


def share() -> None:
    """Let the databases of this process share what is compiled from now on."""
    setattr(db, create_async_engine.__name__, create)
