"""Sign-ins that were sent to a provider: what each must bring back, and to which browser.

The state and what the cookie holds are stored as digests. A row is burnt by whatever comes back with its state first,
so nothing that comes back is good twice.
"""

import hashlib
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, delete, insert

from questlog.core import clock
from questlog.core.db import Session
from questlog.core.exceptions import BadRequestError
from questlog.core.security import digest, same
from questlog.identity import attempts, exchange_codes
from questlog.identity.attempts import Limit, budget
from questlog.identity.clues import Clues
from questlog.identity.door_models import OidcAttempt

LIFE = timedelta(minutes=10)
SECRET_BYTES = 32
ATTEMPTS = cast(Table, OidcAttempt.__table__)


class InvalidStateError(BadRequestError):
    code = "invalid_state"
    default_message = "This sign-in was not begun in this browser, took too long, or is over already. Begin again."


@dataclass(frozen=True)
class Started:
    """What the provider is told, and what the browser keeps (`cookie`)."""

    state: str
    cookie: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class Attempt:
    """A sign-in that came back. `linking_user_id` is who was signed in and wants the identity linked."""

    provider: str
    verifier: str
    nonce: str
    redirect_to: str | None
    linking_user_id: UUID | None
    holder_digest: str | None


def challenge_of(verifier: str) -> str:
    """Return the S256 challenge of a verifier (RFC 7636 § 4.2)."""
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


async def begin(
    session: Session,
    provider: str,
    clues: Clues,
    limit: Limit,
    *,
    redirect_to: str | None,
    linking_user_id: UUID | None = None,
    holder_digest: str | None = None,
) -> Started:
    """Note a sign-in that is about to be sent away. Raises `TooManyAttemptsError`."""
    await attempts.spend(session, budget("oidc:network", clues.network, limit))
    started = Started(*(secrets.token_urlsafe(SECRET_BYTES) for _ in range(4)))
    now = clock.now()
    await session.execute(
        insert(ATTEMPTS).values(
            state_digest=digest(started.state),
            browser_digest=digest(started.cookie),
            provider=provider,
            verifier=started.verifier,
            nonce=started.nonce,
            redirect_to=redirect_to,
            linking_user_id=linking_user_id,
            holder_digest=holder_digest,
            created_at=now,
            expires_at=now + LIFE,
        )
    )
    return started


async def burn(
    session: Session, provider: str, state: str, cookie: str
) -> Attempt | InvalidStateError:
    """Take back the attempt of this state. Of many who bring it at once, one gets it.

    The row goes even when the browser or the provider is not the right one: then the error is returned, to be raised
    after the commit.
    """
    row = (
        await session.execute(
            delete(ATTEMPTS).where(ATTEMPTS.c.state_digest == digest(state)).returning(ATTEMPTS)
        )
    ).first()
    if row is None or not _is_own(row, provider, cookie):
        return InvalidStateError()
    return Attempt(
        row.provider,
        row.verifier,
        row.nonce,
        row.redirect_to,
        row.linking_user_id,
        row.holder_digest,
    )


def _is_own(row: Any, provider: str, cookie: str) -> bool:
    return (
        same(row.browser_digest, digest(cookie))
        and row.provider == provider
        and row.expires_at > clock.now()
    )


async def void_all_of(session: Session, user_id: UUID) -> None:
    """Void the links this user has under way, and the one-time codes that would sign in as them.

    Whoever began one may be who is being locked out.
    """
    await session.execute(delete(ATTEMPTS).where(ATTEMPTS.c.linking_user_id == user_id))
    await exchange_codes.void_all_of(session, user_id)


async def sweep(session: Session) -> None:
    """Delete what never came back."""
    await session.execute(delete(ATTEMPTS).where(ATTEMPTS.c.expires_at < clock.now()))
