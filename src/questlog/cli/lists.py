"""`questlog today`, `upcoming`, `inbox`, `tasks`: tasks in a table, each with the number that names it next."""

from datetime import date
from typing import Any

import click

from questlog.cli import account as accounts
from questlog.cli import dates, references, terminal
from questlog.cli.account import Account
from questlog.cli.remote import Remote, signed_in
from questlog.core import clock

HEADINGS = ("NO", "TASK", "DUE", "PROJECT", "LABELS", "PRIORITY", "REPEATS")
DONE_MARK = "✓ "
SUBTASK_MARK = "· "


@click.command()
@terminal.json_option
def today(as_json: bool) -> None:
    """List what is due today, and what is late.

    The numbers stay until the next list: `questlog done 1` ticks the first one off.
    """
    show(as_json, "Nothing is due today.", due_today=True, sort="due")


@click.command()
@terminal.json_option
def upcoming(as_json: bool) -> None:
    """List what is due after today, soonest first."""
    show(as_json, "Nothing is planned after today.", upcoming=True, sort="due")


@click.command()
@terminal.json_option
def inbox(as_json: bool) -> None:
    """List what belongs to no project and no goal yet."""
    show(as_json, "Your inbox is empty.", inbox=True)


@click.command()
@click.option("--project", help="Only of this project, by name or number.")
@click.option("--goal", help="Only of this goal, by name or number.")
@click.option("--label", help="Only with this label.")
@click.option("--under", help="Only subtasks of this task.")
@click.option("--overdue", is_flag=True, help="Only what is late.")
@click.option("--completed", is_flag=True, help="Done ones instead of open ones.")
@click.option("--trash", is_flag=True, help="What was removed in the last 30 days.")
@terminal.json_option
def tasks(as_json: bool, **wanted: Any) -> None:
    """List open tasks, or others.

    \b
    questlog tasks --project Work
    questlog tasks --label errand --json
    questlog tasks --completed
    """
    with signed_in() as remote:
        query = _query(remote, **wanted)
    show(as_json, "No tasks.", **query)


def _query(
    remote: Remote,
    *,
    project: str | None,
    goal: str | None,
    label: str | None,
    under: str | None,
    overdue: bool,
    completed: bool,
    trash: bool,
) -> dict[str, Any]:
    return {
        "project_id": references.project_id(remote, project) if project else None,
        "goal_id": references.goal_id(remote, goal) if goal else None,
        "parent_task_id": references.task_id(remote, under) if under else None,
        "label": label,
        "overdue": overdue or None,
        "trash": trash or None,
        "completed": None if trash else completed,
        "sort": "completed" if completed else None,
        "order": "desc" if completed else None,
    }


def show(as_json: bool, when_empty: str, **query: Any) -> None:
    with signed_in() as remote:
        found = list(remote.pages("/tasks", **query))
        account = references.account_of(remote)
        accounts.remember_list(account, "task", [task["id"] for task in found])
        if as_json:
            terminal.print_json(found)
        elif found:
            terminal.table(rows(remote, account, found), headings=HEADINGS)
        else:
            click.echo(when_empty)


def rows(remote: Remote, account: Account, found: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    has_projects = any(task["project_id"] for task in found)
    titles = (
        {each["id"]: each["title"] for each in remote.pages("/projects")} if has_projects else {}
    )
    day = clock.today(account.timezone)
    return [
        (str(number), *row(task, titles, day, account.timezone))
        for number, task in enumerate(found, start=1)
    ]


def row(
    task: dict[str, Any], projects: dict[str, str], day: date, timezone: str
) -> tuple[str, str, str, str, str, str]:
    mark = DONE_MARK if task["completed"] else SUBTASK_MARK if task["parent_task_id"] else ""
    return (
        mark + task["title"],
        dates.describe(task, day, clock.zone(timezone)),
        projects.get(task["project_id"] or "", ""),
        " ".join(f"@{label}" for label in task["labels"]),
        task["priority_label"] if task["priority"] else "",
        task["recurrence_text"] or "",
    )
