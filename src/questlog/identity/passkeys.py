"""Passkeys: kept, named and removed by their owner, and shown in place of a password or after one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import structlog
from sqlalchemy import Row, Table, and_, delete, insert, literal, or_, select, update

from questlog.core import clock
from questlog.core.db import Session
from questlog.core.exceptions import (
    AlreadyExistsError,
    AuthorizationError,
    ConflictError,
    NotFoundError,
    QuestlogError,
)
from questlog.core.ids import new_id
from questlog.identity import factor_changes, factor_tickets, passkey_ceremonies, ways_in
from questlog.identity.factor_models import Passkey
from questlog.identity.factor_tickets import InvalidTicketError, Ticket
from questlog.identity.front_desk import FrontDesk
from questlog.identity.passkey_ceremonies import Holder, InvalidPasskeyError, NewKey
from questlog.identity.relying_party import PasskeysNotConfiguredError, RelyingParty

MOST = 50
PASSKEYS = cast(Table, Passkey.__table__)
SHOWN = ("id", "name", "transports", "created_at", "last_used_at")

log = structlog.get_logger(__name__)


class PasskeyNotFoundError(NotFoundError):
    code = "passkey_not_found"
    default_message = "There is no such passkey."


class ForeignPasskeyError(AuthorizationError):
    code = "not_your_passkey"
    default_message = "This passkey is not yours."


class PasskeyTakenError(AlreadyExistsError):
    code = "passkey_taken"
    default_message = "This passkey is registered already."


class TooManyPasskeysError(ConflictError):
    code = "too_many_passkeys"
    default_message = "You can have {most} passkeys. Remove one first."


@dataclass(frozen=True)
class Asked:
    """What a browser is asked (`options`), and the ticket its answer comes back with."""

    ticket: str
    options: dict[str, Any]


@dataclass(frozen=True)
class Registered:
    """`recovery_codes` come with the first factor."""

    id: UUID
    name: str
    transports: Sequence[str]
    created_at: datetime
    last_used_at: datetime | None = None
    recovery_codes: tuple[str, ...] | None = None


async def begin_registration(session: Session, desk: FrontDesk, user_id: UUID) -> Asked:
    """Raises `PasskeysNotConfiguredError`, `TooManyPasskeysError`."""
    party = _party(desk)
    account = await factor_changes.hold(session, user_id)
    known = await _ids_of(session, user_id)
    if len(known) >= MOST:
        raise TooManyPasskeysError(details={"most": MOST})
    holder = Holder(user_id, account.label, account.name)
    challenge, options = passkey_ceremonies.to_register(party, holder, known)
    ticket = await factor_tickets.issue(
        session, "passkey_registration", user_id=user_id, state={"challenge": challenge}
    )
    return Asked(ticket, options)


async def register(
    session: Session,
    desk: FrontDesk,
    user_id: UUID,
    ticket: str,
    credential: Mapping[str, Any],
    *,
    name: str,
) -> Registered | QuestlogError:
    """Keep a new passkey, or return why not: raise that after the commit, for the challenge is spent."""
    claimed = await factor_tickets.claim(session, ticket, "passkey_registration")
    if isinstance(claimed, QuestlogError):
        return claimed
    if claimed.user_id != user_id:
        return InvalidTicketError()
    await factor_tickets.use_up(session, claimed)
    try:
        key = passkey_ceremonies.registered(_party(desk), claimed.state["challenge"], credential)
    except InvalidPasskeyError as refusal:
        return refusal
    await factor_changes.hold(session, user_id)
    taken = select(PASSKEYS.c.id).where(PASSKEYS.c.credential_id == key.credential_id)
    if await session.scalar(taken) is not None:
        return PasskeyTakenError()
    kept = await _keep(session, user_id, key, name)
    return replace(
        kept, recovery_codes=await factor_changes.added(session, desk, user_id, "passkey")
    )


async def _keep(session: Session, user_id: UUID, key: NewKey, name: str) -> Registered:
    kept = Registered(new_id(), name, key.transports, clock.now())
    await session.execute(
        insert(PASSKEYS).values(
            id=kept.id,
            user_id=user_id,
            credential_id=key.credential_id,
            public_key=key.public_key,
            sign_count=key.sign_count,
            transports=list(key.transports),
            name=name,
            created_at=kept.created_at,
        )
    )
    return kept


async def list_own(session: Session, user_id: UUID) -> Sequence[Row[Any]]:
    """Return the user's passkeys, the oldest first. There are never more than `MOST`."""
    columns = [PASSKEYS.c[name] for name in SHOWN]
    statement = select(*columns).where(PASSKEYS.c.user_id == user_id).order_by(PASSKEYS.c.id)
    return (await session.execute(statement)).all()


async def rename(session: Session, user_id: UUID, passkey_id: UUID, name: str) -> Row[Any]:
    """Raises `PasskeyNotFoundError`, `ForeignPasskeyError`."""
    row = (
        await session.execute(
            update(PASSKEYS)
            .where(PASSKEYS.c.id == passkey_id, PASSKEYS.c.user_id == user_id)
            .values(name=name)
            .returning(*(PASSKEYS.c[name] for name in SHOWN))
        )
    ).first()
    if row is None:
        raise await _explain(session, passkey_id)
    return row


async def remove(session: Session, desk: FrontDesk, user_id: UUID, passkey_id: UUID) -> None:
    """Raises `PasskeyNotFoundError`, `ForeignPasskeyError`, `LastWayInError`."""
    await factor_changes.hold(session, user_id)
    removed = await session.scalar(
        delete(PASSKEYS)
        .where(PASSKEYS.c.id == passkey_id, PASSKEYS.c.user_id == user_id)
        .returning(PASSKEYS.c.id)
    )
    if removed is None:
        raise await _explain(session, passkey_id)
    await ways_in.require_one_left(session, desk, user_id)
    await factor_changes.removed(session, desk, user_id, "passkey")


async def require_own(session: Session, user_id: UUID, passkey_id: UUID) -> None:
    """Raises `PasskeyNotFoundError`, `ForeignPasskeyError`."""
    mine = select(PASSKEYS.c.id).where(PASSKEYS.c.id == passkey_id, PASSKEYS.c.user_id == user_id)
    if await session.scalar(mine) is None:
        raise await _explain(session, passkey_id)


async def _explain(session: Session, passkey_id: UUID) -> QuestlogError:
    owner = await session.scalar(select(PASSKEYS.c.user_id).where(PASSKEYS.c.id == passkey_id))
    return PasskeyNotFoundError() if owner is None else ForeignPasskeyError()


async def ask_anybody(session: Session, desk: FrontDesk) -> Asked:
    """Ask for any passkey of this site: the device knows whose it is. Raises `PasskeysNotConfiguredError`."""
    challenge, options = passkey_ceremonies.to_sign_in(_party(desk), ())
    state = {"challenge": challenge}
    ticket = await factor_tickets.issue(session, "passkey_sign_in", door="passkey", state=state)
    return Asked(ticket, options)


async def ask_again(session: Session, desk: FrontDesk, user_id: UUID) -> Asked:
    """Ask somebody who is signed in for a passkey of theirs, before their factors change."""
    challenge, options = passkey_ceremonies.to_sign_in(
        _party(desk), await _ids_of(session, user_id)
    )
    ticket = await factor_tickets.issue(
        session, "proof", user_id=user_id, state={"challenge": challenge}
    )
    return Asked(ticket, options)


async def ask_after(session: Session, desk: FrontDesk, ticket: str) -> Asked:
    """Ask whoever holds a ticket of a sign-in for a passkey of theirs; what was asked before is void.

    Raises `InvalidTicketError`, `PasskeysNotConfiguredError`.
    """
    party = _party(desk)
    user_id = await factor_tickets.owner(session, ticket, "sign_in")
    challenge, options = passkey_ceremonies.to_sign_in(party, await _ids_of(session, user_id))
    await factor_tickets.keep(session, ticket, {"challenge": challenge})
    return Asked(ticket, options)


async def check(
    session: Session, desk: FrontDesk, ticket: Ticket, credential: Mapping[str, Any]
) -> UUID | InvalidPasskeyError:
    """Compare an answer with what the ticket asked, once; return whose passkey it is, or why it is refused.

    A counter that does not go up means two devices with one key (WebAuthn § 6.1.1).
    """
    await factor_tickets.forget_state(session, ticket)
    challenge = ticket.state.get("challenge")
    held = await _held(session, ticket.user_id, credential)
    if challenge is None or held is None:
        return InvalidPasskeyError()
    try:
        count = passkey_ceremonies.signed(_party(desk), challenge, credential, held.public_key)
    except InvalidPasskeyError as refusal:
        return refusal
    if not await _count_on(session, held.id, count):
        log.warning("passkey_counter_went_back", passkey=str(held.id), user=str(held.user_id))
        return InvalidPasskeyError(details={"reason": "counter"})
    return cast(UUID, held.user_id)


async def _held(session: Session, user_id: UUID | None, credential: Mapping[str, Any]) -> Any:
    claimed_id = credential.get("id")
    if not isinstance(claimed_id, str) or len(claimed_id) > passkey_ceremonies.LONGEST_ID:
        return None
    mine = [PASSKEYS.c.credential_id == claimed_id]
    if user_id is not None:
        mine.append(PASSKEYS.c.user_id == user_id)
    columns = (PASSKEYS.c.id, PASSKEYS.c.user_id, PASSKEYS.c.public_key)
    held = (await session.execute(select(*columns).where(*mine))).first()
    handle = passkey_ceremonies.handle_of(credential)
    if held is None or handle not in (None, held.user_id.bytes):
        return None
    return held


async def _count_on(session: Session, passkey_id: UUID, count: int) -> bool:
    """Store the counter if it went up; devices that keep none send 0 always."""
    without_counter = and_(PASSKEYS.c.sign_count == 0, literal(count) == 0)
    moved = await session.scalar(
        update(PASSKEYS)
        .where(PASSKEYS.c.id == passkey_id, or_(PASSKEYS.c.sign_count < count, without_counter))
        .values(sign_count=count, last_used_at=clock.now())
        .returning(PASSKEYS.c.id)
    )
    return moved is not None


async def _ids_of(session: Session, user_id: UUID | None) -> Sequence[str]:
    statement = select(PASSKEYS.c.credential_id).where(PASSKEYS.c.user_id == user_id)
    return (await session.scalars(statement.order_by(PASSKEYS.c.id))).all()


def _party(desk: FrontDesk) -> RelyingParty:
    if desk.relying_party is None:
        raise PasskeysNotConfiguredError()
    return desk.relying_party
