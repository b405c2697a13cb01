"""The secret address of a calendar: whoever knows it reads what its owner plans, and can do nothing else.

There is one for each user. Only its digest is kept, so a lost address is replaced; the old one opens nothing then.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from sqlalchemy import Select, Table, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from questlog.automation import audit, events
from questlog.core import clock
from questlog.core.db import Session
from questlog.core.exceptions import NotFoundError
from questlog.core.prepared import prepared
from questlog.core.security import digest
from questlog.identity.link_models import CalendarLink
from questlog.identity.models import User

LINKS = cast(Table, CalendarLink.__table__)
SECRET_BYTES = 32
SHAPE = re.compile(r"[A-Za-z0-9_-]{43}")
NOTED_EVERY = timedelta(hours=1)


class CalendarNotFoundError(NotFoundError):
    code = "calendar_not_found"
    default_message = "There is no calendar at this address, or no longer."


@dataclass(frozen=True)
class Opened:
    """Whose calendar an address opens, and where they live."""

    user_id: UUID
    timezone: str
    last_used_at: datetime | None

    @property
    def is_to_be_noted(self) -> bool:
        return self.last_used_at is None or self.last_used_at < clock.now() - NOTED_EVERY


async def make(session: Session, user_id: UUID) -> str:
    """Give a user's calendar a new address and return its secret part; one from before is closed."""
    secret, now = secrets.token_urlsafe(SECRET_BYTES), clock.now()
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    values = {"digest": digest(secret), "created_at": now, "last_used_at": None}
    made = dialect.insert(LINKS).values(user_id=user_id, **values)
    await session.execute(made.on_conflict_do_update(index_elements=["user_id"], set_=values))
    events.record(session, user_id, "calendar.opened", ("calendar", None))
    audit.record(session, "calendar.opened", account_id=user_id)
    return secret


async def close(session: Session, user_id: UUID) -> None:
    """Close the address of a user's calendar. Without one nothing happens."""
    gone = await session.execute(
        delete(LINKS).where(LINKS.c.user_id == user_id).returning(LINKS.c.user_id)
    )
    if gone.one_or_none() is None:
        return
    events.record(session, user_id, "calendar.closed", ("calendar", None))
    audit.record(session, "calendar.closed", account_id=user_id)


async def get(session: Session, user_id: UUID) -> CalendarLink:
    """Raises `CalendarNotFoundError`."""
    link = await session.get(CalendarLink, user_id)
    if link is None:
        raise CalendarNotFoundError()
    return link


async def opened_by(session: Session, secret: str) -> Opened:
    """Return whose calendar this is. Raises `CalendarNotFoundError`, also when the account is closed."""
    if SHAPE.fullmatch(secret) is None:
        raise CalendarNotFoundError()
    row = (await session.execute(*_opened(digest(secret)))).one_or_none()
    if row is None:
        raise CalendarNotFoundError()
    return Opened(row.user_id, row.timezone, row.last_used_at)


@prepared
def _opened(shown: str) -> Select[UUID, str, datetime | None]:
    return (
        select(CalendarLink.user_id, User.timezone, CalendarLink.last_used_at)
        .join(User, User.id == CalendarLink.user_id)
        .where(
            CalendarLink.digest == shown,
            User.deactivated_at.is_(None),
            User.erasing_since.is_(None),
        )
    )


async def note_use(session: Session, user_id: UUID) -> None:
    """Note that the calendar was read; exact to an hour."""
    mine = update(LINKS).where(LINKS.c.user_id == user_id)
    await session.execute(mine.values(last_used_at=clock.now()))
