"""What is taken away in turn, and how long nobody could write then."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from tests.scale.doors import Account
from tests.scale.house import BOUNCER, House

UP_AGAIN_S = 60.0


@dataclass(frozen=True)
class Trouble:
    """`most_silence` is for how many seconds nobody may be told that a write is done."""

    name: str
    happen: Callable[[House], Awaitable[None]]
    most_silence: float


@dataclass(frozen=True)
class Seen:
    name: str
    silence: float
    most_silence: float
    repaired_after: float

    def __str__(self) -> str:
        return (
            f"{self.name}: all up again after {self.repaired_after:.1f} s, "
            f"longest time without a write {self.silence:.1f} s"
        )


def killed(name: str, most_silence: float) -> Trouble:
    async def happen(house: House) -> None:
        program = house.named(name)
        program.kill()
        await asyncio.sleep(0.5)  # the supervisor has seen it
        while not program.is_ready():  # noqa: ASYNC110 - it says so in its log
            await asyncio.sleep(0.1)

    return Trouble(f"kill -9 {name}", happen, most_silence)


async def _restart_the_database(house: House) -> None:
    await asyncio.to_thread(house.database.crash)
    await asyncio.sleep(1)
    await asyncio.to_thread(house.database.start)


async def _pause_the_database(house: House) -> None:
    house.database.pause()
    await asyncio.sleep(5)
    house.database.go_on()


async def _stop_redis(house: House) -> None:
    house.cache.stop()
    await asyncio.sleep(8)
    house.cache.start()


def troubles(house: House) -> list[Trouble]:
    """Return what happens, in this order; each kind of process is killed, and each of it."""
    kills = [killed(each.name, 5) for each in house.programs if each.kind != BOUNCER]
    pooler = [killed(BOUNCER, 10)] if house.pooled else []
    return [
        *kills,
        *pooler,
        Trouble("restart of the database", _restart_the_database, 15),
        Trouble("five seconds of a database that hangs", _pause_the_database, 20),
        Trouble("eight seconds without Redis", _stop_redis, 5),
    ]


async def happen_in_turn(house: House, account: Account, each_s: float) -> AsyncIterator[Seen]:
    """Let one trouble after another happen, each with time to recover in; yield what was seen of each."""
    for trouble in troubles(house):
        began = time.monotonic()
        async with asyncio.timeout(UP_AGAIN_S):
            await trouble.happen(house)
            await house.wait_until_ready()
        repaired = time.monotonic() - began
        await asyncio.sleep(max(each_s - repaired, 1.0))
        silence = account.silence(began, time.monotonic())
        yield Seen(trouble.name, silence, trouble.most_silence, repaired)
