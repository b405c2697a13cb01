"""How many connections of a kind somebody may hold at once."""

from collections import Counter
from collections.abc import Hashable, Iterator
from contextlib import contextmanager

from questlog.core.exceptions import TooManyRequestsError

RETRY_AFTER_S = 30


class TooManyConnectionsError(TooManyRequestsError):
    code = "too_many_connections"
    default_message = "You have {most} of these connections open already. Close one first."


class Seats:
    """Counted by process: who has several servers behind one name may hold so many at each."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._taken: Counter[Hashable] = Counter()

    def __len__(self) -> int:
        return self._taken.total()

    @contextmanager
    def take(self, whom: Hashable) -> Iterator[None]:
        """Hold a seat for as long as the block runs. Raises `TooManyConnectionsError`."""
        if self._taken[whom] >= self.most:
            raise TooManyConnectionsError(retry_after=RETRY_AFTER_S, most=self.most)
        self._taken[whom] += 1
        try:
            yield
        finally:
            self._taken[whom] -= 1
            if not self._taken[whom]:
                del self._taken[whom]
