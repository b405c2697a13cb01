"""Messages to endpoints, from their owner's side: a test, once more, not any more; and for how long they are kept."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, or_, select, update

from questlog.automation import bells, event_messages
from questlog.automation.delivery_claims import ATTEMPTS
from questlog.automation.relay import DELIVERIES, IS_WAITING, WEBHOOKS
from questlog.core import clock
from questlog.core.db import Session
from questlog.core.ids import new_id

TEST_TYPE = "webhook.test"
IDS_AT_ONCE = 500
KEPT = timedelta(days=30)
SWEPT_AT_ONCE = 1000


async def enqueue_test(session: Session, user_id: UUID, webhook: Any) -> UUID:
    """Add a message of type `webhook.test` for an active endpoint of the user; it tells of no event."""
    delivery_id, now = new_id(), clock.now()
    at = event_messages.instant(now)
    data = {"webhook_id": str(webhook.id)}
    more = {"id": str(delivery_id), "created_at": at}
    row = {
        "id": delivery_id,
        "user_id": user_id,
        "webhook_id": webhook.id,
        "event_type": TEST_TYPE,
        "body": event_messages.body(TEST_TYPE, at, data, more),
        "due_at": now,
        "created_at": now,
    }
    await session.execute(insert(DELIVERIES).values(**row))
    bells.ring_when_committed(session, [user_id])
    return delivery_id


async def redeliver(session: Session, user_id: UUID, delivery_ids: Sequence[UUID]) -> int:
    """Send these of the user's messages once more, each with the id it had, in a new round of tries.

    Return how many: not those under way, nor those of an endpoint that is switched off.
    """
    now, count = clock.now(), 0
    active = select(WEBHOOKS.c.id).where(
        WEBHOOKS.c.user_id == user_id, WEBHOOKS.c.disabled_at.is_(None)
    )
    anew = {"state": "waiting", "attempts": 0, "due_at": now, "done_at": None}
    for start in range(0, len(delivery_ids), IDS_AT_ONCE):
        wanted = update(DELIVERIES).where(
            DELIVERIES.c.user_id == user_id,
            DELIVERIES.c.id.in_(delivery_ids[start : start + IDS_AT_ONCE]),
            DELIVERIES.c.webhook_id.in_(active),
            DELIVERIES.c.leased_until.is_(None),
        )
        found = await session.execute(wanted.values(**anew).returning(DELIVERIES.c.id))
        count += len(found.all())
    if count:
        bells.ring_when_committed(session, [user_id])
    return count


async def cancel(session: Session, user_id: UUID, webhook_id: UUID) -> int:
    """Call off what waits for an endpoint; a result that is still to come is noted with its attempt only."""
    mine = (DELIVERIES.c.user_id == user_id, DELIVERIES.c.webhook_id == webhook_id)
    waiting = update(DELIVERIES).where(*mine, IS_WAITING)
    values = {"state": "cancelled", "done_at": clock.now(), "leased_until": None, "lease": None}
    return len((await session.execute(waiting.values(**values).returning(DELIVERIES.c.id))).all())


async def is_due(session: Session) -> bool:
    """Say whether a message could be sent now, if there is room for it."""
    now = clock.now()
    free = or_(DELIVERIES.c.leased_until.is_(None), DELIVERIES.c.leased_until < now)
    waiting = (IS_WAITING, DELIVERIES.c.due_at <= now, free)
    return await session.scalar(select(DELIVERIES.c.id).where(*waiting).limit(1)) is not None


async def backlog(session: Session) -> int:
    """Return how many messages wait to be sent or sent again."""
    waiting = select(func.count()).select_from(DELIVERIES).where(IS_WAITING)
    return int(await session.scalar(waiting) or 0)


async def sweep(session: Session) -> int:
    """Delete some of what was over 30 days ago, with its attempts; return how many messages went."""
    old = select(DELIVERIES.c.id, DELIVERIES.c.user_id).where(
        DELIVERIES.c.done_at < clock.now() - KEPT, DELIVERIES.c.state != "waiting"
    )
    # Held, so that what its owner sends once more meanwhile is not deleted.
    some_old = old.order_by(DELIVERIES.c.done_at).limit(SWEPT_AT_ONCE)
    rows = (await session.execute(some_old.with_for_update(skip_locked=True))).all()
    ids = [row.id for row in rows]
    for start in range(0, len(ids), IDS_AT_ONCE):
        some = ids[start : start + IDS_AT_ONCE]
        owners = {row.user_id for row in rows[start : start + IDS_AT_ONCE]}
        mine = (ATTEMPTS.c.user_id.in_(owners), ATTEMPTS.c.delivery_id.in_(some))
        await session.execute(delete(ATTEMPTS).where(*mine))
        await session.execute(delete(DELIVERIES).where(DELIVERIES.c.id.in_(some)))
    return len(ids)
