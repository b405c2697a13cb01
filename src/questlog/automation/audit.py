"""Writing the audit log: what matters for safety, in the transaction of what it tells, or alone when that was refused.

Lines are only ever added; housekeeping blanks addresses after 90 days and deletes lines after 400. They hold ids and
plain words: no e-mail address, no password, no token, no code.
"""

from collections.abc import Mapping
from typing import Any, cast
from uuid import UUID

import structlog
from sqlalchemy import Table, insert
from sqlalchemy.exc import SQLAlchemyError

from questlog.automation.audit_actions import Action
from questlog.automation.audit_models import AuditEntry
from questlog.core import caller, clock
from questlog.core.db import Database, Session
from questlog.core.ids import new_id

ENTRIES = cast(Table, AuditEntry.__table__)
INSERT = insert(ENTRIES)
PENDING = "pending_audit_entries"
ANONYMOUS, SYSTEM = "anonymous", "system"
AGENT_LENGTH = 512

log = structlog.get_logger(__name__)


def record(
    session: Session,
    action: Action,
    *,
    account_id: UUID | None = None,
    actor: str | None = None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Add a line to the caller's transaction: it is there exactly when the change is.

    `account_id` is whose account it is about. Who did it, from where and in which request is taken from
    `core.caller`; `actor` says it where the caller is only just becoming known.
    """
    told = actor or caller.current().actor or session.info.get("actor")
    entry = _entry(action, account_id, told, details)
    session.info.setdefault(PENDING, []).append(entry)


async def record_alone(
    database: Database,
    action: Action,
    *,
    account_id: UUID | None = None,
    actor: str | None = None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Add a line in a transaction of its own, for what changed nothing or was rolled back. Never inside a writer.

    A database that does not take it costs the line and not the answer: it goes to the server's log instead.
    """
    entry = _entry(action, account_id, actor or caller.current().actor, details)
    try:
        await database.write(_write, [entry])
    except SQLAlchemyError as error:
        log.error(
            "audit_line_lost", action=action, account=str(account_id), error=type(error).__name__
        )


async def write_recorded(session: Session) -> None:
    """Store what was recorded, in one statement. A closing hook of every writer (`core/db.py`)."""
    pending: list[dict[str, Any]] | None = session.info.pop(PENDING, None)
    if pending:
        await _write(session, pending)


async def _write(session: Session, entries: list[dict[str, Any]]) -> None:
    await session.execute(INSERT, entries)


def _entry(
    action: Action, account_id: UUID | None, actor: str | None, details: Mapping[str, Any] | None
) -> dict[str, Any]:
    who = caller.current()
    return {
        "id": new_id(),
        "created_at": clock.now(),
        "action": action,
        "actor": actor or (SYSTEM if who.address is None else ANONYMOUS),
        "account_id": account_id,
        "address": who.address,
        "user_agent": _printable(who.user_agent),
        "request_id": who.request_id,
        "details": dict(details or {}),
    }


def _printable(agent: str | None) -> str | None:
    """Return the beginning of what a browser calls itself, without what could break a line or a terminal."""
    return "".join(c for c in agent or "" if c.isprintable())[:AGENT_LENGTH] or None
