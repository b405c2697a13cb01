"""Looking at proposals, closing what nobody decided in time, and forgetting what was decided long ago."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, case, delete, or_, select, update
from sqlalchemy.sql.elements import ColumnElement

from questlog.coach.conversations import EXPIRED, PROPOSALS, tell_expired
from questlog.coach.proposals import FROM_OUTSIDE, ProposalNotFoundError, get
from questlog.coach.tools import WRITING
from questlog.core import clock
from questlog.core.db import Database, Session
from questlog.core.pagination import PageRequest, Slice, SortKey
from questlog.planning.lists import WireRow, page_of

KEPT = timedelta(days=90)
AT_ONCE = 200
HIDDEN = frozenset({"digest", "seen", "call_id", "state", "user_id"})
SHOWN = tuple(column for column in PROPOSALS.c if column.name not in HIDDEN)
NEWEST_FIRST = (SortKey(PROPOSALS.c.id, descending=True),)


type Scopes = frozenset[str] | None


async def page(
    session: Session,
    user_id: UUID,
    request: PageRequest,
    *,
    state: str | None = None,
    scopes: Scopes = None,
) -> Slice[WireRow]:
    """Return the user's proposals, newest first. What is too late counts as expired, closed or not.

    With the `scopes` of a key, only what agents from outside proposed with tools that the key may call itself.
    """
    standing = _standing()
    mine = select(*SHOWN, standing.label("state")).where(PROPOSALS.c.user_id == user_id)
    if scopes is not None:
        mine = mine.where(PROPOSALS.c.origin == FROM_OUTSIDE, PROPOSALS.c.tool.in_(_tools(scopes)))
    if state is not None:
        mine = mine.where(standing == state)
    return await page_of(session, mine, NEWEST_FIRST, request)


async def one(
    session: Session, user_id: UUID, proposal_id: UUID, *, scopes: Scopes = None
) -> dict[str, Any]:
    """Raises `ProposalNotFoundError` (also for what a key with these `scopes` does not read), `NotYourProposalError`."""
    found = dict((await get(session, user_id, proposal_id))._mapping)
    if scopes is not None and (
        found["origin"] != FROM_OUTSIDE or found["tool"] not in _tools(scopes)
    ):
        raise ProposalNotFoundError()
    is_late = found["state"] == "open" and found["expires_at"] <= clock.now()
    # A proposal that ran out has the version it had; who holds that one learns of it all the same.
    return {**found, "state": "expired", "edition": "expired"} if is_late else found


def _tools(scopes: frozenset[str]) -> list[str]:
    return [tool.name for tool in WRITING if tool.may_be_called(scopes)]


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
        .returning(*EXPIRED)
    )
    return tell_expired(session, closed)


async def forget(session: Session) -> int:
    long_ago = clock.now() - KEPT
    over = or_(PROPOSALS.c.decided_at <= long_ago, PROPOSALS.c.expires_at <= long_ago)
    some = select(PROPOSALS.c.id).where(PROPOSALS.c.state != "open", over).limit(AT_ONCE)
    gone = await session.execute(
        delete(PROPOSALS).where(PROPOSALS.c.id.in_(some)).returning(PROPOSALS.c.id)
    )
    return len(gone.all())
