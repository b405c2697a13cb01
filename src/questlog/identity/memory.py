"""Who is behind what was shown, remembered for less than a second.

A change of role or the end of a session or key is seen at once by the process that made it, and by every other one when
its memory runs out (S-024, S-032, S-038).
"""

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from weakref import WeakSet

from questlog.core.afterwards import after_commit
from questlog.core.db import Session
from questlog.identity.principals import Principal

FRESH_S = 0.8
CAPACITY = 10_000


@dataclass(frozen=True)
class Seen:
    """`principal` is None for what was looked for and is nobody's."""

    principal: Principal | None
    fresh_until: float

    @property
    def is_fresh(self) -> bool:
        return self.fresh_until > time.monotonic()


class Memory[Key]:
    """Bounded; what was learnt longest ago goes first. Strangers, if remembered, do not push out who is known."""

    def __init__(self, *, of_strangers: bool = False) -> None:
        self._seen: OrderedDict[Key, Seen] = OrderedDict()
        self._strangers: OrderedDict[Key, Seen] | None = OrderedDict() if of_strangers else None
        self._forgotten = (
            0  # how often something was; a reading begun before that is not remembered
        )
        _everywhere.add(self)

    def __len__(self) -> int:
        return len(self._seen) + len(self._strangers or ())

    def recall(self, key: Key) -> Seen | None:
        seen = self._seen.get(key)
        if seen is None and self._strangers:
            seen = self._strangers.get(key)
        return seen if seen is not None and seen.is_fresh else None

    async def learn(self, key: Key, reading: Awaitable[Principal | None]) -> Principal | None:
        """Await `reading`, which must not have begun, and remember what it found."""
        # Counted from before the reading, which may be older than a change made meanwhile.
        fresh_until, forgotten = time.monotonic() + FRESH_S, self._forgotten
        found = await reading
        self._seen.pop(key, None)
        memory = self._seen if found is not None else self._strangers
        if memory is not None and forgotten == self._forgotten:
            keep(memory, key, Seen(found, fresh_until))
        return found

    def forget(self, is_meant: Callable[[Principal], bool]) -> None:
        self._forgotten += 1
        for key in [
            key for key, seen in self._seen.items() if seen.principal and is_meant(seen.principal)
        ]:
            del self._seen[key]
        if self._strangers:  # one of them may be let in by this very change
            self._strangers.clear()


_everywhere: WeakSet[Memory[Any]] = WeakSet()


def forget(session: Session, is_meant: Callable[[Principal], bool]) -> None:
    """Look them up anew at their next request, once this transaction is committed."""

    def everywhere() -> None:
        for memory in _everywhere:
            memory.forget(is_meant)

    after_commit(session, everywhere)


def keep[Key, Value](memory: OrderedDict[Key, Value], key: Key, value: Value) -> None:
    memory[key] = value
    memory.move_to_end(key)
    if len(memory) > CAPACITY:
        memory.popitem(last=False)
