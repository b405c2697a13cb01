"""The totals of a player, counted anew from the ledger: what differs is a cache that went wrong, and is put right.

A boss that stands without HP can be struck no more; it falls.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, case, func, select, update

from questlog.core import clock
from questlog.core.db import Session
from questlog.core.ids import new_id
from questlog.game import bosses, metrics, turns
from questlog.game.content import content
from questlog.game.earning import COUNTERS, COUNTS_DAY
from questlog.game.ledger import AMOUNTS, LEDGER, REVERSAL
from questlog.game.turns import BOSSES, PLAYERS

NOBODY = UUID(int=0)
AT_ONCE = 500
BOSS = "boss"
"""What differs when a boss stands without HP; the other names are those of columns."""


@dataclass(frozen=True, slots=True)
class Difference:
    """`stored` is what a player's column has, `counted` what the ledger comes to."""

    user_id: UUID
    column: str
    stored: Any
    counted: Any


async def players_after(session: Session, last: UUID = NOBODY) -> Sequence[UUID]:
    """Return the ids of some players, in their order."""
    following = select(PLAYERS.c.user_id).where(PLAYERS.c.user_id > last)
    found = await session.scalars(following.order_by(PLAYERS.c.user_id).limit(AT_ONCE))
    return found.all()


async def compare(session: Session, user_id: UUID) -> list[Difference]:
    """Count one player's totals and return what differs. The player is locked: call it in a writer."""
    locked = select(PLAYERS).where(PLAYERS.c.user_id == user_id).with_for_update(key_share=True)
    row = (await session.execute(locked)).one_or_none()
    if row is None:
        return []  # the account went meanwhile
    player = row._mapping
    counted = await count(session, player)
    differing = [
        Difference(user_id, name, player[name], value)
        for name, value in counted.items()
        if player[name] != value
    ]
    spent = await _spent(session, user_id, player["boss_id"], counted["boss_damage"])
    return differing + [Difference(user_id, BOSS, row.code, "fallen") for row in spent]


async def repair(session: Session, user_id: UUID) -> list[Difference]:
    """Set one player's totals to what the ledger says, and let fall who has no HP; return what was different."""
    found = await compare(session, user_id)
    right = {each.column: each.counted for each in found if each.column != BOSS}
    if right:
        stamps = {"updated_at": clock.now(), "version": PLAYERS.c.version + 1}
        mine = PLAYERS.c.user_id == user_id
        await session.execute(update(PLAYERS).where(mine).values(**right, **stamps))
    if any(each.column == BOSS for each in found):
        await _let_fall(session, user_id)
    return found


async def _spent(
    session: Session, user_id: UUID, boss_id: UUID | None, damage: int
) -> Sequence[Row[Any]]:
    """Return the bosses that stand and have no HP left; `damage` is that of the present one."""
    lost = case((BOSSES.c.id == boss_id, damage), else_=BOSSES.c.damage_before)
    mine = (BOSSES.c.user_id == user_id, BOSSES.c.state != "defeated", lost >= BOSSES.c.hp_max)
    return (await session.execute(select(BOSSES).where(*mine).order_by(BOSSES.c.id))).all()


async def _let_fall(session: Session, user_id: UUID) -> None:
    turn = await turns.hold(session, user_id)
    for row in await _spent(session, user_id, turn.player["boss_id"], turn.player["boss_damage"]):
        boss = await bosses.load(session, user_id, row.id)
        last = select(LEDGER.c.cause_id).where(
            LEDGER.c.user_id == user_id,
            LEDGER.c.source_kind == "boss",
            LEDGER.c.source_id == str(row.id),
        )
        cause = await session.scalar(last.order_by(LEDGER.c.id.desc()).limit(1))
        if boss is not None:
            await bosses.defeat(session, turn, boss, cause or new_id())
    await turns.finish(session, turn)


async def count(session: Session, player: Mapping[Any, Any]) -> dict[str, Any]:
    """Return the columns of a player that the ledger decides."""
    sums = await _sums(session, player)
    hearts_max = content().rules.hearts.max
    return {
        "xp": sums["xp"],
        "gold": max(sums["gold"], 0),
        "gold_debt": max(-sums["gold"], 0),
        "hearts": min(max(hearts_max + sums["hearts"], 0), hearts_max),
        "streak_freezes": sums["freezes"],
        "potion_left": sums["potion"],
        "boss_damage": sums["boss_damage"],
        **await _of_the_day(session, player),
        "counters": await _counters(session, player["user_id"]),
    }


async def _sums(session: Session, player: Mapping[Any, Any]) -> dict[str, int]:
    its_damage = case((LEDGER.c.boss_id == player["boss_id"], LEDGER.c.damage), else_=0)
    amounts = {name: LEDGER.c[name] for name in AMOUNTS} | {"boss_damage": its_damage}
    found = await session.execute(
        select(
            *(func.coalesce(func.sum(one), 0).label(name) for name, one in amounts.items())
        ).where(LEDGER.c.user_id == player["user_id"])
    )
    return {name: int(value) for name, value in found.one()._mapping.items()}


async def _of_the_day(session: Session, player: Mapping[Any, Any]) -> dict[str, int]:
    """Count the first payments for own tasks on the present day, and those ahead of their date, taken back or not."""
    found = await session.execute(
        select(LEDGER.c.details).where(
            LEDGER.c.user_id == player["user_id"],
            LEDGER.c.local_day == player["day_on"],
            LEDGER.c.source_kind == "task",
            LEDGER.c.entry == "grant",
            LEDGER.c.round == 1,
            LEDGER.c.xp > 0,
        )
    )
    paid = found.all()
    ahead = sum(1 for row in paid if row.details.get("ahead"))
    return {"day_tasks": len(paid), "day_ahead": ahead}


async def _counters(session: Session, user_id: UUID) -> dict[str, int]:
    """Add up what the payments that stand have counted, the days among them, and the bosses that fell."""
    found = await session.execute(
        select(LEDGER.c.source_kind, LEDGER.c.local_day, LEDGER.c.details)
        .outerjoin(REVERSAL, REVERSAL.c.reverses_id == LEDGER.c.id)
        .where(LEDGER.c.user_id == user_id, LEDGER.c.entry == "grant", REVERSAL.c.id.is_(None))
    )
    counters: Counter[str] = Counter()
    days = set()
    for row in found:
        counters.update(row.details.get(COUNTERS, {}))
        if row.details.get(COUNTS_DAY):
            days.add(row.local_day)
        if row.source_kind == "boss":
            fallen = row.details["boss"]
            counters.update(["bosses_defeated", metrics.key("bosses_defeated", {"boss": fallen})])
    counters["distinct_days"] = len(days)
    return {name: value for name, value in counters.items() if value}
