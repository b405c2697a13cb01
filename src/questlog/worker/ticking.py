"""Making the jobs of the schedule when they are due. Whoever works ticks; a date is made once, whoever is first."""

import asyncio
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog

from questlog.automation import heartbeats, jobs
from questlog.core import clock
from questlog.core.db import Database, Session
from questlog.worker import crafts, schedule
from questlog.worker.house import DOWN, House, pause

TICK_S = 2.0
MOST_PILED = 100

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Date:
    """One run of something: `slot` is unique for its name in all times."""

    name: str
    slot: str
    args: Mapping[str, Any] = field(default_factory=dict)
    most_attempts: int = jobs.MOST_ATTEMPTS
    may_pile_up: bool = False
    """Whether it is made although an earlier one of its name is not done."""


class Ticker:
    """Remembers which dates are made, so that most ticks ask nobody."""

    def __init__(self) -> None:
        self._made: dict[str, str] = {}

    async def tick(self, database: Database) -> int:
        """Make what is due by now and not made yet, by whomever; return how many."""
        fresh = [date for date in dates(clock.now()) if self._made.get(_key(date)) != date.slot]
        if not fresh:
            return 0
        made = 0
        for own in (True, False):  # whatever the tasks of others ask for, ours are made
            if some := [date for date in fresh if date.may_pile_up is not own]:
                count, seen = await database.write(make, some)
                self._made.update({_key(date): date.slot for date in seen})
                made += count
        return made


def dates(now: datetime) -> Iterator[Date]:
    """Return the newest date of everything that has a rhythm: what was missed before it is not made up for."""
    for each in schedule.EVERY:
        slot = schedule.slot_of(each.newest(now))
        yield Date(each.name, slot, most_attempts=each.most_attempts)
    for task in crafts.timetable(now):
        yield Date(task.name, task.slot, task.args, task.most_attempts, may_pile_up=True)


async def make(session: Session, due: Collection[Date]) -> tuple[int, list[Date]]:
    """Make these jobs, but none of a name that is not done since last time: its runs neither meet nor pile up.

    Those that may, do so up to a hundred. Returns how many this call made, and which exist now.
    """
    waiting = await jobs.waiting_dates(session, {date.name for date in due})
    seen = [date for date in due if waiting[date.name] < (MOST_PILED if date.may_pile_up else 1)]
    made = 0
    for date in seen:
        one = await jobs.enqueue(
            session, date.name, date.args, slot=date.slot, most_attempts=date.most_attempts
        )
        made += one is not None
    return made, seen


async def tick_forever(house: House, stop: asyncio.Event) -> None:
    """Tick until `stop` is set. Where a scheduler runs, everybody else leaves it to him."""
    await crafts.load_if_there_are_any()
    ticker = Ticker()
    while not stop.is_set():
        try:
            if house.kind == "scheduler" or not await _scheduler_lives(house):
                await ticker.tick(house.database)
        except DOWN as error:
            log.warning("schedule_waits_for_the_database", error=type(error).__name__)
        await pause(TICK_S, stop)


async def _scheduler_lives(house: House) -> bool:
    return await house.database.read(heartbeats.alive, ("scheduler",))


def _key(date: Date) -> str:
    return f"{date.name} {date.slot.partition(' ')[2]}"
