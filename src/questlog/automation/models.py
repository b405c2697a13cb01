"""The event log with what undoes it, the outgoing mail and the memory of answered requests."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from questlog.core.db import Base
from questlog.core.types import Id, Json, Moment


class Event(Base):
    """Something that happened to a user. Never updated; deleted only by retention.

    `seq` grows by one per event of a user, in the order of commits and without gaps. `touched` lists
    `[type, id, version]` of every object the change moved.
    """

    __tablename__ = "events"

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    user_id: Mapped[UUID] = mapped_column(Id, ForeignKey("users.id", ondelete="CASCADE"))
    seq: Mapped[int] = mapped_column(BigInteger)
    type: Mapped[str] = mapped_column(String(64))
    actor: Mapped[str] = mapped_column(String(80))
    subject_type: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[UUID | None] = mapped_column(Id)
    payload: Mapped[dict[str, Any]] = mapped_column(Json)
    touched: Mapped[list[Any]] = mapped_column(Json)
    correlation_id: Mapped[str | None] = mapped_column(String(128))
    created_at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (UniqueConstraint("user_id", "seq"),)


class EventCounter(Base):
    """The last `seq` handed out to a user: the last row every writer locks, held to its commit."""

    __tablename__ = "event_counters"

    user_id: Mapped[UUID] = mapped_column(
        Id, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    last_seq: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))


class UndoState(Base):
    """What a change replaced, kept for as long as the event that tells of it can be undone.

    Only changes whose event does not say enough have one: a deletion is undone by a restoration, without it. Every
    event that was undone has one, with the event of its undoing; whoever enters it first has undone it.
    """

    __tablename__ = "undo_states"

    event_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    user_id: Mapped[UUID] = mapped_column(Id, ForeignKey("users.id", ondelete="CASCADE"))
    before: Mapped[dict[str, Any]] = mapped_column(Json)
    undone_by: Mapped[UUID | None] = mapped_column(Id)
    created_at: Mapped[datetime] = mapped_column(Moment, index=True)


class Mail(Base):
    """A mail to be sent: rendered when it is sent, so that no code or link lies here in clear.

    A row is leased by whoever sends it; a lease that ran out is taken by the next one.
    """

    __tablename__ = "mails"

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    user_id: Mapped[UUID | None] = mapped_column(
        Id, ForeignKey("users.id", ondelete="CASCADE"), index=True
    )
    to_address: Mapped[str] = mapped_column(String(320))
    template: Mapped[str] = mapped_column(String(64))
    locale: Mapped[str] = mapped_column(String(8))
    params: Mapped[dict[str, Any]] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime | None] = mapped_column(Moment)
    due_at: Mapped[datetime] = mapped_column(Moment)
    leased_until: Mapped[datetime | None] = mapped_column(Moment)
    attempts: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
    failed_at: Mapped[datetime | None] = mapped_column(Moment)
    last_error: Mapped[str | None] = mapped_column(String(200))

    __table_args__ = (
        Index(
            "ix_mails_waiting",
            "due_at",
            sqlite_where=text("sent_at IS NULL AND failed_at IS NULL"),
            postgresql_where=text("sent_at IS NULL AND failed_at IS NULL"),
        ),
    )


class AnsweredRequest(Base):
    """The answer that an `Idempotency-Key` already got, or the claim of the request that is computing it."""

    __tablename__ = "answered_requests"

    user_id: Mapped[UUID] = mapped_column(
        Id, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    claim: Mapped[UUID] = mapped_column(Id)
    leased_until: Mapped[datetime | None] = mapped_column(Moment)
    status: Mapped[int | None]
    answer: Mapped[bytes | None] = mapped_column(LargeBinary, info={"secret": True})
    created_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment, index=True)

    __table_args__ = (
        CheckConstraint("(status IS NULL) = (answer IS NULL)", name="answered_whole"),
    )
