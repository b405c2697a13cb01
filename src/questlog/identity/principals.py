"""Who is asking, as a request knows it."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import Executable, select

from questlog.core import clock
from questlog.core.db import Session
from questlog.core.prepared import prepared
from questlog.identity.models import SignInSession, User


@dataclass(frozen=True)
class Principal:
    """A signed-in user, and what they came with: a session, a key, or the token of a trusted issuer.

    `scopes` bounds what a key may do; None is everything its owner may. `issuer` and `subject` are who an issuer says
    this is, and `expires` until when, in seconds of the epoch.
    """

    user_id: UUID
    session_id: UUID | None
    role: str
    email: str | None
    locale: str
    timezone: str
    key_id: UUID | None = None
    scopes: frozenset[str] | None = None
    issuer: str | None = None
    subject: str | None = None
    expires: float | None = field(default=None, compare=False)

    @property
    def actor(self) -> str:
        """Return who did it, as an event names them."""
        return f"user:{self.user_id}" if self.key_id is None else f"key:{self.key_id}"

    @property
    def is_admin(self) -> bool:
        return self.role == "admin"


async def load(session: Session, user_id: UUID, session_id: UUID) -> Principal | None:
    """Return who signed in with this session, or None when it has ended or the account is closed."""
    row = (await session.execute(*_signed_in(user_id, session_id, clock.now()))).first()
    return None if row is None else Principal(*row)


@prepared
def _signed_in(user_id: UUID, session_id: UUID, now: datetime) -> Executable:
    return (
        select(User.id, SignInSession.id, User.role, User.email, User.locale, User.timezone)
        .join(SignInSession, SignInSession.user_id == User.id)
        .where(
            SignInSession.id == session_id,
            SignInSession.user_id == user_id,
            SignInSession.revoked_at.is_(None),
            SignInSession.ends_at > now,
            User.deactivated_at.is_(None),
        )
    )
