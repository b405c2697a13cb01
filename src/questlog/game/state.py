"""Where somebody stands in the game, as `GET /rpg/state` and `/auth/me` show it. Reading it changes nothing."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from questlog.core.db import Session
from questlog.game import hearts, levels, turns
from questlog.game.content import content


async def load(session: Session, user_id: UUID, *, timezone: str) -> dict[str, Any]:
    """Return the state at this moment, passed days settled."""
    turn = await turns.look(session, user_id, timezone=timezone)
    return of(turn.player)


def of(player: Mapping[str, Any]) -> dict[str, Any]:
    """Return the state of a settled player."""
    rule = content().rules.hearts
    is_today = player["reviews_on"] == player["day_on"]
    return {
        "xp": player["xp"],
        "level": levels.level_of(player["xp"]),
        "xp_to_next_level": levels.xp_to_next_level(player["xp"]),
        "gold": player["gold"],
        "gold_debt": player["gold_debt"],
        "hearts": hearts.shown(player, rule),
        "hearts_max": rule.max,
        "streak": player["streak"],
        "best_streak": player["best_streak"],
        "streak_freezes": player["streak_freezes"],
        "reviews_today": player["reviews_today"] if is_today else 0,
    }
