"""`questlog list` and `questlog filters`: tasks by a filter in words, and the filters that are kept."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from questlog.cli import account as accounts
from questlog.cli import lists, references, terminal
from questlog.cli.exits import Exit, Failure
from questlog.cli.remote import Remote, signed_in

LEAST_MARK = 1


@click.command("list")
@click.argument("saved", required=False)
@click.option("--filter", "query", help='Such as "(today | overdue) & #Work & !@waiting".')
@terminal.json_option
def list_tasks(saved: str | None, query: str | None, as_json: bool) -> None:
    """List open tasks and subtasks that a filter finds: one in words, or a kept one by its name.

    \b
    questlog list --filter "(today | overdue) & #Work"
    questlog list --filter "7 days & @waiting"
    questlog list "Work now"
    """
    kept = None
    if saved is not None:
        with signed_in() as remote:
            kept = _named(remote, saved)
    with marked(query):
        lists.show(
            as_json,
            "Nothing matches.",
            filter=query if query is not None or kept is not None else "all",
            filter_id=kept and kept["id"],
        )


@click.group(invoke_without_command=True)
@terminal.json_option
@click.pass_context
def filters(context: click.Context, as_json: bool) -> None:
    """List the filters you keep; add, remove and explain them.

    \b
    questlog filters
    questlog filters add "Work now" "(today | overdue) & #Work"
    questlog filters explain "7 days & @waiting"
    """
    if context.invoked_subcommand is not None:
        return
    with signed_in() as remote:
        found = list(remote.pages("/filters"))
        accounts.remember_list(
            references.account_of(remote), "filter", [each["id"] for each in found]
        )
    if as_json:
        terminal.print_json(found)
    elif found:
        terminal.table(
            [
                (str(number), each["name"], each["query"])
                for number, each in enumerate(found, start=1)
            ],
            headings=("NO", "FILTER", "FINDS"),
        )
    else:
        click.echo('No filters yet: questlog filters add "Work now" "today & #Work"')


@filters.command()
@click.argument("name")
@click.argument("query")
@click.option("--color", help="Such as #0ea5e9.")
@terminal.json_option
def add(name: str, query: str, color: str | None, as_json: bool) -> None:
    """Keep a filter under a name."""
    body = {"name": name, "query": query} | ({"color": color} if color else {})
    with signed_in() as remote, marked(query):
        kept = remote.post("/filters", body)
    if as_json:
        terminal.print_json(kept)
    else:
        terminal.success(f"Filter: {terminal.printable(kept['name'])}")


@filters.command()
@click.argument("name")
def remove(name: str) -> None:
    """Forget a filter, by its name or number. Its tasks stay."""
    with signed_in() as remote:
        kept = _named(remote, name)
        remote.delete(f"/filters/{kept['id']}")
    terminal.success(f"Removed: {terminal.printable(kept['name'])}")


@filters.command()
@click.argument("query")
@terminal.json_option
def explain(query: str, as_json: bool) -> None:
    """Say in words what a filter finds."""
    with signed_in() as remote, marked(query):
        told = remote.post("/filters/explain", {"query": query})
    if as_json:
        terminal.print_json(told)
        return
    click.echo(terminal.printable(told["description"]))
    click.echo(f"  {terminal.printable(told['canonical'])}")
    for warning in told["warnings"]:
        terminal.note(terminal.printable(warning["detail"]))


def _named(remote: Remote, name: str) -> dict[str, Any]:
    """Return the kept filter of this name, in any letter case, or of this number of the last list."""
    found = list(remote.pages("/filters"))
    wanted = name.casefold()
    for each in found:
        if each["name"].casefold() == wanted or each["id"] == wanted:
            return each
    if name.isdecimal():
        ids = accounts.last_list(references.account_of(remote), "filter")
        numbered = [each for each in found if each["id"] in ids[int(name) - 1 : int(name)]]
        if numbered:
            return numbered[0]
    raise Failure(f"no filter is called `{name}`: see `questlog filters`", Exit.NOT_FOUND)


@contextmanager
def marked(query: str | None) -> Iterator[None]:
    """Show under a filter that is refused where it is wrong."""
    try:
        yield
    except Failure as failure:
        position, length = (failure.details.get(name) for name in ("position", "length"))
        if query is not None and isinstance(position, int) and isinstance(length, int):
            said = failure.message.splitlines()[0]
            shown = f"{said}\n{_with_mark(query, position, length)}"
            raise Failure(shown, Exit(failure.exit_code), status=failure.status) from failure
        raise


def _with_mark(query: str, position: int, length: int) -> str:
    before = terminal.printable(query[:position])
    wrong = terminal.printable(query[position : position + length])
    after = terminal.printable(query[position + length :])
    mark = "^" * max(terminal.width(wrong), LEAST_MARK)
    return f"  {before}{wrong}{after}\n  {' ' * terminal.width(before)}{mark}"
