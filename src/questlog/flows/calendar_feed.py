"""A calendar that programs subscribe to: what somebody plans, as iCalendar, for whoever knows its address.

It is asked for again and again, so whether anything changed is told by the event log before a task is read.
"""

import asyncio
from dataclasses import dataclass

from questlog.automation import event_touches
from questlog.core import clock
from questlog.core.db import Database, Session
from questlog.core.security import digest
from questlog.identity import calendar_links
from questlog.identity.calendar_links import Opened
from questlog.planning import calendar_rows, calendar_text
from questlog.planning.calendar_text import Only

FORM = 1  # what the calendar of the same tasks looks like


@dataclass(frozen=True)
class Calendar:
    """`text` is None for who holds the calendar of this `tag`."""

    tag: str
    text: bytes | None


async def calendar_feed(
    database: Database, secret: str, *, held: str = "", only: Only | None = None
) -> Calendar:
    """Return the calendar behind an address; `held` names the tags the caller has. Raises `CalendarNotFoundError`."""
    opened, place = await database.read(_place, secret)
    today = clock.today(opened.timezone)
    tag = digest(f"{FORM} {place} {opened.timezone} {today} {only}")[:32]
    if opened.is_to_be_noted:
        await database.write(calendar_links.note_use, opened.user_id)
    if tag in held:
        return Calendar(tag, None)
    async with database.unit(writes=False) as session:
        session.info["slow"] = True
        rows = await database.run(session, calendar_rows.shown(session, opened.user_id, today))
    zone = clock.zone(opened.timezone)
    text = await asyncio.to_thread(calendar_text.write, rows, zone=zone, today=today, only=only)
    return Calendar(tag, text)


async def _place(session: Session, secret: str) -> tuple[Opened, tuple[object, ...]]:
    """Return whose calendar it is and how far their event log has come."""
    opened = await calendar_links.opened_by(session, secret)
    return opened, (opened.user_id, *await event_touches.last_of(session, opened.user_id))
