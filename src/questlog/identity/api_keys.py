"""API keys: made by a person, shown once, good for what they are told, until they expire or are revoked."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Row, delete, func, or_, select, update

from questlog.automation import audit, events
from questlog.core import clock
from questlog.core.db import Session
from questlog.core.exceptions import (
    AuthorizationError,
    ConflictError,
    NotFoundError,
    ValidationError,
)
from questlog.core.ids import new_id
from questlog.core.pagination import PageRequest, Slice, SortKey, slice_of
from questlog.core.security import digest
from questlog.identity import key_presence, key_text
from questlog.identity.key_models import ApiKey
from questlog.identity.models import User
from questlog.identity.principals import Principal
from questlog.identity.scopes import FOR_ADMINS

MOST = 50
KEPT_AFTER_THE_END = timedelta(days=30)


class ApiKeyNotFoundError(NotFoundError):
    code = "api_key_not_found"
    default_message = "There is no such API key."


class ForeignApiKeyError(AuthorizationError):
    code = "not_your_api_key"
    default_message = "This API key is not yours."


class TooManyApiKeysError(ConflictError):
    code = "too_many_api_keys"
    default_message = "You have {most} API keys, which is the most. Revoke one first."


class ScopesBeyondYoursError(AuthorizationError):
    code = "scopes_beyond_yours"
    default_message = "You cannot give a key what you may not do yourself: {scopes}."


class KeyExpiryPassedError(ValidationError):
    code = "expiry_passed"
    default_message = "A key cannot expire before it is made."


@dataclass(frozen=True)
class NewApiKey:
    """`text` is the key itself, which nobody can show again."""

    row: ApiKey
    text: str


async def create(
    session: Session,
    me: Principal,
    name: str,
    scopes: Iterable[str],
    *,
    expires_at: datetime | None = None,
) -> NewApiKey:
    """Make a key for `me`. A moment without an offset is read in the user's zone.

    Raises `ScopesBeyondYoursError`, `KeyExpiryPassedError`, `TooManyApiKeysError`.
    """
    granted, now = sorted({str(scope) for scope in scopes}), clock.now()
    _require_own(me, granted)
    ends_at = _moment(expires_at, me.timezone)
    if ends_at is not None and ends_at <= now:
        raise KeyExpiryPassedError(pointer="/body/expires_at")
    await _require_room(session, me.user_id)
    text = key_text.make()
    row = ApiKey(
        id=new_id(),
        user_id=me.user_id,
        name=name,
        prefix=text[: key_text.SHOWN],
        digest=digest(text),
        scopes=granted,
        created_at=now,
        expires_at=ends_at,
        last_used_at=None,
        revoked_at=None,
    )
    session.add(row)
    _record(session, "created", row.user_id, row.id, {"name": name, "scopes": granted})
    return NewApiKey(row, text)


def _require_own(me: Principal, wanted: Iterable[str]) -> None:
    """Nobody hands on more than they have (S-072)."""
    beyond = set(wanted) - (set(wanted) if me.scopes is None else me.scopes)
    if not me.is_admin:
        beyond |= set(wanted) & FOR_ADMINS
    if beyond:
        raise ScopesBeyondYoursError(details={"scopes": ", ".join(sorted(beyond))})


def _moment(given: datetime | None, timezone: str) -> datetime | None:
    if given is None:
        return None
    zone = given.tzinfo or clock.zone(timezone)
    return given.replace(tzinfo=zone).astimezone(UTC)


async def _require_room(session: Session, user_id: UUID) -> None:
    # Held until the commit, so that many at once do not each see room for one.
    await session.execute(select(User.id).where(User.id == user_id).with_for_update(key_share=True))
    now = clock.now()
    good = or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > now)
    held = await session.scalar(
        select(func.count()).where(ApiKey.user_id == user_id, ApiKey.revoked_at.is_(None), good)
    )
    if (held or 0) >= MOST:
        raise TooManyApiKeysError(details={"most": MOST})


async def that_open(session: Session, user_id: UUID) -> list[ApiKey]:
    """Return the keys that open the account now, the oldest first: neither revoked nor expired."""
    still = or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > clock.now())
    found = await session.scalars(
        select(ApiKey)
        .where(ApiKey.user_id == user_id, ApiKey.revoked_at.is_(None), still)
        .order_by(ApiKey.id)
    )
    return list(found)


async def page_of(session: Session, user_id: UUID, wanted: PageRequest) -> Slice[Row[Any]]:
    """Return the keys that were not revoked, expired ones included, the newest first."""
    mine = select(ApiKey).where(ApiKey.user_id == user_id, ApiKey.revoked_at.is_(None))
    return await slice_of(session, mine, [SortKey(ApiKey.__table__.c.id, descending=True)], wanted)


async def get(session: Session, user_id: UUID, key_id: UUID) -> ApiKey:
    """Return a key that was not revoked. Raises `ApiKeyNotFoundError`, `ForeignApiKeyError`."""
    found: ApiKey | None = await session.scalar(
        select(ApiKey).where(
            ApiKey.id == key_id, ApiKey.user_id == user_id, ApiKey.revoked_at.is_(None)
        )
    )
    if found is None:
        await _require_owner(session, user_id, key_id)
        raise ApiKeyNotFoundError()
    return found


async def revoke(session: Session, user_id: UUID, key_id: UUID) -> None:
    """Revoke one of the user's keys; doing it again changes nothing.

    Raises `ApiKeyNotFoundError`, `ForeignApiKeyError`.
    """
    if not await _revoke(session, [ApiKey.user_id == user_id, ApiKey.id == key_id]):
        await _require_owner(session, user_id, key_id)


async def revoke_all(session: Session, user_id: UUID) -> int:
    """Revoke all keys of the user, and return how many there were."""
    return await _revoke(session, [ApiKey.user_id == user_id])


async def _require_owner(session: Session, user_id: UUID, key_id: UUID) -> None:
    """Raises `ApiKeyNotFoundError`, `ForeignApiKeyError`, for a key that is not the user's, revoked ones included."""
    owner = await session.scalar(select(ApiKey.user_id).where(ApiKey.id == key_id))
    if owner is None:
        raise ApiKeyNotFoundError()
    if owner != user_id:
        raise ForeignApiKeyError()


async def _revoke(session: Session, which: list[ColumnElement[bool]]) -> int:
    revoked = (
        await session.execute(
            update(ApiKey)
            .where(*which, ApiKey.revoked_at.is_(None))
            .values(revoked_at=clock.now())
            .returning(ApiKey.id, ApiKey.user_id, ApiKey.name)
            .execution_options(synchronize_session=False)
        )
    ).all()
    for key_id, user_id, name in revoked:
        _record(session, "revoked", user_id, key_id, {"name": name})
        key_presence.forget_key(session, key_id)
    return len(revoked)


def _record(
    session: Session, what: Literal["created", "revoked"], user_id: UUID, key_id: UUID, told: Any
) -> None:
    events.record(session, user_id, f"key.{what}", ("key", key_id), payload=told)
    audit.record(
        session,
        "key.created" if what == "created" else "key.revoked",
        account_id=user_id,
        details={"key_id": str(key_id), **told},
    )


async def sweep(session: Session) -> None:
    """Delete keys that have been over for long."""
    edge = clock.now() - KEPT_AFTER_THE_END
    await session.execute(
        delete(ApiKey).where(or_(ApiKey.revoked_at < edge, ApiKey.expires_at < edge))
    )
