"""What was read in from elsewhere: the files, and which of our objects came from which of theirs."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from questlog.core.db import Base
from questlog.core.types import Id, Json, Moment


class Import(Base):
    """One file that was read in, and what came of it."""

    __tablename__ = "imports"

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    user_id: Mapped[UUID] = mapped_column(Id, ForeignKey("users.id", ondelete="CASCADE"))
    source: Mapped[str] = mapped_column(String(32))
    name: Mapped[str | None] = mapped_column(String(255))
    added: Mapped[int] = mapped_column(server_default=text("0"))
    changed: Mapped[int] = mapped_column(server_default=text("0"))
    unchanged: Mapped[int] = mapped_column(server_default=text("0"))
    summary: Mapped[dict[str, Any]] = mapped_column(Json)
    """What became of each line, and the warnings: as much of it as an answer shows."""
    created_at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (
        UniqueConstraint("user_id", "id"),
        Index("ix_imports_order", "user_id", "created_at", "id"),
    )


class ImportedRow(Base):
    """Which of our objects came from which of theirs, so that a second import changes nothing.

    `said` has a digest of each field the file told last time: what differs the next time was changed there, and what
    was changed here stays.
    """

    __tablename__ = "imported_rows"

    user_id: Mapped[UUID] = mapped_column(
        Id, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    source: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    external_id: Mapped[str] = mapped_column(String(255), primary_key=True)
    object_id: Mapped[UUID] = mapped_column(Id)
    said: Mapped[dict[str, Any]] = mapped_column(Json)
