"""Sends the mail that waits."""

import asyncio

from questlog.core.config import Settings
from questlog.core.db import Database


async def run_forever(database: Database, settings: Settings, stop: asyncio.Event) -> None:
    await stop.wait()
