"""Webhooks: where somebody wants to be told, what is to be told there, and every attempt to."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from questlog.core.db import Base
from questlog.core.types import Id, Json, Moment

WAITING = text("state = 'waiting'")
LEASED = text("leased_until IS NOT NULL")


class Webhook(Base):
    """An endpoint of a user and how far the event log was told there.

    `told_seq` is the `seq` of the last event the relay has looked at for this endpoint. What is active has no
    `disabled_at`; what was switched off is told nothing of the time between.
    """

    __tablename__ = "webhooks"

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    user_id: Mapped[UUID] = mapped_column(Id, ForeignKey("users.id", ondelete="CASCADE"))
    url: Mapped[str] = mapped_column(String(2000))
    events: Mapped[list[str]] = mapped_column(Json)
    """Patterns: exact types, everything of a noun (`task.*`), or everything (`*`)."""
    description: Mapped[str] = mapped_column(String(500), server_default="", default="")
    secret: Mapped[bytes] = mapped_column(LargeBinary, info={"secret": True})
    """Sealed; so is the one it replaced, which signs, too, until `previous_until`."""
    previous_secret: Mapped[bytes | None] = mapped_column(LargeBinary, info={"secret": True})
    previous_until: Mapped[datetime | None] = mapped_column(Moment)
    told_seq: Mapped[int] = mapped_column(BigInteger, server_default=text("0"), default=0)
    answered_at: Mapped[datetime | None] = mapped_column(Moment)
    """When the present URL took a message for the first time since it was set or switched on."""
    failing_since: Mapped[datetime | None] = mapped_column(Moment)
    """When the first failure after the last success was."""
    disabled_at: Mapped[datetime | None] = mapped_column(Moment)
    disabled_reason: Mapped[str | None] = mapped_column(String(16))
    created_at: Mapped[datetime] = mapped_column(Moment)
    updated_at: Mapped[datetime] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(server_default=text("1"), default=1)

    __table_args__ = (
        UniqueConstraint("user_id", "id"),
        CheckConstraint(
            "(disabled_at IS NULL) = (disabled_reason IS NULL)", name="disabled_for_a_reason"
        ),
        CheckConstraint("disabled_reason IN ('user', 'gone', 'failing')", name="reason_known"),
        Index(
            "ix_webhooks_active",
            "user_id",
            "told_seq",
            sqlite_where=text("disabled_at IS NULL"),
            postgresql_where=text("disabled_at IS NULL"),
        ),
    )


class Delivery(Base):
    """A message to one endpoint. Its id is the `webhook-id` of every attempt; `body` are the very bytes that are signed.

    Whoever sends holds a lease until `leased_until` and names it (`lease`) when the result is written: a late finisher
    whose lease was taken over changes nothing.
    """

    __tablename__ = "deliveries"

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    user_id: Mapped[UUID] = mapped_column(Id, ForeignKey("users.id", ondelete="CASCADE"))
    webhook_id: Mapped[UUID] = mapped_column(Id)
    event_id: Mapped[UUID | None] = mapped_column(Id)
    """Null for a test, which tells of no event."""
    event_type: Mapped[str] = mapped_column(String(64))
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16), server_default="waiting", default="waiting")
    attempts: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    """Of the present round: a redelivery begins a new one."""
    due_at: Mapped[datetime] = mapped_column(Moment)
    leased_until: Mapped[datetime | None] = mapped_column(Moment)
    lease: Mapped[UUID | None] = mapped_column(Id)
    created_at: Mapped[datetime] = mapped_column(Moment)
    done_at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (
        UniqueConstraint("user_id", "id"),
        UniqueConstraint("webhook_id", "event_id"),
        ForeignKeyConstraint(["user_id", "webhook_id"], ["webhooks.user_id", "webhooks.id"]),
        CheckConstraint(
            "state IN ('waiting', 'delivered', 'failed', 'cancelled')", name="state_known"
        ),
        Index("ix_deliveries_waiting", "due_at", sqlite_where=WAITING, postgresql_where=WAITING),
        Index(
            "ix_deliveries_queue",
            "webhook_id",
            "due_at",
            sqlite_where=WAITING,
            postgresql_where=WAITING,
        ),
        Index(
            "ix_deliveries_leased",
            "webhook_id",
            "leased_until",
            sqlite_where=LEASED,
            postgresql_where=LEASED,
        ),
        Index("ix_deliveries_log", "user_id", "webhook_id", "id"),
        Index("ix_deliveries_done", "done_at"),
    )


class DeliveryAttempt(Base):
    """One request to an endpoint and what came of it.

    The row is written before the request goes out; one that was never finished is what a lost sender leaves behind, and
    its `failure` reads `unknown`.
    """

    __tablename__ = "delivery_attempts"

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    user_id: Mapped[UUID] = mapped_column(Id, ForeignKey("users.id", ondelete="CASCADE"))
    delivery_id: Mapped[UUID] = mapped_column(Id)
    number: Mapped[int]
    """Counted over all rounds of its delivery."""
    started_at: Mapped[datetime] = mapped_column(Moment)
    duration_ms: Mapped[int | None]
    status: Mapped[int | None]
    answer: Mapped[str | None] = mapped_column(Text)
    """The first 4 KiB of the answer; never of a blocked address."""
    failure: Mapped[str | None] = mapped_column(String(32))
    """Null when it arrived, else one of the words of `automation/delivery_words.py`."""
    details: Mapped[dict[str, Any] | None] = mapped_column(Json)

    __table_args__ = (
        ForeignKeyConstraint(["user_id", "delivery_id"], ["deliveries.user_id", "deliveries.id"]),
        Index("ix_delivery_attempts_log", "user_id", "delivery_id", "number"),
    )
