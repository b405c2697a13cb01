"""What is kept for a while only: what the coach's runs sent for 7 days, messages that are over for 30, events for 400.

Answers that may not be replayed any more go, too.
"""

import asyncio

import structlog

from questlog.automation import answered_requests, deliveries, event_retention
from questlog.coach import run_parts
from questlog.core.db import Database

log = structlog.get_logger(__name__)


async def forget(database: Database) -> int:
    """Delete what is too old, in short transactions; return in how many there was something."""
    steps = 0
    sweeps = (answered_requests.sweep, deliveries.sweep, event_retention.sweep, run_parts.sweep)
    for sweep in sweeps:
        while await database.write(sweep):
            steps += 1
            await asyncio.sleep(0)
    if steps:
        log.info("history_forgotten", steps=steps)
    return steps
