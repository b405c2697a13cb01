"""`questlog search`: tasks and items by their words."""

import html
import re
from typing import Any

import click

from questlog.cli import account as accounts
from questlog.cli import references, terminal
from questlog.cli.lists import DONE_MARK
from questlog.cli.remote import Remote, signed_in

MARKS = re.compile("</?mark>")
# So that `-word` can be typed as it is: `-h` would be looked for in `-without`, too.
WORDS_MAY_BEGIN_WITH_A_MINUS: dict[str, Any] = {
    "ignore_unknown_options": True,
    "help_option_names": ["--help"],
}
HEADINGS = ("NO", "FOUND", "WHERE")


@click.command(context_settings=WORDS_MAY_BEGIN_WITH_A_MINUS)
@click.argument("words", nargs=-1, required=True)
@click.option("--kind", type=click.Choice(["task", "item"]), help="Only tasks, or only items.")
@click.option("--open", "is_open", is_flag=True, help="Only what is still open.")
@click.option("--completed", is_flag=True, help="Only what is done.")
@click.option("--trash", is_flag=True, help="Only what was removed in the last 30 days.")
@click.option(
    "--limit",
    type=click.IntRange(1, 100),
    default=20,
    show_default=True,
    help="How many at most.",
)
@terminal.json_option
def search(words: tuple[str, ...], as_json: bool, **wanted: Any) -> None:
    """Find tasks and items by their words, best first.

    \b
    questlog search report
    questlog search '"new york"' hotel -museum
    questlog search refac --open

    All words must be there, in any of their forms; the last may be unfinished. The numbers name tasks, as in any list.
    """
    with signed_in() as remote:
        found = remote.get("/search", q=" ".join(words), **_query(**wanted))["items"]
        _show(remote, found, as_json=as_json)


def _query(
    *, kind: str | None, is_open: bool, completed: bool, trash: bool, limit: int
) -> dict[str, Any]:
    if is_open and completed:
        raise click.UsageError("--open and --completed exclude each other")
    return {
        "kind": kind,
        "completed": completed if is_open or completed else None,
        "trash": trash or None,
        "limit": limit,
    }


def _show(remote: Remote, found: list[dict[str, Any]], *, as_json: bool) -> None:
    tasks = [one["id"] for one in found if one["kind"] == "task"]
    accounts.remember_list(references.account_of(remote), "task", tasks)
    numbers = {id_: str(number) for number, id_ in enumerate(tasks, start=1)}
    if as_json:
        terminal.print_json(found)
    elif found:
        terminal.table([_row(one, numbers) for one in found], headings=HEADINGS)
    else:
        click.echo("Nothing found.")


def _row(one: dict[str, Any], numbers: dict[str, str]) -> tuple[str, str, str]:
    mark = DONE_MARK if one["completed"] else ""
    piece = html.unescape(MARKS.sub("", next(iter(one["fragments"]), "")))
    return numbers.get(one["id"], one["kind"]), mark + one["title"], piece
