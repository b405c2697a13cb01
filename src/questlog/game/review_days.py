"""How many cards a player reviewed on a day of the game, and that there is an end to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from questlog.core.db import Session
from questlog.core.exceptions import ConflictError
from questlog.game import turns
from questlog.game.content import content

SETTING = "reviews_per_day"
MOST = 500


class ReviewsDoneError(ConflictError):
    code = "reviews_done"
    default_message = "You have reviewed {limit} cards today. The rest waits until tomorrow."


@dataclass(frozen=True, slots=True)
class ReviewDay:
    """The day of the game it is, and what may still be reviewed on it."""

    day: date
    done: int
    limit: int
    has_hearts: bool
    """Whether hearts are played with."""

    @property
    def left(self) -> int:
        return max(0, self.limit - self.done)


def limit_of(settings: Mapping[str, Any]) -> int:
    """Return how many cards a user wants a day: `reviews_per_day` of their settings, or the rules' number."""
    wanted = settings.get(SETTING)
    if isinstance(wanted, int) and not isinstance(wanted, bool) and 0 <= wanted <= MOST:
        return wanted
    return content().rules.review.daily


async def look(session: Session, user_id: UUID, *, timezone: str, limit: int) -> ReviewDay:
    turn = await turns.look(session, user_id, timezone=timezone)
    return _of(turn.player, limit)


async def count(session: Session, user_id: UUID, *, timezone: str, limit: int) -> ReviewDay:
    """Count one more review; return the day as it was before it. Raises `ReviewsDoneError`."""
    turn = await turns.begin(session, user_id, timezone=timezone)
    found = _of(turn.player, limit)
    if not found.left:
        raise ReviewsDoneError(details={"limit": limit})
    turn.player["reviews_on"], turn.player["reviews_today"] = found.day, found.done + 1
    await turns.finish(session, turn)
    return found


def _of(player: Mapping[str, Any], limit: int) -> ReviewDay:
    today: date = player["day_on"]
    done = player["reviews_today"] if player["reviews_on"] == today else 0
    return ReviewDay(today, done, limit, not player["hearts_off"])
