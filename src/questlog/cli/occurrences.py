"""`questlog skip`, `postpone`, `reschedule`, `occurrences`, `reopen`: the dates of tasks, and what became of them."""

from typing import Any

import click

from questlog.cli import account as accounts
from questlog.cli import references, terminal
from questlog.cli.exits import Exit, Failure
from questlog.cli.remote import Remote, signed_in
from questlog.cli.tasks import date_of, tell
from questlog.planning.task_words import OUTCOMES

HEADINGS = ("NO", "DAY", "OUTCOME", "TASK", "SCHEDULED")
KIND = "occurrence"


@click.command()
@click.argument("task")
@terminal.json_option
def skip(task: str, as_json: bool) -> None:
    """Leave out the date a repeating task stands at; it goes to its next one.

    \b
    questlog skip 2
    """
    with signed_in() as remote:
        moved = remote.post(f"/tasks/{references.task_id(remote, task)}/skip")
        tell(remote, moved, as_json, "Skipped:")


@click.command()
@click.argument("task")
@click.argument("until")
@terminal.json_option
def postpone(task: str, until: str, as_json: bool) -> None:
    """Put a task off to a later date; a repeating one keeps its rhythm.

    \b
    questlog postpone 2 tomorrow
    questlog postpone 2 "next friday 17:30"
    """
    with signed_in() as remote:
        body = {"until": _date(remote, until)}
        moved = remote.post(f"/tasks/{references.task_id(remote, task)}/postpone", body)
        tell(remote, moved, as_json, "Postponed:")


@click.command()
@click.argument("task")
@click.argument("due")
@click.option("--this", "only_this", is_flag=True, help="Move this date only, not the rhythm.")
@terminal.json_option
def reschedule(task: str, due: str, only_this: bool, as_json: bool) -> None:
    """Give a task another date, from which a repeating one goes on; `none` takes it away.

    \b
    questlog reschedule 2 "next monday"
    questlog reschedule 2 sunday --this
    """
    with signed_in() as remote:
        body = {"due_date": _date(remote, due), "scope": "this" if only_this else "series"}
        moved = remote.post(f"/tasks/{references.task_id(remote, task)}/reschedule", body)
        tell(remote, moved, as_json, "Rescheduled:")


@click.command()
@click.option("--from", "first", help="The first day.")
@click.option("--to", "last", help="The last day.")
@click.option("--outcome", type=click.Choice(OUTCOMES), help="Only what came to this.")
@click.option("--task", help="Only of this task.")
@click.option("--project", help="Only of this project, by name or number.")
@click.option("--goal", help="Only of this goal, by name or number.")
@terminal.json_option
def occurrences(as_json: bool, **wanted: Any) -> None:
    """List what was completed, skipped and postponed, newest first; `questlog reopen` takes one back.

    \b
    questlog occurrences --from "last monday" --outcome completed
    questlog occurrences --project Work
    """
    with signed_in() as remote:
        found = list(remote.pages("/occurrences", **_query(remote, **wanted)))
        account = references.account_of(remote)
        accounts.remember_list(account, KIND, [one["id"] for one in found])
    if as_json:
        terminal.print_json(found)
    elif found:
        rows = [
            (
                str(number),
                one["day"],
                one["outcome"],
                one["title"],
                one["scheduled_date"] or "",
            )
            for number, one in enumerate(found, start=1)
        ]
        terminal.table(rows, headings=HEADINGS)
    else:
        click.echo("Nothing was done in that time.")


@click.command()
@click.argument("occurrence")
@terminal.json_option
def reopen(occurrence: str, as_json: bool) -> None:
    """Take back something of the last 30 days, by its number in `questlog occurrences` or by its id.

    \b
    questlog occurrences
    questlog reopen 1
    """
    with signed_in() as remote:
        opened = remote.post(f"/occurrences/{_id(remote, occurrence)}/reopen")
        tell(remote, opened, as_json, "Taken back:")


def _query(
    remote: Remote,
    *,
    first: str | None,
    last: str | None,
    outcome: str | None,
    task: str | None,
    project: str | None,
    goal: str | None,
) -> dict[str, Any]:
    return {
        "from": _day(remote, first),
        "to": _day(remote, last),
        "outcome": outcome,
        "task_id": references.task_id(remote, task) if task else None,
        "project_id": references.project_id(remote, project) if project else None,
        "goal_id": references.goal_id(remote, goal) if goal else None,
    }


def _date(remote: Remote, text: str) -> str | None:
    return date_of(text, references.account_of(remote).timezone)


def _day(remote: Remote, text: str | None) -> str | None:
    found = _date(remote, text) if text else None
    return found[:10] if found else None


def _id(remote: Remote, reference: str) -> str:
    if len(reference) == references.ID_LENGTH:
        return reference.lower()
    ids = accounts.last_list(references.account_of(remote), KIND)
    if not reference.isdecimal() or not 1 <= int(reference[:9]) <= len(ids):
        raise Failure(
            f"there is no occurrence `{reference}` in your last list: run `questlog occurrences`",
            Exit.NOT_FOUND,
        )
    return ids[int(reference) - 1]
