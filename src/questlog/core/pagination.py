"""Pages of a list: by cursor, which stays right while rows come and go, or by `skip`, as older clients ask.

A cursor is the sort key of the last row, so the next page starts behind it whatever was inserted before.
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic_core import from_json, to_json
from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    String,
    and_,
    bindparam,
    func,
    or_,
    select,
    tuple_,
    type_coerce,
)
from sqlalchemy.types import Date, Float, Integer, TypeEngine

from questlog.core.db import Session
from questlog.core.exceptions import ValidationError
from questlog.core.types import Id, Moment

MAX_LIMIT = 100
DEFAULT_LIMIT = 50


class BadCursorError(ValidationError):
    code = "bad_cursor"
    default_message = (
        "This cursor is none of ours. Take `next_cursor` of the answer before, or leave it out."
    )


@dataclass(frozen=True)
class PageRequest:
    limit: int = DEFAULT_LIMIT
    cursor: str | None = None
    skip: int = 0
    include_total: bool = False


@dataclass(frozen=True)
class SortKey:
    """One column of an order. It must never be null: coalesce to the value that belongs last."""

    column: ColumnElement[Any]
    descending: bool = False


@dataclass(frozen=True)
class Slice[Item]:
    """`total` is counted only when asked for; `next_cursor` is None on the last page."""

    items: Sequence[Item]
    next_cursor: str | None
    total: int | None = None


async def slice_of(
    session: Session, statement: Select[Any], keys: Sequence[SortKey], page: PageRequest
) -> Slice[Row[Any]]:
    """Return one page of `statement` in the order of `keys`, of which the last must be unique.

    Rows carry the selected columns first; one statement, two with `include_total`. Raises `BadCursorError`.
    """
    wanted = paged(statement, keys, behind=page.cursor is not None)
    return await run_paged(session, statement, wanted, keys, page)


def paged(statement: Select[Any], keys: Sequence[SortKey], *, behind: bool) -> Select[Any]:
    """Return `statement` with the order, edge and length of a page, whose values `run_paged` gives.

    `behind` says whether there is a cursor to begin behind. Pure, so that a list asked for often is built once.
    """
    wanted = statement.add_columns(
        *(_unread(key.column).label(f"sort_{n}") for n, key in enumerate(keys))
    )
    if behind:
        wanted = wanted.where(_behind(keys))
    wanted = wanted.order_by(
        *(key.column.desc() if key.descending else key.column.asc() for key in keys)
    )
    return wanted.limit(bindparam("page_limit", type_=Integer)).offset(
        bindparam("page_skip", type_=Integer)
    )


async def run_paged(
    session: Session,
    statement: Select[Any],
    wanted: Select[Any],
    keys: Sequence[SortKey],
    page: PageRequest,
    *,
    values: Mapping[str, Any] | None = None,
) -> Slice[Row[Any]]:
    """Return the page that `wanted`, made of `statement` by `paged`, answers for `values`. Raises `BadCursorError`."""
    given = dict(values or {})
    total = await _count(session, statement, given) if page.include_total else None
    kinds = [key.column.type for key in keys]
    edge = read_cursor(page.cursor, kinds) if page.cursor is not None else []
    given |= {f"edge_{n}": value for n, value in enumerate(edge)}
    given |= {"page_limit": page.limit + 1, "page_skip": page.skip}
    rows = (await session.execute(wanted, given)).all()
    more = len(rows) > page.limit
    rows = rows[: page.limit]
    cursor = write_cursor(rows[-1][-len(keys) :]) if more else None
    return Slice(rows, cursor, total)


def _unread(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """An id goes into the cursor as it is stored: reading one for every row would cost more than the rows."""
    return type_coerce(column, String) if isinstance(column.type, Id) else column


async def _count(session: Session, statement: Select[Any], values: Mapping[str, Any]) -> int:
    counted = select(func.count()).select_from(statement.order_by(None).subquery())
    return await session.scalar(counted, values) or 0


def _behind(keys: Sequence[SortKey]) -> ColumnElement[bool]:
    values = [bindparam(f"edge_{n}", type_=key.column.type) for n, key in enumerate(keys)]
    directions = {key.descending for key in keys}
    if len(directions) == 1:  # row values, which an index on the keys can answer
        row = tuple_(*(key.column for key in keys))
        edge = tuple_(*values, types=[key.column.type for key in keys])
        return row < edge if directions.pop() else row > edge
    steps = []
    for n, key in enumerate(keys):
        same = [before.column == value for before, value in zip(keys[:n], values, strict=False)]
        steps.append(
            and_(*same, key.column < values[n] if key.descending else key.column > values[n])
        )
    return or_(*steps)


def write_cursor(values: Sequence[Any]) -> str:
    return base64.urlsafe_b64encode(to_json(list(values))).rstrip(b"=").decode()


def read_cursor(cursor: str, kinds: Sequence[TypeEngine[Any]]) -> list[Any]:
    """Return the values of a cursor that `write_cursor` made of values of these kinds. Raises `BadCursorError`."""
    try:
        values = from_json(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(values, list) or len(values) != len(kinds):
            raise BadCursorError(pointer="/query/cursor")
        return [_typed(value, kind) for value, kind in zip(values, kinds, strict=True)]
    except (ValueError, TypeError, binascii.Error, OverflowError) as error:
        raise BadCursorError(pointer="/query/cursor") from error


def _typed(value: Any, kind: TypeEngine[Any]) -> Any:
    if isinstance(kind, Id | Moment | Date) and not isinstance(value, str):
        raise TypeError(type(value))
    if isinstance(kind, Id):
        return UUID(value)
    if isinstance(kind, Moment):
        return _zoned(datetime.fromisoformat(value))
    if isinstance(kind, Date):
        return date.fromisoformat(value)
    if isinstance(kind, Float):
        return float(value)
    return _plain(value, kind.python_type)


def _plain(value: Any, wanted: type[Any]) -> Any:
    if not isinstance(value, wanted) or isinstance(value, bool):
        raise TypeError(type(value))
    if isinstance(value, int) and abs(value) >= 2**31:
        raise ValueError(value)
    if isinstance(value, str) and "\0" in value:
        raise ValueError(value)
    return value


def _zoned(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(moment)
    return moment
