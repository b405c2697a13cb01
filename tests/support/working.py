"""Doing what is due, as a worker would."""

from questlog.worker.hands import Hands
from questlog.worker.house import House
from questlog.worker.ticking import Ticker


async def work_once(house: House, ticker: Ticker | None = None) -> None:
    """Make what the schedule has due and do every job that can be begun, until nothing is left."""
    await (ticker or Ticker()).tick(house.database)
    await do_what_is_due(house)


async def do_what_is_due(house: House) -> Hands:
    """Do every job that can be begun, until nothing is left."""
    hands = Hands(house)
    while await hands.take() or hands.busy:
        hands.wake.clear()
        if hands.busy:
            await hands.wake.wait()
    return hands
