"""How long the event log goes back."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam, delete, func, select

from questlog.automation.events import EVENTS
from questlog.core import clock
from questlog.core.db import Session

KEPT = timedelta(days=400)
SWEPT_AT_ONCE = 1000
# Ids grow with the time they are made at, so they say where in the table to look; clocks may differ by a day.
LEEWAY = timedelta(days=1)
SMALLEST_OF_MS = 80
DELETE = delete(EVENTS).where(
    EVENTS.c.user_id == bindparam("whose"), EVENTS.c.seq <= bindparam("upto")
)


async def sweep(session: Session) -> int:
    """Delete some of what happened more than 400 days ago; return how many users that was about.

    A user's log loses its beginning and nothing out of its middle: numbers go on without gaps from where it begins.
    """
    edge = clock.now() - KEPT
    old = (
        select(EVENTS.c.user_id, EVENTS.c.seq)
        .where(EVENTS.c.id < _first_id(edge + LEEWAY), EVENTS.c.created_at < edge)
        .order_by(EVENTS.c.id)
        .limit(SWEPT_AT_ONCE)
        .subquery()
    )
    ends = select(old.c.user_id, func.max(old.c.seq).label("upto")).group_by(old.c.user_id)
    rows = (await session.execute(ends)).all()
    if rows:
        await session.execute(DELETE, [{"whose": row.user_id, "upto": row.upto} for row in rows])
    return len(rows)


def _first_id(moment: datetime) -> UUID:
    """Return the smallest UUIDv7 of a moment."""
    return UUID(int=int(moment.timestamp() * 1000) << SMALLEST_OF_MS)
