"""The day's roll-over: what passed days did to a player is stored, once, by whoever comes first.

Every change of a player begins with it (`game/turns.py`). Here it is done for those who do nothing: once an hour, so
that a broken streak is told and hearts are back.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

import structlog
from sqlalchemy import RowMapping, Table, or_, select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from questlog.core import clock
from questlog.core.db import Database, Session
from questlog.game import days, turns
from questlog.game.content import content
from questlog.game.turns import PLAYERS, NoPlayerError
from questlog.identity.models import User

USERS = cast(Table, User.__table__)
AT_ONCE = 500
NOBODY = UUID(int=0)

log = structlog.get_logger(__name__)


async def roll_over(session: Session, user_id: UUID, *, timezone: str) -> bool:
    """Store what became of a player; return whether anything did. A repeat changes nothing."""
    turn = await turns.begin(session, user_id, timezone=timezone)
    await turns.finish(session, turn)
    return turn.player != turn.before


async def roll_over_all(database: Database) -> int:
    """Settle every open account whose day has ended or whose heart is back; return how many players changed.

    Each is a transaction of its own, so that nobody waits.
    """
    now, last, changed = clock.now(), NOBODY, 0
    while rows := await database.read(_after, last, now):
        for row in rows:
            changed += await _roll_over_one(database, row, now)
        last = rows[-1]["user_id"]
    return changed


async def _roll_over_one(database: Database, row: RowMapping, now: datetime) -> bool:
    """What is wrong with one player, such as a zone unknown here, is told, and keeps nobody else's day from ending."""
    try:
        if not _is_due(row, now):
            return False
        await asyncio.sleep(0)
        return await database.write(roll_over, row["user_id"], timezone=row["timezone"])
    except NoPlayerError:  # the account was erased meanwhile
        return False
    except IntegrityError as error:
        log.error("day_not_settled", user=str(row["user_id"]), error=str(error.orig))
        return False
    except SQLAlchemyError:
        raise
    except Exception as error:  # whatever it is: the others go on
        log.error("day_not_settled", user=str(row["user_id"]), exc_info=error)
        return False


async def _after(session: Session, last: UUID, now: datetime) -> Sequence[RowMapping]:
    """Return some of those who may be due, in the order of their ids."""
    columns = ("user_id", "day_on", "day_began", "zone", "zone_since", "hearts_at")
    found = await session.execute(
        select(*(PLAYERS.c[name] for name in columns), USERS.c.timezone)
        .join(USERS, USERS.c.id == PLAYERS.c.user_id)
        .where(
            PLAYERS.c.user_id > last,
            USERS.c.deactivated_at.is_(None),
            or_(
                PLAYERS.c.day_began <= now - days.SHORTEST,
                PLAYERS.c.hearts_at <= now - _growth(),
            ),
        )
        .order_by(PLAYERS.c.user_id)
        .limit(AT_ONCE)
    )
    return found.mappings().all()


def _is_due(row: Mapping[Any, Any], now: datetime) -> bool:
    heart_is_back = row["hearts_at"] is not None and row["hearts_at"] <= now - _growth()
    return heart_is_back or days.of(row).ends <= now


def _growth() -> timedelta:
    return timedelta(hours=content().rules.hearts.regain_hours)
