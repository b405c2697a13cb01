"""A run under way in this process, and whoever listens to it."""

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from questlog.coach.runs import Held, Part

MOST_PENDING = 2_000
MOST_RECENT = 500

type Ends = Literal["stopped", "lost", "left", "ended"]


class TooSlowError(Exception):
    """A follower did not keep up; it may come back with the last number it has."""


class Listener:
    """What one follower has not taken yet: a bounded number of parts."""

    def __init__(self) -> None:
        self._pending: asyncio.Queue[Part | None] = asyncio.Queue(MOST_PENDING)
        self._is_cut = False

    def hear(self, part: Part | None) -> None:
        """Take a part, or None for the end. Who is too far behind is cut off."""
        try:
            self._pending.put_nowait(part)
        except asyncio.QueueFull:
            self._is_cut = True

    async def next(self) -> Part | None:
        """Return what comes next, or None when nothing more comes from here. Raises `TooSlowError`."""
        part = await self._pending.get()
        if self._is_cut:
            raise TooSlowError()
        return part


@dataclass(eq=False, slots=True)
class Thought:
    """`unsaved` is what was sent and is not stored yet, `recent` the newest parts, stored or not.

    `ends` says why its task ends, once it is known. A task that has not begun cannot be called off: it would never
    reach its own end. It looks at `ends` first.
    """

    held: Held
    task: asyncio.Task[None] | None = None
    unsaved: list[Part] = field(default_factory=list)
    recent: deque[Part] = field(default_factory=lambda: deque(maxlen=MOST_RECENT))
    listeners: set[Listener] = field(default_factory=set)
    ends: Ends | None = None
    has_begun: bool = False

    def send(self, type_: str, data: dict[str, Any]) -> None:
        """Send a part: to those who listen here at once, to all others with the next batch."""
        self.held.last_seq += 1
        part = Part(self.held.last_seq, type_, data)
        self.unsaved.append(part)
        self.tell(part)

    def tell(self, part: Part | None) -> None:
        if part is not None:
            self.recent.append(part)
        for listener in self.listeners:
            listener.hear(part)

    def is_kept(self, parts: int) -> None:
        """Note that the oldest unsaved parts are stored, and how far the thinking is with all it has cost."""
        del self.unsaved[:parts]
        self.held.unpaid = (0, 0)

    def call_off(self, why: Ends) -> None:
        """End the thinking where it is; the first reason holds."""
        if self.note_end(why) and self.task is not None and self.has_begun:
            self.task.cancel()

    def note_end(self, why: Ends) -> bool:
        """Note why the thinking ends, and return whether it was not known yet."""
        is_news = self.ends is None
        self.ends = self.ends or why
        return is_news

    @contextmanager
    def overheard(self) -> Iterator[Listener]:
        """Lend a listener that hears everything from now on."""
        listener = Listener()
        self.listeners.add(listener)
        try:
            yield listener
        finally:
            self.listeners.discard(listener)

    def recent_since(self, since: int) -> list[Part] | None:
        """Return what was sent after a number, or None when some of it is known to the database alone."""
        if not self.recent or self.recent[0].seq > since + 1:
            return None
        return [part for part in self.recent if part.seq > since]
