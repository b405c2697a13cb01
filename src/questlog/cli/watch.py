"""`questlog watch`: what happens in the account, as it happens."""

import json
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any

import click

from questlog.cli import references, terminal
from questlog.cli.exits import Exit, Failure
from questlog.cli.remote import Remote, signed_in
from questlog.cli.undo import describe
from questlog.core import clock

AGAIN_AFTER_S = 2.0
STREAM = "/events/stream"
RENEWABLE = "token_expired"


@dataclass
class Message:
    """One server-sent event: `name` is empty for what happened in the account."""

    name: str
    data: dict[str, Any]


@click.command()
@click.option("--type", "type_", default="*", help="Only these, such as `task.*`.")
@click.option("--since", type=click.IntRange(0), help="Begin behind this number; 0 tells all.")
@click.option(
    "--for",
    "seconds",
    type=click.IntRange(0, 86_400),
    help="End after so many seconds; 0 shows what there is.",
)
@terminal.json_option
def watch(type_: str, since: int | None, seconds: int | None, as_json: bool) -> None:
    """Show what happens in your account until Ctrl-C, from any device or program.

    A broken connection is made again, and nothing is missed meanwhile. With --json one event is one line.

    \b
    questlog watch
    questlog watch --type 'task.*' --json | your-program
    questlog watch --since 0 --for 0
    """
    with signed_in() as remote, suppress(KeyboardInterrupt):
        zone = clock.zone(references.account_of(remote).timezone)
        for event in _events(remote, since, seconds):
            if fnmatchcase(event["type"], type_):
                click.echo(json.dumps(event, ensure_ascii=False) if as_json else _line(event, zone))


def _line(event: dict[str, Any], zone: Any) -> str:
    moment = datetime.fromisoformat(event["created_at"]).astimezone(zone)
    told = describe({"type": event["type"], "payload": event["data"]})
    return f"{moment:%Y-%m-%d %H:%M:%S}  {told}"


def _events(remote: Remote, since: int | None, seconds: int | None) -> Iterator[dict[str, Any]]:
    """Yield event after event, connecting again whenever the line breaks. Raises Failure when the server says no."""
    deadline = None if seconds is None else time.monotonic() + seconds
    seq = since
    while True:
        left = None if deadline is None else max(0, round(deadline - time.monotonic()))
        try:
            for message in messages(remote.lines(STREAM, since=seq, seconds=left)):
                _mind(remote, message)
                seq = message.data.get("seq", seq)
                if not message.name:
                    yield message.data
        except Failure as failure:
            if failure.exit_code != Exit.UNREACHABLE or seq is None:
                raise
        if deadline is not None and time.monotonic() >= deadline:
            return
        time.sleep(AGAIN_AFTER_S)


def _mind(remote: Remote, message: Message) -> None:
    """Do what a message asks for that tells of no event."""
    if message.name == "reset":
        click.echo("Some of what happened before cannot be shown any more.", err=True)
    elif message.name == "end" and message.data["code"] == RENEWABLE:
        remote.renew()
    elif message.name == "end":
        raise Failure(str(message.data["detail"]), Exit.NOT_SIGNED_IN)


def messages(lines: Iterable[str]) -> Iterator[Message]:
    """Read server-sent events (WHATWG HTML § 9.2.6) as this server writes them: each has one line of data."""
    name = ""
    for line in lines:
        field, _, value = line.partition(": ")
        if field == "event":
            name = value
        elif field == "data":
            yield Message(name, json.loads(value))
        elif not line:
            name = ""
