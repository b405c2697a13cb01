"""Totals counted anew from the ledger, and adjustments by hand: always an entry, a reason and a line in the audit log."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from httpx2 import AsyncClient
from sqlalchemy import delete, select, update

from questlog.automation.audit_models import AuditEntry
from questlog.cli.game_operations import adjust as adjust_command
from questlog.cli.game_operations import recompute_totals
from questlog.core.db import Database, Session
from questlog.game import recompute
from questlog.game.adjustments import AdjustmentError, adjust
from questlog.game.ledger import LEDGER
from questlog.game.models import Player
from tests.support.invariants import check_invariants
from tests.support.make import Make, Person

WRONG = {
    "xp": 999,
    "gold": 7,
    "hearts": 2,
    "streak_freezes": 1,
    "potion_left": 3,
    "boss_damage": 5,
    "counters": {"tasks_completed": 40},
}


async def test_what_differs_from_the_ledger_is_named_and_put_right(
    client: AsyncClient, database: Database, make: Make
) -> None:
    ada, eve = await make.user(), await make.user()
    await busy_day(client, make, ada)
    right = await player_of(database, ada)
    await damage(database, ada, **WRONG)

    named = await database.write(recompute.compare, ada.id)
    repaired = await database.write(recompute.repair, ada.id)

    assert {each.column for each in named} == set(WRONG)
    assert repaired == named
    assert await database.write(recompute.compare, ada.id) == []
    assert await database.write(recompute.compare, eve.id) == []
    after = await player_of(database, ada)
    assert {name: getattr(after, name) for name in WRONG} == {
        name: getattr(right, name) for name in WRONG
    }


async def test_after_completing_and_reopening_there_is_nothing_to_repair(
    client: AsyncClient, database: Database, make: Make
) -> None:
    ada = await make.user()

    await busy_day(client, make, ada)

    assert await database.write(recompute.compare, ada.id) == []
    await check_invariants(database)


@pytest.mark.parametrize("column", sorted(WRONG))
async def test_inv1_finds_each_total_that_is_wrong(
    client: AsyncClient, database: Database, make: Make, column: str
) -> None:
    ada = await make.user()
    await busy_day(client, make, ada)
    await damage(database, ada, **{column: WRONG[column]})

    with pytest.raises(AssertionError, match="INV-1"):
        await check_invariants(database)


async def test_g22_an_adjustment_is_an_entry_with_a_reason_and_an_actor(
    client: AsyncClient, database: Database, make: Make
) -> None:
    ada = await make.user()

    await database.write(
        adjust, ada.id, {"xp": 150, "gold": -20}, reason="A gift, and a fine", timezone="UTC"
    )

    state = (await client.get("/api/v1/rpg/state", headers=ada.headers)).json()
    assert (state["xp"], state["level"], state["gold"], state["gold_debt"]) == (150, 2, 0, 20)
    async with database.reader() as session:
        entry = (await session.execute(select(LEDGER))).one()
        line = await session.scalar(select(AuditEntry).where(AuditEntry.action == "game.adjusted"))
    assert (entry.entry, entry.source_kind) == ("change", "adjustment")
    assert entry.details == {"reason": "A gift, and a fine", "actor": "system"}
    assert line is not None
    assert line.account_id == ada.id
    assert line.details["xp"] == 150
    assert await database.write(recompute.compare, ada.id) == []


@pytest.mark.parametrize(
    "amounts",
    [
        {"xp": -1},
        {"xp": 3_000_000_000},
        {"gold": 1_000_000_001},
        {"gold": -3_000_000_000},
        {"hearts": 1},
        {"hearts": -6},
        {"freezes": -1},
        {"potion": -1},
        {"potion": 10**20},
    ],
)
async def test_g22_an_adjustment_keeps_within_bounds(
    database: Database, make: Make, amounts: dict[str, int]
) -> None:
    ada = await make.user()

    with pytest.raises(AdjustmentError):
        await database.write(adjust, ada.id, amounts, reason="too much", timezone="UTC")

    async with database.reader() as session:
        assert (await session.execute(select(LEDGER))).all() == []


async def test_g22_small_adjustments_do_not_add_up_to_more_than_there_can_be(
    database: Database, make: Make
) -> None:
    ada = await make.user()
    await database.write(adjust, ada.id, {"gold": 10**9}, reason="rich", timezone="UTC")

    with pytest.raises(AdjustmentError):
        await database.write(adjust, ada.id, {"gold": 1}, reason="richer", timezone="UTC")

    assert (await player_of(database, ada)).gold == 10**9


async def test_the_command_names_what_differs_and_then_puts_it_right(
    database_address: str, database: Database, make: Make, tmp_path: Path
) -> None:
    ada = await make.user()
    await damage(database, ada, xp=5)
    run = Commands(database_address, tmp_path)

    found = await run(recompute_totals, "--check", "--json")
    repaired = await run(recompute_totals)
    again = await run(recompute_totals, "--check")

    assert found.exit_code == 1
    assert json.loads(found.stdout) == [
        {"user_id": str(ada.id), "column": "xp", "stored": 5, "counted": 0}
    ]
    assert "1 totals put right." in repaired.output
    assert (again.exit_code, again.output) == (0, "")


async def test_the_command_starts_the_game_for_who_has_no_player(
    database_address: str, database: Database, make: Make, tmp_path: Path
) -> None:
    ada = await make.user()

    async def lose(session: Session) -> None:
        await session.execute(delete(Player).where(Player.user_id == ada.id))
        for name in ("player_bosses", "pursuits"):
            table = Player.metadata.tables[name]
            await session.execute(delete(table).where(table.c.user_id == ada.id))

    await database.write(lose)
    run = Commands(database_address, tmp_path)

    lost = await run(recompute_totals, "--check")
    await run(recompute_totals)

    assert lost.exit_code == 1
    assert (await player_of(database, ada)).hearts == 5


async def test_an_operator_adjusts_by_a_command(
    database_address: str, database: Database, make: Make, tmp_path: Path
) -> None:
    ada = await make.user(email="ada@example.org")
    run = Commands(database_address, tmp_path)

    done = await run(adjust_command, "Ada@example.org", "--gold", "50", "--reason", "A report")
    nothing = await run(adjust_command, "ada@example.org", "--reason", "Nothing")
    nobody = await run(adjust_command, "eve@example.org", "--gold", "1", "--reason", "Who?")
    huge = await run(adjust_command, "ada@example.org", "--gold", "3000000000", "--reason", "Rich")

    assert done.exit_code == 0, done.output
    assert (await player_of(database, ada)).gold == 50
    assert (nothing.exit_code, nobody.exit_code, huge.exit_code) == (6, 4, 2)
    async with database.reader() as session:
        line = await session.scalar(select(AuditEntry).where(AuditEntry.action == "game.adjusted"))
    assert line is not None
    assert line.actor == "cli"


class Commands:
    """Runs commands on the database of the test, beside its event loop."""

    def __init__(self, address: str, folder: Path) -> None:
        self.environment = {"DATABASE_URL": address, "DATA_DIR": str(folder)}

    async def __call__(self, command: Any, *arguments: str) -> Result:
        return await asyncio.to_thread(CliRunner().invoke, command, arguments, env=self.environment)


async def busy_day(client: AsyncClient, make: Make, user: Person) -> None:
    """Complete ten tasks, which fells a boss, and reopen one of them."""
    for number in range(10):
        task = await make.task(user, title=f"Task {number}", difficulty="hard")
        await client.post(f"/api/v1/tasks/{task.id}/complete", headers=user.headers)
    task = await make.task(user, title="Reopened")
    await client.post(f"/api/v1/tasks/{task.id}/complete", headers=user.headers)
    await client.post(f"/api/v1/tasks/{task.id}/incomplete", headers=user.headers)


async def damage(database: Database, user: Person, **wrong: Any) -> None:
    async def spoil(session: Session) -> None:
        mine = update(Player).where(Player.user_id == user.id)
        await session.execute(mine.values(**wrong))

    await database.write(spoil)


async def player_of(database: Database, user: Person) -> Player:
    async with database.reader() as session:
        return await session.get_one(Player, user.id)
