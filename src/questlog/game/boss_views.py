"""Bosses as people see them: the one they face, those that wait or fell, and the rungs ahead."""

from collections.abc import Mapping
from math import floor
from typing import Any

from sqlalchemy import select

from questlog.core.db import Session
from questlog.core.prepared import prepared
from questlog.game.content import content
from questlog.game.ledger_words import boss_name
from questlog.game.turns import BOSSES, Turn

ORDER = {"active": 0, "waiting": 1, "ahead": 2, "defeated": 3, "gone": 4}
LADDER = "ladder"

type View = dict[str, Any]


@prepared
def _mine(user_id: Any) -> Any:
    return select(BOSSES).where(BOSSES.c.user_id == user_id).order_by(BOSSES.c.id)


async def bosses(session: Session, turn: Turn, locale: str) -> list[View]:
    """Return the boss one faces, those that wait, the ladder ahead, and those that are over, newest first."""
    met = [dict(row._mapping) for row in await session.execute(*_mine(turn.user_id))]
    seen = [_view(row, turn, locale) for row in met]
    over = [one for one in reversed(seen) if one["state"] in ("defeated", "gone")]
    present = [one for one in seen if one["state"] in ("active", "waiting")]
    return [*sorted(present, key=_place), *_ahead(met, locale), *over]


def _place(one: View) -> int:
    return ORDER[one["state"]]


def _view(row: Mapping[str, Any], turn: Turn, locale: str) -> View:
    known = content().boss.get(row["code"])
    return {
        "id": row["id"],
        "code": row["code"],
        "kind": row["kind"],
        "name": boss_name(row["code"], row["name"], locale),
        "story": None if known is None else known.story.in_(locale),
        "state": row["state"],
        "round": row["round"],
        "hp_max": row["hp_max"],
        "hp_left": row["hp_max"] - _damage(row, turn),
        "bonus_xp": row["bonus_xp"],
        "week_id": row["week_id"],
        "defeated_at": row["defeated_at"],
    }


def _damage(row: Mapping[str, Any], turn: Turn) -> int:
    if row["state"] == "defeated":
        return int(row["hp_max"])
    facing = row["id"] == turn.player["boss_id"]
    return int(turn.player["boss_damage"] if facing else row["damage_before"])


def _ahead(met: list[dict[str, Any]], locale: str) -> list[View]:
    """Return the rungs above the last one of the ladder that was met, of the same round."""
    ladder = content().ladder
    codes = [rung.code for rung in ladder]
    last = next((row for row in reversed(met) if row["kind"] == LADDER), None)
    if last is None or last["code"] not in codes:
        return []
    again = content().rules.ladder_again_factor ** (last["round"] - 1)
    return [
        {
            "id": None,
            "code": rung.code,
            "kind": LADDER,
            "name": rung.name.in_(locale),
            "story": rung.story.in_(locale),
            "state": "ahead",
            "round": last["round"],
            "hp_max": (hp := floor(rung.hp * again)),
            "hp_left": hp,
            "bonus_xp": rung.bonus_xp,
            "week_id": None,
            "defeated_at": None,
        }
        for rung in ladder[codes.index(last["code"]) + 1 :]
    ]
