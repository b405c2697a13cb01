"""How many wait for an answer at once: beyond that a server answers none of them in time (L-05)."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

WAITING_AT_MOST = 208
"""Half a second of work for one process, and more than come at once from one address to be counted (S-108)."""


class Crowd:
    """Those whose requests one process has heard to their end and not begun to answer."""

    def __init__(self, most: int = WAITING_AT_MOST) -> None:
        self.most = most
        self.waiting = 0

    @property
    def is_full(self) -> bool:
        return self.waiting >= self.most


class Place:
    """One request's place in the crowd. Taking it twice, or leaving it twice, changes nothing."""

    def __init__(self, crowd: Crowd) -> None:
        self._crowd = crowd
        self._is_taken = self._is_over = False

    def take(self) -> None:
        if not self._is_taken and not self._is_over:
            self._crowd.waiting += 1
            self._is_taken = True

    def leave(self, *, for_good: bool = False) -> None:
        self._is_over = self._is_over or for_good
        if self._is_taken:
            self._crowd.waiting -= 1
            self._is_taken = False


place_of_request: ContextVar[Place | None] = ContextVar("place_of_request", default=None)


@contextmanager
def elsewhere() -> Iterator[None]:
    """Leave the crowd while something outside is waited for: a slow model keeps nobody else from being answered."""
    place = place_of_request.get()
    if place is None:
        yield
        return
    place.leave()
    try:
        yield
    finally:
        place.take()
