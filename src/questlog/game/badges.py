"""Badges: given when a counter crosses a target, and by courses. Nobody is paid for one."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from questlog.core.db import Session
from questlog.game.content import content
from questlog.game.models import Badge
from questlog.game.rules import BadgeRule

BADGES = cast(Table, Badge.__table__)
GIVE = {
    name: dialect.insert(BADGES).on_conflict_do_nothing(index_elements=["user_id", "code"])
    for name, dialect in (("sqlite", sqlite), ("postgresql", postgresql))
}


@dataclass(frozen=True, slots=True)
class Earned:
    """`title` is None for a badge of the content."""

    code: str
    title: str | None = None

    def called(self, locale: str) -> str:
        known = content().badge.get(self.code)
        return known.title.in_(locale) if known is not None else self.title or self.code


def value_of(rule: BadgeRule, values: Mapping[str, int]) -> int:
    return values.get(rule.key, 0)


def crossed(before: Mapping[str, int], after: Mapping[str, int]) -> list[Earned]:
    """Return the badges whose target lies between two states of the counters."""
    return [
        Earned(rule.code)
        for rule in content().badges
        if value_of(rule, before) < rule.target <= value_of(rule, after)
    ]


def rows(
    user_id: UUID, earned: Sequence[Earned], cause_id: UUID, today: date, now: datetime
) -> list[dict[str, Any]]:
    """Return the rows of badges that are handed out; `GIVE` leaves one that is there already as it is."""
    return [
        {
            "user_id": user_id,
            "code": badge.code,
            "title": badge.title,
            "cause_id": cause_id,
            "earned_on": today,
            "earned_at": now,
        }
        for badge in earned
    ]


async def held(session: Session, user_id: UUID, codes: Collection[str]) -> set[str]:
    """Return which of these badges somebody has."""
    if not codes:
        return set()
    mine = (BADGES.c.user_id == user_id, BADGES.c.code.in_(codes))
    return set(await session.scalars(select(BADGES.c.code).where(*mine)))


async def take(session: Session, user_id: UUID, codes: Collection[str]) -> list[Earned]:
    """Take badges that are no longer deserved; return those that were there."""
    if not codes:
        return []
    mine = (BADGES.c.user_id == user_id, BADGES.c.code.in_(codes))
    gone = await session.execute(
        delete(BADGES).where(*mine).returning(BADGES.c.code, BADGES.c.title)
    )
    return sorted((Earned(row.code, row.title) for row in gone), key=lambda badge: badge.code)
