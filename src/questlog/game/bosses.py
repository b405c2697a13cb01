"""Bosses: one at a time. XP is damage; whoever falls leaves a bonus behind and makes room for the next.

Outside courses there is a ladder, which starts again with more HP. The boss of a course's week takes its place while
the week is current: the ladder's boss waits with the damage it has.
"""

from collections.abc import Sequence
from dataclasses import fields
from math import floor
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, case, insert, select, update

from questlog.core.db import Session
from questlog.core.ids import new_id
from questlog.game import ledger, metrics
from questlog.game.content import content
from questlog.game.ledger import Entry
from questlog.game.turns import BOSSES, Boss, Turn

CHANGE = update(BOSSES).where(
    BOSSES.c.id == bindparam("its_id"), BOSSES.c.user_id == bindparam("its_user_id")
)
LADDER, WEEK = "ladder", "week"


def name_of(boss: Boss, locale: str) -> str:
    """Return what a boss is called; one whose content is gone goes by its code."""
    if boss.name is not None:
        return boss.name
    known = content().boss.get(boss.code)
    return boss.code if known is None else known.name.in_(locale)


def first_of_ladder() -> Boss:
    return _ladder_boss(0, 1)


def row_of(boss: Boss, user_id: UUID, now: Any, *, state: str = "active") -> dict[str, Any]:
    """Return the row of a boss somebody meets."""
    return {
        "id": boss.id,
        "user_id": user_id,
        "kind": boss.kind,
        "code": boss.code,
        "name": boss.name,
        "round": boss.round,
        "hp_max": boss.hp_max,
        "damage_before": 0,
        "bonus_xp": boss.bonus_xp,
        "week_id": boss.week_id,
        "state": state,
        "created_at": now,
    }


async def fell(session: Session, turn: Turn, cause_id: UUID) -> Boss:
    """Pay for the boss that has no HP left, let the next one step forward, and return the one that fell."""
    if turn.boss is None:
        raise ValueError("nobody is there to fall")
    fallen = turn.boss
    await defeat(session, turn, fallen, cause_id)
    return fallen


async def defeat(session: Session, turn: Turn, fallen: Boss, cause_id: UUID) -> None:
    """Pay for a boss that has no HP left; the next one steps forward if it was the present one."""
    turn.writes.append(
        (
            CHANGE,
            {
                "its_id": fallen.id,
                "its_user_id": turn.user_id,
                "state": "defeated",
                "defeated_at": turn.now,
                "damage_before": fallen.hp_max,
            },
        )
    )
    rounds = await ledger.rounds_of(session, turn.user_id, "boss", str(fallen.id), "once")
    turn.count({"bosses_defeated": 1, metrics.key("bosses_defeated", {"boss": fallen.code}): 1})
    if fallen == turn.boss:
        await _next(session, turn, fallen)
    turn.enter(
        Entry(
            "grant",
            "boss",
            str(fallen.id),
            cause_id,
            turn.today,
            round=rounds + 1,
            xp=fallen.bonus_xp,
            details={"boss": fallen.code, "title": fallen.name},
        )
    )
    turn.tell("boss.defeated", ("boss", fallen.id), code=fallen.code, bonus_xp=fallen.bonus_xp)


async def meet_week(
    session: Session, turn: Turn, *, code: str, name: str, hp: int, bonus_xp: int, week_id: UUID
) -> None:
    """Let a week's boss take the place of the ladder's; a week's boss that is there already stays until it is done.

    `code` is `<course slug>/<week>`. One that went away comes back as it was; one that fell does not.
    """
    mine = (BOSSES.c.user_id == turn.user_id, BOSSES.c.code == code)
    known = (await session.execute(select(BOSSES).where(*mine))).one_or_none()
    if known is not None and known.state != "gone":
        return
    waits = turn.boss is not None and turn.boss.kind == WEEK
    if turn.boss is not None and not waits:
        _let_wait(turn, turn.boss)
    state = "waiting" if waits else "active"
    if known is None:
        boss, damage = Boss(new_id(), WEEK, code, name, 1, hp, bonus_xp, week_id), 0
        turn.writes.append((insert(BOSSES), row_of(boss, turn.user_id, turn.now, state=state)))
    else:
        boss, damage = _of(known), known.damage_before
        place = {"its_id": boss.id, "its_user_id": turn.user_id}
        turn.writes.append((CHANGE, {**place, "state": state}))
    if not waits:
        _face(turn, boss, damage)


async def leave_weeks(session: Session, turn: Turn, weeks: Sequence[UUID]) -> None:
    """These weeks are over, or their course was left: their bosses go, if they still stand, and the next in line comes."""
    gone = {"its_user_id": turn.user_id, "state": "gone"}
    waiting = await session.scalars(
        select(BOSSES.c.id).where(
            BOSSES.c.user_id == turn.user_id,
            BOSSES.c.week_id.in_(weeks),
            BOSSES.c.state == "waiting",
        )
    )
    for id_ in waiting.all():
        await session.execute(CHANGE, {**gone, "its_id": id_})
    if turn.boss is not None and turn.boss.week_id in weeks:
        left, damage = turn.boss, turn.player["boss_damage"]
        turn.writes.append((CHANGE, {**gone, "its_id": left.id, "damage_before": damage}))
        await _next(session, turn, left)


def revive(turn: Turn, fallen: Boss) -> None:
    """Put a boss that fell back without HP, where its last blow is taken back; the one that followed waits as it is."""
    if turn.boss is not None:
        _let_wait(turn, turn.boss)
    turn.writes.append(
        (
            CHANGE,
            {
                "its_id": fallen.id,
                "its_user_id": turn.user_id,
                "state": "active",
                "defeated_at": None,
                "damage_before": 0,
            },
        )
    )
    _face(turn, fallen, fallen.hp_max)
    turn.count({"bosses_defeated": -1, metrics.key("bosses_defeated", {"boss": fallen.code}): -1})


async def load(session: Session, user_id: UUID, boss_id: UUID) -> Boss | None:
    """Return a boss of this player, whatever became of it."""
    mine = (BOSSES.c.user_id == user_id, BOSSES.c.id == boss_id)
    row = (await session.execute(select(BOSSES).where(*mine))).one_or_none()
    return None if row is None else _of(row)


def _of(row: Row[Any]) -> Boss:
    return Boss(*(getattr(row, column.name) for column in fields(Boss)))


def _let_wait(turn: Turn, boss: Boss) -> None:
    turn.writes.append(
        (
            CHANGE,
            {
                "its_id": boss.id,
                "its_user_id": turn.user_id,
                "state": "waiting",
                "damage_before": turn.player["boss_damage"],
            },
        )
    )


def _face(turn: Turn, boss: Boss, damage: int) -> None:
    turn.boss = boss
    turn.player["boss_id"] = boss.id
    turn.player["boss_damage"] = damage


async def _next(session: Session, turn: Turn, left: Boss) -> None:
    """A week's boss that waits comes first, then the ladder's lowest that waits, then the next rung."""
    waiting = await session.execute(
        select(BOSSES)
        .where(BOSSES.c.user_id == turn.user_id, BOSSES.c.state == "waiting")
        .order_by(case((BOSSES.c.kind == WEEK, 0), else_=1), BOSSES.c.id)
        .limit(1)
    )
    row = waiting.one_or_none()
    if row is not None:
        place = {"its_id": row.id, "its_user_id": turn.user_id}
        turn.writes.append((CHANGE, {**place, "state": "active"}))
        _face(turn, _of(row), row.damage_before)
        return
    boss = _rung_after(left)
    turn.writes.append((insert(BOSSES), row_of(boss, turn.user_id, turn.now)))
    _face(turn, boss, 0)


def _rung_after(boss: Boss) -> Boss:
    codes = [one.code for one in content().ladder]
    if boss.code not in codes:
        return _ladder_boss(0, boss.round if boss.kind == LADDER else 1)
    rung = codes.index(boss.code) + 1
    return _ladder_boss(rung, boss.round) if rung < len(codes) else _ladder_boss(0, boss.round + 1)


def _ladder_boss(rung: int, round_: int) -> Boss:
    chosen, again = content().ladder[rung], content().rules.ladder_again_factor
    hp = floor(chosen.hp * again ** (round_ - 1))
    return Boss(new_id(), LADDER, chosen.code, None, round_, hp, chosen.bonus_xp, None)
