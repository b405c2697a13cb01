"""Who is signed in, remembered for less than a second, so that most requests ask the database nothing.

A change of role or the end of a session is seen at once by the process that made it, and by every other one when its
memory runs out (S-024, S-032, S-038).
"""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from weakref import WeakSet

from sqlalchemy import bindparam, update

from questlog.core import clock
from questlog.core.afterwards import after_commit
from questlog.core.db import Database, Session
from questlog.core.exceptions import AuthenticationError
from questlog.identity import principals
from questlog.identity.access_tokens import AccessTokens, Claims, ExpiredAccessTokenError
from questlog.identity.models import SignInSession
from questlog.identity.principals import Principal

FRESH_S = 0.8
CAPACITY = 10_000


class SessionEndedError(AuthenticationError):
    code = "session_ended"
    default_message = "This session has ended. Sign in again."

    def __init__(self) -> None:
        super().__init__(headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})


@dataclass(frozen=True)
class Seen:
    principal: Principal
    fresh_until: float


class Presence:
    """One process's memory. All of it is bounded; what was learnt longest ago goes first."""

    def __init__(self, tokens: AccessTokens) -> None:
        self._tokens = tokens
        self._claims: OrderedDict[bytes, Claims] = OrderedDict()  # by SHA-256 of the whole token
        self._seen: OrderedDict[UUID, Seen] = OrderedDict()
        self._used: dict[UUID, datetime] = {}
        self._forgotten = (
            0  # how often something was; a reading begun before that is not remembered
        )
        _everywhere.add(self)

    async def authenticate(self, database: Database, token: str) -> Principal:
        """Say whose access token this is. Raises AuthenticationError."""
        claims = self._read(token)
        seen = self._seen.get(claims.session_id)
        if seen is None or seen.fresh_until <= time.monotonic():
            seen = await self._look_up(database, claims)
        if seen.principal.user_id != claims.user_id:
            raise SessionEndedError()
        if len(self._used) < CAPACITY:
            self._used[claims.session_id] = clock.now()
        return seen.principal

    async def write_uses(self, database: Database) -> None:
        """Store when sessions were last used since this was last called: exact to the time between."""
        used, self._used = self._used, {}
        if used:
            await database.write(_store_uses, used)

    def forget(self, is_meant: Callable[[Principal], bool]) -> None:
        self._forgotten += 1
        for session_id in [key for key, seen in self._seen.items() if is_meant(seen.principal)]:
            del self._seen[session_id]

    def _read(self, token: str) -> Claims:
        key = hashlib.sha256(token.encode("utf-8", "replace")).digest()
        claims = self._claims.get(key)
        if claims is None:
            claims = self._tokens.read(token)
            _keep(self._claims, key, claims)
        elif claims.expires_at <= clock.now().timestamp():
            del self._claims[key]
            raise ExpiredAccessTokenError()
        return claims

    async def _look_up(self, database: Database, claims: Claims) -> Seen:
        # Counted from before the reading, which may be older than a change made meanwhile.
        fresh_until, forgotten = time.monotonic() + FRESH_S, self._forgotten
        found = await database.read(principals.load, claims.user_id, claims.session_id)
        if found is None:
            self._seen.pop(claims.session_id, None)
            raise SessionEndedError()
        seen = Seen(found, fresh_until)
        if forgotten == self._forgotten:
            _keep(self._seen, claims.session_id, seen)
        return seen


_everywhere: WeakSet[Presence] = WeakSet()


def forget_user(session: Session, user_id: UUID) -> None:
    """Look `user_id` up anew at their next request, once this transaction is committed."""
    _forget(session, lambda principal: principal.user_id == user_id)


def forget_session(session: Session, session_id: UUID) -> None:
    _forget(session, lambda principal: principal.session_id == session_id)


def _forget(session: Session, is_meant: Callable[[Principal], bool]) -> None:
    def everywhere() -> None:
        for presence in _everywhere:
            presence.forget(is_meant)

    after_commit(session, everywhere)


def _keep[Key, Value](memory: OrderedDict[Key, Value], key: Key, value: Value) -> None:
    memory[key] = value
    memory.move_to_end(key)
    if len(memory) > CAPACITY:
        memory.popitem(last=False)


async def _store_uses(session: Session, used: dict[UUID, datetime]) -> None:
    table: Any = SignInSession.__table__
    await session.execute(
        update(table)
        .where(table.c.id == bindparam("session_id"), table.c.last_used_at < bindparam("used_at"))
        .values(last_used_at=bindparam("used_at")),
        [{"session_id": key, "used_at": used[key]} for key in sorted(used)],
    )
