"""Work for later as rows, who does it, and how somebody wants to be reminded."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
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


class Job(Base):
    """A call that survives whoever was to make it. With a `slot` there is one of its name in all times.

    Whoever works holds a lease until `leased_until`, renews it while the work goes on, and names it (`lease`) when it
    is done. After its last attempt a job is `dead` and waits for an operator.
    """

    __tablename__ = "jobs"

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    user_id: Mapped[UUID | None] = mapped_column(
        Id, ForeignKey("users.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str] = mapped_column(String(120))
    slot: Mapped[str | None] = mapped_column(String(120))
    """Which one of a schedule it is: `2026-11-21T18:00Z`, or a user and a day."""
    args: Mapped[dict[str, Any]] = mapped_column(Json)
    state: Mapped[str] = mapped_column(String(16), server_default="waiting", default="waiting")
    attempts: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    most_attempts: Mapped[int] = mapped_column(server_default=text("5"), default=5)
    due_at: Mapped[datetime] = mapped_column(Moment)
    leased_until: Mapped[datetime | None] = mapped_column(Moment)
    lease: Mapped[UUID | None] = mapped_column(Id)
    last_error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Moment)
    done_at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (
        UniqueConstraint("name", "slot"),
        CheckConstraint("state IN ('waiting', 'done', 'dead')", name="state_known"),
        Index("ix_jobs_waiting", "due_at", sqlite_where=WAITING, postgresql_where=WAITING),
        Index("ix_jobs_done", "done_at"),
    )


class Heartbeat(Base):
    """A process that works for this database, and when it last said so."""

    __tablename__ = "heartbeats"

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    started_at: Mapped[datetime] = mapped_column(Moment)
    seen_at: Mapped[datetime] = mapped_column(Moment, index=True)


class NotificationSettings(Base):
    """How a user wants to be told; who never said has no row and the defaults.

    Times of day are wall clocks of the user's zone (`08:00`). Between `quiet_from` and `quiet_to` nothing is sent.
    """

    __tablename__ = "notification_settings"

    user_id: Mapped[UUID] = mapped_column(
        Id, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    reminders_by_mail: Mapped[bool]
    reminders_by_push: Mapped[bool]
    daily_digest: Mapped[bool]
    weekly_review: Mapped[bool]
    webhook_notices: Mapped[bool]
    """Whether a mail tells of a webhook that was switched off."""
    digest_at: Mapped[str] = mapped_column(String(5))
    review_weekday: Mapped[int]
    """0 is Monday."""
    quiet_from: Mapped[str | None] = mapped_column(String(5))
    quiet_to: Mapped[str | None] = mapped_column(String(5))
    push_url: Mapped[bytes | None] = mapped_column(LargeBinary, info={"secret": True})
    """Sealed: whoever knows the address of somebody's pushes can read them."""
    rounds_set_at: Mapped[datetime | None] = mapped_column(Moment)
    """When it was last changed which mails come by themselves, or when."""
    created_at: Mapped[datetime] = mapped_column(Moment)
    updated_at: Mapped[datetime] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(server_default=text("1"), default=1)
