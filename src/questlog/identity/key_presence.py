"""Which keys are in use, so that a program's requests ask the database nothing most of the time (`memory.py`)."""

import hashlib
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Executable, Table, bindparam, or_, select, update

from questlog.core import clock
from questlog.core.db import Database, Session
from questlog.core.exceptions import AuthenticationError
from questlog.core.prepared import prepared
from questlog.identity import key_text, memory, scopes
from questlog.identity.key_models import ApiKey
from questlog.identity.memory import Memory
from questlog.identity.models import User
from questlog.identity.principals import Principal

KEYS = cast(Table, ApiKey.__table__)


class BadApiKeyError(AuthenticationError):
    code = "invalid_api_key"
    default_message = "This API key is not valid: it was revoked, has expired, or never was one."

    def __init__(self) -> None:
        super().__init__(headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})


class MistypedApiKeyError(BadApiKeyError):
    code = "mistyped_api_key"
    default_message = "This API key is mistyped or cut off. Copy it again."


class KeyPresence:
    """One process's memory of keys, by the SHA-256 of the whole key."""

    def __init__(self) -> None:
        self._seen = Memory[bytes](of_strangers=True)
        self._used: dict[UUID, datetime] = {}

    async def authenticate(self, database: Database, text: str) -> Principal:
        """Say whose key this is. Raises `BadApiKeyError`."""
        if not key_text.is_whole(text):
            raise MistypedApiKeyError()
        digest = hashlib.sha256(text.encode()).digest()
        seen = self._seen.recall(digest)
        if seen is not None:
            found = seen.principal
        else:
            found = await self._seen.learn(digest, database.read(_load, digest.hex()))
        if found is None or found.key_id is None:
            raise BadApiKeyError()
        if len(self._used) < memory.CAPACITY:
            self._used[found.key_id] = clock.now()
        return found

    async def write_uses(self, database: Database) -> None:
        """Store when keys were last used since this was last called: exact to the time between."""
        used, self._used = self._used, {}
        try:
            if used:
                await database.write(_store_uses, used)
        except BaseException:
            self._used = used | self._used  # for the next time
            raise


def forget_key(session: Session, key_id: UUID) -> None:
    """Look a key up anew when it is next used, once this transaction is committed."""
    memory.forget(session, lambda principal: principal.key_id == key_id)


async def _load(session: Session, digest: str) -> Principal | None:
    row = (await session.execute(*_held(digest, clock.now()))).first()
    if row is None:
        return None
    user_id, key_id, granted, role, email, locale, timezone = row
    return Principal(
        user_id,
        None,
        role,
        email,
        locale,
        timezone,
        key_id=key_id,
        scopes=scopes.known(granted),
    )


@prepared
def _held(digest: str, now: datetime) -> Executable:
    about = (User.role, User.email, User.locale, User.timezone)
    return (
        select(User.id, ApiKey.id, ApiKey.scopes, *about)
        .join(ApiKey, ApiKey.user_id == User.id)
        .where(
            ApiKey.digest == digest,
            ApiKey.revoked_at.is_(None),
            or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > now),
            User.deactivated_at.is_(None),
        )
    )


async def _store_uses(session: Session, used: dict[UUID, datetime]) -> None:
    at: Any = bindparam("used_at")
    await session.execute(
        update(KEYS)
        .where(KEYS.c.id == bindparam("key_id"))
        .where(or_(KEYS.c.last_used_at.is_(None), KEYS.c.last_used_at < at))
        .values(last_used_at=at),
        [{"key_id": key, "used_at": used[key]} for key in sorted(used)],
    )
