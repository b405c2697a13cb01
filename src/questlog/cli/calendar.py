"""`questlog calendar`: the secret address that calendar programs subscribe to."""

from datetime import datetime, tzinfo
from typing import Any

import click

from questlog.cli import references, terminal
from questlog.cli.exits import Exit, Failure
from questlog.cli.remote import Remote, signed_in
from questlog.core import clock

REPLACING = "Your calendar has an address, which is closed then. Give it a new one?"


@click.group(invoke_without_command=True)
@terminal.json_option
@click.pass_context
def calendar(context: click.Context, as_json: bool) -> None:
    """Say whether your calendar has an address; give it one, or close it.

    \b
    questlog calendar
    questlog calendar link
    questlog calendar close
    """
    if context.invoked_subcommand is not None:
        return
    with signed_in() as remote:
        found = _present(remote)
        zone = clock.zone(references.account_of(remote).timezone)
    if as_json:
        terminal.print_json(found)
    elif found is None:
        click.echo("Your calendar has no address yet: questlog calendar link")
    else:
        made, used = (_moment(found[name], zone) for name in ("created_at", "last_used_at"))
        click.echo(f"Your calendar has an address since {made}; it was read last: {used}")


@calendar.command()
@click.option("--yes", "-y", is_flag=True, help="Do not ask before the present one is closed.")
@terminal.json_option
def link(yes: bool, as_json: bool) -> None:
    """Print a new secret address. Whoever knows it can read your tasks; the one before is closed."""
    with signed_in() as remote:
        if _present(remote) is not None and not terminal.confirmed(REPLACING, yes=yes):
            raise Failure("the address stays as it is. Say --yes to replace it without being asked")
        made = remote.post("/calendar/token")
    if as_json:
        terminal.print_json(made)
        return
    terminal.note("Keep it to yourself: it is not shown again.")
    click.echo(made["url"])


@calendar.command()
def close() -> None:
    """Close the address: what is subscribed to it learns nothing more."""
    with signed_in() as remote:
        remote.delete("/calendar/token")
    terminal.success("The address of your calendar is closed.")


def _present(remote: Remote) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = remote.get("/calendar/token")
    except Failure as failure:
        if failure.exit_code != Exit.NOT_FOUND:
            raise
        return None
    return found


def _moment(text: str | None, zone: tzinfo) -> str:
    if text is None:
        return "never"
    return datetime.fromisoformat(text).astimezone(zone).strftime("%Y-%m-%d %H:%M")
