"""`questlog webhooks deliveries` and `redeliver`: what a webhook was told, and telling it again."""

from datetime import datetime, timedelta
from typing import Any

import click

from questlog.cli import account as accounts
from questlog.cli import references, terminal
from questlog.cli.remote import signed_in
from questlog.cli.webhook_references import WEBHOOKS, named
from questlog.core import clock

HEADINGS = ("NO", "WHEN", "TYPE", "STATE", "TRIES", "ANSWER")
SHOWN = 50
STATES = ("waiting", "delivered", "failed", "cancelled")
DAY = click.DateTime(["%Y-%m-%d"])
ONE_DAY = timedelta(days=1)


@click.command()
@click.argument("webhook")
@click.option("--state", type=click.Choice(STATES), help="Only those in this state.")
@click.option("--type", "event_type", metavar="TYPE", help="Only those of this type.")
@click.option("--limit", "-n", type=click.IntRange(1, 100), default=SHOWN, show_default=True)
@terminal.json_option
def deliveries(
    webhook: str, *, state: str | None, event_type: str | None, limit: int, as_json: bool
) -> None:
    """Show what a webhook was or is to be told, the newest first, and what it answered."""
    wanted = {"state": state, "event_type": event_type, "limit": limit}
    query = {name: value for name, value in wanted.items() if value is not None}
    with signed_in() as remote:
        kept = named(remote, webhook)
        found = remote.get(f"{WEBHOOKS}/{kept['id']}/deliveries", **query)["items"]
        account = references.account_of(remote)
        accounts.remember_list(account, "delivery", [each["id"] for each in found])
    if as_json:
        terminal.print_json(found)
    elif found:
        rows = [(str(no), *_row(each, account.timezone)) for no, each in enumerate(found, 1)]
        terminal.table(rows, headings=HEADINGS)
    else:
        click.echo("Nothing was to be told yet.")


@click.command()
@click.argument("webhook")
@click.argument("delivery", required=False)
@click.option("--from", "first", type=DAY, metavar="DATE", help="Everything since this day.")
@click.option("--to", "last", type=DAY, metavar="DATE", help="And until this day.")
@click.option(
    "--state", "states", multiple=True, type=click.Choice(STATES[1:]), help="Which ones are meant."
)
def redeliver(
    webhook: str,
    *,
    delivery: str | None,
    first: datetime | None,
    last: datetime | None,
    states: tuple[str, ...],
) -> None:
    """Send one message once more, or everything of some days that failed or was cancelled.

    \b
    questlog webhooks redeliver 1 3
    questlog webhooks redeliver 1 --from 2026-12-01 --to 2026-12-03
    """
    if (delivery is None) == (first is None):
        raise click.UsageError("say which delivery, or --from which day")
    with signed_in() as remote:
        place = f"{WEBHOOKS}/{named(remote, webhook)['id']}"
        if delivery is not None:
            numbered = references.delivery_id(remote, delivery)
            sent = remote.post(f"{place}/deliveries/{numbered}/redeliver")
            terminal.success(f"On its way again: {sent['id']}")
            return
        count, span = 0, _span(first, last, states)
        while True:
            part = remote.post(f"{place}/redeliver", span)
            count += part["count"]
            if not part["has_more"]:
                break
            span["after"] = part["next_after"]
    terminal.success(f"On their way again: {count}")


def _span(first: datetime | None, last: datetime | None, states: tuple[str, ...]) -> dict[str, Any]:
    """Name whole days; the server reads them in the user's zone."""
    body: dict[str, Any] = {"from": first and first.isoformat()}
    if last is not None:
        body["to"] = (last + ONE_DAY).isoformat()
    if states:
        body["states"] = list(states)
    return body


def _row(delivery: dict[str, Any], timezone: str) -> tuple[str, ...]:
    made = datetime.fromisoformat(delivery["created_at"]).astimezone(clock.zone(timezone))
    answer = delivery["last_failure"] or ""
    if delivery["last_status"]:
        answer = f"{delivery['last_status']} {answer}".strip()
    when = made.strftime("%Y-%m-%d %H:%M")
    tries = str(delivery["attempts"])
    return when, delivery["event_type"], delivery["state"], tries, answer
