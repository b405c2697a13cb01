"""Tickets: what stands between a first proof and its second, for five minutes, once.

Only a digest is stored. Whoever answers a ticket holds its row until their transaction ends, so of many who answer at
once each sees what became of it before.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, cast
from uuid import UUID

from sqlalchemy import Table, delete, insert, select, update

from questlog.core import clock
from questlog.core.db import Session
from questlog.core.exceptions import AuthenticationError, QuestlogError
from questlog.core.security import digest
from questlog.identity.attempts import TooManyAttemptsError
from questlog.identity.factor_models import FactorTicket

LIFE = timedelta(minutes=5)
TRIES = 5
TICKETS = cast(Table, FactorTicket.__table__)

type Purpose = Literal["sign_in", "passkey_sign_in", "passkey_registration", "proof"]


class InvalidTicketError(AuthenticationError):
    code = "invalid_ticket"
    default_message = "This step has taken too long, or was done already. Begin again."


@dataclass(frozen=True)
class Ticket:
    digest: str
    user_id: UUID | None
    door: str
    state: Mapping[str, Any]
    attempts: int
    expires_at: datetime


async def issue(
    session: Session,
    purpose: Purpose,
    *,
    user_id: UUID | None = None,
    door: str = "",
    state: Mapping[str, Any] | None = None,
) -> str:
    """Return a new ticket; nobody can tell it from its digest."""
    ticket, now = secrets.token_urlsafe(32), clock.now()
    await session.execute(
        insert(TICKETS).values(
            digest=digest(ticket),
            user_id=user_id,
            purpose=purpose,
            door=door,
            state=dict(state or {}),
            attempts=0,
            created_at=now,
            expires_at=now + LIFE,
        )
    )
    return ticket


async def claim(session: Session, ticket: str, purpose: Purpose) -> Ticket | QuestlogError:
    """Take one of the ticket's five tries, or return why there is none: raise that after the commit."""
    columns = TICKETS.c
    row = (
        await session.execute(
            update(TICKETS)
            .where(*_open(ticket, purpose), columns.attempts < TRIES)
            .values(attempts=columns.attempts + 1)
            .returning(
                columns.digest,
                columns.user_id,
                columns.door,
                columns.state,
                columns.attempts,
                columns.expires_at,
            )
        )
    ).first()
    return Ticket(*row) if row is not None else await _why_not(session, ticket, purpose)


async def _why_not(session: Session, ticket: str, purpose: Purpose) -> QuestlogError:
    ends = await session.scalar(select(TICKETS.c.expires_at).where(*_open(ticket, purpose)))
    if ends is None:
        return InvalidTicketError()
    return TooManyAttemptsError(retry_after=int((ends - clock.now()).total_seconds()) + 1)


async def owner(session: Session, ticket: str, purpose: Purpose) -> UUID | None:
    """Return whose ticket it is, and hold its row. Raises `InvalidTicketError`."""
    row = (
        await session.execute(
            select(TICKETS.c.user_id)
            .where(*_open(ticket, purpose), TICKETS.c.attempts < TRIES)
            .with_for_update()
        )
    ).first()
    if row is None:
        raise InvalidTicketError()
    return cast("UUID | None", row[0])


async def keep(session: Session, ticket: str, state: Mapping[str, Any]) -> None:
    """Replace what the next step must answer."""
    await session.execute(
        update(TICKETS).where(TICKETS.c.digest == digest(ticket)).values(state=dict(state))
    )


async def forget_state(session: Session, ticket: Ticket) -> None:
    """What was asked is asked once: a second answer finds nothing to be compared with."""
    await session.execute(update(TICKETS).where(TICKETS.c.digest == ticket.digest).values(state={}))


async def use_up(session: Session, ticket: Ticket) -> None:
    await session.execute(delete(TICKETS).where(TICKETS.c.digest == ticket.digest))


async def void_all_of(session: Session, user_id: UUID) -> None:
    await session.execute(delete(TICKETS).where(TICKETS.c.user_id == user_id))


def _open(ticket: str, purpose: Purpose) -> tuple[Any, ...]:
    return (
        TICKETS.c.digest == digest(ticket),
        TICKETS.c.purpose == purpose,
        TICKETS.c.expires_at > clock.now(),
    )


async def sweep(session: Session) -> None:
    await session.execute(delete(TICKETS).where(TICKETS.c.expires_at < clock.now()))
