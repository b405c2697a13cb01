"""An account with a row in every table that has owners, those of tomorrow included."""

import re
import uuid
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    Float,
    Integer,
    LargeBinary,
    Table,
    func,
    insert,
    select,
)

from questlog.core import clock
from questlog.core.db import Base, Database, Session
from questlog.core.types import Id, Moment
from tests.support.estate import Estate
from tests.support.make import Make, Person

MEANT = {"kind": "task"}  # what must be one of a few words
ONE_OF = re.compile(r"(\w+) IN \('(\w+)'")  # and where the table itself says which
EITHER = re.compile(r"\(\w+ IS NULL\) <> \((\w+) IS NULL\)")  # one of two columns, and never both
OWNERS = ("user_id", "linking_user_id", "account_id")


def owned_tables() -> Iterator[tuple[Table, str]]:
    """Yield every table whose rows belong to somebody, with the column that says to whom."""
    for table in Base.metadata.sorted_tables:
        owner = next((name for name in OWNERS if name in table.c), None)
        if owner is not None:
            yield table, owner


async def rows_of(database: Database, user_id: UUID) -> dict[str, int]:
    """Return how many rows of each table are the user's."""
    async with database.reader() as session:
        return {
            table.name: await session.scalar(
                select(func.count()).select_from(table).where(table.c[owner] == user_id)
            )
            or 0
            for table, owner in owned_tables()
        }


async def live(database: Database, make: Make, user: Person, word: str) -> None:
    """Give the user something in every table."""
    await Estate(make, user, word).one_of_each()
    has = await rows_of(database, user.id)
    async with database.writer() as session:
        for table, owner in owned_tables():
            if not has[table.name]:
                await session.execute(
                    insert(table).values(await _row(session, table, owner, user.id))
                )


async def _row(session: Session, table: Table, owner: str, user_id: UUID) -> dict[str, Any]:
    meant = MEANT | _words_of(table)
    row: dict[str, Any] = {
        column.name: meant.get(column.name) or _value(column.type)
        for column in table.c
        if column.name in _either_of(table)
        or (not column.nullable and column.server_default is None)
    }
    for reference in table.foreign_key_constraints:
        there = reference.referred_table
        if len(reference.column_keys) == 1 and there.name != "users":  # to what is everybody's
            row[reference.column_keys[0]] = await session.scalar(select(there.c.id).limit(1))
        if len(reference.column_keys) == 2:  # to something else of the same owner
            name = next(key for key in reference.column_keys if key != owner)
            found = list(
                await session.scalars(select(there.c.id).where(there.c.user_id == user_id))
            )
            row[name] = found[len([key for key in row if row[key] in found])]
    return {**row, owner: user_id}


def _words_of(table: Table) -> dict[str, str]:
    """Return a word that fits each column whose words are counted."""
    return dict(found for check in _checks(table) for found in ONE_OF.findall(check))


def _either_of(table: Table) -> set[str]:
    """Return the columns that may be empty, but not together with another one."""
    return {name for check in _checks(table) for name in EITHER.findall(check)}


def _checks(table: Table) -> list[str]:
    return [str(one.sqltext) for one in table.constraints if isinstance(one, CheckConstraint)]


def _value(kind: Any) -> Any:
    if isinstance(kind, Id):
        return uuid.uuid4()
    if isinstance(kind, Moment):
        return clock.now()
    if isinstance(kind, Boolean):
        return False
    if isinstance(kind, Date):
        return clock.today("UTC")
    if isinstance(kind, Integer | BigInteger | Float):
        return 1
    if isinstance(kind, LargeBinary):
        return b"sealed"
    if "json" in repr(kind).lower():
        return {}
    return uuid.uuid4().hex[: min(getattr(kind, "length", None) or 12, 12)]
