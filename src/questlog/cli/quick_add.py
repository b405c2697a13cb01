"""`questlog add` in words: sending a text to quick add, and saying what was understood."""

from collections.abc import Iterator
from typing import Any

import click

from questlog.cli import terminal
from questlog.cli.remote import Remote

# What the words become when options stand beside them: fields of a task by their names on the wire.
SAID = (
    "title",
    "description",
    "priority",
    "start_date",
    "deadline",
    "duration",
    "labels",
    "difficulty",
    "project_id",
    "goal_id",
)
COLORS = {
    "due": "green",
    "recurrence": "green",
    "start": "green",
    "deadline": "red",
    "priority": "red",
    "project": "magenta",
    "goal": "magenta",
    "label": "cyan",
    "duration": "blue",
    "difficulty": "blue",
    "description": "white",
}
UNKNOWN = {
    "unknown_project": "there is no project called `{name}`: the word stays in the title"
    " (--create-missing makes it)",
    "unknown_goal": "there is no goal called `{name}`: the word stays in the title",
}


def send(
    remote: Remote, text: str, *, create_missing: bool = False, dry_run: bool = False
) -> list[dict[str, Any]]:
    body = {"text": text, "create_missing": create_missing, "dry_run": dry_run}
    items: list[dict[str, Any]] = remote.post("/tasks/quick", body)["items"]
    return items


def body_of(remote: Remote, text: str) -> dict[str, Any]:
    """Return the body of the one task that `text` describes, for options to be added to."""
    items = send(remote, text, dry_run=True)
    if len(items) > 1:
        raise click.UsageError(f"options describe one task, and these are {len(items)}")
    (item,) = items
    _tell_unknown(item)
    task = item["task"]
    body = {name: task[name] for name in SAID if task[name] not in (None, [])}
    due = task["due_at"] or task["due_date"]
    rule = [span["text"] for span in item["spans"] if span["kind"] == "recurrence"]
    return body | ({"due_date": due} if due else {}) | ({"recurrence": rule[0]} if rule else {})


def depths(items: list[dict[str, Any]]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield every item with how deep its task lies."""
    known: dict[str | None, int] = {None: -1}
    for item in items:
        task = item["task"]
        known[task["id"]] = known[task["parent_task_id"]] + 1
        yield known[task["id"]], item


def tell_understood(item: dict[str, Any], *, indent: int) -> None:
    """Print which words meant what, each in the colour of its kind."""
    said = [
        click.style(_in_words(span, item["task"]), fg=COLORS[span["kind"]])
        for span in item["spans"]
        if span["kind"] in COLORS and span["kind"] != "due"
    ]
    if said:
        click.echo(f"{' ' * indent}{', '.join(said)}")
    _tell_unknown(item)


def _tell_unknown(item: dict[str, Any]) -> None:
    for span in item["spans"]:
        if span["kind"] in UNKNOWN:
            terminal.note(UNKNOWN[span["kind"]].format(name=terminal.printable(span["value"])))


def _in_words(span: dict[str, Any], task: dict[str, Any]) -> str:
    kind, value = span["kind"], span["value"]
    words = {
        "recurrence": task["recurrence_text"],
        "start": f"from {value}",
        "deadline": f"by {value}",
        "priority": task["priority_label"],
        "project": f"#{value}",
        "goal": f"${value}",
        "label": f"@{value}",
        "duration": f"{value} min",
        "difficulty": value,
        "description": f"// {value}",
    }[kind]
    return terminal.printable(str(words))
