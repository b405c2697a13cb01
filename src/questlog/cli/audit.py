"""`questlog audit`: the audit log, straight from the database, for whoever runs the server."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import click
from sqlalchemy import Row, select

from questlog.automation import audit_log
from questlog.automation.audit_log import AuditFilter
from questlog.cli import terminal
from questlog.cli.database import work_on_database
from questlog.cli.exits import Exit, Failure
from questlog.cli.settings import read_settings
from questlog.core.db import Database, Session
from questlog.core.ids import parse_id
from questlog.core.pagination import MAX_LIMIT, PageRequest
from questlog.identity import emails, users
from questlog.identity.emails import InvalidEmailError
from questlog.identity.models import User


@click.command()
@click.option("--action", help="Such as login.failed, or all of a noun: login.*")
@click.option("--account", metavar="EMAIL", help="Only what is about this account.")
@click.option("--address", help="Only what came from this network address.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True)
@terminal.json_option
def audit(
    action: str | None, account: str | None, address: str | None, limit: int, as_json: bool
) -> None:
    """Show the audit log, newest first. Works on the database itself, with or without a running server.

    \b
    questlog audit --action 'login.*' --limit 20
    questlog audit --account ada@example.org --json
    """

    async def work(database: Database) -> tuple[list[dict[str, Any]], Mapping[UUID, str]]:
        wanted = AuditFilter(action, await _account(database, account), address=address)
        lines = [audit_log.shown(row) for row in await _newest(database, wanted, limit)]
        return lines, await database.read(_addresses, lines)

    lines, people = work_on_database(read_settings(), work)
    if as_json:
        terminal.print_json([{**line, **_texts(line)} for line in lines])
        return
    terminal.table(
        [_row(line, people) for line in lines],
        headings=("WHEN (UTC)", "ACTION", "WHO", "ACCOUNT", "FROM", "DETAILS"),
    )


async def _account(database: Database, email: str | None) -> UUID | None:
    if email is None:
        return None
    try:
        found = await database.read(users.id_by_email, emails.normalise(email))
    except InvalidEmailError:
        found = parse_id(email)  # of an account that is gone
    if found is None:
        raise Failure(f"no account has the address {email}", Exit.NOT_FOUND)
    return found


async def _newest(database: Database, wanted: AuditFilter, limit: int) -> list[Row[Any]]:
    found: list[Row[Any]] = []
    cursor: str | None = None
    while len(found) < limit:
        request = PageRequest(min(MAX_LIMIT, limit - len(found)), cursor)
        page = await database.read(audit_log.page, wanted, request)
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
    return found


async def _addresses(session: Session, lines: Sequence[Mapping[str, Any]]) -> dict[UUID, str]:
    """Return the e-mail addresses of those named, as far as they still have accounts."""
    named = {line["account_id"] for line in lines} | {_user(line["actor"]) for line in lines}
    rows = await session.execute(select(User.id, User.email).where(User.email.is_not(None)))
    return {row.id: str(row.email) for row in rows if row.id in named}


def _user(actor: str) -> UUID | None:
    return parse_id(actor.removeprefix("user:"))


def _row(line: Mapping[str, Any], people: Mapping[UUID, str]) -> tuple[str, ...]:
    actor, account_id = _user(line["actor"]), line["account_id"]
    return (
        f"{line['created_at']:%Y-%m-%d %H:%M:%S}",
        line["action"],
        people.get(actor, line["actor"]) if actor else line["actor"],
        people.get(account_id, str(account_id)) if account_id else "",
        line["address"] or "",
        " ".join(f"{name}={value}" for name, value in line["details"].items()),
    )


def _texts(line: Mapping[str, Any]) -> dict[str, str | None]:
    return {
        "id": str(line["id"]),
        "created_at": line["created_at"].isoformat(),
        "account_id": str(line["account_id"]) if line["account_id"] else None,
    }
