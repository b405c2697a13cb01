"""Waiting for each other: what the coach keeps for one user is counted and written by one transaction at a time."""

from uuid import UUID

from sqlalchemy import select

from questlog.core.db import Session
from questlog.identity.models import User


async def for_others(session: Session, user_id: UUID) -> None:
    """Keep others out until the commit, so that what is counted is counted rightly."""
    await session.execute(select(User.id).where(User.id == user_id).with_for_update(key_share=True))
