"""Erasing what a deleted account leaves behind, in transactions so short that nobody waits for them.

Every table with an owner is emptied, those of tomorrow included: first what refers to others, deep subtasks before
their parents, and the account itself at the very end, so that a stop at any point only means going on later.
"""

import asyncio
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Table, delete, select, tuple_

from questlog.core.db import Base, Database, Session
from questlog.identity import users
from questlog.planning.search import index

ROWS_PER_STEP = 1000
OWNER = "user_id"
# Whose words are in the index of the search.
SEARCHED = frozenset({"tasks", "items"})

log = structlog.get_logger(__name__)


async def erase(database: Database, user_id: UUID, *, steps: int | None = None) -> bool:
    """Erase a closed account in at most that many steps, each a transaction; return whether it is gone."""
    taken = 0
    while steps is None or taken < steps:
        if await database.write(erase_some, user_id):
            return True
        taken += 1
        await asyncio.sleep(0)
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
    room = ROWS_PER_STEP
    for table in _owned():
        room -= await _erase_some(session, table, user_id, room)
        if room <= 0:
            return False
    await index.remove_all_of(session, user_id)  # no foreign key reaches into FTS5
    people = Base.metadata.tables["users"]
    await session.execute(delete(people).where(people.c.id == user_id))
    return True


def _owned() -> Iterable[Table]:
    """Return every table with an owner, those that refer to others first."""
    return (table for table in reversed(Base.metadata.sorted_tables) if OWNER in table.c)


async def _erase_some(session: Session, table: Table, user_id: UUID, room: int) -> int:
    keys = list(table.primary_key)
    some = select(*keys).where(table.c[OWNER] == user_id)
    if "depth" in table.c:
        some = some.order_by(table.c.depth.desc()).limit(room)
    elif not _refers_to_itself(table):
        some = some.limit(room)
    erasing = delete(table).where(tuple_(*keys).in_(some)).returning(keys[-1])
    gone: list[Any] = list(await session.scalars(erasing))
    if table.name in SEARCHED:
        await index.remove(session, gone)
    return len(gone)


def _refers_to_itself(table: Table) -> bool:
    """Whether rows hang under rows of the same table: goals do, and go together, for they are few."""
    return any(one.referred_table is table for one in table.foreign_key_constraints)
