"""Second proofs of who somebody is."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from questlog.core.db import Base
from questlog.core.types import Id, Json, Moment


class TotpSecret(Base):
    """The secret of an authenticator app, sealed with a key of the server. It counts once it is confirmed."""

    __tablename__ = "totp_secrets"

    user_id: Mapped[UUID] = mapped_column(
        Id, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    sealed: Mapped[bytes] = mapped_column(LargeBinary, info={"secret": True})
    last_step: Mapped[int] = mapped_column(BigInteger, server_default=text("0"), default=0)
    """The newest time step a code was taken for: no code is good twice (RFC 6238 § 5.2)."""
    created_at: Mapped[datetime] = mapped_column(Moment)
    confirmed_at: Mapped[datetime | None] = mapped_column(Moment)


class RecoveryCode(Base):
    """A way in for who lost the second factor: good once."""

    __tablename__ = "recovery_codes"

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    user_id: Mapped[UUID] = mapped_column(
        Id, ForeignKey("users.id", ondelete="CASCADE"), index=True
    )
    digest: Mapped[str] = mapped_column(String(64), info={"secret": True})
    created_at: Mapped[datetime] = mapped_column(Moment)
    used_at: Mapped[datetime | None] = mapped_column(Moment)


class Passkey(Base):
    """A WebAuthn credential."""

    __tablename__ = "passkeys"

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    user_id: Mapped[UUID] = mapped_column(
        Id, ForeignKey("users.id", ondelete="CASCADE"), index=True
    )
    credential_id: Mapped[str] = mapped_column(String(1400), unique=True)
    """As base64url."""
    public_key: Mapped[bytes] = mapped_column(LargeBinary, info={"secret": True})
    sign_count: Mapped[int] = mapped_column(BigInteger, server_default=text("0"), default=0)
    transports: Mapped[list[Any]] = mapped_column(Json)
    name: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime] = mapped_column(Moment)
    last_used_at: Mapped[datetime | None] = mapped_column(Moment)


class FactorTicket(Base):
    """What stands between a first proof and its second: a sign-in or a ceremony under way.

    `state` holds what the next step must answer, such as a WebAuthn challenge.
    """

    __tablename__ = "factor_tickets"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[UUID | None] = mapped_column(Id, ForeignKey("users.id", ondelete="CASCADE"))
    purpose: Mapped[str] = mapped_column(String(32))
    door: Mapped[str] = mapped_column(String(32))
    state: Mapped[dict[str, Any]] = mapped_column(Json, info={"secret": True})
    attempts: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    created_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment, index=True)
