"""`questlog game quests`, `challenges`, `bosses`, `badges`, `ledger`, `preview`: what one sees of the game."""

from itertools import islice
from typing import Any

import click

from questlog.cli import references, terminal
from questlog.cli.game_pictures import bar, place, rewarded
from questlog.cli.remote import Remote, signed_in
from questlog.cli.tasks import date_of

STATES = {
    "active": ("now", "yellow"),
    "completed": ("done", "green"),
    "defeated": ("defeated", "green"),
    "ahead": ("later", None),
    "open": ("open", None),
    "waiting": ("waits", None),
    "expired": ("expired", "red"),
    "left": ("left", None),
    "gone": ("gone", None),
}
DONE, TO_DO = "✓", "·"


@click.command()
@click.option("--all", "everything", is_flag=True, help="Those that come later, too.")
@terminal.json_option
def quests(everything: bool, as_json: bool) -> None:
    """Show your quests and how far every objective has come.

    \b
    questlog game quests
    questlog game quests --all
    """
    with signed_in() as remote:
        found = remote.get("/rpg/quests")["items"]
    if as_json:
        terminal.print_json(found)
        return
    for quest in found:
        if quest["state"] == "active" or everything:
            _tell_quest(quest)


def _tell_quest(quest: dict[str, Any]) -> None:
    click.echo(f"{_titled(quest)}  {rewarded(quest['reward'])}")
    if quest["state"] == "active":
        click.echo(f"  {terminal.printable(quest['story'])}")
    for step in quest["objectives"]:
        sign = click.style(DONE, fg="green") if step["reached"] else TO_DO
        far = "" if step["reached"] or step["target"] == 1 else f"  {place(step)}"
        click.echo(f"  {sign} {terminal.printable(step['title'])}{far}")


@click.command()
@terminal.json_option
def challenges(as_json: bool) -> None:
    """Show the challenges: those you are in, and those you can join.

    \b
    questlog game challenges
    questlog game join brisk-week
    """
    with signed_in() as remote:
        found = remote.get("/rpg/challenges")["items"]
    if as_json:
        terminal.print_json(found)
        return
    for one in found:
        click.echo(f"{_titled(one)}  {rewarded(one['reward'])}  ({one['id']})")
        if one["state"] == "active":
            left = "the last day" if one["days_left"] == 1 else f"{one['days_left']} days left"
            click.echo(f"  {bar(one['progress'], one['target'])}  {place(one)}, {left}")
        else:
            click.echo(f"  {terminal.printable(one['story'])}")


@click.command()
@terminal.json_option
def bosses(as_json: bool) -> None:
    """Show the boss you face, those ahead and those you defeated."""
    with signed_in() as remote:
        found = remote.get("/rpg/bosses")["items"]
    if as_json:
        terminal.print_json(found)
        return
    for one in found:
        left = bar(one["hp_left"], one["hp_max"], color="red")
        bonus = rewarded({"xp": one["bonus_xp"]})
        click.echo(f"{left}  {place(one, 'hp_left', 'hp_max')} HP  {_titled(one, 'name')}  {bonus}")


@click.command()
@click.option("--all", "everything", is_flag=True, help="The missing ones, too.")
@terminal.json_option
def badges(everything: bool, as_json: bool) -> None:
    """Show your badges, newest first.

    \b
    questlog game badges
    questlog game badges --all
    """
    with signed_in() as remote:
        found = remote.get("/rpg/badges", earned=None if everything else "true")["items"]
    if as_json:
        terminal.print_json(found)
    elif not found:
        click.echo("No badges yet. The first task you complete brings one.")
    for one in () if as_json else found:
        has = one["earned_on"] is not None
        title = click.style(terminal.printable(one["title"]), bold=has)
        far = one["earned_on"] if has else place(one)
        click.echo(
            f"{one['icon']}  {title}  {far}  {terminal.printable(one['text'] or '')}".rstrip()
        )


@click.command()
@click.option("--from", "first", help="The first day.")
@click.option("--to", "last", help="The last day.")
@click.option("--source", help="Only what came from this, such as task, quest or purchase.")
@click.option("--limit", "-n", type=click.IntRange(1, 10_000), default=20, show_default=True)
@terminal.json_option
def ledger(
    first: str | None, last: str | None, source: str | None, limit: int, as_json: bool
) -> None:
    """Tell where every point came from, newest first.

    \b
    questlog game ledger
    questlog game ledger --from "last monday" --source task
    """
    with signed_in() as remote:
        query = {"from": _day(remote, first), "to": _day(remote, last), "source": source}
        found = list(islice(remote.pages("/rpg/ledger", **query), limit))
    if as_json:
        terminal.print_json(found)
    elif not found:
        click.echo("The ledger is empty. Complete a task, and it will not be.")
    for one in () if as_json else found:
        color = "red" if one["entry"] == "reversal" or one["xp"] < 0 else None
        click.echo(f"{one['day']}  " + click.style(terminal.printable(one["words"]), fg=color))


@click.command()
@click.argument("task")
@terminal.json_option
def preview(task: str, as_json: bool) -> None:
    """Tell what completing a task would bring at this moment.

    \b
    questlog game preview 2
    """
    with signed_in() as remote:
        found = remote.get("/rpg/preview", task_id=references.task_id(remote, task))
    if as_json:
        terminal.print_json(found)
        return
    if not found["pays"]:
        click.echo("It would bring nothing: it is done.")
        return
    click.echo(f"It would bring {rewarded(found)}.")
    if found["level_after"] > found["level_before"]:
        click.echo(f"You would reach level {found['level_after']}.")
    if found["boss"] is not None and found["boss"]["defeated"]:
        click.echo(f"It would defeat {terminal.printable(found['boss']['name'])}.")


def _titled(one: dict[str, Any], name: str = "title") -> str:
    word, color = STATES[one["state"]]
    title = click.style(terminal.printable(one[name]), bold=True)
    return f"{title} [{click.style(word, fg=color)}]"


def _day(remote: Remote, text: str | None) -> str | None:
    found = date_of(text, references.account_of(remote).timezone) if text else None
    return found[:10] if found else None
