"""What is done every hour: ending the days of the game, and emptying the trash of what has lain there for 30 days."""

import asyncio
from contextlib import suppress
from datetime import timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from questlog.core import clock
from questlog.core.db import Database
from questlog.flows.roll_over import roll_over_all
from questlog.planning import goal_trash, project_trash, task_trash

EVERY_S = 3600.0
KEPT_FOR = timedelta(days=30)

log = structlog.get_logger(__name__)


async def run_forever(database: Database, stop: asyncio.Event) -> None:
    """Do both at the start and every hour until `stop` is set."""
    while not stop.is_set():
        try:
            await roll_over_all(database)
            gone = await empty_the_trash(database)
            if gone:
                log.info("trash_emptied", rows=gone)
        except SQLAlchemyError as error:
            log.warning("purging_waits_for_the_database", error=str(error))
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), EVERY_S)


async def empty_the_trash(database: Database) -> int:
    """Remove for good what was thrown away more than 30 days ago; return how many rows went.

    Tasks go before the projects and goals they hang on, each batch in a transaction of its own.
    """
    before = clock.now() - KEPT_FOR
    total = 0
    for purge in (task_trash.purge, project_trash.purge, goal_trash.purge):
        while gone := await database.write(purge, before=before):
            total += gone
            await asyncio.sleep(0)
    return total
