"""`questlog webhooks`: where you are told of what happens, and what came of it."""

from typing import Any

import click

from questlog.cli import account as accounts
from questlog.cli import references, terminal
from questlog.cli.remote import signed_in
from questlog.cli.webhook_log import deliveries, redeliver
from questlog.cli.webhook_references import WEBHOOKS, named

HEADINGS = ("NO", "GOES TO", "TOLD OF", "STATE")
WHY_OFF = {"user": "off", "gone": "off: it answered 410", "failing": "off: not reached for 120 h"}


@click.group(invoke_without_command=True)
@terminal.json_option
@click.pass_context
def webhooks(context: click.Context, as_json: bool) -> None:
    """List your webhooks; add, test, change and remove them, and see what they were told.

    \b
    questlog webhooks
    questlog webhooks add https://example.org/hook --event task.completed --event 'goal.*'
    questlog webhooks test 1
    questlog webhooks deliveries 1 --state failed
    questlog webhooks redeliver 1 --from 2026-12-01
    """
    if context.invoked_subcommand is None:
        _list(as_json)


@webhooks.command("list")
@terminal.json_option
def list_webhooks(as_json: bool) -> None:
    """List your webhooks: where each goes, what it is told, and whether it works."""
    _list(as_json)


@webhooks.command()
@click.argument("url")
@click.option(
    "--event",
    "-e",
    "events",
    multiple=True,
    metavar="TYPE",
    help="What it is told: task.completed, 'goal.*'; everything, if left out. May be given again.",
)
@click.option("--description", "-d", default="", help="What you will know it by.")
@click.option("--secret", help="A secret of your own; one is made otherwise.")
@terminal.json_option
def add(
    url: str, *, events: tuple[str, ...], description: str, secret: str | None, as_json: bool
) -> None:
    """Have an address told of what happens, and print the secret its messages are signed with."""
    body: dict[str, Any] = {"url": url, "events": list(events) or ["*"], "description": description}
    if secret is not None:
        body["secret"] = secret
    with signed_in() as remote:
        made = remote.post(WEBHOOKS, body)
    _give_secret(made, as_json)


@webhooks.command()
@click.argument("webhook")
@click.option("--url", help="Another address.")
@click.option("--event", "-e", "events", multiple=True, metavar="TYPE", help="What it is told now.")
@click.option("--description", "-d", help="What you will know it by.")
@click.option("--on/--off", "active", default=None, help="Switch it on or off.")
@terminal.json_option
def change(
    webhook: str,
    *,
    url: str | None,
    events: tuple[str, ...],
    description: str | None,
    active: bool | None,
    as_json: bool,
) -> None:
    """Change a webhook, by its number in the last list, a part of its address, or its id.

    What is switched off is told nothing, and what waited for it is cancelled.
    """
    given = {
        "url": url,
        "events": list(events) or None,
        "description": description,
        "active": active,
    }
    changes = {name: value for name, value in given.items() if value is not None}
    if not changes:
        raise click.UsageError("say what to change: --url, --event, --description, --on or --off")
    with signed_in() as remote:
        kept = remote.patch(f"{WEBHOOKS}/{named(remote, webhook)['id']}", changes)
    if as_json:
        terminal.print_json(kept)
    else:
        terminal.success(f"Changed: {terminal.printable(kept['url'])} ({_state(kept)})")


@webhooks.command()
@click.argument("webhook")
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
def remove(webhook: str, yes: bool) -> None:
    """Remove a webhook with the log of what it was told."""
    with signed_in() as remote:
        kept = named(remote, webhook)
        question = f"Remove {terminal.printable(kept['url'])}?"
        if terminal.confirmed(question, yes=yes):
            remote.delete(f"{WEBHOOKS}/{kept['id']}")
            terminal.success(f"Removed: {terminal.printable(kept['url'])}")


@webhooks.command()
@click.argument("webhook")
@click.option("--at-once", is_flag=True, help="Stop signing with the present secret now.")
@terminal.json_option
def rotate(webhook: str, *, at_once: bool, as_json: bool) -> None:
    """Replace a secret and print the new one. For 24 hours messages are signed with both."""
    with signed_in() as remote:
        kept = named(remote, webhook)
        made = remote.post(f"{WEBHOOKS}/{kept['id']}/rotate-secret", {"end_previous": at_once})
    _give_secret(made, as_json)


@webhooks.command()
@click.argument("webhook")
@terminal.json_option
def test(webhook: str, as_json: bool) -> None:
    """Send a message of type webhook.test. `questlog webhooks deliveries` shows what came of it."""
    with signed_in() as remote:
        sent = remote.post(f"{WEBHOOKS}/{named(remote, webhook)['id']}/test")
    if as_json:
        terminal.print_json(sent)
    else:
        terminal.success(f"On its way: {sent['id']}")


@webhooks.command()
@terminal.json_option
def types(as_json: bool) -> None:
    """List what can be told."""
    with signed_in() as remote:
        found = remote.get(f"{WEBHOOKS}/event-types")["items"]
    if as_json:
        terminal.print_json(found)
        return
    terminal.table(
        [(each["type"], each["description"]) for each in found], headings=("TYPE", "TOLD WHEN")
    )


webhooks.add_command(deliveries)
webhooks.add_command(redeliver)


def _list(as_json: bool) -> None:
    with signed_in() as remote:
        found = list(remote.pages(WEBHOOKS))
        accounts.remember_list(
            references.account_of(remote), "webhook", [each["id"] for each in found]
        )
    if as_json:
        terminal.print_json(found)
    elif found:
        rows = [
            (str(number), each["url"], " ".join(each["events"]), _state(each))
            for number, each in enumerate(found, start=1)
        ]
        terminal.table(rows, headings=HEADINGS)
    else:
        click.echo("No webhooks yet: questlog webhooks add https://example.org/hook")


def _state(webhook: dict[str, Any]) -> str:
    if not webhook["active"]:
        return WHY_OFF.get(webhook["disabled_reason"], "off")
    return "failing" if webhook["failing_since"] else "on"


def _give_secret(made: dict[str, Any], as_json: bool) -> None:
    if as_json:
        terminal.print_json(made)
        return
    terminal.note("Keep the secret now: it is not shown again.")
    click.echo(made["secret"])
