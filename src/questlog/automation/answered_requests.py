"""Answers kept for their `Idempotency-Key`: forgotten when they may not be replayed any more."""

from sqlalchemy import delete, select, tuple_

from questlog.automation.models import AnsweredRequest
from questlog.core import clock
from questlog.core.db import Session

SWEPT_AT_ONCE = 1_000

OWN_KEY = tuple_(AnsweredRequest.user_id, AnsweredRequest.key)


async def sweep(session: Session) -> int:
    """Delete the oldest of those whose time is over, a thousand at most; return how many they were."""
    over = select(AnsweredRequest.user_id, AnsweredRequest.key).where(
        AnsweredRequest.expires_at < clock.now()
    )
    oldest = over.order_by(AnsweredRequest.expires_at).limit(SWEPT_AT_ONCE)
    gone = delete(AnsweredRequest).where(OWN_KEY.in_(oldest)).returning(AnsweredRequest.key)
    return len((await session.execute(gone)).all())
