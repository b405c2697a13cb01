"""Who somebody is and how they showed it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from questlog.core.db import Base
from questlog.core.types import Id, Json, Moment


class User(Base):
    """An account. `email` is normalised (NFKC, folded, IDNA domain) and unique; null for external accounts."""

    __tablename__ = "users"

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    email: Mapped[str | None] = mapped_column(String(320))
    email_verified_at: Mapped[datetime | None] = mapped_column(Moment)
    name: Mapped[str] = mapped_column(String(200), server_default="")
    role: Mapped[str] = mapped_column(String(16), server_default="user")
    password_hash: Mapped[str | None] = mapped_column(String(255), info={"secret": True})
    profile_text: Mapped[str | None] = mapped_column(Text)
    settings: Mapped[dict[str, Any]] = mapped_column(Json)
    locale: Mapped[str] = mapped_column(String(8), server_default="en")
    timezone: Mapped[str] = mapped_column(String(64), server_default="UTC")
    timezone_chosen_at: Mapped[datetime | None] = mapped_column(Moment)
    created_at: Mapped[datetime] = mapped_column(Moment)
    updated_at: Mapped[datetime] = mapped_column(Moment)
    last_login_at: Mapped[datetime | None] = mapped_column(Moment)
    deactivated_at: Mapped[datetime | None] = mapped_column(Moment)
    erasing_since: Mapped[datetime | None] = mapped_column(Moment)
    """When the owner deleted the account: what is left of it is on its way out."""
    has_second_factor: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    """Whether signing in asks for one: kept with the factors, so that who has none is asked at no cost."""
    version: Mapped[int] = mapped_column(server_default=text("1"), default=1)

    __table_args__ = (
        Index("ix_user_email", "email", unique=True),
        CheckConstraint("role IN ('user', 'admin')", name="role_known"),
    )

    @property
    def is_active(self) -> bool:
        return self.deactivated_at is None

    @property
    def email_verified(self) -> bool:
        return self.email_verified_at is not None


class SignInSession(Base):
    """One sign-in and its family of refresh tokens.

    No token is stored: token number `counter` is an HMAC under `key` and a key of the server, so neither the database
    nor the server's secret alone can make one. Only the newest number is active; the one before it is good for a few
    seconds and answers with the newest again.
    """

    __tablename__ = "sessions"

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    user_id: Mapped[UUID] = mapped_column(
        Id, ForeignKey("users.id", ondelete="CASCADE"), index=True
    )
    key: Mapped[bytes] = mapped_column(LargeBinary(32), info={"secret": True})
    counter: Mapped[int] = mapped_column(server_default=text("1"), default=1)
    rotated_at: Mapped[datetime] = mapped_column(Moment)
    created_at: Mapped[datetime] = mapped_column(Moment)
    last_used_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    ends_at: Mapped[datetime] = mapped_column(Moment)
    """The absolute end, however active the session is."""
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)
    revoked_for: Mapped[str | None] = mapped_column(String(32))
    user_agent: Mapped[str | None] = mapped_column(String(512))
    address: Mapped[str | None] = mapped_column(String(64))
    door: Mapped[str] = mapped_column(String(32))


class EmailCode(Base):
    """A code sent to an address for one purpose; only the newest counts.

    Its digits are an HMAC over this row and are stored nowhere.
    """

    __tablename__ = "email_codes"

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    email: Mapped[str] = mapped_column(String(320))
    purpose: Mapped[str] = mapped_column(String(32))
    created_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    attempts: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    used_at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (Index("ix_email_codes_address", "email", "purpose", "created_at"),)


class PasswordReset(Base):
    """A link that lets its holder set a new password once: the row goes when it is used or void.

    The link's secret is an HMAC of `id` and is stored nowhere.
    """

    __tablename__ = "password_resets"

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    user_id: Mapped[UUID] = mapped_column(
        Id, ForeignKey("users.id", ondelete="CASCADE"), index=True
    )
    email: Mapped[str] = mapped_column(String(320))
    created_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)


class AttemptCount(Base):
    """How often something was tried in a window of time, such as wrong codes for an address in a day."""

    __tablename__ = "attempt_counts"

    key: Mapped[str] = mapped_column(String(128), primary_key=True)
    window_started_at: Mapped[datetime] = mapped_column(Moment, primary_key=True)
    count: Mapped[int]
    expires_at: Mapped[datetime] = mapped_column(Moment, index=True)
