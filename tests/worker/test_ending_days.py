"""The hourly job ends the days of those who do nothing themselves."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import update

from questlog.core.config import Settings
from questlog.core.db import Database, Session
from questlog.flows.roll_over import roll_over_all
from questlog.game.models import Player
from questlog.worker.house import House
from tests.support.make import Make
from tests.support.moving_clock import MovingClock
from tests.support.working import work_once


async def test_days_end_at_the_start_of_whoever_works_and_every_hour(
    database: Database, settings: Settings, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(datetime(2026, 11, 20, 12, tzinfo=UTC))
    ada = await make.user()
    moving_clock.move(hours=12)

    await work_once(House(database, settings))

    assert (await _day(database, ada.id)).day == 21


async def test_a_zone_that_is_unknown_here_keeps_nobody_elses_day_from_ending(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(datetime(2026, 11, 20, 12, tzinfo=UTC))
    odd, ada = await make.user(), await make.user()
    await database.write(_moved_to_mars, odd.id)
    moving_clock.move(hours=13)

    changed = await roll_over_all(database)

    assert changed == 1
    assert (await _day(database, ada.id)).day == 21


async def _moved_to_mars(session: Session, user_id: UUID) -> None:
    await session.execute(
        update(Player).where(Player.user_id == user_id).values(zone="Mars/Phobos")
    )


async def _day(database: Database, user_id: object) -> datetime:
    async with database.reader() as session:
        player = await session.get_one(Player, user_id)
    return player.day_began
