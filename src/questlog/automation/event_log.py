"""Reading the event log: pages of it, one event, and what was recorded behind one."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, select

from questlog.automation.event_filters import EventFilter
from questlog.automation.events import EVENTS, UNDO_STATES
from questlog.core.db import Session
from questlog.core.exceptions import AuthorizationError, NotFoundError
from questlog.core.pagination import PageRequest, Slice, SortKey, slice_of

STATE = UNDO_STATES.c
WITH_STATE = EVENTS.outerjoin(
    UNDO_STATES, (STATE.event_id == EVENTS.c.id) & (STATE.user_id == EVENTS.c.user_id)
)
SHOWN: tuple[Any, ...] = (
    *(column for column in EVENTS.c if column.name not in ("user_id", "correlation_id")),
    STATE.undone_by,
    STATE.event_id.is_not(None).label("has_state"),
)
NEWEST_FIRST = (SortKey(EVENTS.c.seq, descending=True),)
LONGEST_WAY_BACK = 20_000


class EventNotFoundError(NotFoundError):
    code = "event_not_found"
    default_message = "There is no such event."


class NotYourEventError(AuthorizationError):
    code = "not_yours"
    default_message = "This belongs to somebody else."


async def page(
    session: Session, user_id: UUID, wanted: EventFilter, request: PageRequest
) -> Slice[Row[Any]]:
    """Return the user's events, newest first; rows have the columns of `SHOWN`."""
    return await slice_of(session, _events_of(user_id, wanted), NEWEST_FIRST, request)


def _events_of(user_id: UUID, wanted: EventFilter) -> Select[Any]:
    statement = select(*SHOWN).select_from(WITH_STATE).where(EVENTS.c.user_id == user_id)
    return statement.where(*wanted.conditions())


async def get(session: Session, user_id: UUID, event_id: UUID) -> Row[Any]:
    """Return one event with what it replaced. Raises `EventNotFoundError`, `NotYourEventError`."""
    found = await session.execute(_whole().where(EVENTS.c.id == event_id))
    row: Row[Any] | None = found.one_or_none()
    if row is None:
        raise EventNotFoundError()
    if row.user_id != user_id:
        raise NotYourEventError()
    return row


async def some(session: Session, user_id: UUID, ids: Sequence[UUID]) -> list[Row[Any]]:
    """Return these events of the user, in the order they happened, with what they replaced."""
    found: list[Row[Any]] = []
    for start in range(0, len(ids), 500):
        mine = (EVENTS.c.user_id == user_id, EVENTS.c.id.in_(ids[start : start + 500]))
        found += (await session.execute(_whole().where(*mine))).all()
    return sorted(found, key=lambda row: row.seq)


async def behind(session: Session, user_id: UUID, seq: int) -> list[Row[Any]]:
    """Return what happened to the user after an event, oldest first."""
    columns = EVENTS.c
    shown = (columns.id, columns.seq, columns.type, columns.payload, columns.touched)
    later = select(*shown, columns.created_at, STATE.undone_by).select_from(WITH_STATE)
    mine = later.where(columns.user_id == user_id, columns.seq > seq)
    return list(await session.execute(mine.order_by(columns.seq).limit(LONGEST_WAY_BACK)))


def _whole() -> Select[Any]:
    return select(EVENTS.c.user_id, *SHOWN, STATE.before).select_from(WITH_STATE)
