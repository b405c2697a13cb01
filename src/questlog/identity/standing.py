"""What lets somebody stay who came in long ago: asked again and again while a socket or a stream is open (S-123)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from questlog.core import clock
from questlog.core.db import Database
from questlog.identity import arrivals
from questlog.identity.access_tokens import ExpiredAccessTokenError
from questlog.identity.front_desk import FrontDesk
from questlog.identity.presence import SessionEndedError
from questlog.identity.principals import Principal

# A ticket that was got with a token from elsewhere lets nobody stay longer than that token, nor than this.
LIFE_ELSEWHERE = timedelta(minutes=15)


class Standing(Protocol):
    async def check(self, desk: FrontDesk, database: Database) -> Principal:
        """Say who this is now. Raises AuthenticationError when they may not stay; no session may be open."""


@dataclass(frozen=True)
class WithToken:
    """By a token or a key, for as long as it would open a door."""

    token: str

    async def check(self, desk: FrontDesk, database: Database) -> Principal:
        return await arrivals.authenticate(desk, database, self.token)


@dataclass(frozen=True)
class WithSession:
    """By a sign-in here, until that ends."""

    user_id: UUID
    session_id: UUID

    async def check(self, desk: FrontDesk, database: Database) -> Principal:
        return await desk.presence.of_session(database, self.user_id, self.session_id)


@dataclass(frozen=True)
class FromElsewhere:
    """By the token of a trusted issuer, which is not kept."""

    user_id: UUID
    issuer: str
    subject: str
    ends_at: datetime

    async def check(self, desk: FrontDesk, database: Database) -> Principal:
        if self.ends_at <= clock.now():
            raise ExpiredAccessTokenError()
        found = await desk.presence.elsewhere.of_name(database, (self.issuer, self.subject))
        if found is None or found.user_id != self.user_id:
            raise SessionEndedError()
        return found


def kept(principal: Principal) -> dict[str, Any]:
    """Return what is stored of how a person signed in; keys get no tickets, they go into a header."""
    if principal.session_id is not None:
        return {"session_id": str(principal.session_id)}
    now, left = clock.now(), LIFE_ELSEWHERE
    if principal.expires is not None and principal.expires - now.timestamp() < left.total_seconds():
        left = timedelta(seconds=principal.expires - now.timestamp())
    return {
        "issuer": principal.issuer,
        "subject": principal.subject,
        "ends_at": (now + left).isoformat(),
    }


def read(user_id: UUID, credential: dict[str, Any]) -> Standing:
    """Return what `kept` stored."""
    if "session_id" in credential:
        return WithSession(user_id, UUID(credential["session_id"]))
    ends_at = datetime.fromisoformat(credential["ends_at"])
    return FromElsewhere(user_id, credential["issuer"], credential["subject"], ends_at)
