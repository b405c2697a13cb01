"""What an operator does about the game: checking its totals, and adjusting a player's by hand."""

from collections.abc import Callable, Coroutine
from typing import Any
from uuid import UUID

import click

from questlog.cli import terminal
from questlog.cli.database import work_on_database
from questlog.cli.exits import Exit, Failure
from questlog.cli.settings import read_settings
from questlog.core.db import Database, Session
from questlog.flows.missing_players import start_missing, without_player
from questlog.game import adjustments, recompute
from questlog.game.recompute import Difference
from questlog.identity import emails, users

AMOUNT = click.IntRange(-adjustments.MOST, adjustments.MOST)


@click.command("recompute")
@click.option(
    "--check", is_flag=True, help="Only print what differs, and end with 1 if anything does."
)
@terminal.json_option
def recompute_totals(check: bool, as_json: bool) -> None:
    """Count everybody's totals anew from the ledger, and put right what differs.

    Works on the database itself, with or without a running server. With --check it prints nothing when all is well.
    """
    found = work_on_database(read_settings(), _compare if check else _repair)
    if as_json:
        terminal.print_json([_shown(each) for each in found])
    else:
        for each in found:
            click.echo(
                f"{each.user_id} {each.column}: stored {each.stored}, the ledger says {each.counted}"
            )
    if check and found:
        raise Failure(f"{len(found)} totals differ from the ledger. Run `questlog game recompute`.")
    if not check and not as_json:
        terminal.success(f"{len(found)} totals put right." if found else "All totals are right.")


@click.command()
@click.argument("email")
@click.option("--xp", type=AMOUNT, default=0)
@click.option("--gold", type=AMOUNT, default=0)
@click.option("--hearts", type=AMOUNT, default=0)
@click.option("--freezes", type=AMOUNT, default=0)
@click.option("--potion", type=AMOUNT, default=0, help="Completions of a focus potion.")
@click.option("--reason", required=True, help="Why: the player reads it in the ledger.")
def adjust(email: str, reason: str, **amounts: int) -> None:
    """Give a player something, or take it with a negative number. It is noted in the ledger and in the audit log.

    \b
    questlog game adjust ada@example.org --gold 50 --reason "For the report about the calendar"
    """
    moved = {name: value for name, value in amounts.items() if value}
    if not moved or not reason.strip():
        raise Failure("Say what to adjust, and why.", Exit.REFUSED)

    async def work(database: Database) -> None:
        await database.write(_adjust, email, moved, reason.strip())

    work_on_database(read_settings(), work)
    told = ", ".join(f"{value:+d} {name}" for name, value in moved.items())
    terminal.success(f"{email}: {told}.")


async def _compare(database: Database) -> list[Difference]:
    lost = await database.read(without_player)
    missing = [Difference(user_id, "player", "none", "one") for user_id in lost]
    return missing + await _everybody(database, recompute.compare)


async def _repair(database: Database) -> list[Difference]:
    while await database.write(start_missing):
        pass
    return await _everybody(database, recompute.repair)


async def _everybody(
    database: Database, verb: Callable[..., Coroutine[Any, Any, list[Difference]]]
) -> list[Difference]:
    """Run a verb for every player, each in a transaction of its own."""
    found: list[Difference] = []
    last = recompute.NOBODY
    while some := await database.read(recompute.players_after, last):
        for user_id in some:
            found += await database.write(verb, user_id)
        last = some[-1]
    return found


async def _adjust(session: Session, email: str, amounts: dict[str, int], reason: str) -> UUID:
    found = await users.get_by_email(session, emails.normalise(email))
    if found is None:
        raise users.UserNotFoundError()
    entry = await adjustments.adjust(
        session, found.id, amounts, reason=reason, timezone=found.timezone
    )
    return entry.id


def _shown(each: Difference) -> dict[str, Any]:
    return {
        "user_id": str(each.user_id),
        "column": each.column,
        "stored": each.stored,
        "counted": each.counted,
    }
