"""Waking whoever waits for events, inside one process: a hint to look sooner, never a message.

A ring may be missed or may come for nothing; what is true stands in the event log, and listeners look there by themselves
now and then.
"""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from uuid import UUID

from questlog.core.afterwards import after_commit
from questlog.core.db import Session


class Bell:
    """What one listener hears. It belongs to the event loop it was made on; rings may come from any thread."""

    def __init__(self, *, near_only: bool, of_talk: bool) -> None:
        self.near_only, self.of_talk = near_only, of_talk
        self._loop = asyncio.get_running_loop()
        self._rung = asyncio.Event()
        self._users: set[UUID] = set()

    async def wait(self, timeout_s: float) -> bool:
        """Wait until somebody rings, or for `timeout_s` seconds at most; say whether it rang since the last `users`."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._rung.wait()
        return self._rung.is_set()

    def users(self) -> set[UUID]:
        """Return for whom it rang since this was last asked, and be silent again."""
        heard, self._users = self._users, set()
        self._rung.clear()
        return heard

    def wake(self) -> None:
        """End the waiting under way without naming anybody."""
        self._hear(frozenset())

    def hear(self, user_ids: frozenset[UUID]) -> None:
        with suppress(RuntimeError):  # its loop has ended, and nobody listens any more
            self._loop.call_soon_threadsafe(self._hear, user_ids)

    def _hear(self, user_ids: frozenset[UUID]) -> None:
        self._users |= user_ids
        self._rung.set()


_listeners: set[Bell] = set()


@contextmanager
def listen(*, near_only: bool = False, of_talk: bool = False) -> Iterator[Bell]:
    """Lend a bell; `near_only` hears of commits of this process and not what other processes told it.

    With `of_talk` it hears also of what the coach says, many times a second, which is in no event log.
    """
    bell = Bell(near_only=near_only, of_talk=of_talk)
    _listeners.add(bell)
    try:
        yield bell
    finally:
        _listeners.discard(bell)


def ring(user_ids: Iterable[UUID], *, from_afar: bool = False, is_talk: bool = False) -> None:
    """Tell the listeners of this process that something happened to these users. Callable from any thread."""
    whom = frozenset(user_ids)
    for bell in tuple(_listeners):
        if not (from_afar and bell.near_only) and (bell.of_talk or not is_talk):
            bell.hear(whom)


def ring_when_committed(
    session: Session, user_ids: Iterable[UUID], *, is_talk: bool = False
) -> None:
    """Ring once this transaction is durable; never if it rolls back."""
    if not _listeners:
        return
    whom = frozenset(user_ids)
    after_commit(session, lambda: ring(whom, is_talk=is_talk))
