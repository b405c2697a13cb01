"""Opening an account: everything a new user gets, in one transaction. Every door that makes users calls it."""

from sqlalchemy import insert

from questlog.automation import audit, events
from questlog.automation.models import EventCounter
from questlog.core.db import Session
from questlog.game import players
from questlog.identity import users
from questlog.identity.models import User


async def sign_up(
    session: Session,
    email: str | None,
    *,
    name: str = "",
    password_hash: str | None = None,
    role: str = "user",
    locale: str = "en",
    timezone: str = "UTC",
    email_verified: bool = False,
) -> User:
    """Take a normalised address, or none for an account that signs in elsewhere. Raises `EmailTakenError`."""
    user = await users.register(
        session,
        email,
        name=name,
        password_hash=password_hash,
        role=role,
        locale=locale,
        timezone=timezone,
        email_verified=email_verified,
    )
    session.info.setdefault("actor", f"user:{user.id}")
    await session.execute(insert(EventCounter).values(user_id=user.id, last_seq=0))
    await players.start(session, user.id, timezone=timezone)
    events.record(
        session, user.id, "user.created", ("user", user.id), touched=[("user", user.id, 1)]
    )
    audit.record(session, "account.created", account_id=user.id, details={"role": role})
    return user
