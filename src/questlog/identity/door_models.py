"""Other doors than ours: who somebody is elsewhere, and sign-ins there that are under way."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from questlog.core.db import Base
from questlog.core.types import Id, Moment


class ExternalIdentity(Base):
    """Who a user is at an issuer. The pair of issuer and subject is the identity; the address is only what they said."""

    __tablename__ = "external_identities"

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    user_id: Mapped[UUID] = mapped_column(
        Id, ForeignKey("users.id", ondelete="CASCADE"), index=True
    )
    issuer: Mapped[str] = mapped_column(String(500))
    subject: Mapped[str] = mapped_column(String(255))
    provider: Mapped[str] = mapped_column(String(64))
    """The name it has in the settings."""
    email: Mapped[str | None] = mapped_column(String(320))
    created_at: Mapped[datetime] = mapped_column(Moment)
    last_used_at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (UniqueConstraint("issuer", "subject"),)


class OidcAttempt(Base):
    """A sign-in that was sent to a provider and has not come back. It is burnt by whatever comes back first."""

    __tablename__ = "oidc_attempts"

    state_digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    browser_digest: Mapped[str] = mapped_column(String(64))
    """What the cookie of the browser that began it must hash to."""
    provider: Mapped[str] = mapped_column(String(64))
    verifier: Mapped[str] = mapped_column(String(128), info={"secret": True})
    nonce: Mapped[str] = mapped_column(String(128), info={"secret": True})
    redirect_to: Mapped[str | None] = mapped_column(String(2048))
    linking_user_id: Mapped[UUID | None] = mapped_column(
        Id, ForeignKey("users.id", ondelete="CASCADE")
    )
    """Who was signed in and wants the identity linked; null for a sign-in."""
    holder_digest: Mapped[str | None] = mapped_column(String(64))
    """What a verifier of the page's own must hash to when it brings the one-time code."""
    created_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment, index=True)


class ExchangeCode(Base):
    """What a browser brings back instead of tokens: good once, for a minute."""

    __tablename__ = "exchange_codes"

    code_digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(Id, ForeignKey("users.id", ondelete="CASCADE"))
    holder_digest: Mapped[str | None] = mapped_column(String(64))
    """What the page's verifier, or else the browser's cookie, must hash to; null where there is neither."""
    door: Mapped[str] = mapped_column(String(32))
    created_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment, index=True)
