"""`questlog import`: a list of another program, read into yours."""

import base64
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from questlog.cli import terminal
from questlog.cli.exits import Exit, Failure
from questlog.cli.remote import Remote, signed_in

FORMATS = (
    "csv", "google_tasks", "icalendar", "microsoft_todo", "outlook", "questlog", "taskwarrior", "ticktick", "todoist",
)  # fmt: skip
STANDARD_INPUT = "-"
MARKS = {"refused": "!", "new": "+", "changed": "~", "unchanged": "="}


@click.command("import")
@click.argument("format_and_file", nargs=-1, required=True, metavar="[FORMAT] FILE")
@click.option(
    "--format", "format_", type=click.Choice(FORMATS), help="Without it the file shows which."
)
@click.option(
    "--map", "maps", multiple=True, metavar="FIELD=COLUMN", help="Of a CSV: title=Task, due=2."
)
@click.option("--delimiter", help="Of a CSV: what stands between the cells.")
@click.option("--date-format", help="Of a CSV: how dates are written, such as %d/%m/%Y.")
@click.option("--day-first/--month-first", default=None, help="Of a CSV: what 03/04/2026 means.")
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@click.option("--skip-refused", is_flag=True, help="Leave out what is refused, and bring the rest.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--all", "show_all", is_flag=True, help="List what stays as it is, too.")
@terminal.json_option
def import_(
    format_and_file: tuple[str, ...],
    maps: tuple[str, ...],
    show_all: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Read a file that another program exported; `-` reads standard input.

    What would change is shown before it is done. Importing the same file again changes nothing, a damaged file is
    refused as a whole, and an import can be undone for a day.

    \b
    questlog import TickTick-backup.csv
    questlog import Tasks.json --dry-run
    questlog import list.csv --map title=Task --map due=Deadline --day-first
    task export > tasks.json; questlog import taskwarrior tasks.json
    questlog import everything.json
    """
    format_, file = _named(format_and_file, options.pop("format_"))
    dry_run, yes = options.pop("dry_run"), options.pop("yes")
    body = {name: value for name, value in options.items() if value is not None}
    body |= {"mapping": _mapping(maps)} if maps else {}
    body |= {"format": format_} if format_ else {}
    body |= _content(file)
    if file != STANDARD_INPUT:
        body["name"] = Path(file).name  # Todoist names the project there and nowhere else
    with signed_in() as remote:
        answer = remote.post("/imports", body | {"dry_run": True})
        if not dry_run:
            answer = _carry_out(remote, body, answer, ask=not (yes or as_json), show_all=show_all)
    if as_json:
        terminal.print_json(answer)
    else:
        _show(answer, show_all)


def _named(given: tuple[str, ...], format_: str | None) -> tuple[str | None, str]:
    *before, file = given
    if len(before) > 1 or (before and (format_ or before[0] not in FORMATS)):
        raise click.UsageError(f"Say one file, and one of {', '.join(FORMATS)}.")
    if file != STANDARD_INPUT and not Path(file).is_file():
        raise click.UsageError(f"There is no file {file}.")
    return (before[0] if before else format_), file


def _mapping(maps: Iterable[str]) -> dict[str, str | int]:
    found: dict[str, str | int] = {}
    for one in maps:
        name, equals, column = one.partition("=")
        if not name.strip() or not equals or not column:
            raise click.UsageError(f"--map {one}: say FIELD=COLUMN, such as title=Task.")
        found[name.strip()] = int(column) if column.isdecimal() else column
    return found


def _content(file: str) -> dict[str, str]:
    """Return the file as text where it is UTF-8; the server knows other encodings by their bytes."""
    with click.open_file(file, "rb") as source:
        content: bytes = source.read()
    try:
        return {"content": content.decode("utf-8-sig")}
    except UnicodeDecodeError:
        return {"content_base64": base64.b64encode(content).decode("ascii")}


def _carry_out(
    remote: Remote, body: dict[str, Any], shown: dict[str, Any], *, ask: bool, show_all: bool
) -> dict[str, Any]:
    """Do what the dry run has shown; on a terminal, after asking."""
    if ask and sys.stdin.isatty():
        _show(shown, show_all)
        refused = shown["refused"] and not body["skip_refused"]
        if not click.confirm("Import the rest?" if refused else "Import this?"):
            raise Failure("Nothing was changed.", Exit.REFUSED)
        body = body | {"skip_refused": True}
    answer: dict[str, Any] = remote.post("/imports", body | {"plan": shown["plan"]})
    return answer


def _show(answer: dict[str, Any], show_all: bool) -> None:
    rows = [
        (
            MARKS.get(item["change"], "?"),
            str(item["line"] or ""),
            item["kind"] or "",
            item["title"],
            _why(item),
        )
        for item in answer["items"]
        if show_all or item["change"] != "unchanged"
    ]
    if rows:
        terminal.table(rows, headings=("", "LINE", "KIND", "TITLE", ""))
    for warning in answer["warnings"]:
        place = f"line {warning['line']}: " if warning["line"] else ""
        terminal.note(place + terminal.printable(warning["message"]))
    counted = [change for change in MARKS if change != "refused" or answer[change]]
    told = ", ".join(f"{answer[change]} {change}" for change in sorted(counted, key=_place))
    more = sum(answer[change] for change in counted) - len(answer["items"])
    if more > 0:
        click.echo(f"… and {more} more")
    if answer["dry_run"]:
        terminal.success(f"Would be: {told}. Nothing was changed.")
        return
    terminal.success(f"Imported: {told}.")
    if answer["event_id"]:
        terminal.note(f"Take it back with: questlog undo {answer['event_id']}")


def _place(change: str) -> int:
    return ("new", "changed", "unchanged", "refused").index(change)


def _why(item: dict[str, Any]) -> str:
    """Say what is changed, from what to what, or why something is refused."""
    if item["reason"]:
        return str(item["reason"])
    told = [
        f"{one['field']}: {_value(one['old'])} → {_value(one['new'])}" for one in item["changes"]
    ]
    return "; ".join(told)


def _value(value: Any) -> str:
    if value is None or value == []:
        return "none"
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= 40 else text[:39] + "…"
