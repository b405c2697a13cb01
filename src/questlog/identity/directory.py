"""Everybody with an account, as administrators see them: nothing of what people write about themselves."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select

from questlog.core import clock
from questlog.core.db import Session
from questlog.core.pagination import PageRequest, Slice, SortKey, slice_of
from questlog.identity import sessions, users
from questlog.identity.models import SignInSession, User
from questlog.identity.sessions import ForeignSessionError, SessionNotFoundError
from questlog.identity.users import UserNotFoundError

UNLISTED = frozenset({"version", "sort_0"})
OLDEST_FIRST = (SortKey(User.__table__.c.id),)


@dataclass(frozen=True)
class AccountFilter:
    """`search` is a part of the name or address. Who never signed in was last seen before any day."""

    search: str | None = None
    role: str | None = None
    is_active: bool | None = None
    seen_since: datetime | None = None
    seen_before: datetime | None = None


async def page(
    session: Session, wanted: AccountFilter, request: PageRequest
) -> Slice[dict[str, Any]]:
    """Return accounts, the oldest first."""
    statement = _accounts().where(*_conditions(wanted))
    found = await slice_of(session, statement, OLDEST_FIRST, request)
    items = [_shown(row, UNLISTED) for row in found.items]
    return Slice(items, found.next_cursor, found.total)


async def get(session: Session, user_id: UUID) -> dict[str, Any]:
    """Raises `UserNotFoundError`."""
    row = (await session.execute(_accounts().where(User.id == user_id))).first()
    if row is None:
        raise UserNotFoundError()
    return _shown(row)


async def sessions_of(session: Session, user_id: UUID, request: PageRequest) -> Slice[Row[Any]]:
    """Return somebody's live sessions, newest first. Raises `UserNotFoundError`."""
    await users.get_by_id(session, user_id)
    return await sessions.get_user_sessions(session, user_id, request)


async def end_session(session: Session, user_id: UUID, session_id: UUID) -> None:
    """Raises `SessionNotFoundError`, for a session of somebody else as well."""
    try:
        await sessions.revoke_session(session, user_id, session_id)
    except ForeignSessionError as error:
        raise SessionNotFoundError() from error


async def end_sessions(session: Session, user_id: UUID) -> None:
    """Raises `UserNotFoundError`."""
    await users.get_by_id(session, user_id)
    await sessions.revoke_others(session, user_id, None)


def _accounts() -> Select[Any]:
    now = clock.now()
    live = (
        select(func.count())
        .select_from(SignInSession)
        .where(
            SignInSession.user_id == User.id,
            SignInSession.revoked_at.is_(None),
            SignInSession.expires_at > now,
            SignInSession.ends_at > now,
        )
        .scalar_subquery()
    )
    shown: tuple[Any, ...] = (
        User.id,
        User.email,
        User.name,
        User.role,
        User.deactivated_at.is_(None).label("is_active"),
        User.email_verified_at.is_not(None).label("email_verified"),
        User.has_second_factor,
        User.locale,
        User.timezone,
        User.created_at,
        User.updated_at,
        User.last_login_at,
        User.version,
        live.label("sessions"),
    )
    return select(*shown).where(User.erasing_since.is_(None))


def _shown(row: Row[Any], without: frozenset[str] = frozenset()) -> dict[str, Any]:
    return {name: value for name, value in row._mapping.items() if name not in without}


def _conditions(wanted: AccountFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.search is not None:
        found.append(_named(wanted.search))
    if wanted.role is not None:
        found.append(User.role == wanted.role)
    if wanted.is_active is not None:
        closed = User.deactivated_at.is_(None)
        found.append(closed if wanted.is_active else ~closed)
    if wanted.seen_since is not None:
        found.append(User.last_login_at >= wanted.seen_since)
    if wanted.seen_before is not None:
        unseen = User.last_login_at.is_(None)
        found.append(or_(unseen, User.last_login_at < wanted.seen_before))
    return found


def _named(search: str) -> ColumnElement[bool]:
    """SQLite folds no letter beyond ASCII, so a name is looked for in the ways people write one."""
    ways = {search, search.lower(), search.upper(), search.title()}
    names = [User.name.icontains(way, autoescape=True) for way in sorted(ways)]
    address = and_(User.email.is_not(None), User.email.contains(search.casefold(), autoescape=True))
    return or_(address, *names)
