"""What people see: tables, progress, JSON for programs."""

import json
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

import click

GAP = "  "
HIDDEN_WIDTH = 0
JOINER = "\u200d"  # holds an emoji of several parts together
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")


def print_json(value: Any) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def success(message: str) -> None:
    click.secho(message, fg="green")


def note(message: str) -> None:
    """Say something beside the result: it goes to standard error."""
    click.secho(message, fg="yellow", err=True)


def table(rows: Iterable[Sequence[str]], *, headings: Sequence[str]) -> None:
    """Print rows in columns as wide as their content; columns that are empty everywhere are left out."""
    cells = [[printable(cell) for cell in row] for row in rows]
    used = [column for column in range(len(headings)) if any(row[column] for row in cells)]
    if not used:
        return
    lines = [
        [headings[column] for column in used],
        *([row[column] for column in used] for row in cells),
    ]
    widths = [max(width(line[place]) for line in lines) for place in range(len(used))]
    for number, line in enumerate(lines):
        text = GAP.join(
            cell + " " * (widths[place] - width(cell)) for place, cell in enumerate(line)
        )
        click.secho(text.rstrip(), bold=number == 0)


def printable(text: str) -> str:
    """Return the text on one line and without what could move a terminal's cursor or turn text around."""
    flat = "".join(" " if letter.isspace() else letter for letter in text)
    return "".join(
        letter
        for letter in flat
        if letter == JOINER or unicodedata.category(letter) not in ("Cc", "Cf", "Cs")
    )


def width(text: str) -> int:
    """Return how many columns a terminal gives the text."""
    return sum(
        HIDDEN_WIDTH
        if unicodedata.combining(letter) or letter == JOINER
        else 2
        if unicodedata.east_asian_width(letter) in ("W", "F")
        else 1
        for letter in text
    )


def progress(length: int, label: str) -> Any:
    """Return a bar on standard error, shown on a terminal only. `bar.update(n)` moves it."""
    bar: Any = click.progressbar(
        length=length, label=label, file=sys.stderr, hidden=not sys.stderr.isatty()
    )
    return bar


def advance(bar: Any, reached: int) -> None:
    """Move a bar to a position that the caller counts."""
    bar.update(reached - bar.pos)


def confirmed(question: str, *, yes: bool) -> bool:
    """Ask on a terminal; anywhere else only `yes` says yes."""
    return yes or (sys.stdin.isatty() and click.confirm(question))
