"""`questlog remind` and `questlog notifications`: when you want to hear of a task, and how."""

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import click

from questlog.cli import dates, references, terminal
from questlog.cli.exits import Exit, Failure
from questlog.cli.remote import Remote, signed_in
from questlog.core import clock

UNITS = {"d": 1440, "h": 60, "m": 1}
DURATION = re.compile(r"(?:(\d{1,3})d)?\s*(?:(\d{1,4})h)?\s*(?:(\d{1,5})m?)?", re.IGNORECASE)
SPAN = re.compile(r"([0-9]{2}:[0-9]{2})-([0-9]{2}:[0-9]{2})")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ON_OFF = click.Choice(["on", "off"])
MORNING = "T09:00:00"


@click.command()
@click.argument("task")
@click.argument("when", nargs=-1)
@click.option("--before", help="How long before it is due: 30m, 2h, 1d.")
@click.option("--off", type=click.IntRange(1), help="Take the reminder with this number away.")
@terminal.json_option
def remind(
    task: str, when: tuple[str, ...], before: str | None, off: int | None, as_json: bool
) -> None:
    """Be reminded of a task: at a moment, or some time before it is due. Alone it lists the reminders.

    \b
    questlog remind 2 --before 30m
    questlog remind 2 tomorrow at 9
    questlog remind 2
    questlog remind 2 --off 1
    """
    if sum((bool(when), before is not None, off is not None)) > 1:
        raise click.UsageError("give a moment, --before or --off, one of them")
    with signed_in() as remote:
        zone = clock.zone(references.account_of(remote).timezone)
        address = f"/tasks/{references.task_id(remote, task)}/reminders"
        if before is not None:
            remote.post(address, {"minutes_before": minutes_of(before)})
        elif when:
            remote.post(address, {"at": _moment(" ".join(when), zone)})
        elif off is not None:
            remote.delete(f"{address}/{_numbered(remote, address, off)}")
        found = list(remote.pages(address))
    if as_json:
        terminal.print_json(found)
    elif not found:
        click.echo("Nothing reminds you of this task.")
    else:
        rows = [(str(number), _words(one, zone)) for number, one in enumerate(found, start=1)]
        terminal.table(rows, headings=("NO", "WHEN"))


def minutes_of(text: str) -> int:
    """Return the minutes that `1d 2h 30m`, or a plain number of them, says. Raises `click.BadParameter`."""
    found = DURATION.fullmatch(text.strip())
    if found is None or not any(found.groups()):
        raise click.BadParameter(f"`{text}` is no duration. Take one such as 30m, 2h or 1d.")
    parts = zip(found.groups(), UNITS.values(), strict=True)
    return sum(int(number or 0) * unit for number, unit in parts)


def _moment(text: str, zone: ZoneInfo) -> str:
    try:
        found = dates.parse(text, clock.now().astimezone(zone))
    except dates.UnknownDateError as error:
        raise click.BadParameter(str(error)) from error
    if found is None:
        raise click.BadParameter("a reminder needs a moment")
    return found if "T" in found else found + MORNING


def _numbered(remote: Remote, address: str, number: int) -> str:
    found = list(remote.pages(address))
    if number > len(found):
        raise Failure(f"the task has no reminder {number}", Exit.NOT_FOUND)
    return str(found[number - 1]["id"])


def _words(one: dict[str, Any], zone: ZoneInfo) -> str:
    if one["at"] is not None:
        return f"{datetime.fromisoformat(one['at']).astimezone(zone):%a %d %b %Y, %H:%M}"
    left, words = one["minutes_before"], []
    for letter, unit in UNITS.items():
        number, left = divmod(left, unit)
        words += [f"{number}{letter}"] if number else []
    return f"{' '.join(words)} before it is due" if words else "when it is due"


@click.command()
@click.option("--mail", type=ON_OFF, help="Reminders by mail.")
@click.option("--push", type=ON_OFF, help="Reminders by push.")
@click.option("--push-url", help="Where pushes are posted to, such as a topic of ntfy; or none.")
@click.option("--digest", type=ON_OFF, help="A mail of what is due, each day.")
@click.option("--review", type=ON_OFF, help="A mail of the week behind you.")
@click.option("--at", help="When digest and review come: 07:30.")
@click.option("--weekday", type=click.Choice(WEEKDAYS), help="When the review comes.")
@click.option("--quiet", help="When nothing is sent: 22:00-07:00, or none.")
@terminal.json_option
def notifications(as_json: bool, **wanted: str | None) -> None:
    """Say how you are told of things, or change it.

    \b
    questlog notifications
    questlog notifications --digest on --at 07:30
    questlog notifications --quiet 22:00-07:00
    questlog notifications --push-url https://ntfy.example.org/my-topic --push on
    """
    body = _wishes({name: value for name, value in wanted.items() if value is not None})
    with signed_in() as remote:
        address = "/notifications/settings"
        told = remote.patch(address, body) if body else remote.get(address)
    if as_json:
        terminal.print_json(told)
    else:
        terminal.table(list(_shown(told)), headings=("WHAT", "HOW"))


def _wishes(wanted: dict[str, str]) -> dict[str, Any]:
    switches = {
        "mail": "reminders_by_mail",
        "push": "reminders_by_push",
        "digest": "daily_digest",
        "review": "weekly_review",
    }
    body: dict[str, Any] = {
        name: wanted[option] == "on" for option, name in switches.items() if option in wanted
    }
    if "at" in wanted:
        body["digest_at"] = wanted["at"]
    if "weekday" in wanted:
        body["review_weekday"] = WEEKDAYS.index(wanted["weekday"])
    if "push_url" in wanted:
        body["push_url"] = None if wanted["push_url"] == "none" else wanted["push_url"]
    return body | (_quiet(wanted["quiet"]) if "quiet" in wanted else {})


def _quiet(text: str) -> dict[str, Any]:
    if text == "none":
        return {"quiet_from": None, "quiet_to": None}
    found = SPAN.fullmatch(text.replace(" ", ""))
    if found is None:
        raise click.BadParameter(f"`{text}` is no span of time. Take one such as 22:00-07:00.")
    return {"quiet_from": found[1], "quiet_to": found[2]}


def _shown(told: dict[str, Any]) -> list[tuple[str, str]]:
    mail = told["mail_to"] or "no mail: no proved address, or no mail server"
    quiet = f"{told['quiet_from']}-{told['quiet_to']}" if told["quiet_from"] else "none"
    review = f"{WEEKDAYS[told['review_weekday']]} at {told['digest_at']}"
    return [
        ("reminders by mail", _switch(told["reminders_by_mail"], mail)),
        ("reminders by push", _switch(told["reminders_by_push"], told["push_host"] or "")),
        ("daily digest", _switch(told["daily_digest"], f"at {told['digest_at']}")),
        ("weekly review", _switch(told["weekly_review"], review)),
        ("notices about webhooks", _switch(told["webhook_notices"], mail)),
        ("quiet hours", quiet),
    ]


def _switch(is_on: bool, detail: str) -> str:
    return f"on, {detail}" if is_on and detail else "on" if is_on else "off"
