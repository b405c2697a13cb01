"""`questlog import`: a list of another program, read into yours."""

from pathlib import Path
from typing import Any

import click

from questlog.cli import terminal
from questlog.cli.exits import Exit, Failure
from questlog.cli.remote import signed_in

FORMATS = ["taskwarrior", "todoist", "icalendar", "questlog"]
STANDARD_INPUT = "-"
MARKS = {"new": "+", "changed": "~", "unchanged": "="}


@click.command("import")
@click.argument("format", type=click.Choice(FORMATS))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@click.option("--all", "show_all", is_flag=True, help="List what stays as it is, too.")
@terminal.json_option
def import_(format: str, file: str, dry_run: bool, show_all: bool, as_json: bool) -> None:
    """Read a file that another program exported; `-` reads standard input.

    Importing the same file again changes nothing, and a damaged file is refused as a whole.

    \b
    task export > tasks.json; questlog import taskwarrior tasks.json --dry-run
    questlog import todoist Work.csv
    questlog import icalendar todos.ics
    questlog import questlog everything.json
    """
    body = {"format": format, "content": _text(file), "dry_run": dry_run}
    if file != STANDARD_INPUT:
        body["name"] = Path(file).name  # Todoist names the project there and nowhere else
    with signed_in() as remote:
        answer = remote.post("/imports", body)
    if as_json:
        terminal.print_json(answer)
        return
    _show(answer, show_all)


def _text(file: str) -> str:
    with click.open_file(file, "rb") as source:
        content: bytes = source.read()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise Failure(f"line {line}: {file} is not UTF-8 text", Exit.REFUSED) from error


def _show(answer: dict[str, Any], show_all: bool) -> None:
    rows = [
        (MARKS.get(item["change"], "?"), str(item["line"] or ""), item["kind"], item["title"])
        for item in answer["items"]
        if show_all or item["change"] != "unchanged"
    ]
    if rows:
        terminal.table(rows, headings=("", "LINE", "KIND", "TITLE"))
    for warning in answer["warnings"]:
        place = f"line {warning['line']}: " if warning["line"] else ""
        terminal.note(place + terminal.printable(warning["message"]))
    told = ", ".join(f"{answer[change]} {change}" for change in MARKS)
    more = sum(answer[change] for change in MARKS) - len(answer["items"])
    if more > 0:
        click.echo(f"… and {more} more")
    terminal.success(
        f"Would be: {told}. Nothing was changed." if answer["dry_run"] else f"Imported: {told}."
    )
