"""`questlog goals`: the tree with its progress; add one, mark one reached."""

from collections.abc import Iterator
from typing import Any

import click

from questlog.cli import account as accounts
from questlog.cli import references, terminal
from questlog.cli.remote import signed_in

INDENT = "  "
REACHED = "✓ "


@click.group(invoke_without_command=True)
@terminal.json_option
@click.pass_context
def goals(context: click.Context, as_json: bool) -> None:
    """List goals as a tree, with how much of each is done.

    \b
    questlog goals
    questlog goals add "Speak Italian" --yearly --period 2026
    questlog goals done 1
    """
    if context.invoked_subcommand is not None:
        return
    with signed_in() as remote:
        tree = remote.get("/goals/tree")["items"]
        found = list(_walk(tree, 0))
        accounts.remember_list(
            references.account_of(remote), "goal", [goal["id"] for goal, _ in found]
        )
    if as_json:
        terminal.print_json(tree)
    elif found:
        rows = [(str(number), *_row(goal, depth)) for number, (goal, depth) in enumerate(found, 1)]
        terminal.table(rows, headings=("NO", "GOAL", "PERIOD", "DONE"))
    else:
        click.echo('No goals yet: questlog goals add "Speak Italian" --yearly')


@goals.command()
@click.argument("title")
@click.option("--yearly", is_flag=True, help="A goal of a year; otherwise of a quarter.")
@click.option("--period", help="Such as 2026-Q4, or 2026 for a yearly one.")
@click.option("--under", help="Name or number of the goal it belongs to.")
@terminal.json_option
def add(title: str, yearly: bool, period: str | None, under: str | None, as_json: bool) -> None:
    """Set a goal."""
    body = {"title": title, "goal_type": "yearly" if yearly else "quarterly"}
    if period is not None:
        body["period"] = period
    with signed_in() as remote:
        if under is not None:
            body["parent_goal_id"] = references.goal_id(remote, under)
        goal = remote.post("/goals", body)
    _tell(goal, as_json, "Goal:")


@goals.command()
@click.argument("goal")
@terminal.json_option
def done(goal: str, as_json: bool) -> None:
    """Mark a goal as reached."""
    with signed_in() as remote:
        reached = remote.post(f"/goals/{references.goal_id(remote, goal)}/complete")
    _tell(reached, as_json, "Reached:")


@goals.command()
@click.argument("goal")
@terminal.json_option
def undone(goal: str, as_json: bool) -> None:
    """Take that back."""
    with signed_in() as remote:
        reopened = remote.post(f"/goals/{references.goal_id(remote, goal)}/incomplete")
    _tell(reopened, as_json, "Open again:")


def _tell(goal: dict[str, Any], as_json: bool, told: str) -> None:
    if as_json:
        terminal.print_json(goal)
    else:
        terminal.success(f"{told} {terminal.printable(goal['title'])}")


def _walk(nodes: list[dict[str, Any]], depth: int) -> Iterator[tuple[dict[str, Any], int]]:
    for node in nodes:
        yield node, depth
        yield from _walk(node["children"], depth + 1)


def _row(goal: dict[str, Any], depth: int) -> tuple[str, str, str]:
    branch = "└ " if depth else ""
    title = (
        INDENT * max(depth - 1, 0)
        + branch
        + (REACHED if goal["completed_at"] else "")
        + goal["title"]
    )
    share = f"{goal['done']} of {goal['total']}" if goal["total"] else ""
    return title, goal["period"] or "", share
