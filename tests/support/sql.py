"""What reaches the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event, func, select

from questlog.core.db import Base, Database


@contextmanager
def count_statements(database: Database) -> Iterator[list[str]]:
    """Collect the statements run inside the block, without BEGIN, COMMIT and PRAGMA."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            statements.append(statement)

    engine = database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


@contextmanager
def count_commits(database: Database) -> Iterator[list[Any]]:
    """Collect an entry for each transaction that is committed inside the block."""
    commits: list[Any] = []

    def note(connection: Any) -> None:
        commits.append(connection)

    engine = database.engine.sync_engine
    event.listen(engine, "commit", note)
    try:
        yield commits
    finally:
        event.remove(engine, "commit", note)


async def count_rows(database: Database, table: Any) -> int:
    async with database.reader() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def rows_of(database: Database, *, but: set[str]) -> dict[str, list[str]]:
    """Return what every table holds."""
    found = {}
    async with database.reader() as session:
        for table in Base.metadata.sorted_tables:
            if table.name not in but:
                rows = await session.execute(select(table))
                found[table.name] = sorted(repr(tuple(row)) for row in rows)
    return found
