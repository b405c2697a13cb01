"""A new day of the game: challenges expire or come back, quests begin whose turn it is, forgotten badges are given."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from questlog.core.db import Session
from questlog.core.ids import new_id
from questlog.game import badges, metrics, objectives, pursuits
from questlog.game.badges import BADGES
from questlog.game.content import content

type Told = tuple[str, tuple[str, UUID | None], dict[str, Any]]


async def begin(
    session: Session, user_id: UUID, player: Mapping[str, Any], now: datetime
) -> list[Told]:
    """Write what the new day of a locked and settled player brings, and return the events that tell of it.

    At most five statements, once a day; the rest of the transaction sees what they wrote.
    """
    changes = pursuits.at_rollover(player, await pursuits.latest(session, user_id), now)
    await pursuits.end(session, user_id, changes.ended)
    await pursuits.begin(session, user_id, changes.begun, now)
    told: list[Told] = [
        (f"{one.pursuit['kind']}.expired", _subject(one.pursuit), {"code": one.pursuit["code"]})
        for one in changes.ended
    ]
    return told + await _catch_up(session, user_id, player, now)


def _subject(pursuit: Mapping[str, Any]) -> tuple[str, UUID | None]:
    return pursuit["kind"], pursuit["id"]


async def _catch_up(
    session: Session, user_id: UUID, player: Mapping[str, Any], now: datetime
) -> list[Told]:
    """Give badges that are deserved and missing: those that came with a newer content."""
    values = metrics.values(player)
    deserved = [rule.code for rule in content().badges if objectives.is_reached(rule, values, {})]
    if not deserved:
        return []
    has = await session.scalars(select(BADGES.c.code).where(BADGES.c.user_id == user_id))
    missing = sorted(set(deserved) - set(has))
    if not missing:
        return []
    earned = [badges.Earned(code) for code in missing]
    rows = badges.rows(user_id, earned, new_id(), player["day_on"], now)
    await session.execute(insert(BADGES), rows)
    return [("badge.earned", ("badge", None), {"code": code}) for code in missing]
