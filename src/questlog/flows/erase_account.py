"""Erasing what a deleted account leaves behind, in transactions so short that nobody waits for them.

Every table with an owner is emptied, those of tomorrow included: first what refers to others, and the account itself at
the very end, so that a stop at any point only means going on later. Rows that hang under rows of the same table are
taken down first, so that the order in which they go does not matter and nothing has to be sorted.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Column, Table, delete, select, tuple_, update

from questlog.core import clock
from questlog.core.db import Base, Database, Session
from questlog.identity import users
from questlog.planning.search import index

ROWS_PER_STEP = 1000
# On SQLite, where one writes at a time and the event loop waits, a step ends after this time as well, but not before the
# first rows: however slow the machine, a small account goes in one step.
STEP_S = 0.025  # before COMMIT, which may take as long: then the words of the search are written
ROWS_AT_ONCE = 100
# Between two steps others have the database, also those in other processes, who cannot queue for SQLite's one writer.
PAUSE_S = 0.05
OWNER = "user_id"
# Whose words are in the index of the search.
SEARCHED = frozenset({"tasks", "items"})

type Work = Callable[[Session, UUID, int], Awaitable[int]]

log = structlog.get_logger(__name__)


async def erase(database: Database, user_id: UUID, *, steps: int | None = None) -> bool:
    """Erase a closed account in at most that many steps, each a transaction; return whether it is gone."""
    taken = 0
    while steps is None or taken < steps:
        if await database.write(erase_some, user_id):
            return True
        taken += 1
        await asyncio.sleep(PAUSE_S)
    return False


async def erase_all_closed(database: Database) -> int:
    """Erase every account that was deleted and is not gone yet; return how many there were."""
    waiting = await database.read(users.being_erased)
    for user_id in waiting:
        await erase(database, user_id)
        log.info("account_erased", user=str(user_id))
    return len(waiting)


async def erase_some(session: Session, user_id: UUID) -> bool:
    """Erase one step's worth of rows and return whether nothing is left."""
    await _end_runs(session, user_id)
    left, ends_at = ROWS_PER_STEP, time.monotonic() + STEP_S
    at_once = ROWS_AT_ONCE if session.get_bind().dialect.name == "sqlite" else ROWS_PER_STEP
    for work in _works():
        while rows := await work(session, user_id, min(at_once, left)):
            left -= rows
            is_late = left <= ROWS_PER_STEP - at_once and time.monotonic() > ends_at
            if is_late or left <= 0:
                return False
    await index.remove_all_of(session, user_id)  # no foreign key reaches into FTS5
    people = Base.metadata.tables["users"]
    await session.execute(delete(people).where(people.c.id == user_id))
    return True


async def _end_runs(session: Session, user_id: UUID) -> None:
    """Let nobody think for the account any more: they would write on while it is taken down."""
    runs = Base.metadata.tables["runs"]
    going_on = update(runs).where(runs.c.user_id == user_id, runs.c.state == "running")
    ended = {"state": "interrupted", "done_at": clock.now(), "lease": None, "leased_until": None}
    await session.execute(going_on.values(**ended))


def _works() -> Iterator[Work]:
    """Yield what there is to do, in an order in which no row goes before those that refer to it."""
    for table in reversed(Base.metadata.sorted_tables):
        if OWNER not in table.c:
            continue
        for one in table.foreign_key_constraints:
            if one.referred_table is table:
                yield partial(_take_down, [each for each in one.columns if each.name != OWNER])
        yield partial(_erase_rows, table)


async def _take_down(
    above: Sequence[Column[Any]], session: Session, user_id: UUID, limit: int
) -> int:
    """Part some rows from those of the same table under which they hang; return how many there were."""
    table = above[0].table
    hanging = (each.is_not(None) for each in above)
    some = select(table.c.id).where(table.c[OWNER] == user_id, *hanging).limit(limit)
    parting = update(table).where(table.c.id.in_(some)).values(dict.fromkeys(above))
    return len((await session.scalars(parting.returning(table.c.id))).all())


async def _erase_rows(table: Table, session: Session, user_id: UUID, limit: int) -> int:
    keys = list(table.primary_key)
    some = select(*keys).where(table.c[OWNER] == user_id).limit(limit)
    erasing = delete(table).where(tuple_(*keys).in_(some)).returning(keys[-1])
    gone: list[Any] = list(await session.scalars(erasing))
    if table.name in SEARCHED:
        await index.remove(session, gone)
    return len(gone)
