"""Rows of tests on their way into the database."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from fastapi import FastAPI

from questlog.core import clock
from questlog.core.db import Database
from questlog.planning.models import Item, Task
from questlog.planning.search import index
from questlog.planning.search.tables import Kind


@dataclass(frozen=True)
class Person:
    """A user and the headers of a signed-in request of theirs."""

    id: UUID
    email: str
    timezone: str
    headers: dict[str, str] = field(repr=False)


class Rows:
    """What every maker of rows needs."""

    def __init__(self, database: Database, app: FastAPI) -> None:
        self.database = database
        self._app = app
        self._count = 0

    def _next(self) -> float:
        self._count += 1
        return float(self._count)

    def _stamps(self) -> dict[str, datetime]:
        now = clock.now()
        return {"created_at": now, "updated_at": now}

    async def _save[Row](self, row: Row) -> Row:
        async with self.database.writer() as session:
            session.add(row)
            if isinstance(row, Task | Item):
                await session.flush()
                kind: Kind = "task" if isinstance(row, Task) else "item"
                await index.add(session, kind, [{"description": None, **vars(row)}])
        return row
