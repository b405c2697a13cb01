"""An authenticator app: its secret sealed at rest, and no code of it good twice."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import structlog
from sqlalchemy import LargeBinary, Table, delete, func, insert, select, update

from questlog.core import clock
from questlog.core.db import Session
from questlog.core.exceptions import AuthenticationError, ConflictError, NotFoundError
from questlog.core.security import Keyring, same
from questlog.identity import factor_changes, qr_codes, totp_codes
from questlog.identity.factor_models import TotpSecret
from questlog.identity.front_desk import FrontDesk

KEY = "totp secrets"
KEY_MARK_BYTES = 4
RESEALED_AT_ONCE = 200
SECRETS = cast(Table, TotpSecret.__table__)

log = structlog.get_logger(__name__)


class InvalidFactorError(AuthenticationError):
    code = "invalid_code"
    default_message = "This code is not valid, or was used before."


class TotpOnError(ConflictError):
    code = "totp_on"
    default_message = "An authenticator app is set up already. Remove it first."


class TotpNotFoundError(NotFoundError):
    code = "totp_off"
    default_message = "No authenticator app is set up."


@dataclass(frozen=True)
class TotpState:
    enabled: bool
    confirmed_at: datetime | None


@dataclass(frozen=True)
class Begun:
    """What an app needs, shown this once."""

    secret: str
    otpauth_uri: str

    @property
    def qr_svg(self) -> str:
        return qr_codes.svg(self.otpauth_uri)


async def state(session: Session, user_id: UUID) -> TotpState:
    confirmed_at = await session.scalar(
        select(SECRETS.c.confirmed_at).where(SECRETS.c.user_id == user_id)
    )
    return TotpState(confirmed_at is not None, confirmed_at)


async def begin(session: Session, desk: FrontDesk, user_id: UUID) -> Begun:
    """Make a secret, which counts once it is confirmed and replaces one that was not. Raises `TotpOnError`."""
    account = await factor_changes.hold(session, user_id)
    await session.execute(
        delete(SECRETS).where(SECRETS.c.user_id == user_id, SECRETS.c.confirmed_at.is_(None))
    )
    if (await state(session, user_id)).enabled:
        raise TotpOnError()
    secret = totp_codes.new_secret()
    await session.execute(
        insert(SECRETS).values(
            user_id=user_id,
            sealed=_seal(desk.keyring, user_id, secret),
            last_step=0,
            created_at=clock.now(),
        )
    )
    return Begun(totp_codes.spelled(secret), totp_codes.uri(secret, account.label))


async def confirm(
    session: Session, desk: FrontDesk, user_id: UUID, code: str
) -> tuple[str, ...] | None:
    """Switch the app on with a code it shows; return recovery codes if this is the first factor.

    Raises `InvalidFactorError`, `TotpNotFoundError`, `TotpOnError`.
    """
    await factor_changes.hold(session, user_id)
    row = await _row(session, user_id)
    if row is None:
        raise TotpNotFoundError()
    if row.confirmed_at is not None:
        raise TotpOnError()
    if not await _accept(session, desk, user_id, row.sealed, code):
        raise InvalidFactorError()
    await session.execute(
        update(SECRETS).where(SECRETS.c.user_id == user_id).values(confirmed_at=clock.now())
    )
    return await factor_changes.added(session, desk, user_id, "totp")


async def check(session: Session, desk: FrontDesk, user_id: UUID, code: str) -> bool:
    """Return whether the user's app shows this code now, and take it: of many who show it at once one is believed."""
    row = await _row(session, user_id)
    if row is None or row.confirmed_at is None:
        return False
    return await _accept(session, desk, user_id, row.sealed, code)


async def remove(session: Session, desk: FrontDesk, user_id: UUID) -> None:
    """Raises `TotpNotFoundError`."""
    await factor_changes.hold(session, user_id)
    removed = await session.scalar(
        delete(SECRETS)
        .where(SECRETS.c.user_id == user_id, SECRETS.c.confirmed_at.is_not(None))
        .returning(SECRETS.c.user_id)
    )
    if removed is None:
        raise TotpNotFoundError()
    await factor_changes.removed(session, desk, user_id, "totp")


async def _row(session: Session, user_id: UUID) -> Any:
    found = await session.execute(
        select(SECRETS.c.sealed, SECRETS.c.confirmed_at).where(SECRETS.c.user_id == user_id)
    )
    return found.first()


async def _accept(
    session: Session, desk: FrontDesk, user_id: UUID, sealed: bytes, code: str
) -> bool:
    secret = unsealed(desk.keyring, user_id, sealed)
    if secret is None:
        log.error("totp_secret_unreadable", user=str(user_id))
        return False
    for step in totp_codes.matching_steps(secret, code, clock.now()):
        taken = await session.scalar(
            update(SECRETS)
            .where(SECRETS.c.user_id == user_id, SECRETS.c.last_step < step)
            .values(last_step=step)
            .returning(SECRETS.c.user_id)
        )
        if taken is not None:
            return True
    return False


async def reseal(session: Session, keyring: Keyring) -> int:
    """Seal with the present key what the previous one sealed, some at a time; return how many."""
    if keyring.previous is None:
        return 0
    mark = func.substr(SECRETS.c.sealed, 1, KEY_MARK_BYTES, type_=LargeBinary())
    found = await session.execute(
        select(SECRETS.c.user_id, SECRETS.c.sealed)
        .where(mark == _mark(keyring.previous))
        .order_by(SECRETS.c.user_id)
        .limit(RESEALED_AT_ONCE)
        .with_for_update()
    )
    done = 0
    for user_id, sealed in found.all():
        secret = unsealed(keyring, user_id, sealed)
        if secret is not None:
            await session.execute(
                update(SECRETS)
                .where(SECRETS.c.user_id == user_id)
                .values(sealed=_seal(keyring, user_id, secret))
            )
            done += 1
    return done


def _seal(keyring: Keyring, user_id: UUID, secret: bytes) -> bytes:
    """The key's mark, then the secret sealed with whose it is: a row copied to somebody else opens nothing."""
    return _mark(keyring) + keyring.seal(KEY, user_id.bytes + secret)


def unsealed(keyring: Keyring, user_id: UUID, sealed: bytes) -> bytes | None:
    if not any(same(sealed[:KEY_MARK_BYTES], _mark(each)) for each in keyring.readable):
        return None
    clear = keyring.unseal(KEY, sealed[KEY_MARK_BYTES:])
    if clear is None or not same(clear[: len(user_id.bytes)], user_id.bytes):
        return None
    return clear[len(user_id.bytes) :]


def _mark(keyring: Keyring) -> bytes:
    """Name the key without telling of it, so that a secret sealed with another one is recognised."""
    return keyring.sign("key marks", KEY.encode())[:KEY_MARK_BYTES]
