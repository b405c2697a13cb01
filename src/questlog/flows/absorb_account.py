"""Giving up an account that nothing was done with, because who opened it has another one here.

Whoever shows a trusted issuer's token before they link it gets an account of its own (`first_sight`). Once they link,
it is empty most of the time; then it goes, and what opened it opens the other one. Nothing anybody made is lost that way:
an account with something in it is left alone.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select

from questlog.core.db import Base, Session
from questlog.core.exceptions import AuthorizationError, ConflictError
from questlog.flows.erase_account import erase_some
from questlog.identity import external_identities, users
from questlog.identity.models import User
from questlog.identity.users import UserNotFoundError

OWNER = "user_id"
# What an account has without anybody having made anything: how it is entered, and what is told of that.
BY_ITSELF = frozenset(
    {
        "answered_requests",
        "badges",  # some come with time; the others with something that is counted anyway
        "event_counters",
        "events",
        "exchange_codes",
        "external_identities",
        "factor_tickets",
        "jobs",
        "mails",
        "password_resets",
        "player_bosses",
        "players",
        "pursuits",
        "sessions",
        "socket_tickets",
        "undo_states",
    }
)


class IdentityInUseError(ConflictError):
    """`details` has the account and, as `holds`, what is in it."""

    code = "identity_in_use"
    default_message = (
        "This identity has an account of its own here, with something in it. "
        "Export that account and have it deleted, link again, and import the file."
    )


class AccountClosedError(AuthorizationError):
    code = "account_closed"
    default_message = "This account is closed. Ask the administrator of this server."


async def absorb(session: Session, user_id: UUID, other_id: UUID) -> None:
    """Move the identities of an empty account to `user_id`, and erase it.

    Raises `IdentityInUseError`, `AccountClosedError`, and `UserNotFoundError` if either is gone at this moment.
    """
    await _hold_both(session, user_id, other_id)
    holds = await held_by(session, other_id)
    if holds:
        raise IdentityInUseError(details={"account_id": str(other_id), "holds": holds})
    await external_identities.move_all(session, other_id, user_id)
    await users.delete(session, other_id)
    await erase_some(session, other_id)


async def _hold_both(session: Session, user_id: UUID, other_id: UUID) -> None:
    """Wait for whoever is adding something to either, and let nobody add more: in one order, lest two wait for each other."""
    found = await session.execute(
        select(User.id, User.deactivated_at)
        .where(User.id.in_([user_id, other_id]), User.erasing_since.is_(None))
        .order_by(User.id)
        .with_for_update()
    )
    rows = found.all()
    if len(rows) < 2:
        raise UserNotFoundError()
    if any(row.deactivated_at is not None for row in rows):
        raise AccountClosedError()


async def held_by(session: Session, user_id: UUID) -> list[str]:
    """Return what would be lost with an account, by its names; nothing for one that only a token ever opened.

    Somebody who signed in to it, by code or otherwise, knows it as theirs, so that counts too.
    """
    probes: dict[str, ColumnElement[Any]] = {
        table.name: exists().where(table.c[OWNER] == user_id)
        for table in Base.metadata.sorted_tables
        if OWNER in table.c and table.name not in BY_ITSELF
    }
    probes["password"] = User.password_hash.is_not(None)
    probes["sign_in"] = User.last_login_at.is_not(None)
    probes["profile_text"] = User.profile_text.is_not(None)
    probes["role"] = User.role != "user"
    labelled = (probe.label(name) for name, probe in probes.items())
    row = (await session.execute(select(*labelled).where(User.id == user_id))).one()
    return sorted(name for name, is_there in row._mapping.items() if is_there)
