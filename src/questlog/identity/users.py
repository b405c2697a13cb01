"""Accounts: opened, found, proven, changed and closed."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, or_, select
from sqlalchemy import delete as delete_from
from sqlalchemy import update as update_rows
from sqlalchemy.dialects import postgresql, sqlite

from questlog.automation import events
from questlog.automation.models import Mail
from questlog.core import clock
from questlog.core.db import Database, Session
from questlog.core.exceptions import (
    AlreadyExistsError,
    AuthenticationError,
    ConflictError,
    NotFoundError,
    PreconditionFailedError,
)
from questlog.core.ids import new_id
from questlog.core.pagination import PageRequest, Slice, SortKey, slice_of
from questlog.identity import attempts, presence, sessions, user_settings
from questlog.identity.attempts import Spent, budget
from questlog.identity.clues import Clues
from questlog.identity.front_desk import FrontDesk
from questlog.identity.models import EmailCode, PasswordReset, User


class EmailTakenError(AlreadyExistsError):
    code = "email_taken"
    default_message = "There is an account with this e-mail address already. Sign in instead."


class InvalidCredentialsError(AuthenticationError):
    code = "invalid_credentials"
    default_message = "This e-mail address and this password do not go together."


class UserNotFoundError(NotFoundError):
    code = "user_not_found"
    default_message = "There is no such user."


class LastAdminError(ConflictError):
    code = "last_admin"
    default_message = "This is the last administrator. Make somebody else one first."


@dataclass(frozen=True)
class Proven:
    """Somebody who knew the password that `password_hash` is of; `renewed` replaces that hash if it is dated."""

    user_id: UUID
    password_hash: str
    renewed: str | None
    spent: tuple[Spent, ...]


async def register(
    session: Session,
    email: str | None,
    *,
    name: str = "",
    password_hash: str | None = None,
    role: str = "user",
    locale: str = "en",
    timezone: str = "UTC",
    email_verified: bool = False,
) -> User:
    """Open an account. Doors call `flows.sign_up`, which knows what else a new user gets. Raises `EmailTakenError`."""
    now = clock.now()
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    opened: User | None = await session.scalar(
        dialect.insert(User)
        .values(
            id=new_id(),
            email=email,
            email_verified_at=now if email_verified else None,
            name=name,
            role=role,
            password_hash=password_hash,
            settings={},
            locale=locale,
            timezone=timezone,
            created_at=now,
            updated_at=now,
            version=1,
        )
        .on_conflict_do_nothing(index_elements=["email"])
        .returning(User)
    )
    if opened is None:
        raise EmailTakenError(pointer="/body/email")
    return opened


async def get_by_id(session: Session, user_id: UUID) -> User:
    """Raises `UserNotFoundError`."""
    user = await session.scalar(select(User).where(User.id == user_id))
    if user is None:
        raise UserNotFoundError()
    return user


async def get_by_email(session: Session, email: str) -> User | None:
    """Return whom a normalised address belongs to, closed accounts included."""
    found: User | None = await session.scalar(select(User).where(User.email == email))
    return found


async def page(session: Session, wanted: PageRequest) -> Slice[Row[Any]]:
    """Return all accounts, the oldest first."""
    return await slice_of(session, select(User), [SortKey(User.__table__.c.id)], wanted)


@asynccontextmanager
async def proving(
    database: Database, desk: FrontDesk, email: str, password: str, clues: Clues
) -> AsyncIterator[Proven]:
    """Hold a turn at the hasher while the block does what the password was given for.

    So attempts under way are few, and many people behind one address can sign in at the same moment.
    """
    async with desk.passwords.turn():
        yield await authenticate(database, desk, email, password, clues)


async def authenticate(
    database: Database, desk: FrontDesk, email: str, password: str, clues: Clues
) -> Proven:
    """Check a password. The attempt stays counted unless the caller gives `spent` back.

    An unknown address, a closed account and a wrong password take the same time and raise the same
    `InvalidCredentialsError`; too many of them `TooManyAttemptsError`.
    """
    stored, spent = await database.write(_begin_attempt, desk, email, clues)
    verdict = await desk.passwords.verify(password, stored[1] if stored else None)
    if stored is None or not verdict.matches:
        raise InvalidCredentialsError()
    return Proven(stored[0], stored[1], verdict.renewed, spent)


async def _begin_attempt(
    session: Session, desk: FrontDesk, email: str, clues: Clues
) -> tuple[tuple[UUID, str] | None, tuple[Spent, ...]]:
    limits = desk.limits
    spent = await attempts.spend(
        session,
        budget("login:network", clues.network, limits.login_per_network),
        budget("login:account", email, limits.login_per_account),
        budget("login:everywhere", "", limits.login_everywhere),
    )
    row = (
        await session.execute(
            select(User.id, User.password_hash).where(
                User.email == email,
                User.deactivated_at.is_(None),
                User.password_hash.is_not(None),
            )
        )
    ).first()
    return (None if row is None else (row[0], str(row[1]))), spent


async def admit(session: Session, proven: Proven) -> User:
    """Give the attempt back, note the sign-in and renew a dated hash.

    Raises `InvalidCredentialsError` if the password moved meanwhile.
    """
    await attempts.give_back(session, proven.spent)
    user: User | None = await session.scalar(
        update_rows(User)
        .where(
            User.id == proven.user_id,
            User.password_hash == proven.password_hash,
            User.deactivated_at.is_(None),
        )
        .values(password_hash=proven.renewed or proven.password_hash, last_login_at=clock.now())
        .returning(User)
    )
    if user is None:
        raise InvalidCredentialsError()
    return user


async def prove_email(session: Session, user: User) -> None:
    """Note that the address is the user's own.

    The first proof drops what whoever opened the account may still hold: password and sessions.
    """
    if user.email_verified_at is not None:
        return
    user.email_verified_at = user.updated_at = clock.now()
    user.password_hash = None
    user.version += 1
    await sessions.revoke_others(session, user.id, None, reason="address_proven")
    await session.execute(delete_from(PasswordReset).where(PasswordReset.user_id == user.id))
    _record_update(session, user, ["email_verified"])


async def update(
    session: Session,
    user_id: UUID,
    changes: Mapping[str, Any],
    *,
    expected_version: int | None = None,
) -> User:
    """Change what is present in `changes`; `settings` are merged (RFC 7396), `is_active` closes or opens the account.

    Raises `UserNotFoundError`, `PreconditionFailedError`, `SettingsTooLargeError`, `LastAdminError`.
    """
    user = await _locked(session, user_id)
    if expected_version not in (None, user.version):
        raise PreconditionFailedError()
    values = _new_values(user, changes)
    if not values:
        return user
    if user.role == "admin" and ("deactivated_at" in values or "role" in values):
        await _require_another_admin(session, user_id)
    for name, value in values.items():
        setattr(user, name, value)
    user.updated_at, user.version = clock.now(), user.version + 1
    if values.get("deactivated_at"):
        await sessions.revoke_others(session, user_id, None, reason="deactivated")
    presence.forget_user(session, user_id)
    _record_update(session, user, sorted(changes))
    return user


async def _locked(session: Session, user_id: UUID) -> User:
    user = await session.scalar(
        select(User)
        .where(User.id == user_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if user is None:
        raise UserNotFoundError()
    return user


def _new_values(user: User, changes: Mapping[str, Any]) -> dict[str, Any]:
    now = clock.now()
    values = dict(changes)
    if "settings" in values:
        values["settings"] = user_settings.patched(user.settings, values["settings"])
    if "is_active" in values:
        values["deactivated_at"] = None if values.pop("is_active") else user.deactivated_at or now
    values = {name: value for name, value in values.items() if value != getattr(user, name)}
    if "timezone" in changes:
        values["timezone_chosen_at"] = now
    return values


async def _require_another_admin(session: Session, user_id: UUID) -> None:
    admins = await session.scalars(
        select(User.id)
        .where(User.role == "admin", User.deactivated_at.is_(None))
        .order_by(User.id)
        .with_for_update(key_share=True)
    )
    if set(admins) <= {user_id}:
        raise LastAdminError()


def _record_update(session: Session, user: User, changed: list[str]) -> None:
    events.record(
        session,
        user.id,
        "user.updated",
        ("user", user.id),
        payload={"changed": changed},
        touched=[("user", user.id, user.version)],
    )


async def delete(session: Session, user_id: UUID) -> None:
    """Close the account and erase all that is the user's. Raises `UserNotFoundError`."""
    user = await _locked(session, user_id)
    mine: ColumnElement[bool] = Mail.user_id == user_id
    if user.email is not None:
        await session.execute(delete_from(EmailCode).where(EmailCode.email == user.email))
        mine = or_(mine, Mail.to_address == user.email)
    await session.execute(delete_from(Mail).where(mine))
    await session.execute(delete_from(User).where(User.id == user_id))
    presence.forget_user(session, user_id)
