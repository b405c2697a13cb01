"""Who works for this database: each process says so every few seconds, and the others look."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from sqlalchemy import Table, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from questlog.automation.job_models import Heartbeat
from questlog.core import clock
from questlog.core.db import Session

EVERY_S = 5.0
FRESH = timedelta(seconds=30)
KEPT = timedelta(days=1)

HEARTBEATS = cast(Table, Heartbeat.__table__)


async def beat(session: Session, process: UUID, kind: str, *, started_at: datetime) -> None:
    """Say that this process lives."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    row = dialect.insert(HEARTBEATS).values(
        id=process, kind=kind, started_at=started_at, seen_at=clock.now()
    )
    await session.execute(
        row.on_conflict_do_update(index_elements=["id"], set_={"seen_at": row.excluded.seen_at})
    )


async def alive(session: Session, kinds: Collection[str]) -> bool:
    """Tell whether a process of one of these kinds was seen within half a minute."""
    found = await session.execute(
        select(HEARTBEATS.c.id)
        .where(HEARTBEATS.c.seen_at > clock.now() - FRESH, HEARTBEATS.c.kind.in_(kinds))
        .limit(1)
    )
    return found.scalar() is not None


async def leave(session: Session, process: UUID) -> None:
    """Say that this process ends, so that nobody waits half a minute to find out."""
    await session.execute(delete(HEARTBEATS).where(HEARTBEATS.c.id == process))


async def sweep(session: Session) -> None:
    """Forget who was not seen for a day."""
    await session.execute(delete(HEARTBEATS).where(HEARTBEATS.c.seen_at < clock.now() - KEPT))
