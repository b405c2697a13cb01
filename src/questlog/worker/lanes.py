"""What a courier has under way: in which lane, for how long, and where there is room for more.

What hangs is bounded by itself. Beyond that nobody is tried who was never heard of, and what hung longest is broken off;
so endpoints that answer have their places whatever others do.
"""

import asyncio
import resource
import time
from collections.abc import Iterable
from typing import Literal
from uuid import UUID

from questlog.automation.delivery_claims import Sending
from questlog.automation.delivery_places import Places, surplus

MOST_HANGING = 256
FILES_FOR_EACH = 3

type Lane = Literal["prompt", "new", "slow", "failing", "hanging"]

PLACES: dict[Lane, int] = {"prompt": 128, "new": 64, "slow": 64, "failing": 64}
"""How many requests may be under way: to endpoints that answer, that did not yet, that take their time, and that fail."""
PATIENCE_S: dict[Lane, float] = {"prompt": 0.5, "new": 0.5, "slow": 3.0}
"""After so long without an answer a request gives its place up and hangs; its endpoint is sent nothing else meanwhile."""


class UnderWay:
    __slots__ = ("began", "is_broken_off", "lane", "sending", "task")

    def __init__(self, sending: Sending, lane: Lane, task: asyncio.Task[None]) -> None:
        self.sending, self.lane, self.task = sending, lane, task
        self.began = time.monotonic()
        self.is_broken_off = False


class Lanes:
    def __init__(self) -> None:
        self._under_way: dict[UUID, UnderWay] = {}
        files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        most = MOST_HANGING * 4 if files == resource.RLIM_INFINITY else files // FILES_FOR_EACH
        self._most_hanging = max(1, min(MOST_HANGING, most // 2))
        self._most_here = max(1, most // 4)

    def __bool__(self) -> bool:
        return bool(self._under_way)

    @property
    def sendings(self) -> list[Sending]:
        return [each.sending for each in self._under_way.values()]

    @property
    def tasks(self) -> list[asyncio.Task[None]]:
        return [each.task for each in self._under_way.values()]

    @property
    def hanging(self) -> set[UUID]:
        """The endpoints of which something hangs."""
        return {each.sending.webhook.id for each in self._in("hanging")}

    def start(self, sending: Sending, lane: Lane, task: asyncio.Task[None]) -> None:
        self._under_way[sending.attempt_id] = UnderWay(sending, lane, task)

    def end(self, sending: Sending) -> None:
        del self._under_way[sending.attempt_id]

    def is_broken_off(self, sending: Sending) -> bool:
        return self._under_way[sending.attempt_id].is_broken_off

    def make_way(self) -> None:
        """Let those who begin not wait for those who hang."""
        now = time.monotonic()
        for each in self._under_way.values():
            if now - each.began > PATIENCE_S.get(each.lane, now):
                each.lane = "hanging"
        held = [(each.sending.user_id, each) for each in self._in("hanging")]
        for each in surplus(held, self._most_hanging):
            if not each.is_broken_off:
                each.is_broken_off = True
                each.task.cancel()

    def room(self, lane: Lane) -> tuple[int, Places]:
        """Return how many requests may begin in a lane, and how its places are shared out."""
        most = min(PLACES[lane], self._most_here)
        here = self._in(lane)
        if lane != "new":
            places = Places.held(most, _owners(here))
            return places.left, places
        places = Places.held(self._most_hanging, _owners([*here, *self._in("hanging")]))
        return min(most - len(here), places.left), places

    def _in(self, lane: Lane) -> list[UnderWay]:
        return [each for each in self._under_way.values() if each.lane == lane]


def _owners(those: Iterable[UnderWay]) -> Iterable[UUID]:
    return (each.sending.user_id for each in those)
