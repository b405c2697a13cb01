"""Tickets for sockets: a browser cannot send a header with a WebSocket, so what it shows instead opens one, once.

Only a digest is stored. A ticket hands nothing on but the sign-in it was asked for with: when that ends, so does what the
ticket opened, and a ticket that is not yet used opens nothing.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, delete, insert

from questlog.core import clock
from questlog.core.db import Session
from questlog.core.exceptions import AuthenticationError
from questlog.core.security import digest
from questlog.identity import standing
from questlog.identity.link_models import SocketTicket
from questlog.identity.principals import Principal
from questlog.identity.standing import Standing

LIFE = timedelta(seconds=60)
LONGEST = 64
TICKETS = cast(Table, SocketTicket.__table__)


class InvalidSocketTicketError(AuthenticationError):
    code = "invalid_socket_ticket"
    default_message = "This ticket was used before, is older than a minute, or never was one."


@dataclass(frozen=True)
class IssuedTicket:
    ticket: str
    expires_at: datetime


async def issue(session: Session, principal: Principal) -> IssuedTicket:
    """Return a ticket for whoever signed in; nobody can tell it from its digest."""
    ticket, now = secrets.token_urlsafe(32), clock.now()
    await session.execute(
        insert(TICKETS).values(
            digest=digest(ticket),
            user_id=principal.user_id,
            credential=standing.kept(principal),
            created_at=now,
            expires_at=now + LIFE,
        )
    )
    return IssuedTicket(ticket, now + LIFE)


async def redeem(session: Session, ticket: str) -> Standing | None:
    """Use a ticket up and return what it stands for; None when it opens nothing."""
    columns = TICKETS.c
    row = (
        await session.execute(
            delete(TICKETS)
            .where(columns.digest == digest(ticket), columns.expires_at > clock.now())
            .returning(columns.user_id, columns.credential)
        )
    ).first()
    return None if row is None else standing.read(row.user_id, cast(dict[str, Any], row.credential))


async def sweep(session: Session) -> None:
    await session.execute(delete(TICKETS).where(TICKETS.c.expires_at < clock.now()))
