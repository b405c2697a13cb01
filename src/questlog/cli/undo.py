"""`questlog undo` and `questlog activity`: what was done, and taking it back."""

from datetime import datetime
from typing import Any

import click

from questlog.cli import account as accounts
from questlog.cli import references, terminal
from questlog.cli.exits import Exit, Failure
from questlog.cli.remote import Remote, signed_in
from questlog.core import clock

LOOKED_THROUGH = 100
UNDONE = "change.undone"
NAMES = {"type_": "type", "by": "actor", "first": "from", "last": "to", "words": "q"}


@click.command()
@click.argument("event", required=False)
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@terminal.json_option
def undo(event: str | None, yes: bool, as_json: bool) -> None:
    """Take back your last change, or the one named EVENT: an id, or a number of `questlog activity`.

    A change can be undone for 24 hours, as long as nothing later depends on it.

    \b
    questlog undo
    questlog undo 3 --yes
    """
    with signed_in() as remote:
        found = _last_undoable(remote) if event is None else _named(remote, event)
        told = describe(found)
        if not terminal.confirmed(f"Undo {told}?", yes=yes):
            raise Failure(f"not undone: {told}. Say --yes to undo it without being asked")
        undone = remote.post(f"/events/{found['id']}/undo")
    if as_json:
        terminal.print_json(undone)
    else:
        terminal.success(f"Undone: {told}")


@click.command()
@click.option("--type", "type_", help="Only these, such as `task.completed` or `task.*,goal.*`.")
@click.option("--by", help="Only what this did: `user`, `key` or `system`.")
@click.option("--from", "first", metavar="DAY", help="The first day, such as 2026-12-01.")
@click.option("--to", "last", metavar="DAY", help="The last day.")
@click.option("--search", "words", metavar="WORDS", help="Words of the title.")
@click.option(
    "--limit", type=click.IntRange(1, 100), default=20, show_default=True, help="How many."
)
@terminal.json_option
def activity(limit: int, as_json: bool, **wanted: str | None) -> None:
    """List what happened in your account, newest first.

    \b
    questlog activity --type task.completed --from 2026-12-01
    questlog activity --by key --search report
    """
    asked = {NAMES.get(name, name): value for name, value in wanted.items()}
    with signed_in() as remote:
        found = remote.get("/events", limit=limit, **asked)["items"]
        account = references.account_of(remote)
        accounts.remember_list(account, "event", [event["id"] for event in found])
    if as_json:
        terminal.print_json(found)
    elif found:
        zone = clock.zone(account.timezone)
        rows = [(str(number), *_row(event, zone)) for number, event in enumerate(found, 1)]
        terminal.table(rows, headings=("NO", "WHEN", "WHAT", "OF", "UNDO"))
    else:
        click.echo("Nothing happened yet.")


def describe(event: dict[str, Any]) -> str:
    """Say what an event tells of: its type, and the name of what it happened to."""
    name = _name(event)
    return terminal.printable(f"{event['type']} “{name}”" if name else event["type"])


def _name(event: dict[str, Any]) -> str:
    payload = event["payload"]
    if event["type"] == UNDONE:
        return str(payload["undone"]["type"])
    return str(payload.get("title") or payload.get("name") or "")


def _row(event: dict[str, Any], zone: Any) -> tuple[str, str, str, str]:
    moment = datetime.fromisoformat(event["created_at"]).astimezone(zone)
    undo_mark = "undone" if event["undone_by"] else "yes" if event["undoable_until"] else ""
    return moment.strftime("%Y-%m-%d %H:%M"), event["type"], _name(event), undo_mark


def _last_undoable(remote: Remote) -> dict[str, Any]:
    for event in remote.get("/events", limit=LOOKED_THROUGH)["items"]:
        if event["undoable_until"] is not None and event["type"] != UNDONE:
            found: dict[str, Any] = event
            return found
    raise Failure("there is nothing to undo", Exit.NOT_FOUND)


def _named(remote: Remote, reference: str) -> dict[str, Any]:
    found: dict[str, Any] = remote.get(f"/events/{references.event_id(remote, reference)}")
    return found
