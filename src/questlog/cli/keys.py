"""`questlog keys`: API keys for programs."""

from datetime import datetime
from typing import Any

import click

from questlog.cli import account as accounts
from questlog.cli import references, terminal
from questlog.cli.exits import Exit, Failure
from questlog.cli.remote import Remote, signed_in
from questlog.core import clock
from questlog.identity.scopes import FOR_ADMINS, Scope

ALL = [str(scope) for scope in Scope if scope not in FOR_ADMINS]
READS = [scope for scope in ALL if scope.endswith(":read")]
HEADINGS = ("NO", "NAME", "BEGINS", "MAY", "LAST USED", "ENDS")


@click.group(invoke_without_command=True)
@terminal.json_option
@click.pass_context
def keys(context: click.Context, as_json: bool) -> None:
    """List your API keys; create and revoke them.

    \b
    questlog keys
    questlog keys create "Nightly report" --read-only --expires 2027-01-01
    questlog keys revoke 1
    """
    if context.invoked_subcommand is None:
        _list(as_json)


@keys.command("list")
@terminal.json_option
def list_keys(as_json: bool) -> None:
    """List your API keys: what each may do, when it was last used, when it ends."""
    _list(as_json)


@keys.command()
@click.argument("name")
@click.option(
    "--scope",
    "-s",
    "scopes",
    multiple=True,
    type=click.Choice([str(scope) for scope in Scope]),
    metavar="SCOPE",
    help="What it may do, such as tasks:read; may be given again.",
)
@click.option("--read-only", is_flag=True, help="It may read everything.")
@click.option("--all", "everything", is_flag=True, help="It may do everything a key can.")
@click.option(
    "--expires", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="When it stops working."
)
@terminal.json_option
def create(
    name: str,
    *,
    scopes: tuple[str, ...],
    read_only: bool,
    everything: bool,
    expires: datetime | None,
    as_json: bool,
) -> None:
    """Make a key and print it. Nothing ever shows it again.

    \b
    questlog keys create backup --scope export:read
    questlog keys create script --scope tasks:read --scope tasks:write
    """
    wanted = sorted({*scopes, *(READS if read_only else ()), *(ALL if everything else ())})
    if not wanted:
        raise click.UsageError("say what the key may do: --scope, --read-only or --all")
    body = {"name": name, "scopes": wanted}
    if expires is not None:
        body["expires_at"] = expires.isoformat()
    with signed_in() as remote:
        made = remote.post("/api-keys", body)
    if as_json:
        terminal.print_json(made)
        return
    terminal.note("Keep it now: it is not shown again.")
    click.echo(made["key"])


@keys.command()
@click.argument("key")
def revoke(key: str) -> None:
    """Revoke a key, by its name, its beginning, or its number in the last list. It stops working at once."""
    with signed_in() as remote:
        found = _named(remote, key)
        remote.delete(f"/api-keys/{found['id']}")
    terminal.success(f"Revoked: {terminal.printable(found['name'])}")


def _list(as_json: bool) -> None:
    with signed_in() as remote:
        found = list(remote.pages("/api-keys"))
        account = references.account_of(remote)
        accounts.remember_list(account, "key", [each["id"] for each in found])
    if as_json:
        terminal.print_json(found)
    elif found:
        rows = [
            (str(number), *_row(each, account.timezone)) for number, each in enumerate(found, 1)
        ]
        terminal.table(rows, headings=HEADINGS)
    else:
        click.echo('No keys yet: questlog keys create "Nightly report" --read-only')


def _row(key: dict[str, Any], timezone: str) -> tuple[str, ...]:
    used, ends = (_day(key[name], timezone) for name in ("last_used_at", "expires_at"))
    return key["name"], key["prefix"], _told(key["scopes"]), used or "never", ends


def _told(scopes: list[str]) -> str:
    whole = {"everything": ALL, "read everything": READS}
    for name, all_of_it in whole.items():
        if set(scopes) == set(all_of_it):
            return name
    return " ".join(scopes)


def _day(moment: str | None, timezone: str) -> str:
    if moment is None:
        return ""
    return clock.local_date(datetime.fromisoformat(moment), timezone).isoformat()


def _named(remote: Remote, reference: str) -> dict[str, Any]:
    """Return the key that is called or begins like this, or has this number in the last list."""
    keys = list(remote.pages("/api-keys"))
    wanted = reference.casefold()
    found = [
        key
        for key in keys
        if wanted == key["name"].casefold() or reference in (key["prefix"], key["id"])
    ]
    if not found and reference.isdecimal():
        ids = accounts.last_list(references.account_of(remote), "key")
        found = [key for key in keys if key["id"] in ids[int(reference) - 1 : int(reference)]]
    if len(found) > 1:
        raise Failure(f"{len(found)} keys are called `{reference}`: revoke it by its beginning")
    if not found:
        raise Failure(f"no key is called `{reference}`: see `questlog keys`", Exit.NOT_FOUND)
    return found[0]
