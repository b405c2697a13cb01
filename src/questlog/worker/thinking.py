"""Going on with runs of the coach whose process is gone."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from questlog.clients import language_models
from questlog.coach.asking import Mind
from questlog.coach.briefing import Briefing
from questlog.coach.thinking import Thinker
from questlog.core.config import Settings
from questlog.core.db import Database
from questlog.worker.house import DOWN, House, pause

LOOK_ROUND_S = 2.0

log = structlog.get_logger(__name__)


def thinker_of(database: Database, mind: Mind | None) -> Thinker:
    """Return who thinks the runs of this process. Whoever made one closes it before the database and the model."""
    briefing = Briefing(database, mind)
    return Thinker(database, briefing.turn, briefing.open)


@asynccontextmanager
async def _thinking(house: House) -> AsyncIterator[Thinker]:
    """Lend the thinker of this process, or one of this loop's own where there is none: in a worker."""
    if house.thinker is not None:
        yield house.thinker
        return
    async with _own(house.database, house.settings) as thinker:
        yield thinker


@asynccontextmanager
async def _own(database: Database, settings: Settings) -> AsyncIterator[Thinker]:
    model = language_models.connect(settings.llm)
    thinker = thinker_of(database, None if model is None else Mind(model, settings.llm))
    try:
        yield thinker
    finally:
        await thinker.close()
        if model is not None:
            await model.close()


async def run_forever(house: House, stop: asyncio.Event) -> None:
    """Take over what nobody thinks any more, until `stop` is set; then leave it to the next one."""
    async with _thinking(house) as thinker:
        while not stop.is_set():
            try:
                await thinker.take_orphans()
            except DOWN as error:
                log.warning("runs_wait_for_the_database", error=type(error).__name__)
            await pause(LOOK_ROUND_S, stop)
