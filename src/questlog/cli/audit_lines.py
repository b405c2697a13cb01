"""Lines of the audit log as they are read from the database and shown."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from questlog.automation import audit_log
from questlog.automation.audit_log import AuditFilter
from questlog.core.db import Database, Session
from questlog.core.ids import parse_id
from questlog.core.pagination import MAX_LIMIT, PageRequest
from questlog.identity.models import User

FEW = 500  # that many ids are sent to the database; for more it gives everybody


async def newest(database: Database, wanted: AuditFilter, limit: int) -> list[dict[str, Any]]:
    found: list[Row[Any]] = []
    cursor: str | None = None
    while len(found) < limit:
        request = PageRequest(min(MAX_LIMIT, limit - len(found)), cursor)
        page = await database.read(audit_log.page, wanted, request)
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
    return [audit_log.shown(row) for row in found]


async def people_of(session: Session, lines: Sequence[Mapping[str, Any]]) -> dict[UUID, str]:
    """Return the e-mail addresses of those named, as far as they still have accounts."""
    named = {line["account_id"] for line in lines} | {_user(line["actor"]) for line in lines}
    statement = select(User.id, User.email).where(User.email.is_not(None))
    if len(named) <= FEW:
        statement = statement.where(User.id.in_(named - {None}))
    rows = await session.execute(statement)
    return {row.id: str(row.email) for row in rows if row.id in named}


def _user(actor: str) -> UUID | None:
    return parse_id(actor.removeprefix("user:"))


def cells(line: Mapping[str, Any], people: Mapping[UUID, str]) -> tuple[str, ...]:
    actor, account_id = _user(line["actor"]), line["account_id"]
    return (
        f"{line['created_at']:%Y-%m-%d %H:%M:%S}",
        line["action"],
        people.get(actor, line["actor"]) if actor else line["actor"],
        people.get(account_id, str(account_id)) if account_id else "",
        line["address"] or "",
        " ".join(f"{name}={value}" for name, value in line["details"].items()),
    )


def for_programs(line: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **line,
        "id": str(line["id"]),
        "created_at": line["created_at"].isoformat(),
        "account_id": str(line["account_id"]) if line["account_id"] else None,
    }
