"""Who does the later work, and all of it: mail, webhooks, jobs, the schedule, what the coach was at.

Every loop may run in as many processes at once as there are: what they take is claimed in the database.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

import structlog

from questlog.automation import heartbeats
from questlog.core import clock
from questlog.core.ids import new_id
from questlog.worker import crafts, delivering, hands, mailing, thinking, ticking
from questlog.worker.house import DOWN, House, pause

type Loop = Callable[[House, asyncio.Event], Awaitable[None]]

LOOK_ROUND_S = 5.0
CALM_DOWN_S = 5.0
LEAST_GRACE_S = 3.0

log = structlog.get_logger(__name__)


async def _send_mail(house: House, stop: asyncio.Event) -> None:
    await mailing.run_forever(house.database, house.settings, stop)


LOOPS: tuple[Loop, ...] = (
    ticking.tick_forever,
    hands.run_forever,
    delivering.run_forever,
    _send_mail,
    thinking.run_forever,
)
"""What whoever works runs, each until its event is set."""


async def work(house: House, stop: asyncio.Event, loops: Sequence[Loop] = LOOPS) -> None:
    """Run all loops until `stop` is set, and let them end what they are at."""
    tasks = [asyncio.create_task(keep_going(loop, house, stop)) for loop in loops]
    try:
        await stop.wait()
        # A loop that gives its own work a moment to end needs another to give back the rest.
        await asyncio.wait(tasks, timeout=max(house.grace_s, LEAST_GRACE_S) + 1)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    await crafts.close()


async def keep_going(loop: Loop, house: House, stop: asyncio.Event) -> None:
    """Run a loop, and again should it break: the others depend on nothing but its going on."""
    await keep_on(getattr(loop, "__module__", "?"), lambda: loop(house, stop), stop)


async def keep_on(name: str, begin: Callable[[], Awaitable[None]], stop: asyncio.Event) -> None:
    """Begin something that ends when `stop` is set, and again should it break."""
    while not stop.is_set():
        try:
            await begin()
        except Exception as error:  # told with its traceback
            log.error("loop_broke", loop=name, exc_info=error)
            await pause(CALM_DOWN_S, stop)


async def stand_by(house: House, stop: asyncio.Event) -> None:
    """Work as a server does until `stop` is set: always, never, or while no worker is alive, as RELAY says."""
    while not stop.is_set():
        if not await is_needed(house):
            await pause(LOOK_ROUND_S, stop)
            continue
        enough = asyncio.Event()
        working = asyncio.create_task(work(house, enough))
        try:
            while not stop.is_set() and await is_needed(house):
                await pause(LOOK_ROUND_S, stop)
        finally:
            enough.set()
            await working


async def is_needed(house: House) -> bool:
    """Tell whether a server is to work now, by RELAY and by who else is there."""
    relay = house.settings.app.relay
    if relay != "auto":
        return relay == "on"
    try:
        return not await house.database.read(heartbeats.alive, ("worker",))
    except DOWN:
        return True  # nobody can be asked, and there is nothing to be done twice


async def beat_forever(house: House, stop: asyncio.Event) -> None:
    """Say that this process lives, until `stop` is set."""
    process, started_at = new_id(), clock.now()
    while not stop.is_set():
        try:
            await house.database.write(heartbeats.beat, process, house.kind, started_at=started_at)
        except DOWN as error:
            log.warning("heartbeat_waits_for_the_database", error=type(error).__name__)
        await pause(heartbeats.EVERY_S, stop)
    with suppress(*DOWN):
        await house.database.write(heartbeats.leave, process)
