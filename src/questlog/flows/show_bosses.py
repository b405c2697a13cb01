"""The bosses somebody meets: those of the ladder tell their own story, that of a week is told by its course."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from questlog.core.db import Session
from questlog.game import boss_views, turns
from questlog.learning.models import Week


async def show_bosses(
    session: Session, user_id: UUID, *, timezone: str, locale: str
) -> list[dict[str, Any]]:
    """Return them as `boss_views.bosses` does, each with its story."""
    turn = await turns.look(session, user_id, timezone=timezone)
    found = await boss_views.bosses(session, turn, locale)
    weeks = {one["week_id"] for one in found} - {None}
    if not weeks:
        return found
    told = await session.execute(select(Week.id, Week.boss_story).where(Week.id.in_(weeks)))
    stories = {row.id: row.boss_story for row in told}
    return [{**one, "story": stories.get(one["week_id"], one["story"])} for one in found]
