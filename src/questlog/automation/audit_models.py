"""The audit log: who did what that matters for safety."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from questlog.core.db import Base
from questlog.core.types import Id, Json, Moment


class AuditEntry(Base):
    """One line. It names accounts without pointing to them and outlives them; nothing changes it but the blanking of
    addresses after 90 days.
    """

    __tablename__ = "audit_entries"

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    created_at: Mapped[datetime] = mapped_column(Moment)
    action: Mapped[str] = mapped_column(String(64))
    """In the past tense, such as `login.failed`."""
    actor: Mapped[str] = mapped_column(String(80))
    """`user:<id>`, `key:<id>`, `cli`, `system` or `anonymous`."""
    account_id: Mapped[UUID | None] = mapped_column(Id)
    """Whose account it was about, if anybody's."""
    address: Mapped[str | None] = mapped_column(String(64))
    user_agent: Mapped[str | None] = mapped_column(String(512))
    request_id: Mapped[str | None] = mapped_column(String(128))
    details: Mapped[dict[str, Any]] = mapped_column(Json)

    __table_args__ = (
        Index("ix_audit_entries_account", "account_id", "id"),
        Index("ix_audit_entries_action", "action", "id"),
        Index("ix_audit_entries_created_at", "created_at"),
        Index(
            "ix_audit_entries_with_address",
            "created_at",
            sqlite_where=text("address IS NOT NULL"),
            postgresql_where=text("address IS NOT NULL"),
        ),
    )
