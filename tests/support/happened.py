"""What the event log says of a user."""

from collections.abc import Sequence

from sqlalchemy import select

from questlog.automation.models import Event
from questlog.core.db import Database
from tests.support.rows import Person


async def happened(database: Database, user: Person, type_: str) -> Sequence[Event]:
    """Return the user's events of a type, in their order."""
    mine = select(Event).where(Event.user_id == user.id, Event.type == type_)
    async with database.reader() as session:
        return (await session.scalars(mine.order_by(Event.seq))).all()
