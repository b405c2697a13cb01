"""Who a user is elsewhere: the pair of issuer and subject, linked to at most one account."""

from datetime import timedelta
from typing import Any, Literal, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Table, and_, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from questlog.automation import audit, events, mail
from questlog.core import clock
from questlog.core.db import Session
from questlog.core.exceptions import AuthorizationError, ConflictError, NotFoundError
from questlog.core.ids import new_id
from questlog.core.pagination import PageRequest, Slice, SortKey, slice_of
from questlog.identity import factor_changes, presence, ways_in
from questlog.identity.door_models import ExternalIdentity
from questlog.identity.front_desk import FrontDesk
from questlog.identity.models import User
from questlog.identity.oidc_tokens import Subject

IDENTITIES = cast(Table, ExternalIdentity.__table__)
MOST_EMAIL = 320
NOTICE = "identity_changed"
NOTICE_LIFE = timedelta(days=1)

SHOWN = ("id", "provider", "issuer", "subject", "email", "created_at", "last_used_at")

type Change = Literal["linked", "unlinked"]


class IdentityNotFoundError(NotFoundError):
    code = "identity_not_found"
    default_message = "There is no such identity."


class ForeignIdentityError(AuthorizationError):
    code = "not_your_identity"
    default_message = "This identity is not yours."


class IdentityTakenError(ConflictError):
    code = "identity_taken"
    default_message = "This identity is linked to another account."


async def hold(session: Session, who: Subject) -> None:
    """Queue all who are about to give this identity an account, until the transaction ends.

    SQLite has one writer anyway; on PostgreSQL this is a lock of the transaction.
    """
    if session.get_bind().dialect.name == "postgresql":
        key = func.hashtextextended(f"{who.issuer} {who.subject}", 0)
        await session.execute(select(func.pg_advisory_xact_lock(key)))


async def owner_of(session: Session, who: Subject) -> User | None:
    """Return whose account this identity is linked to, closed ones included."""
    found: User | None = await session.scalar(
        select(User)
        .join(IDENTITIES, IDENTITIES.c.user_id == User.id)
        .where(_is(who))
        .execution_options(populate_existing=True)
    )
    return found


async def note_use(session: Session, who: Subject) -> None:
    """Note when it was used last, and the address the provider has now: the account's own stays (S-069)."""
    await session.execute(
        update(IDENTITIES)
        .where(_is(who))
        .values(last_used_at=clock.now(), email=_shown_email(who.email))
    )


async def link(session: Session, user_id: UUID, who: Subject, provider: str) -> UUID:
    """Link an identity and return its id; linking it again changes nothing.

    Raises `IdentityTakenError` when it is somebody else's, or becomes so at this moment.
    """
    now, identity_id = clock.now(), new_id()
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    linked: UUID | None = await session.scalar(
        dialect.insert(IDENTITIES)
        .values(
            id=identity_id,
            user_id=user_id,
            issuer=who.issuer,
            subject=who.subject,
            provider=provider,
            email=_shown_email(who.email),
            created_at=now,
            last_used_at=now,
        )
        .on_conflict_do_nothing(index_elements=["issuer", "subject"])
        .returning(IDENTITIES.c.id)
    )
    if linked is None:
        return await _already(session, user_id, who)
    _note_link(session, user_id, identity_id, {"provider": provider})
    return identity_id


async def move_all(session: Session, from_id: UUID, to_id: UUID) -> None:
    """Link every identity of one account to another instead, whose they are from the next request on."""
    moved = await session.execute(
        update(IDENTITIES)
        .where(IDENTITIES.c.user_id == from_id)
        .values(user_id=to_id)
        .returning(IDENTITIES.c.id, IDENTITIES.c.provider)
    )
    for identity_id, provider in moved.all():
        _note_link(session, to_id, identity_id, {"provider": provider, "from": str(from_id)})
    presence.forget_user(session, from_id)


def _note_link(session: Session, user_id: UUID, identity_id: UUID, payload: dict[str, str]) -> None:
    events.record(session, user_id, "identity.linked", ("identity", identity_id), payload=payload)
    audit.record(session, "identity.linked", account_id=user_id, details=payload)


async def _already(session: Session, user_id: UUID, who: Subject) -> UUID:
    mine: UUID | None = await session.scalar(
        select(IDENTITIES.c.id).where(_is(who), IDENTITIES.c.user_id == user_id)
    )
    if mine is None:
        raise IdentityTakenError()
    return mine


async def page(session: Session, user_id: UUID, wanted: PageRequest) -> Slice[Row[Any]]:
    """Return who the user is elsewhere, the oldest link first."""
    mine = select(IDENTITIES).where(IDENTITIES.c.user_id == user_id)
    return await slice_of(session, mine, [SortKey(IDENTITIES.c.id)], wanted)


def shown(identity: Row[Any]) -> dict[str, Any]:
    """Return what its owner may see of an identity."""
    return {name: getattr(identity, name) for name in SHOWN}


async def get(session: Session, user_id: UUID, identity_id: UUID) -> Row[Any]:
    """Raises `IdentityNotFoundError`, `ForeignIdentityError`."""
    row = (await session.execute(select(IDENTITIES).where(IDENTITIES.c.id == identity_id))).first()
    if row is None:
        raise IdentityNotFoundError()
    if row.user_id != user_id:
        raise ForeignIdentityError()
    return row


async def unlink(session: Session, desk: FrontDesk, user_id: UUID, identity_id: UUID) -> None:
    """Take an identity off the account.

    Raises `IdentityNotFoundError`, `ForeignIdentityError`, and `LastWayInError` when nothing would be left to sign in
    with.
    """
    await factor_changes.hold(session, user_id)  # two removals at once see each other
    found = await get(session, user_id, identity_id)
    await session.execute(
        delete(IDENTITIES).where(IDENTITIES.c.id == identity_id, IDENTITIES.c.user_id == user_id)
    )
    await ways_in.require_one_left(session, desk, user_id)
    payload = {"provider": found.provider}
    events.record(session, user_id, "identity.unlinked", ("identity", identity_id), payload=payload)
    audit.record(session, "identity.unlinked", account_id=user_id, details=payload)
    await tell(session, desk, user_id, found.provider, "unlinked")


async def tell(
    session: Session, desk: FrontDesk, user_id: UUID, provider: str, change: Change
) -> None:
    """Tell the owner of the account by mail, if mail is sent at all."""
    reader = (
        await session.execute(select(User.email, User.locale).where(User.id == user_id))
    ).one()
    if not desk.sends_mail or reader.email is None:
        return
    known = desk.elsewhere.providers.get(provider)
    await mail.enqueue(
        session,
        NOTICE,
        reader.email,
        user_id=user_id,
        locale=reader.locale,
        params={"provider": known.label if known else provider, "change": change},
        expires_at=clock.now() + NOTICE_LIFE,
    )


def _is(who: Subject) -> ColumnElement[bool]:
    return and_(IDENTITIES.c.issuer == who.issuer, IDENTITIES.c.subject == who.subject)


def _shown_email(email: str | None) -> str | None:
    """Return what the provider calls the address, if it can be stored and shown."""
    printable = "".join(c for c in email or "" if c.isprintable())
    return printable[:MOST_EMAIL] or None
