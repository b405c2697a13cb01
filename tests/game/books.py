"""INV-1…3 for one player, asked of the database alone: cheap enough to be asked after every operation."""

from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from questlog.core.db import Database, Session
from questlog.game.models import LedgerEntry as L
from questlog.game.models import Player, PlayerBoss
from questlog.planning.models import Occurrence, Task

HEARTS = 5


async def check_books(database: Database, user_id: UUID) -> None:
    """Raise AssertionError when balances are not what the ledger sums up to, or something stands twice."""
    await database.read(_check, user_id)


async def _check(session: Session, user_id: UUID) -> None:
    player = await session.get_one(Player, user_id)
    rows = (await session.execute(select(L.__table__).where(L.user_id == user_id))).all()
    undone = {row.reverses_id for row in rows}
    live = [row for row in rows if row.entry == "grant" and row.id not in undone]
    _inv1_balances_are_sums(player, await session.get_one(PlayerBoss, player.boss_id), rows)
    _inv1_counters_are_sums(player, live)
    _inv2_nothing_is_paid_twice(live)
    assert await session.scalar(_open_on_a_done_date(user_id)) == 0, "INV-3"


def _inv1_balances_are_sums(player: Player, boss: PlayerBoss, rows: Sequence[Any]) -> None:
    sums = {
        name: sum(getattr(row, name) for row in rows)
        for name in ("xp", "gold", "hearts", "freezes", "potion")
    }
    assert sums == {
        "xp": player.xp,
        "gold": player.gold - player.gold_debt,
        "hearts": player.hearts - HEARTS,
        "freezes": player.streak_freezes,
        "potion": player.potion_left,
    }, "INV-1"
    damage = sum(row.damage for row in rows if row.boss_id == player.boss_id)
    assert damage == player.boss_damage, "INV-1: boss"
    assert damage < boss.hp_max, "INV-1: a boss stands without HP"


def _inv1_counters_are_sums(player: Player, live: Sequence[Any]) -> None:
    counted: Counter[str] = Counter()
    for row in live:
        counted.update(row.details.get("counters", {}))
    days = {row.local_day for row in live if row.details.get("counts_day")}
    told: dict[str, Any] = {**counted, "distinct_days": len(days)}
    for row in live:
        if row.source_kind == "boss":
            for name in ("bosses_defeated", f"bosses_defeated:boss={row.details['boss']}"):
                told[name] = told.get(name, 0) + 1
    assert {name: value for name, value in told.items() if value} == player.counters, "INV-1"


def _inv2_nothing_is_paid_twice(live: Sequence[Any]) -> None:
    keys = [(row.source_kind, row.source_id, row.occurrence_key) for row in live]
    assert len(keys) == len(set(keys)), "INV-2"


def _open_on_a_done_date(user_id: UUID) -> Any:
    return (
        select(func.count())
        .select_from(Task)
        .join(Occurrence, (Occurrence.task_id == Task.id) & (Occurrence.user_id == Task.user_id))
        .where(
            Task.user_id == user_id,
            Task.rule.is_not(None),
            Task.completed_at.is_(None),
            Task.deleted_at.is_(None),
            Occurrence.reopened_at.is_(None),
            Occurrence.outcome == "completed",
            Occurrence.scheduled_on == Task.due_on,
        )
    )
