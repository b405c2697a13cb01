"""What a user did, newest first, and what of it can still be undone."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row

from questlog.automation import event_log
from questlog.automation.event_filters import EventFilter
from questlog.core.db import Session
from questlog.core.pagination import PageRequest, Slice
from questlog.flows.undo_inverses import undoable_until

SHOWN = ("id", "seq", "type", "actor", "subject_type", "subject_id", "payload", "created_at")


async def page(
    session: Session, user_id: UUID, wanted: EventFilter, request: PageRequest
) -> Slice[dict[str, Any]]:
    found = await event_log.page(session, user_id, wanted, request)
    return Slice([_told(row) for row in found.items], found.next_cursor, found.total)


async def get(session: Session, user_id: UUID, event_id: UUID) -> dict[str, Any]:
    """Raises `EventNotFoundError`, `NotYourEventError`."""
    return _told(await event_log.get(session, user_id, event_id))


def _told(row: Row[Any]) -> dict[str, Any]:
    until = undoable_until(
        row.type, row.created_at, has_state=row.has_state, undone_by=row.undone_by
    )
    shown = {name: getattr(row, name) for name in SHOWN}
    return {**shown, "undoable_until": until, "undone_by": row.undone_by}
