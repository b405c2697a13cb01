"""Reminders: when somebody wants to hear of a task."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from questlog.core.db import Base
from questlog.core.types import Id, Moment


class Reminder(Base):
    """Either at a moment (`at`), or some minutes before the task is due, again for each of its dates.

    `told_for` is what the last one was for: the moment itself, or the date of the task. So each is told once. `seen_for`
    is the date that was seen before the reminder was due: a date that a task got later than that reminds of nothing.
    """

    __tablename__ = "reminders"

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    user_id: Mapped[UUID] = mapped_column(Id, ForeignKey("users.id", ondelete="CASCADE"))
    task_id: Mapped[UUID] = mapped_column(Id)
    at: Mapped[datetime | None] = mapped_column(Moment)
    minutes_before: Mapped[int | None]
    told_for: Mapped[str | None] = mapped_column(String(40))
    told_at: Mapped[datetime | None] = mapped_column(Moment)
    seen_for: Mapped[str | None] = mapped_column(String(40))
    created_at: Mapped[datetime] = mapped_column(Moment)
    updated_at: Mapped[datetime] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(server_default=text("1"), default=1)

    __table_args__ = (
        UniqueConstraint("user_id", "id"),
        ForeignKeyConstraint(["user_id", "task_id"], ["tasks.user_id", "tasks.id"]),
        CheckConstraint("(at IS NULL) <> (minutes_before IS NULL)", name="one_kind"),
        Index("ix_reminders_task", "user_id", "task_id", "id"),
        Index(
            "ix_reminders_at",
            "at",
            sqlite_where=text("at IS NOT NULL AND told_for IS NULL"),
            postgresql_where=text("at IS NOT NULL AND told_for IS NULL"),
        ),
    )
