"""Reading the audit log: an account's own part of it, or all."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, delete, select, update

from questlog.automation.audit import ENTRIES
from questlog.core import clock
from questlog.core.db import Session
from questlog.core.pagination import PageRequest, Slice, SortKey, slice_of

NEWEST_FIRST = (SortKey(ENTRIES.c.id, descending=True),)
ADDRESSES_KEPT = timedelta(days=90)
KEPT = timedelta(days=400)
ADMINISTRATOR = "admin"
SOMEBODY_ELSES = {"actor": ADMINISTRATOR, "address": None, "user_agent": None, "request_id": None}


@dataclass(frozen=True)
class AuditFilter:
    """`action` is exact, or everything of a noun: `login.*`. `last` is the first moment that is not meant any more."""

    action: str | None = None
    account_id: UUID | None = None
    actor: str | None = None
    address: str | None = None
    first: datetime | None = None
    last: datetime | None = None


async def page(session: Session, wanted: AuditFilter, request: PageRequest) -> Slice[Row[Any]]:
    """Return lines, newest first."""
    return await slice_of(session, _lines(wanted), NEWEST_FIRST, request)


def shown(row: Row[Any]) -> dict[str, Any]:
    return {column.name: getattr(row, column.name) for column in ENTRIES.c}


def shown_to_owner(row: Row[Any], account_id: UUID) -> dict[str, Any]:
    """Return what the account's owner may see: that an administrator did it, and not which one or from where."""
    line = shown(row)
    is_other = row.actor.startswith("user:") and row.actor != f"user:{account_id}"
    if is_other or row.action == "admin.read":
        return line | SOMEBODY_ELSES
    return line


def _lines(wanted: AuditFilter) -> Select[Any]:
    columns = ENTRIES.c
    statement = select(*columns)
    for column, value in (
        (columns.account_id, wanted.account_id),
        (columns.actor, wanted.actor),
        (columns.address, wanted.address),
    ):
        if value is not None:
            statement = statement.where(column == value)
    if wanted.action is not None:
        noun = wanted.action.removesuffix("*")
        is_exact = noun == wanted.action
        statement = statement.where(
            columns.action == noun if is_exact else columns.action.startswith(noun, autoescape=True)
        )
    if wanted.first is not None:
        statement = statement.where(columns.created_at >= wanted.first)
    if wanted.last is not None:
        statement = statement.where(columns.created_at < wanted.last)
    return statement


async def sweep(session: Session) -> None:
    """Blank addresses that are 90 days old, and delete lines after 400: all that ever changes in the log.

    Where there is nothing to delete nothing is tried, so that the server's role need not be allowed to.
    """
    now, columns = clock.now(), ENTRIES.c
    dated = (columns.created_at < now - ADDRESSES_KEPT, columns.address.is_not(None))
    await session.execute(update(ENTRIES).where(*dated).values(address=None, user_agent=None))
    over = columns.created_at < now - KEPT
    if await session.scalar(select(columns.id).where(over).limit(1)) is not None:
        await session.execute(delete(ENTRIES).where(over))
