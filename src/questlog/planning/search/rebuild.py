"""Making the whole index anew from the tasks and items: after a change of how words are read, or when in doubt."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from sqlalchemy import Table, delete, select, text

from questlog.core.db import Session
from questlog.planning.models import Item
from questlog.planning.queries import TASKS
from questlog.planning.search import index
from questlog.planning.search.tables import FTS5, TSVECTORS, Kind, has_fts5

AT_ONCE = 1000
SOURCES: tuple[tuple[Kind, Any], ...] = (("task", TASKS), ("item", Item.__table__))
# Who adds a task meanwhile waits; otherwise their words would be taken in twice.
HOLD = text("LOCK TABLE search_words IN SHARE ROW EXCLUSIVE MODE")
MERGE = text("INSERT INTO search_words(search_words) VALUES ('optimize')")


async def rebuild(session: Session) -> int:
    """Forget all words and take them in again; return of how many tasks and items."""
    is_fts5 = has_fts5(session)
    if not is_fts5:
        await session.execute(HOLD)
    await session.execute(delete(FTS5 if is_fts5 else TSVECTORS))
    count = 0
    for kind, table in SOURCES:
        async for rows in _rows_of(session, table):
            await index.add(session, kind, rows)
            count += len(rows)
    if is_fts5:
        await session.execute(MERGE)
    return count


async def _rows_of(session: Session, table: Table) -> AsyncIterator[list[dict[str, Any]]]:
    """Yield rows in the order of their making, which is the order of the index."""
    columns = (table.c.id, table.c.user_id, table.c.title, table.c.description)
    last = UUID(int=0)
    while True:
        behind = select(*columns).where(table.c.id > last).order_by(table.c.id).limit(AT_ONCE)
        rows = [dict(row._mapping) for row in await session.execute(behind)]
        if not rows:
            return
        yield rows
        last = rows[-1]["id"]
