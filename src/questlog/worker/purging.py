"""Emptying the trash of what has lain there for 30 days."""

import asyncio
from datetime import timedelta

import structlog

from questlog.core import clock
from questlog.core.db import Database
from questlog.planning import goal_trash, project_trash, task_trash

KEPT_FOR = timedelta(days=30)

log = structlog.get_logger(__name__)


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
    if total:
        log.info("trash_emptied", rows=total)
    return total
