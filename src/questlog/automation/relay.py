"""From the event log to the queue of each endpoint: no event is told twice there, and none is left out.

Every endpoint has a place in its owner's log (`told_seq`). Numbers have no gaps and follow the order of commits, so
whatever lies behind that place is to be looked at, and a writer of events pays nothing for being overheard. Whoever
moves the place on (a compare-and-set) writes the messages, in the same transaction and without asking anybody outside.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Executable,
    Row,
    Table,
    column,
    exists,
    func,
    literal,
    literal_column,
    select,
    table,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from questlog.automation import event_messages, webhook_patterns
from questlog.automation.events import COUNTERS, EVENTS
from questlog.automation.webhook_models import Delivery, Webhook
from questlog.core import clock
from questlog.core.db import Session
from questlog.core.ids import new_id
from questlog.core.prepared import prepared
from questlog.core.types import Id, Moment

MOST_WAITING = 10_000
"""What waits for one endpoint is bounded: more stays in the log and is taken from there when there is room."""
EVENTS_AT_ONCE = 100

WEBHOOKS = cast(Table, Webhook.__table__)
DELIVERIES = cast(Table, Delivery.__table__)
IS_WAITING = DELIVERIES.c.state == literal_column("'waiting'")
"""Spelled out, so that the indexes of what waits are used."""
ACCOUNTS = table("users", column("id", Id), column("deactivated_at", Moment))
"""Who has an account: a closed one is told nothing. That flat lies above this one."""


@dataclass(frozen=True)
class Lag:
    """Endpoints that are behind the log with room in their queue, since when; and how many have none left."""

    behind: int
    oldest_at: datetime | None
    full: int


async def fan_out(
    session: Session, most: int = 100, *, users: Collection[UUID] | None = None
) -> int:
    """Write what active endpoints (of `users` only, if given) were not told yet; return how many moved on.

    Each moves by a few hundred events at most: call it until it returns 0. Any number may do this at once.
    """
    statement = select(
        WEBHOOKS.c.id,
        WEBHOOKS.c.user_id,
        WEBHOOKS.c.events,
        WEBHOOKS.c.told_seq,
        COUNTERS.c.last_seq,
    )
    statement = _of_those_behind(statement).where(~_is_full())
    if users is not None:
        statement = statement.where(WEBHOOKS.c.user_id.in_(users))
    nearest_first = COUNTERS.c.last_seq - WEBHOOKS.c.told_seq
    found = await session.execute(statement.order_by(nearest_first, WEBHOOKS.c.id).limit(most))
    moved, bodies = 0, dict[UUID, str]()
    for webhook in sorted(found.all(), key=lambda row: row.id):  # one order for all who take rows
        moved += await _move_on(session, webhook, bodies)
    return moved


async def is_behind(session: Session, *, users: Collection[UUID] | None = None) -> bool:
    """Say whether an endpoint (of `users` only, if given) was not told everything."""
    statement = _of_those_behind(select(literal(1)))
    if users is not None:
        statement = statement.where(WEBHOOKS.c.user_id.in_(users))
    return await session.scalar(statement.where(~_is_full()).limit(1)) is not None


async def _move_on(session: Session, webhook: Row[Any], bodies: dict[UUID, str]) -> bool:
    told, last = webhook.told_seq, webhook.last_seq
    rows = (await session.execute(*_events_behind(webhook.user_id, told, last))).all()
    reached = rows[-1].seq if len(rows) == EVENTS_AT_ONCE else last
    won = await session.execute(*_taken(webhook.id, told, reached))
    if won.first() is None:  # somebody else has moved it, switched it off or deleted it
        return False
    messages = list(_messages(webhook, rows, bodies))
    if messages:
        dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
        once = dialect.insert(DELIVERIES).on_conflict_do_nothing(
            index_elements=["webhook_id", "event_id"]
        )
        await session.execute(once, messages)
    return True


def _messages(
    webhook: Row[Any], rows: Sequence[Row[Any]], bodies: dict[UUID, str]
) -> Iterator[dict[str, Any]]:
    now = clock.now()
    for row in rows:
        if not webhook_patterns.matches(webhook.events, row.type):
            continue
        if row.id not in bodies:
            bodies[row.id] = event_messages.webhook_body(row)
        yield {
            "id": new_id(),
            "user_id": webhook.user_id,
            "webhook_id": webhook.id,
            "event_id": row.id,
            "event_type": row.type,
            "body": bodies[row.id],
            "state": "waiting",
            "attempts": 0,
            "due_at": now,
            "created_at": now,
        }


@prepared
def _events_behind(user_id: UUID, told: int, last: int) -> Executable:
    """Select the next events of a user, oldest first. What retention has deleted is not missed."""
    mine = (EVENTS.c.user_id == user_id, EVENTS.c.seq > told, EVENTS.c.seq <= last)
    statement = select(*event_messages.COLUMNS).where(*mine)
    return statement.order_by(EVENTS.c.seq).limit(EVENTS_AT_ONCE)


@prepared
def _taken(webhook_id: UUID, told: int, reached: int) -> Executable:
    still = (WEBHOOKS.c.told_seq == told, WEBHOOKS.c.disabled_at.is_(None))
    taken = update(WEBHOOKS).where(WEBHOOKS.c.id == webhook_id, *still).values(told_seq=reached)
    return taken.returning(WEBHOOKS.c.id)


def _of_those_behind(statement: Any) -> Any:
    joined = WEBHOOKS.join(COUNTERS, COUNTERS.c.user_id == WEBHOOKS.c.user_id).join(
        ACCOUNTS, ACCOUNTS.c.id == WEBHOOKS.c.user_id
    )
    return statement.select_from(joined).where(
        WEBHOOKS.c.disabled_at.is_(None),
        ACCOUNTS.c.deactivated_at.is_(None),
        COUNTERS.c.last_seq > WEBHOOKS.c.told_seq,
    )


def _is_full() -> ColumnElement[bool]:
    """Say whether an endpoint has its most waiting: the last row of that many exists."""
    mine = (DELIVERIES.c.webhook_id == WEBHOOKS.c.id, IS_WAITING)
    last = select(literal(1)).select_from(DELIVERIES).where(*mine).correlate(WEBHOOKS)
    return exists(last.offset(MOST_WAITING - 1).limit(1))


async def lag(session: Session) -> Lag:
    """Return how far the log is ahead of the queues."""
    room = _of_those_behind(select(func.count())).where(~_is_full())
    behind = int(await session.scalar(room) or 0)
    full = int(await session.scalar(_of_those_behind(select(func.count())).where(_is_full())) or 0)
    if not behind:
        return Lag(0, None, full)
    oldest = _of_those_behind(select(func.min(_next_event_at()))).where(~_is_full())
    return Lag(behind, await session.scalar(oldest), full)


def _next_event_at() -> Any:
    following = (
        EVENTS.c.user_id == WEBHOOKS.c.user_id,
        EVENTS.c.seq == WEBHOOKS.c.told_seq + 1,
    )
    return select(EVENTS.c.created_at).where(*following).correlate(WEBHOOKS).scalar_subquery()
