"""One-time codes: what a sign-in elsewhere puts into an address instead of tokens. Good once, for a minute."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import cast
from uuid import UUID

from sqlalchemy import Table, delete, insert

from questlog.core import clock
from questlog.core.db import Session
from questlog.core.exceptions import AuthenticationError
from questlog.core.security import digest, same
from questlog.identity.door_models import ExchangeCode

LIFE = timedelta(seconds=60)
CODES = cast(Table, ExchangeCode.__table__)


class InvalidExchangeCodeError(AuthenticationError):
    code = "invalid_exchange_code"
    default_message = "This code is not valid, or was used already. Sign in again."


@dataclass(frozen=True)
class Redeemed:
    user_id: UUID
    door: str


async def issue(session: Session, user_id: UUID, door: str, *, holder: str | None) -> str:
    """Return a new code. Who redeems it must show what hashes to `holder`, where there is one."""
    code, now = secrets.token_urlsafe(32), clock.now()
    await session.execute(
        insert(CODES).values(
            code_digest=digest(code),
            user_id=user_id,
            holder_digest=holder,
            door=door,
            created_at=now,
            expires_at=now + LIFE,
        )
    )
    return code


async def redeem(
    session: Session, code: str, shown: tuple[str, ...]
) -> Redeemed | InvalidExchangeCodeError:
    """Use up a code. `shown` is what its holder has: a cookie, a verifier.

    The code goes even when the holder is not the right one: then the error is returned, to be raised after the commit.
    """
    row = (
        await session.execute(
            delete(CODES).where(CODES.c.code_digest == digest(code)).returning(CODES)
        )
    ).first()
    if row is None or row.expires_at <= clock.now():
        return InvalidExchangeCodeError()
    if row.holder_digest is not None and not any(
        same(row.holder_digest, digest(each)) for each in shown
    ):
        return InvalidExchangeCodeError()
    return Redeemed(row.user_id, row.door)


async def void_all_of(session: Session, user_id: UUID) -> None:
    await session.execute(delete(CODES).where(CODES.c.user_id == user_id))


async def sweep(session: Session) -> None:
    """Delete what nobody came for."""
    await session.execute(delete(CODES).where(CODES.c.expires_at < clock.now()))
