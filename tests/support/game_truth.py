"""What a player's totals must come to, added up from the ledger in plain SQL and a few lines, apart from the program's own way."""

from collections import Counter
from collections.abc import Iterator
from typing import Any, cast

from sqlalchemy import Connection, Table, func, select

from questlog.game.content import content
from questlog.game.models import LedgerEntry, Player, PlayerBoss

PLAYERS = cast(Table, Player.__table__)
LEDGER = cast(Table, LedgerEntry.__table__)
BOSSES = cast(Table, PlayerBoss.__table__)
SUMMED = {"xp": "xp", "streak_freezes": "freezes", "potion_left": "potion"}


def falsehoods(connection: Connection) -> Iterator[str]:
    """Name every total that is not the sum of its ledger rows (INV-1)."""
    for player in connection.execute(select(PLAYERS)).mappings():
        yield from _balances(connection, player)
        yield from _bosses(connection, player)
        yield from _counters(connection, player)


def doubles(connection: Connection) -> Iterator[str]:
    """Name whatever is paid for twice, or taken back without being paid for (INV-2)."""
    live: Counter[tuple[Any, ...]] = Counter()
    for row in _live(connection):
        live[(row.user_id, row.source_kind, row.source_id, row.occurrence_key)] += 1
    for (_user, kind, source, key), count in live.items():
        if count > 1:
            yield f"{kind} {source} stands paid {count} times for {key}"
    taken = LEDGER.alias("taken")
    wrong = (
        select(taken.c.id)
        .outerjoin(LEDGER, LEDGER.c.id == taken.c.reverses_id)
        .where(taken.c.entry == "reversal")
        .where(
            LEDGER.c.id.is_(None)
            | (LEDGER.c.entry != "grant")
            | (LEDGER.c.user_id != taken.c.user_id)
            | (LEDGER.c.xp + taken.c.xp != 0)
            | (LEDGER.c.gold + taken.c.gold != 0)
        )
    )
    for (entry_id,) in connection.execute(wrong):
        yield f"entry {entry_id} does not take back exactly one grant"


def _balances(connection: Connection, player: Any) -> Iterator[str]:
    names = ("xp", "gold", "hearts", "freezes", "potion")
    sums = select(*(func.coalesce(func.sum(LEDGER.c[name]), 0).label(name) for name in names))
    total = connection.execute(sums.where(LEDGER.c.user_id == player["user_id"])).mappings().one()
    right = {column: total[name] for column, name in SUMMED.items()}
    right |= {"gold": max(total["gold"], 0), "gold_debt": max(-total["gold"], 0)}
    right["hearts"] = content().rules.hearts.max + total["hearts"]
    for column, value in right.items():
        if player[column] != value:
            yield f"{column} of {player['user_id']}: {player[column]}, the ledger says {value}"


def _bosses(connection: Connection, player: Any) -> Iterator[str]:
    mine = BOSSES.c.user_id == player["user_id"]
    for boss in connection.execute(select(BOSSES).where(mine)).mappings():
        lost = connection.scalar(
            select(func.coalesce(func.sum(LEDGER.c.damage), 0)).where(
                LEDGER.c.user_id == player["user_id"], LEDGER.c.boss_id == boss["id"]
            )
        )
        stored = player["boss_damage"] if boss["state"] == "active" else boss["damage_before"]
        most = boss["hp_max"] if boss["state"] == "defeated" else boss["hp_max"] - 1
        if stored != lost or not 0 <= stored <= most:
            yield f"boss {boss['code']}: {stored} of {boss['hp_max']} HP lost, the ledger says {lost}"
        if (boss["state"] == "active") != (boss["id"] == player["boss_id"]):
            yield f"boss {boss['code']} is {boss['state']}, and the player faces {player['boss_id']}"


def _counters(connection: Connection, player: Any) -> Iterator[str]:
    right: Counter[str] = Counter()
    days = set()
    for row in _live(connection):
        if row.user_id != player["user_id"]:
            continue
        right.update(row.details.get("counters", {}))
        if row.details.get("counts_day"):
            days.add(row.local_day)
        if row.source_kind == "boss":
            right.update(("bosses_defeated", f"bosses_defeated:boss={row.details['boss']}"))
    right["distinct_days"] = len(days)
    counted = {name: value for name, value in right.items() if value}
    if player["counters"] != counted:
        yield f"counters of {player['user_id']}: {player['counters']}, the ledger says {counted}"


def _live(connection: Connection) -> list[Any]:
    """Return the grants that were not taken back."""
    reversed_ids = select(LEDGER.c.reverses_id).where(LEDGER.c.reverses_id.is_not(None))
    grants = select(LEDGER).where(LEDGER.c.entry == "grant", LEDGER.c.id.not_in(reversed_ids))
    return list(connection.execute(grants))
