"""The agent's turn at a terminal: its words as they come, its tools in passing, what it proposes in full."""

import unicodedata
from collections.abc import Mapping
from typing import Any

import click

from questlog.cli import terminal

LONGEST_VALUE = 300
STATES = {
    "accepted": ("done", "green"),
    "rejected": ("not done", "yellow"),
    "failed": ("refused", "red"),
}


class View:
    """Shows the messages of one turn after the other and keeps what was proposed."""

    def __init__(self) -> None:
        self.proposals: list[dict[str, Any]] = []
        self.problem: dict[str, Any] | None = None
        self._is_in_line = False

    def show(self, told: Mapping[str, Any], *, silent: bool = False) -> None:
        """Show one message; `silent` only keeps what has to be done about it."""
        data = told["data"]
        if told["type"] == "proposal":
            self.proposals.append(data)
        if told["type"] == "error":
            self.problem = data
        if not silent:
            self._print(str(told["type"]), data)

    def _print(self, type_: str, data: Mapping[str, Any]) -> None:
        if type_ == "text_delta":
            self._say(data["text"])
            return
        self._end_line()
        if type_ == "part_reset":
            click.secho("(once more, from the last step)", dim=True)
        elif type_ == "tool_call":
            click.secho(f"· {terminal.printable(data['name'])}", dim=True)
        elif type_ == "complete" and data["state"] == "interrupted":
            click.secho("(stopped)", fg="yellow")

    def _say(self, text: str) -> None:
        safe = harmless(text)
        if safe:
            click.echo(safe, nl=False)
            self._is_in_line = not safe.endswith("\n")

    def _end_line(self) -> None:
        if self._is_in_line:
            click.echo()
            self._is_in_line = False


def harmless(text: str) -> str:
    """Return the text with its lines, and without what could move a cursor, colour a lie or turn letters around (S-127)."""
    return "".join(
        letter
        for letter in text
        if letter in ("\n", "\t", terminal.JOINER)
        or unicodedata.category(letter) not in ("Cc", "Cf", "Cs")
    )


def show_proposal(proposal: Mapping[str, Any]) -> None:
    """Print what a yes would do: the summary, and every argument, so that none hides behind it."""
    click.echo()
    click.secho(f"? {terminal.printable(str(proposal['summary']))}", fg="cyan", bold=True)
    for name, value in proposal["arguments"].items():
        shown = terminal.printable(str(value))
        if len(shown) > LONGEST_VALUE:
            shown = f"{shown[:LONGEST_VALUE]}… ({len(shown)} characters)"
        click.secho(f"    {terminal.printable(name)}: {shown}", dim=True)


def show_decided(proposal: Mapping[str, Any]) -> None:
    words, colour = STATES.get(str(proposal["state"]), (str(proposal["state"]), "yellow"))
    click.secho(f"  {words}", fg=colour)
