"""Pages of rows in the form the wire shows them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select

from questlog.core.db import Session
from questlog.core.pagination import PageRequest, Slice, SortKey, slice_of

type WireRow = dict[str, Any]


async def page_of(
    session: Session, statement: Select[Any], order: Sequence[SortKey], page: PageRequest
) -> Slice[WireRow]:
    """Return one page of `statement`, each row under the names of its selected columns."""
    found = await slice_of(session, statement, order, page)
    items = [dict(zip(row._fields, row[: -len(order)], strict=False)) for row in found.items]
    return Slice(items, found.next_cursor, found.total)
