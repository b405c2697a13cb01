"""The tail of the event log: whoever is connected learns at once that there is more, and reads it from where they are.

Nothing is kept for anybody. A listener holds one number, the `seq` of the event it was told last, and reads the log from
there; so a slow one costs no memory, and one that was away misses nothing.
"""

import asyncio
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Executable, select
from sqlalchemy.exc import SQLAlchemyError

from questlog.automation import bells, event_messages
from questlog.automation.bells import Bell
from questlog.automation.events import COUNTERS, EVENTS
from questlog.core.db import Database, Session
from questlog.core.prepared import prepared

log = structlog.get_logger(__name__)

# Other processes tell nobody when there is no Redis, so the counters of whoever is connected are looked at this often.
POLL_S = 0.1
# Rings that come together are answered together.
TOGETHER_S = 0.005
DATABASE_REST_S = 1.0
BATCH = 100
SIZES = (1, 4, 16, 64, 256)


@dataclass(frozen=True)
class News:
    """What a listener has not been told. `seq` is where it is afterwards.

    With `is_gap` there is something before that the log does not have (any more): the listener reads its objects anew.
    """

    messages: Sequence[dict[str, Any]]
    seq: int
    is_gap: bool = False


class Listener:
    """One connection, and how far it is. Made by `Tail.listen`."""

    def __init__(self, database: Database, user_id: UUID) -> None:
        self._database, self._user_id = database, user_id
        self._more = asyncio.Event()
        self._head = 0
        self.seq = 0

    async def begin(self, since: int | None) -> News:
        """Stand behind the event `since`, or behind the newest; say where that is."""
        head = (await heads_of(self._database, [self._user_id])).get(self._user_id, 0)
        self.hear_of(head)
        is_gap = since is not None and since > head
        self.seq = head if since is None or is_gap else since
        return News((), self.seq, is_gap)

    def hear_of(self, head: int) -> None:
        if head > self._head:
            self._head = head
            self._more.set()

    async def next(self, timeout_s: float) -> News | None:
        """Return what comes next, oldest first; None when nothing came for `timeout_s` seconds."""
        if self._head <= self.seq:
            self._more.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(timeout_s):
                    await self._more.wait()
            if self._head <= self.seq:
                return None
        head = self._head
        rows = await self._database.read(_after, self._user_id, self.seq)
        if not rows or rows[0].seq != self.seq + 1:
            self.seq = rows[0].seq - 1 if rows else head
            return News((), self.seq, is_gap=True)
        self.seq = rows[-1].seq
        return News([event_messages.message(row) for row in rows], self.seq)


class Tail:
    """The listeners of one process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._listeners: dict[UUID, set[Listener]] = {}
        self._joined = asyncio.Event()

    @contextmanager
    def listen(self, user_id: UUID) -> Iterator[Listener]:
        listener = Listener(self._database, user_id)
        self._listeners.setdefault(user_id, set()).add(listener)
        self._joined.set()
        try:
            yield listener
        finally:
            mine = self._listeners[user_id]
            mine.discard(listener)
            if not mine:
                del self._listeners[user_id]

    async def run_forever(self, stop: asyncio.Event) -> None:
        """Tell listeners of what is committed, here or elsewhere, until `stop` is set."""
        with bells.listen() as bell:
            while not stop.is_set():
                if not self._listeners:
                    await self._somebody(bell)
                    continue
                try:
                    await self._round(bell)
                except (SQLAlchemyError, OSError) as error:
                    log.warning("listeners_wait_for_the_database", error=type(error).__name__)
                    await asyncio.sleep(DATABASE_REST_S)
                except Exception:  # a bug; but everybody would hear nothing until the next start
                    log.exception("tail_failed")
                    await asyncio.sleep(DATABASE_REST_S)

    async def _somebody(self, bell: Bell) -> None:
        self._joined.clear()
        bell.users()
        with suppress(TimeoutError):
            async with asyncio.timeout(POLL_S):
                await self._joined.wait()

    async def _round(self, bell: Bell) -> None:
        """Look at everybody once, then for `POLL_S` at those for whom it rings."""
        await self._look(tuple(self._listeners))
        until = time.monotonic() + POLL_S
        while (left := until - time.monotonic()) > 0:
            if await bell.wait(left):
                await asyncio.sleep(TOGETHER_S)
                await self._look(bell.users() & self._listeners.keys())

    async def _look(self, user_ids: Collection[UUID]) -> None:
        if not user_ids:
            return
        for user_id, head in (await heads_of(self._database, user_ids)).items():
            for listener in self._listeners.get(user_id, ()):
                listener.hear_of(head)


async def heads_of(database: Database, user_ids: Collection[UUID]) -> dict[UUID, int]:
    """Return the number of the newest event of each of these users who has any."""
    found: dict[UUID, int] = {}
    for some in _chunks(list(user_ids)):
        found |= await database.read(_heads, some)
    return found


async def _heads(session: Session, user_ids: Sequence[UUID]) -> dict[UUID, int]:
    rows = await session.execute(
        select(COUNTERS.c.user_id, COUNTERS.c.last_seq).where(COUNTERS.c.user_id.in_(user_ids))
    )
    return {row.user_id: row.last_seq for row in rows}


def _chunks(ids: list[UUID]) -> Iterable[list[UUID]]:
    """Cut a list into pieces of few different lengths, the last repeated to fill them: few statements to prepare."""
    for start in range(0, len(ids), SIZES[-1]):
        piece = ids[start : start + SIZES[-1]]
        size = next(size for size in SIZES if size >= len(piece))
        yield piece + piece[-1:] * (size - len(piece))


async def _after(session: Session, user_id: UUID, seq: int) -> list[Any]:
    return list(await session.execute(*_next_events(user_id, seq)))


@prepared
def _next_events(user_id: UUID, seq: int) -> Executable:
    columns = EVENTS.c
    return (
        select(*event_messages.COLUMNS)
        .where(columns.user_id == user_id, columns.seq > seq)
        .order_by(columns.seq)
        .limit(BATCH)
    )
