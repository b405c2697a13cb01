"""Players for accounts that have none, such as after a restore from before there was a game."""

from typing import cast
from uuid import UUID

from sqlalchemy import ColumnElement, Table, exists, select

from questlog.core.db import Session
from questlog.game import players
from questlog.game.turns import PLAYERS
from questlog.identity.models import User

USERS = cast(Table, User.__table__)
AT_ONCE = 200


async def without_player(session: Session) -> list[UUID]:
    """Return every account that cannot play."""
    missing = select(USERS.c.id).where(*_missing()).order_by(USERS.c.id)
    return list(await session.scalars(missing))


async def start_missing(session: Session) -> int:
    """Start the game for some of them; return for how many. 0 when nobody is left."""
    missing = select(USERS.c.id, USERS.c.timezone).where(*_missing()).order_by(USERS.c.id)
    rows = (await session.execute(missing.limit(AT_ONCE))).all()
    for user_id, timezone in rows:
        await players.start(session, user_id, timezone=timezone)
    return len(rows)


def _missing() -> tuple[ColumnElement[bool], ...]:
    plays = exists().where(PLAYERS.c.user_id == USERS.c.id)
    return (~plays, USERS.c.erasing_since.is_(None))
