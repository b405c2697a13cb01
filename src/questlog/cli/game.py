"""`questlog game`: where one stands, and the commands below it."""

from typing import Any

import click

from questlog.cli import terminal
from questlog.cli.game_pictures import bar, hearts, place, rewarded
from questlog.cli.lazy import LazyGroup, Place
from questlog.cli.remote import signed_in

LOOK, PLAY, OPERATE = "What you see", "What you do", "The server"
PLACES = {
    "state": Place("questlog.cli.game:state", "level, gold, hearts, streak, boss", LOOK),
    "quests": Place("questlog.cli.game_views:quests", "quests and their objectives", LOOK),
    "challenges": Place("questlog.cli.game_views:challenges", "what one can join", LOOK),
    "bosses": Place("questlog.cli.game_views:bosses", "the boss and the ladder", LOOK),
    "badges": Place("questlog.cli.game_views:badges", "badges, yours first", LOOK),
    "ledger": Place("questlog.cli.game_views:ledger", "where every point came from", LOOK),
    "preview": Place("questlog.cli.game_views:preview", "what a task would bring", LOOK),
    "shop": Place("questlog.cli.game_play:shop", "what gold buys", PLAY),
    "buy": Place("questlog.cli.game_play:buy", "buy something", PLAY),
    "join": Place("questlog.cli.game_play:join", "begin a challenge", PLAY),
    "leave": Place("questlog.cli.game_play:leave", "give a challenge up", PLAY),
    "recompute": Place(
        "questlog.cli.game_operations:recompute_totals", "count all totals anew", OPERATE
    ),
    "adjust": Place("questlog.cli.game_operations:adjust", "adjust a player by hand", OPERATE),
}


@click.group(cls=LazyGroup, places=PLACES, invoke_without_command=True)
@terminal.json_option
@click.pass_context
def game(context: click.Context, as_json: bool) -> None:
    """Show where you stand in the game, or one of the commands below.

    \b
    questlog game
    questlog game quests
    questlog game buy streak-freeze
    """
    if context.invoked_subcommand is None:
        _show(as_json)


@click.command()
@terminal.json_option
def state(as_json: bool) -> None:
    """Show level, XP, gold, hearts, streak and the boss you face."""
    _show(as_json)


def _show(as_json: bool) -> None:
    with signed_in() as remote:
        found = remote.get("/rpg/state")
        boss = next(iter(remote.get("/rpg/bosses")["items"]), None)
    if as_json:
        terminal.print_json(found)
        return
    level = click.style(f"Level {found['level']}", bold=True)
    click.echo(f"{level}  {found['xp']} XP, {_missing(found)}")
    gold = f"{found['gold']} gold"
    if found["gold_debt"]:
        gold = click.style(f"{found['gold_debt']} gold of debt", fg="red")
    click.echo(f"{hearts(found['hearts'], found['hearts_max'])}  {click.style(gold, fg='yellow')}")
    click.echo(_streak(found))
    if boss is not None and boss["state"] == "active":
        told = f"{bar(boss['hp_left'], boss['hp_max'], color='red')}  {place(boss, 'hp_left', 'hp_max')} HP"
        click.echo(
            f"{terminal.printable(boss['name'])}  {told}, {rewarded({'xp': boss['bonus_xp']})}"
        )


def _missing(found: dict[str, Any]) -> str:
    if not found["xp_to_next_level"]:
        return "the highest level"
    return f"{found['xp_to_next_level']} more to level {found['level'] + 1}"


def _streak(found: dict[str, Any]) -> str:
    days = "1 day" if found["streak"] == 1 else f"{found['streak']} days"
    told = click.style(f"Streak of {days}", fg="green" if found["streak"] else None)
    freezes = found["streak_freezes"]
    owned = f", streak freezes: {freezes}" if freezes else ""
    return f"{told}, the best was {found['best_streak']}{owned}"
