"""Recovery codes: ten ways in for who lost the second factor, each good once.

Eighty random bits cannot be guessed from a digest, so a plain one is kept: the codes also outlive a new SECRET_KEY.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import Table, delete, func, insert, select, update

from questlog.core import clock
from questlog.core.db import Session
from questlog.core.ids import new_id
from questlog.core.security import digest
from questlog.identity.factor_models import RecoveryCode

COUNT = 10
LENGTH = 16
GROUP = 4
ALPHABET = (
    "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base32: nothing that reads like something else
)
MISREAD = str.maketrans("oil", "011")
CODES = cast(Table, RecoveryCode.__table__)


@dataclass(frozen=True)
class Remaining:
    remaining: int
    made_at: datetime | None


async def replace(session: Session, user_id: UUID) -> tuple[str, ...]:
    """Make ten new codes and void those before. They are shown this once."""
    now = clock.now()
    codes = tuple("".join(secrets.choice(ALPHABET) for _ in range(LENGTH)) for _ in range(COUNT))
    await remove_all(session, user_id)
    rows = [
        {"id": new_id(), "user_id": user_id, "digest": _digest(user_id, code), "created_at": now}
        for code in codes
    ]
    await session.execute(insert(CODES), rows)
    return tuple(
        "-".join(code[at : at + GROUP] for at in range(0, LENGTH, GROUP)) for code in codes
    )


async def use(session: Session, user_id: UUID, code: str) -> bool:
    """Return whether the code is one of the user's, and use it up: of many who show it at once one is believed."""
    used = await session.scalar(
        update(CODES)
        .where(
            CODES.c.user_id == user_id,
            CODES.c.digest == _digest(user_id, _read(code)),
            CODES.c.used_at.is_(None),
        )
        .values(used_at=clock.now())
        .returning(CODES.c.id)
    )
    return used is not None


async def remaining(session: Session, user_id: UUID) -> Remaining:
    row = (
        await session.execute(
            select(
                func.count(CODES.c.id).filter(CODES.c.used_at.is_(None)),
                func.max(CODES.c.created_at),
            ).where(CODES.c.user_id == user_id)
        )
    ).one()
    return Remaining(row[0], row[1])


async def remove_all(session: Session, user_id: UUID) -> None:
    await session.execute(delete(CODES).where(CODES.c.user_id == user_id))


def _read(code: str) -> str:
    """Forgive case, spaces and hyphens, and letters taken for digits."""
    return "".join(c for c in code.lower() if c not in " -").translate(MISREAD)


def _digest(user_id: UUID, code: str) -> str:
    return digest(f"{user_id}:{code}")
