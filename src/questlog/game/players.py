"""Who plays: every account does, from the transaction that opens it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import insert

from questlog.core import clock
from questlog.core.db import Session
from questlog.game import bosses, days, pursuits
from questlog.game.content import content
from questlog.game.turns import BOSSES, PLAYERS


async def start(session: Session, user_id: UUID, *, timezone: str) -> None:
    """Give a new account its player, the first boss, the first quest and the standing challenges."""
    now = clock.now()
    player = _new(user_id, timezone, now)
    boss = bosses.first_of_ladder()
    await session.execute(insert(PLAYERS), {**player, "boss_id": boss.id})
    await session.execute(insert(BOSSES), bosses.row_of(boss, user_id, now))
    first = [pursuits.begun_quest(content().first_quest, player)]
    first += [pursuits.begun_challenge(challenge, player) for challenge in content().standing]
    await pursuits.begin(session, user_id, first, now)


def _new(user_id: UUID, timezone: str, now: datetime) -> dict[str, object]:
    day = days.first(now, timezone)
    return {
        "user_id": user_id,
        "hearts": content().rules.hearts.max,
        "streak": 0,
        "streak_on": None,
        "zone": day.zone,
        "day_on": day.on,
        "day_began": day.began,
        "began_on": day.on,
        "counters": {},
        "created_at": now,
        "updated_at": now,
    }
