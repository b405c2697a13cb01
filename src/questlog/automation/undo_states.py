"""What changes replaced, for a day: entering that one was undone, and forgetting what is over."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite

from questlog.automation.events import UNDO_STATES
from questlog.core import clock
from questlog.core.db import Session

KEPT_FOR = timedelta(hours=24)


class Dated(Protocol):
    """An event, however it was read."""

    @property
    def id(self) -> UUID: ...

    @property
    def created_at(self) -> datetime: ...


async def enter(
    session: Session, user_id: UUID, undone: Iterable[Dated], *, undone_by: UUID
) -> bool:
    """Note by which event these were undone; False when somebody had undone one of them before."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    rows = [
        {
            "event_id": event.id,
            "user_id": user_id,
            "before": {},
            "undone_by": undone_by,
            "created_at": event.created_at,
        }
        for event in undone
    ]
    entered = 0
    for start in range(0, len(rows), 500):
        some = dialect.insert(UNDO_STATES).values(rows[start : start + 500])
        first = some.on_conflict_do_update(
            index_elements=["event_id"],
            set_={"undone_by": some.excluded.undone_by},
            where=UNDO_STATES.c.undone_by.is_(None),
        )
        entered += len((await session.execute(first.returning(UNDO_STATES.c.event_id))).all())
    return entered == len(rows)


async def sweep(session: Session) -> None:
    """Delete what belongs to events that are too old to be undone."""
    over = clock.now() - KEPT_FOR
    await session.execute(delete(UNDO_STATES).where(UNDO_STATES.c.created_at < over))
