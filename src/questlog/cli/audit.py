"""`questlog audit`: the audit log, straight from the database, for whoever runs the server."""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

import click

from questlog.automation.audit_log import AuditFilter
from questlog.cli import audit_following, audit_lines, terminal
from questlog.cli.database import work_on_database
from questlog.cli.exits import Exit, Failure
from questlog.cli.settings import read_settings
from questlog.core.db import Database
from questlog.core.ids import parse_id
from questlog.identity import emails, users
from questlog.identity.emails import InvalidEmailError

type Lines = Sequence[Mapping[str, Any]]
type People = Mapping[UUID, str]


@click.command()
@click.option("--action", help="Such as login.failed, or all of a noun: login.*")
@click.option("--account", metavar="EMAIL", help="Only what is about this account.")
@click.option("--address", help="Only what came from this network address.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True)
@click.option("--follow", "-f", is_flag=True, help="Go on with each new line until Ctrl-C.")
@terminal.json_option
def audit(*, account: str | None, limit: int, follow: bool, as_json: bool, **wanted: Any) -> None:
    """Show the audit log, newest first. Works on the database itself, with or without a running server.

    With --follow the newest line is the last one, and --json prints one object a line.

    \b
    questlog audit --action 'login.*' --limit 20
    questlog audit --account ada@example.org --json
    questlog audit --follow --action 'login.failed'
    """

    async def meant(database: Database) -> AuditFilter:
        return AuditFilter(account_id=await _account(database, account), **wanted)

    async def read(database: Database) -> tuple[Lines, People]:
        lines = await audit_lines.newest(database, await meant(database), limit)
        return lines, await database.read(audit_lines.people_of, lines)

    async def go_on(database: Database) -> None:
        show = _print_objects if as_json else _print_plainly
        await audit_following.follow(database, await meant(database), limit, show)

    if follow:
        with suppress(KeyboardInterrupt):
            work_on_database(read_settings(), go_on)
        return
    lines, people = work_on_database(read_settings(), read)
    if as_json:
        terminal.print_json([audit_lines.for_programs(line) for line in lines])
        return
    terminal.table(
        [audit_lines.cells(line, people) for line in lines],
        headings=("WHEN (UTC)", "ACTION", "WHO", "ACCOUNT", "FROM", "DETAILS"),
    )


def _print_objects(lines: Lines, _people: People) -> None:
    for line in lines:
        click.echo(json.dumps(audit_lines.for_programs(line), ensure_ascii=False))


def _print_plainly(lines: Lines, people: People) -> None:
    """Print without columns: nobody knows yet how wide what comes will be."""
    for line in lines:
        told = (terminal.printable(cell) for cell in audit_lines.cells(line, people))
        click.echo(terminal.GAP.join(cell or "-" for cell in told))


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
