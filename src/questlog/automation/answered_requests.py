"""Answers kept for their `Idempotency-Key`: forgotten when they may not be replayed any more."""

from sqlalchemy import delete

from questlog.automation.models import AnsweredRequest
from questlog.core import clock
from questlog.core.db import Session


async def sweep(session: Session) -> int:
    """Delete those whose time is over; return how many they were."""
    over = delete(AnsweredRequest).where(AnsweredRequest.expires_at < clock.now())
    return len((await session.execute(over.returning(AnsweredRequest.key))).all())
