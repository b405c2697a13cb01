"""The database of this process, for those who are called without one, and how one is opened."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from questlog.automation import audit, events
from questlog.core.config import Settings, load_settings
from questlog.core.db import Database
from questlog.game import content

_open: list[Database] = []


def open_database(settings: Settings) -> Database:
    """Open the database of the settings, and let this process play by their numbers."""
    group = settings.database
    content.play_with(hearts_max=settings.game.hearts_max)
    return Database(
        group.url,
        closing=(audit.write_recorded, events.write_recorded),
        pool_size=group.pool_size,
        max_overflow=group.max_overflow,
        pool_timeout=group.pool_timeout,
        echo=group.echo,
    )


def move_in(database: Database) -> None:
    """Make this the database that `here` lends. The last one that moved in is taken."""
    _open.append(database)


def move_out(database: Database) -> None:
    _open.remove(database)


@asynccontextmanager
async def here() -> AsyncIterator[Database]:
    """Lend the database of this process. Where nobody opened one, such as in a command, it is open for this long."""
    if _open:
        yield _open[-1]
        return
    database = open_database(load_settings())
    try:
        yield database
    finally:
        await database.close()
