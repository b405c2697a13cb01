"""Looking at proposals, closing what nobody decided in time, and forgetting what was decided long ago."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, case, delete, or_, select, update
from sqlalchemy.sql.elements import ColumnElement

from questlog.automation import events
from questlog.coach.conversations import PROPOSALS
from questlog.coach.proposals import get
from questlog.core import clock
from questlog.core.db import Database, Session
from questlog.core.pagination import PageRequest, Slice, SortKey
from questlog.planning.lists import WireRow, page_of

KEPT = timedelta(days=90)
AT_ONCE = 200
HIDDEN = frozenset({"digest", "call_id", "state", "user_id"})
SHOWN = tuple(column for column in PROPOSALS.c if column.name not in HIDDEN)
NEWEST_FIRST = (SortKey(PROPOSALS.c.id, descending=True),)


async def page(
    session: Session, user_id: UUID, request: PageRequest, *, state: str | None = None
) -> Slice[WireRow]:
    """Return the user's proposals, newest first. What is too late counts as expired, closed or not."""
    standing = _standing()
    mine = select(*SHOWN, standing.label("state")).where(PROPOSALS.c.user_id == user_id)
    if state is not None:
        mine = mine.where(standing == state)
    return await page_of(session, mine, NEWEST_FIRST, request)


async def one(session: Session, user_id: UUID, proposal_id: UUID) -> dict[str, Any]:
    """Raises `ProposalNotFoundError`, `NotYourProposalError`."""
    found = dict((await get(session, user_id, proposal_id))._mapping)
    is_late = found["state"] == "open" and found["expires_at"] <= clock.now()
    return {**found, "state": "expired" if is_late else found["state"]}


def _standing() -> ColumnElement[str]:
    is_late = and_(PROPOSALS.c.state == "open", PROPOSALS.c.expires_at <= clock.now())
    return case((is_late, "expired"), else_=PROPOSALS.c.state)


async def sweep(database: Database) -> None:
    """Close what is too late, and forget what was decided 90 days ago."""
    while await database.write(expire):
        pass
    while await database.write(forget):
        pass


async def expire(session: Session) -> int:
    """Close some of what nobody decided in time; return how many."""
    late = select(PROPOSALS.c.id).where(
        PROPOSALS.c.state == "open", PROPOSALS.c.expires_at <= clock.now()
    )
    values = {"state": "expired", "decided_at": clock.now(), "version": PROPOSALS.c.version + 1}
    closed = await session.execute(
        update(PROPOSALS)
        .where(PROPOSALS.c.id.in_(late.limit(AT_ONCE)), PROPOSALS.c.state == "open")
        .values(**values)
        .returning(PROPOSALS.c.id, PROPOSALS.c.user_id, PROPOSALS.c.tool, PROPOSALS.c.summary)
    )
    rows = closed.all()
    for row in rows:
        events.record(
            session,
            row.user_id,
            "proposal.expired",
            ("proposal", row.id),
            payload={"tool": row.tool, "summary": row.summary},
        )
    return len(rows)


async def forget(session: Session) -> int:
    long_ago = clock.now() - KEPT
    over = or_(PROPOSALS.c.decided_at <= long_ago, PROPOSALS.c.expires_at <= long_ago)
    some = select(PROPOSALS.c.id).where(PROPOSALS.c.state != "open", over).limit(AT_ONCE)
    gone = await session.execute(
        delete(PROPOSALS).where(PROPOSALS.c.id.in_(some)).returning(PROPOSALS.c.id)
    )
    return len(gone.all())
