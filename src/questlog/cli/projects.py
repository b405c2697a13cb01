"""`questlog projects`: list them, add one."""

import click

from questlog.cli import account as accounts
from questlog.cli import references, terminal
from questlog.cli.remote import signed_in


@click.group(invoke_without_command=True)
@terminal.json_option
@click.pass_context
def projects(context: click.Context, as_json: bool) -> None:
    """List projects and how many tasks are open in each.

    \b
    questlog projects
    questlog projects add "New flat" --goal "Move in spring"
    """
    if context.invoked_subcommand is not None:
        return
    with signed_in() as remote:
        found = list(remote.pages("/projects"))
        counts = remote.get("/projects/task-counts")
        accounts.remember_list(
            references.account_of(remote), "project", [each["id"] for each in found]
        )
    if as_json:
        terminal.print_json([{**each, "open_tasks": counts.get(each["id"], 0)} for each in found])
    elif found:
        terminal.table(
            [
                (str(number), each["title"], str(counts.get(each["id"], 0)))
                for number, each in enumerate(found, 1)
            ],
            headings=("NO", "PROJECT", "OPEN"),
        )
    else:
        click.echo('No projects yet: questlog projects add "New flat"')


@projects.command()
@click.argument("title")
@click.option("--goal", help="Name or number of the goal it serves.")
@click.option("--color", help="Such as #8b5cf6.")
@terminal.json_option
def add(title: str, goal: str | None, color: str | None, as_json: bool) -> None:
    """Make a project."""
    body = {"title": title} | ({"color": color} if color else {})
    with signed_in() as remote:
        if goal is not None:
            body["goal_id"] = references.goal_id(remote, goal)
        project = remote.post("/projects", body)
    if as_json:
        terminal.print_json(project)
    else:
        terminal.success(f"Project: {terminal.printable(project['title'])}")
