"""Copying a whole database into an empty one, whichever of the two engines each of them has.

Everything is read at one moment and written in one transaction, and before that is committed each table is read back
and compared with its source, row by row. Who is interrupted leaves the target as empty as it was.
"""

import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from asyncpg import PostgresError
from asyncpg.exceptions import InterfaceError
from sqlalchemy import (
    JSON,
    Column,
    Dialect,
    MetaData,
    Select,
    Table,
    Text,
    cast,
    func,
    insert,
    select,
    text,
    tuple_,
    type_coerce,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeDecorator

from questlog.core.db import Base, Database, Session

AT_ONCE = 2000
PLAIN = frozenset({str, int, bool, type(None)})  # most values, and alike everywhere
LONGEST_TABLE_S = 86_400
ROUND = 2**128
WITHOUT_LIMITS = ("statement_timeout", "idle_in_transaction_session_timeout")
ONE_MOMENT = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
# Rows may come before what they point to; the commit looks whether all is there.
POINT_AHEAD = text("PRAGMA defer_foreign_keys = ON")

type Progress = Callable[[int, int], None]
"""Called with how many rows are copied and how many there are."""
type Step = Callable[[Session], Awaitable[Any]]


class CopyError(Exception):
    """Nothing was copied; the message says why."""


@dataclass
class Sum:
    """What a table holds: how many rows, and a number that any row missing, changed or added would change."""

    rows: int = 0
    digest: int = 0

    def take_in(self, row: Sequence[Any]) -> None:
        plain = [value if type(value) in PLAIN else _plain(value) for value in row]
        written = json.dumps(plain, sort_keys=True)
        one = hashlib.blake2b(written.encode(), digest_size=16).digest()
        self.rows += 1
        self.digest = (self.digest + int.from_bytes(one)) % ROUND


@dataclass
class Copied:
    """What each table holds, on both sides."""

    tables: dict[str, int] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return sum(self.tables.values())


class Json(str):
    """JSON as the text it is stored as: when it is read, an SQL NULL and the `null` of JSON are one."""

    __slots__ = ()


class JsonText(TypeDecorator[Json]):
    impl = Text
    cache_ok = True

    def column_expression(self, column: Any) -> Any:
        return type_coerce(cast(column, Text), self)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Json | None:
        return None if value is None else Json(value)


async def copy(
    source: Database, target: Database, *, complete: Step, progress: Progress = lambda *_: None
) -> Copied:
    """Copy every row of `source` into `target` and return what both hold. Raises CopyError.

    Both must have the shape of this program, and `target` must be empty. `complete` runs at the end in the same
    transaction, for what follows from the rows and is not copied. Nobody writes into an SQLite source meanwhile.
    """
    async with source.writer() as read, target.writer() as write:
        await _hold_still(read, source)
        await _make_room(write, target)
        tables = [_carried(table) for table in Base.metadata.sorted_tables]
        total = sum([await _count(read, table) for table in tables])
        found, done = {}, 0
        for table in tables:
            found[table.name] = await _copy_table(read, write, table)
            done += found[table.name].rows
            progress(done, total)
        await complete(write)
        for table in tables:
            await _compare(write, table, found[table.name])
    return Copied({name: there.rows for name, there in found.items()})


async def _hold_still(session: Session, source: Database) -> None:
    """Pin one moment. On SQLite the writer's turn does it; in PostgreSQL others write on unseen."""
    if not source.is_sqlite:
        await session.execute(ONE_MOMENT)
        await _take_time(session)


async def _make_room(session: Session, target: Database) -> None:
    """See to it that the target is empty and stays so."""
    if target.is_sqlite:
        await session.execute(POINT_AHEAD)
    else:
        await _take_time(session)
        names = ", ".join(f'"{table.name}"' for table in Base.metadata.sorted_tables)
        await session.execute(text(f"LOCK TABLE {names} IN SHARE ROW EXCLUSIVE MODE"))
    for table in Base.metadata.sorted_tables:
        if count := await _count(session, table):
            raise CopyError(f"the target is not empty: {count} rows of {table.name} are there")


async def _take_time(session: Session) -> None:
    for name in WITHOUT_LIMITS:
        await session.execute(text(f"SET LOCAL {name} = 0"))


def _carried(table: Table) -> Table:
    """Return the table as it is copied: the same columns, with JSON as text."""
    columns = [
        Column(
            column.name,
            JsonText() if isinstance(column.type, JSON) else column.type,
            primary_key=column.primary_key,
        )
        for column in table.c
    ]
    return Table(table.name, MetaData(), *columns)


async def _count(session: Session, table: Table) -> int:
    return await session.scalar(select(func.count()).select_from(table)) or 0


async def _copy_table(read: Session, write: Session, table: Table) -> Sum:
    there = Sum()
    pages = _pages(read, table, there)
    try:
        if write.get_bind().dialect.name == "sqlite":
            await _insert(write, table, pages)
        else:
            await _stream(write, table, pages)
    except (DBAPIError, PostgresError, InterfaceError, ValueError, OverflowError) as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise CopyError(f"{table.name} cannot be copied: {reason}") from error
    return there


async def _pages(
    session: Session, table: Table, there: Sum
) -> AsyncIterator[list[tuple[Any, ...]]]:
    """Yield all rows in the order of their keys, a page at a time, and add them up in `there`."""
    keys = list(table.primary_key)
    places = [list(table.c).index(key) for key in keys]
    wanted: Select[Any] = select(table).order_by(*keys).limit(AT_ONCE)
    behind = wanted
    while True:
        page = [tuple(row) for row in await session.execute(behind)]
        for row in page:
            there.take_in(row)
        if page:
            yield page
        if len(page) < AT_ONCE:
            return
        edge = [page[-1][place] for place in places]
        behind = wanted.where(tuple_(*keys) > tuple_(*edge, types=[key.type for key in keys]))


async def _insert(
    session: Session, table: Table, pages: AsyncIterator[list[tuple[Any, ...]]]
) -> None:
    names = [column.name for column in table.c]
    async for page in pages:
        rows = [dict(zip(names, row, strict=True)) for row in page]
        await session.execute(insert(table), rows)


async def _stream(
    session: Session, table: Table, pages: AsyncIterator[list[tuple[Any, ...]]]
) -> None:
    """Write a table with one COPY: foreign keys into the table itself are looked at when all of it is there."""

    async def rows() -> AsyncIterator[tuple[Any, ...]]:
        async for page in pages:
            for row in page:
                yield row

    connection = await session.connection()
    driver: Any = (await connection.get_raw_connection()).driver_connection
    names = [column.name for column in table.c]
    await driver.copy_records_to_table(
        table.name, records=rows(), columns=names, timeout=LONGEST_TABLE_S
    )


async def _compare(session: Session, table: Table, wanted: Sum) -> None:
    found = Sum()
    async for _ in _pages(session, table, found):
        continue
    if found != wanted:
        raise CopyError(
            f"{table.name} has {found.rows} rows in the target and {wanted.rows} in the source, "
            "or other values in them"
        )


def _plain(value: Any) -> Any:
    """Return the value in a form that is the same wherever it was stored."""
    if isinstance(value, Json):
        return {"json": json.loads(value, parse_float=_number, parse_int=_number)}
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    return str(value)


def _number(written: str) -> float:
    """Read a number of JSON. PostgreSQL writes 1e22 as 10000000000000000000000, which is no other number."""
    number = float(written)
    return int(number) if number.is_integer() else number
