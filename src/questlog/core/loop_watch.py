"""How late the event loop is: what blocks it shows here before people notice."""

import asyncio
import time
from collections.abc import Callable

EVERY_S = 0.25


async def run_forever(observe: Callable[[float], None], stop: asyncio.Event) -> None:
    """Call `observe` with the seconds by which each short nap took longer than it should, until `stop` is set."""
    while not stop.is_set():
        began = time.perf_counter()
        await asyncio.sleep(EVERY_S)
        observe(max(0.0, time.perf_counter() - began - EVERY_S))
