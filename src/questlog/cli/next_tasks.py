"""`questlog next`, `block`, `unblock`: what to do next, and what waits for what."""

import click

from questlog.cli import account as accounts
from questlog.cli import references, terminal
from questlog.cli.remote import signed_in

HEADINGS = ("NO", "TASK", "URGENCY", "BECAUSE")
REASONS = 3


@click.command("next")
@click.option("--limit", "-n", default=5, show_default=True, type=click.IntRange(1, 100))
@click.option("--minutes", "-m", type=click.IntRange(1, 525_600), help="How much time you have.")
@terminal.json_option
def next_(limit: int, minutes: int | None, as_json: bool) -> None:
    """Say what to do next: the most urgent tasks that wait for nothing, and why.

    \b
    questlog next
    questlog next --minutes 30
    """
    with signed_in() as remote:
        found = remote.get("/tasks/next", limit=limit, minutes=minutes)["items"]
        account = references.account_of(remote)
        accounts.remember_list(account, "task", [one["task"]["id"] for one in found])
    if as_json:
        terminal.print_json(found)
    elif found:
        rows = [
            (
                str(number),
                one["task"]["title"],
                f"{one['urgency']:.2f}",
                ", ".join(part["words"] for part in one["parts"][:REASONS]),
            )
            for number, one in enumerate(found, start=1)
        ]
        terminal.table(rows, headings=HEADINGS)
    else:
        click.echo("Nothing is ready to be done.")


@click.command()
@click.argument("task")
@click.option("--on", "blockers", multiple=True, required=True, help="What has to be done first.")
def block(task: str, blockers: tuple[str, ...]) -> None:
    """Let a task wait until others are done.

    \b
    questlog block 2 --on 1
    questlog block 3 --on 1 --on 2
    """
    with signed_in() as remote:
        id_ = references.task_id(remote, task)
        for blocker in [references.task_id(remote, each) for each in blockers]:
            told = remote.post(f"/tasks/{id_}/dependencies", {"blocker_id": blocker})
    terminal.success(f"It waits for {_counted(len(told['blocked_by']))}.")


@click.command()
@click.argument("task")
@click.option("--on", "blockers", multiple=True, help="What it shall not wait for; else nothing.")
def unblock(task: str, blockers: tuple[str, ...]) -> None:
    """Let a task wait for others no more.

    \b
    questlog unblock 2 --on 1
    questlog unblock 2
    """
    with signed_in() as remote:
        id_ = references.task_id(remote, task)
        if not blockers:
            remote.call("PUT", f"/tasks/{id_}/dependencies", json={"blocked_by": []})
        for blocker in [references.task_id(remote, each) for each in blockers]:
            remote.delete(f"/tasks/{id_}/dependencies/{blocker}")
        left = remote.get(f"/tasks/{id_}/dependencies")["blocked_by"]
    terminal.success(f"It waits for {_counted(len(left))}.")


def _counted(tasks: int) -> str:
    if not tasks:
        return "nothing"
    return "one task" if tasks == 1 else f"{tasks} tasks"
