"""Things that open one narrow door: tickets for sockets, and the secret address of a calendar."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from questlog.core.db import Base
from questlog.core.types import Id, Json, Moment


class SocketTicket(Base):
    """Opens one socket, once, within a minute, for whoever had signed in with what `credential` names."""

    __tablename__ = "socket_tickets"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True, info={"secret": True})
    user_id: Mapped[UUID] = mapped_column(
        Id, ForeignKey("users.id", ondelete="CASCADE"), index=True
    )
    credential: Mapped[dict[str, Any]] = mapped_column(Json, info={"secret": True})
    created_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment, index=True)


class CalendarLink(Base):
    """The calendar of a user for whoever knows its address. There is one; a new one replaces it."""

    __tablename__ = "calendar_links"

    user_id: Mapped[UUID] = mapped_column(
        Id, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    digest: Mapped[str] = mapped_column(String(64), unique=True, info={"secret": True})
    created_at: Mapped[datetime] = mapped_column(Moment)
    last_used_at: Mapped[datetime | None] = mapped_column(Moment)
