"""`questlog add`, `done`, `undone`, `change`, `remove`: one task, or several at once."""

import sys
from collections.abc import Callable
from typing import Any

import click

from questlog.cli import account as accounts
from questlog.cli import dates, quick_add, references, terminal
from questlog.cli.account import Account
from questlog.cli.remote import Remote, signed_in
from questlog.core import clock

PRIORITIES = ["none", "low", "medium", "high", "urgent"]
DIFFICULTIES = ["trivial", "normal", "hard", "boss"]


def task_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that describe a task."""
    for option in reversed(
        (
            click.option("--due", "-d", help=f"When: {dates.FORMS}."),
            click.option("--project", help="Name or number of a project; `none` takes it out."),
            click.option("--goal", help="Name or number of a goal; `none` takes it off."),
            click.option(
                "--label",
                "-l",
                "labels",
                multiple=True,
                help="A label; may be given several times.",
            ),
            click.option("--priority", type=click.Choice(PRIORITIES), help="How important it is."),
            click.option("--difficulty", type=click.Choice(DIFFICULTIES), help="How hard it is."),
            click.option(
                "--every",
                help="daily, weekly, biweekly, monthly, yearly, or an RRULE; `none` ends it.",
            ),
            click.option("--deadline", help="The day by which it must be done."),
            click.option("--note", help="A description, in Markdown."),
        )
    ):
        command = option(command)
    return command


@click.command()
@click.argument("text", nargs=-1, required=True)
@task_options
@click.option("--under", help="Make it a subtask of this task.")
@click.option("--plain", is_flag=True, help="The text is the title, word for word.")
@click.option("--create-missing", is_flag=True, help="Make the projects that are not there.")
@click.option("--dry-run", is_flag=True, help="Only show what the words mean.")
@terminal.json_option
def add(
    text: tuple[str, ...],
    plain: bool,
    create_missing: bool,
    dry_run: bool,
    as_json: bool,
    **wanted: Any,
) -> None:
    """Write down a task in words, or several, one a line; `-` reads them from standard input.

    Dates and repetitions are understood in English and Russian, and #project, @label, p1 to p4, !deadline, >start,
    ~duration and // description. Indented lines are subtasks. "Quoted words" are left alone.

    \b
    questlog add 'Write report tomorrow 17:00 every fri #Work @deep p1 !2026-12-01 ~45m // notes'
    questlog add Позвонить маме в пятницу в 19:00
    questlog add "Write the report" --due "friday 17:00" --project Work --priority high
    questlog add - < shopping.txt
    """
    words = sys.stdin.read() if text == ("-",) else " ".join(text)
    is_described = any(value not in (None, ()) for value in wanted.values())
    if (plain or is_described) and (create_missing or dry_run):
        raise click.UsageError("--create-missing and --dry-run go with words alone")
    with signed_in() as remote:
        if plain or is_described:
            _add_described(remote, words, plain=plain, as_json=as_json, **wanted)
        else:
            items = quick_add.send(remote, words, create_missing=create_missing, dry_run=dry_run)
            _tell_added(remote, items, as_json, dry_run=dry_run)


def _add_described(
    remote: Remote, words: str, *, plain: bool, as_json: bool, under: str | None, **wanted: Any
) -> None:
    """Add one task: what options say goes before what the words say."""
    body = {"title": words} if plain else quick_add.body_of(remote, words)
    body |= _fields(remote, **wanted)
    if under is not None:
        body["parent_task_id"] = references.task_id(remote, under)
    task = remote.post("/tasks", body)
    number = _append_to_list(references.account_of(remote), task["id"])
    tell(remote, task, as_json, f"Added {number}:")


def _tell_added(
    remote: Remote, items: list[dict[str, Any]], as_json: bool, *, dry_run: bool
) -> None:
    if as_json:
        terminal.print_json(items[0]["task"] if len(items) == 1 and not dry_run else items)
        return
    account = references.account_of(remote)
    for depth, item in quick_add.depths(items):
        told = "Would add:"
        if not dry_run:
            told = f"Added {_append_to_list(account, item['task']['id'])}:"
        tell(remote, item["task"], False, f"{'  ' * depth}{told}")
        quick_add.tell_understood(item, indent=2 * depth + len(told) + 1)


@click.command()
@click.argument("task")
@click.option("--title", help="What it is called.")
@task_options
@terminal.json_option
def change(task: str, title: str | None, as_json: bool, **wanted: Any) -> None:
    """Change what is given and leave the rest; `none` clears a date, project, goal or repetition.

    \b
    questlog change 2 --due tomorrow
    questlog change 3 --title "Write the long report" --priority urgent
    """
    with signed_in() as remote:
        body = _fields(remote, **wanted) | ({"title": title} if title is not None else {})
        if not body:
            raise click.UsageError("say what changes, such as --due tomorrow")
        changed = remote.patch(f"/tasks/{references.task_id(remote, task)}", body)
        tell(remote, changed, as_json, "Changed:")


@click.command()
@click.argument("tasks", nargs=-1, required=True)
@click.option("--yesterday", is_flag=True, help="It was done yesterday; accepted until noon.")
@terminal.json_option
def done(tasks: tuple[str, ...], yesterday: bool, as_json: bool) -> None:
    """Tick tasks off, by their numbers in the last list or by their ids.

    A repeating task moves to its next date.

    \b
    questlog done 1
    questlog done 2 3 5
    """
    body = {"on": "yesterday"} if yesterday else {}
    _each(tasks, lambda remote, id_: remote.post(f"/tasks/{id_}/complete", body), as_json, "Done:")


@click.command()
@click.argument("tasks", nargs=-1, required=True)
@terminal.json_option
def undone(tasks: tuple[str, ...], as_json: bool) -> None:
    """Take the last completion of tasks back: they are open again, on the date they had."""
    _each(
        tasks, lambda remote, id_: remote.post(f"/tasks/{id_}/incomplete"), as_json, "Open again:"
    )


@click.command()
@click.argument("tasks", nargs=-1, required=True)
@click.option("--undo", is_flag=True, help="Take them out of the trash again.")
def remove(tasks: tuple[str, ...], undo: bool) -> None:
    """Put tasks in the trash, where they stay for 30 days, or take them out again.

    A number keeps its meaning until the next list, so that what was just removed is taken out by the same one.

    \b
    questlog remove 2
    questlog remove --undo 2
    questlog tasks --trash
    questlog remove --undo 1
    """
    with signed_in() as remote:
        for id_ in [references.task_id(remote, each, in_trash=undo) for each in tasks]:
            if undo:
                remote.post(f"/tasks/{id_}/restore")
            else:
                remote.delete(f"/tasks/{id_}")
    verb = "Restored" if undo else "Removed"
    terminal.success(f"{verb} {'one task' if len(tasks) == 1 else f'{len(tasks)} tasks'}.")


def _each(
    tasks: tuple[str, ...], verb: Callable[[Remote, str], dict[str, Any]], as_json: bool, told: str
) -> None:
    with signed_in() as remote:
        ids = [references.task_id(remote, each) for each in tasks]
        changed = [verb(remote, id_) for id_ in ids]
        if as_json:
            terminal.print_json(changed)
            return
        for task in changed:
            tell(remote, task, False, told)


def tell(remote: Remote, task: dict[str, Any], as_json: bool, told: str) -> None:
    """Print what happened to a task, and when it is due now."""
    if as_json:
        terminal.print_json(task)
        return
    timezone = references.account_of(remote).timezone
    due = dates.describe(task, clock.today(timezone), clock.zone(timezone))
    again = (task.get("receipt") or {}).get("next_due")
    when = f", again {due}" if again else f", due {due}" if due and not task["completed"] else ""
    terminal.success(f"{told} {terminal.printable(task['title'])}{when}")
    left = (task.get("receipt") or {}).get("subtasks_open")
    if left:
        terminal.note(f"{left} {'subtask is' if left == 1 else 'subtasks are'} still open.")


def _append_to_list(account: Account, id_: str) -> int:
    ids = [*accounts.last_list(account, "task"), id_]
    accounts.remember_list(account, "task", ids)
    return len(ids)


def _fields(
    remote: Remote,
    *,
    due: str | None,
    project: str | None,
    goal: str | None,
    labels: tuple[str, ...],
    deadline: str | None,
    every: str | None,
    note: str | None,
    **as_they_are: str | None,
) -> dict[str, Any]:
    """Return the body for what was given; `none` becomes null."""
    body: dict[str, Any] = {name: value for name, value in as_they_are.items() if value is not None}
    timezone = references.account_of(remote).timezone
    for name, text in (("due_date", due), ("deadline", deadline)):
        if text is not None:
            body[name] = date_of(text, timezone)
    if project is not None:
        body["project_id"] = None if project == "none" else references.project_id(remote, project)
    if goal is not None:
        body["goal_id"] = None if goal == "none" else references.goal_id(remote, goal)
    if every is not None:
        body["recurrence"] = None if every == "none" else every
    if note is not None:
        body["description"] = note or None
    if labels:
        body["labels"] = [label.removeprefix("@") for label in labels if label != "none"]
    return body


def date_of(text: str, timezone: str) -> str | None:
    """Return what an option means for a date; raises `click.UsageError` for what means none."""
    try:
        return dates.parse(text, clock.now().astimezone(clock.zone(timezone)))
    except dates.UnknownDateError as error:
        raise click.UsageError(str(error)) from error
