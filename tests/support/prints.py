"""What a database holds, as one digest for each table that is not empty: for requests that may leave nothing behind."""

import hashlib

from sqlalchemy import select

from questlog.core.db import Database
from tests.support import filled

# Attempts are counted and refusals noted, whatever becomes of the request.
NOTED = frozenset({"attempt_counts", "audit_entries"})


async def prints(database: Database) -> dict[str, str]:
    """Return the digest of every row of every table but those that note what was tried."""
    found = {}
    async with database.reader() as session:
        for table in await filled.tables(session):
            if table.name not in NOTED:
                rows = await session.execute(select(table).order_by(*table.primary_key))
                digest = hashlib.sha256()
                for row in rows:
                    digest.update(repr(tuple(row)).encode())
                found[table.name] = digest.hexdigest()
    return found


def differing(before: dict[str, str], after: dict[str, str]) -> list[str]:
    return sorted({name for name, _ in before.items() ^ after.items()})
