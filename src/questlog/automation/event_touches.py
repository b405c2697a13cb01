"""Reading from the event log what changed: the objects that events touched, from a place in the log on."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from questlog.automation.events import COUNTERS, EVENTS
from questlog.core.db import Session
from questlog.core.prepared import prepared

AT_ONCE = 100


@dataclass(frozen=True)
class Touches:
    """What one event touched, as kinds and ids in their text form; `noun` is the kind of its subject."""

    seq: int
    event_id: UUID
    noun: str
    objects: tuple[tuple[str, str], ...]


async def last_of(session: Session, user_id: UUID) -> tuple[int, UUID | None]:
    """Return the number of the user's newest event, and its id as long as it is kept."""
    row = (await session.execute(*_last(user_id))).one_or_none()
    return (0, None) if row is None else (row.last_seq, row.id)


@prepared
def _last(user_id: UUID) -> Select[Any]:
    newest = (EVENTS.c.user_id == COUNTERS.c.user_id) & (EVENTS.c.seq == COUNTERS.c.last_seq)
    joined = COUNTERS.outerjoin(EVENTS, newest)
    mine = COUNTERS.c.user_id == user_id
    return select(COUNTERS.c.last_seq, EVENTS.c.id).select_from(joined).where(mine)


async def from_on(session: Session, user_id: UUID, seq: int) -> list[Touches]:
    """Return what the user's event `seq` and those after it touched, in their order, `AT_ONCE` at most.

    One statement, so there are no gaps.
    """
    found = await session.execute(*_from_on(user_id, seq))
    return [
        Touches(
            row.seq, row.id, row.subject_type, tuple((kind, id_) for kind, id_, _ in row.touched)
        )
        for row in found
    ]


@prepared
def _from_on(user_id: UUID, seq: int) -> Select[Any]:
    shown = select(EVENTS.c.seq, EVENTS.c.id, EVENTS.c.subject_type, EVENTS.c.touched)
    mine = (EVENTS.c.user_id == user_id, EVENTS.c.seq >= seq)
    return shown.where(*mine).order_by(EVENTS.c.seq).limit(AT_ONCE)
