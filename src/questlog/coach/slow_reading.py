"""Reading a lot without holding anybody up: on SQLite the statements go to a thread."""

from typing import Any

from questlog.core.db import Database, Verb


async def slowly[Result](
    database: Database, verb: Verb[Result], *args: Any, **kwargs: Any
) -> Result:
    """Run `verb(session, *args, **kwargs)` with a reader, however long it takes."""
    async with database.unit(writes=False) as session:
        session.info["slow"] = True
        return await database.run(session, verb(session, *args, **kwargs))
