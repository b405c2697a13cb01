"""Badges as people see them: those one has, and how far away the others are."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from questlog.core.db import Session
from questlog.core.prepared import prepared
from questlog.game import metrics, objectives
from questlog.game.badges import BADGES
from questlog.game.content import content
from questlog.game.rules import BadgeRule
from questlog.game.turns import Turn

OF_A_COURSE = "🎓"

type View = dict[str, Any]


@prepared
def _mine(user_id: Any) -> Any:
    return (
        select(BADGES)
        .where(BADGES.c.user_id == user_id)
        .order_by(BADGES.c.earned_at.desc(), BADGES.c.code)
    )


async def badges(
    session: Session, turn: Turn, locale: str, *, earned: bool | None = None
) -> list[View]:
    """Return badges: those one has, newest first, then the others, the nearest first."""
    has = [row._asdict() for row in await session.execute(*_mine(turn.user_id))]
    codes = {row["code"] for row in has}
    values = metrics.values(turn.player)
    missing = [
        _missing(rule, values, locale) for rule in content().badges if rule.code not in codes
    ]
    missing.sort(key=lambda one: -one["progress"] / one["target"])
    mine = [_earned(row, locale) for row in has]
    return [*(mine if earned is not False else ()), *(missing if earned is not True else ())]


def _earned(row: Mapping[str, Any], locale: str) -> View:
    rule = content().badge.get(row["code"])
    shown: View = {
        "code": row["code"],
        "title": row["title"] or row["code"],
        "text": None,
        "icon": OF_A_COURSE,
        "metric": None,
        "target": None,
        "progress": None,
    }
    if rule is not None:
        shown = {**_told(rule, locale), "progress": rule.target}
    return {**shown, "earned_on": row["earned_on"], "earned_at": row["earned_at"]}


def _missing(rule: BadgeRule, values: metrics.Counters, locale: str) -> View:
    progress = objectives.progress(rule, values, {})
    return {**_told(rule, locale), "progress": progress, "earned_on": None, "earned_at": None}


def _told(rule: BadgeRule, locale: str) -> View:
    return {
        "code": rule.code,
        "title": rule.title.in_(locale),
        "text": rule.text.in_(locale),
        "icon": rule.icon,
        "metric": rule.metric,
        "target": rule.target,
    }
