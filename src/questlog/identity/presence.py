"""Who is signed in, so that most requests ask the database nothing (`memory.py`)."""

import hashlib
from collections import OrderedDict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, update

from questlog.core import clock
from questlog.core.db import Database, Session
from questlog.core.exceptions import AuthenticationError
from questlog.identity import memory, principals
from questlog.identity.access_tokens import AccessTokens, Claims, ExpiredAccessTokenError
from questlog.identity.issuer_presence import IssuerPresence
from questlog.identity.key_presence import KeyPresence
from questlog.identity.memory import Memory
from questlog.identity.models import SignInSession
from questlog.identity.principals import Principal


class SessionEndedError(AuthenticationError):
    code = "session_ended"
    default_message = "This session has ended. Sign in again."

    def __init__(self) -> None:
        super().__init__(headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})


class Presence:
    """One process's memory of access tokens and their sessions, of keys, and of who is known elsewhere. All of it is bounded."""

    def __init__(self, tokens: AccessTokens) -> None:
        self._tokens = tokens
        self._claims: OrderedDict[bytes, Claims] = OrderedDict()  # by SHA-256 of the whole token
        self._seen = Memory[UUID]()
        self._used: dict[UUID, datetime] = {}
        self.keys = KeyPresence()
        self.elsewhere = IssuerPresence()

    async def authenticate(self, database: Database, token: str) -> Principal:
        """Say whose access token this is. Raises AuthenticationError."""
        claims = self._read(token)
        return await self.of_session(database, claims.user_id, claims.session_id)

    async def of_session(self, database: Database, user_id: UUID, session_id: UUID) -> Principal:
        """Say who signed in with this session. Raises `SessionEndedError`."""
        seen = self._seen.recall(session_id)
        if seen is not None:
            found = seen.principal
        else:
            reading = database.read(principals.load, user_id, session_id)
            found = await self._seen.learn(session_id, reading)
        if found is None or found.user_id != user_id:
            raise SessionEndedError()
        if len(self._used) < memory.CAPACITY:
            self._used[session_id] = clock.now()
        return found

    async def write_uses(self, database: Database) -> None:
        """Store when sessions, keys and identities were last used since this was last called: exact to the time between."""
        used, self._used = self._used, {}
        try:
            if used:
                await database.write(_store_uses, used)
        except BaseException:
            self._used = used | self._used  # for the next time
            raise
        await self.keys.write_uses(database)
        await self.elsewhere.write_uses(database)

    def _read(self, token: str) -> Claims:
        key = hashlib.sha256(token.encode("utf-8", "replace")).digest()
        claims = self._claims.get(key)
        if claims is None:
            claims = self._tokens.read(token)
            memory.keep(self._claims, key, claims)
        elif claims.expires_at <= clock.now().timestamp():
            del self._claims[key]
            raise ExpiredAccessTokenError()
        return claims


def forget_user(session: Session, user_id: UUID) -> None:
    """Look `user_id` up anew at their next request, once this transaction is committed."""
    memory.forget(session, lambda principal: principal.user_id == user_id)


def forget_session(session: Session, session_id: UUID) -> None:
    memory.forget(session, lambda principal: principal.session_id == session_id)


async def _store_uses(session: Session, used: dict[UUID, datetime]) -> None:
    table: Any = SignInSession.__table__
    await session.execute(
        update(table)
        .where(table.c.id == bindparam("session_id"), table.c.last_used_at < bindparam("used_at"))
        .values(last_used_at=bindparam("used_at")),
        [{"session_id": key, "used_at": used[key]} for key in sorted(used)],
    )
