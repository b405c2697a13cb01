"""Filters that people keep."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Float, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from questlog.core.db import Base
from questlog.core.types import Id, Moment


class SavedFilter(Base):
    """A filter expression under a name. It is compiled when it is used: what it names may come and go."""

    __tablename__ = "saved_filters"

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    user_id: Mapped[UUID] = mapped_column(Id, ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(100))
    folded: Mapped[str] = mapped_column(
        String(200).with_variant(String(200, collation="C"), "postgresql")
    )
    """The name without regard to case (NFKC, casefold): what makes it unique."""
    query: Mapped[str] = mapped_column(String(1000))
    color: Mapped[str] = mapped_column(String(7))
    position: Mapped[float] = mapped_column(Float(53))
    created_at: Mapped[datetime] = mapped_column(Moment)
    updated_at: Mapped[datetime] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(server_default=text("1"), default=1)

    __table_args__ = (
        UniqueConstraint("user_id", "id"),
        UniqueConstraint("user_id", "folded"),
        Index("ix_saved_filters_order", "user_id", "position", "id"),
    )
