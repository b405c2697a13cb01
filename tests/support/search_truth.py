"""Whether the index of words says what the tasks and items say."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Text, bindparam, cast, select, text
from sqlalchemy.dialects.postgresql import TSVECTOR

from questlog.core.db import Database
from questlog.planning.search import index
from questlog.planning.search.rebuild import SOURCES
from questlog.planning.search.tables import FTS5, NAME, TSVECTORS

INTEGRITY = text("INSERT INTO search_words(search_words, rank) VALUES ('integrity-check', 1)")


async def false_words(database: Database) -> list[str]:
    """Return what is wrong with the index, in words."""
    async with database.engine.connect() as connection:
        return await connection.run_sync(lambda sync: list(falsehoods(sync)))


def falsehoods(connection: Connection) -> Iterator[str]:
    is_fts5 = connection.dialect.name == "sqlite"
    table = FTS5 if is_fts5 else TSVECTORS
    columns = [column for column in table.c if column.name != NAME]
    found = [dict(row._mapping) for row in connection.execute(select(*columns))]
    known = {row["object_id"]: row for row in found}
    if len(known) < len(found):
        yield f"{len(found) - len(known)} entries too many"
    for kind, source in SOURCES:
        for row in connection.execute(select(source)):
            told = index.entry_of(kind, dict(row._mapping), is_fts5=is_fts5)
            if not is_fts5:
                told["words"] = _normal(connection, told["words"])
            if known.pop(row.id, None) != told:
                yield f"the words of {kind} {row.id} are not those of {row.title!r}"
    yield from (
        f"words of {one['kind']} {one['object_id']}, which is gone" for one in known.values()
    )
    if is_fts5:
        connection.execute(INTEGRITY)


def _normal(connection: Connection, vector: str) -> Any:
    return connection.scalar(select(cast(cast(bindparam("v", vector, Text), TSVECTOR), Text)))
