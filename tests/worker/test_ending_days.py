"""The hourly job ends the days of those who do nothing themselves."""

import asyncio
from datetime import UTC, datetime

from questlog.core.db import Database
from questlog.game.models import Player
from questlog.worker import purging
from tests.support.make import Make
from tests.support.moving_clock import MovingClock


async def test_days_end_at_the_start_of_a_server_and_every_hour(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(datetime(2026, 11, 20, 12, tzinfo=UTC))
    ada, stop = await make.user(), asyncio.Event()
    moving_clock.move(hours=12)

    working = asyncio.create_task(purging.run_forever(database, stop))
    await asyncio.sleep(0)
    stop.set()
    await working

    assert (await _day(database, ada.id)).day == 21


async def _day(database: Database, user_id: object) -> datetime:
    async with database.reader() as session:
        player = await session.get_one(Player, user_id)
    return player.day_began
