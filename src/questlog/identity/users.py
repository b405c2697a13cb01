"""Accounts: opened, found, changed and closed."""

from collections.abc import Mapping
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy import delete as delete_from
from sqlalchemy import update as update_rows
from sqlalchemy.dialects import postgresql, sqlite

from questlog.automation import audit, events, notification_settings, webhooks
from questlog.automation.models import Mail
from questlog.core import clock
from questlog.core.db import Base, Session
from questlog.core.exceptions import (
    AlreadyExistsError,
    ConflictError,
    NotFoundError,
    PreconditionFailedError,
)
from questlog.core.ids import new_id
from questlog.identity import api_keys, presence, sessions, user_settings
from questlog.identity.door_models import ExchangeCode, ExternalIdentity, OidcAttempt
from questlog.identity.factor_models import FactorTicket, Passkey, RecoveryCode, TotpSecret
from questlog.identity.key_models import ApiKey
from questlog.identity.link_models import CalendarLink
from questlog.identity.models import EmailCode, PasswordReset, SignInSession, User
from questlog.identity.password_proofs import authenticate

__all__ = [
    "authenticate",
    "being_erased",
    "delete",
    "get_by_email",
    "get_by_id",
    "id_by_email",
    "prove_email",
    "register",
    "update",
]

# What opens an account, or shows whose it is.
WAYS_IN: tuple[type[Base], ...] = (
    SignInSession,
    ApiKey,
    ExternalIdentity,
    ExchangeCode,
    FactorTicket,
    PasswordReset,
    TotpSecret,
    RecoveryCode,
    Passkey,
    CalendarLink,
)


class EmailTakenError(AlreadyExistsError):
    code = "email_taken"
    default_message = "There is an account with this e-mail address already. Sign in instead."


class UserNotFoundError(NotFoundError):
    code = "user_not_found"
    default_message = "There is no such user."


class LastAdminError(ConflictError):
    code = "last_admin"
    default_message = "This is the last administrator. Make somebody else one first."


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
    user = await session.scalar(
        select(User).where(User.id == user_id, User.erasing_since.is_(None))
    )
    if user is None:
        raise UserNotFoundError()
    return user


async def get_by_email(session: Session, email: str) -> User | None:
    """Return whom a normalised address belongs to, closed accounts included."""
    found: User | None = await session.scalar(select(User).where(User.email == email))
    return found


async def id_by_email(session: Session, email: str) -> UUID | None:
    found: UUID | None = await session.scalar(select(User.id).where(User.email == email))
    return found


async def prove_email(session: Session, user: User) -> None:
    """Note that the address is the user's own.

    The first proof drops what whoever opened the account may still come back by: password, sessions, keys,
    identities elsewhere and the address of the calendar; and what tells them of it: webhooks and pushes (S-067).
    """
    if user.email_verified_at is not None:
        return
    user.email_verified_at = user.updated_at = clock.now()
    user.password_hash = None
    user.version += 1
    await sessions.revoke_others(session, user.id, None, reason="address_proven")
    await api_keys.revoke_all(session, user.id)
    for what in (PasswordReset, ExternalIdentity, CalendarLink):
        await session.execute(delete_from(what).where(what.user_id == user.id))
    await webhooks.remove_all(session, user.id)
    await notification_settings.forget_push(session, user.id)
    _record_update(session, user, ["email_verified"])
    audit.record(session, "email.proven", account_id=user.id)


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
    _tell_of_power(session, user, values)
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
        .where(User.id == user_id, User.erasing_since.is_(None))
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


def _tell_of_power(session: Session, user: User, values: Mapping[str, Any]) -> None:
    """Note in the audit log what changes about what the account may do."""
    if "role" in values:
        details = {"from": user.role, "to": values["role"]}
        audit.record(session, "role.changed", account_id=user.id, details=details)
    if "deactivated_at" in values:
        closed = values["deactivated_at"] is not None
        action: Literal["account.deactivated", "account.activated"] = (
            "account.deactivated" if closed else "account.activated"
        )
        audit.record(session, action, account_id=user.id)


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
    """Close the account for good: no way in is left, and its address is free. `flows.erase_account` does the rest.

    Raises `UserNotFoundError`, also when this was done before.
    """
    user = await _locked(session, user_id)
    mine: ColumnElement[bool] = Mail.user_id == user_id
    if user.email is not None:
        await session.execute(delete_from(EmailCode).where(EmailCode.email == user.email))
        mine = or_(mine, Mail.to_address == user.email)
    await session.execute(delete_from(Mail).where(mine))
    for way_in in WAYS_IN:
        await session.execute(delete_from(way_in).where(way_in.__table__.c.user_id == user_id))
    await session.execute(delete_from(OidcAttempt).where(OidcAttempt.linking_user_id == user_id))
    now = clock.now()
    nothing = {"email": None, "password_hash": None, "name": "", "profile_text": None}
    closed = {**nothing, "deactivated_at": now, "erasing_since": now}
    await session.execute(update_rows(User).where(User.id == user_id).values(closed))
    audit.record(session, "account.deleted", account_id=user_id)
    presence.forget_user(session, user_id)


async def being_erased(session: Session) -> list[UUID]:
    """Return whose accounts are deleted and not gone yet, the longest first."""
    waiting = select(User.id).where(User.erasing_since.is_not(None)).order_by(User.erasing_since)
    return list(await session.scalars(waiting.limit(100)))
