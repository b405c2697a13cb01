"""Signing in: what comes after somebody has shown who they are, and the door that asks for a password."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import select

from questlog.automation import audit
from questlog.core import clock
from questlog.core.db import Database, Session
from questlog.core.exceptions import AuthenticationError, AuthorizationError
from questlog.core.security import digest
from questlog.identity import emails, factor_tickets, password_proofs, second_factor, sessions
from questlog.identity.clues import Clues
from questlog.identity.emails import InvalidEmailError
from questlog.identity.front_desk import FrontDesk
from questlog.identity.models import User
from questlog.identity.password_proofs import Proven
from questlog.identity.sessions import RefreshReusedError

EXACT_TO = timedelta(minutes=1)

log = structlog.get_logger(__name__)


class RegistrationClosedError(AuthorizationError):
    code = "registration_closed"
    default_message = "This server does not take new accounts. Ask its administrator for one."


@dataclass(frozen=True)
class SignedIn:
    """`expires_in` is the life of the access token in seconds."""

    user: User
    session_id: UUID
    access_token: str
    refresh_token: str
    expires_in: int
    token_type: str = "bearer"  # noqa: S105 - the type's name


@dataclass(frozen=True)
class SecondFactorNeeded:
    """The first proof was good; `ticket` stands for it until the second one."""

    ticket: str
    methods: tuple[str, ...]


class SecondFactorRequiredError(AuthenticationError):
    code = "second_factor_required"
    default_message = "Show your second factor to finish signing in."


async def with_password(
    database: Database, desk: FrontDesk, email: str, password: str, clues: Clues
) -> SignedIn:
    """Raises `InvalidCredentialsError`, whatever was wrong, `SecondFactorRequiredError` and `TooManyAttemptsError`."""
    try:
        address = emails.normalise(email)
    except InvalidEmailError:
        address = digest(email)  # belongs to nobody, and takes as long as an address that does
    async with password_proofs.proving(database, desk, address, password, clues) as proven:
        return inside(await database.write(_admit, desk, proven, clues))


async def _admit(
    session: Session, desk: FrontDesk, proven: Proven, clues: Clues
) -> SignedIn | SecondFactorNeeded:
    user = await password_proofs.admit(session, proven)
    return await enter(session, desk, user, clues, door="password")


async def enter(
    session: Session, desk: FrontDesk, user: User, clues: Clues, *, door: str
) -> SignedIn | SecondFactorNeeded:
    """Let in a user who has shown who they are, or ask for their second factor.

    Every door ends here. Give the result to `inside` after the commit: the ticket must be kept.
    """
    if not user.has_second_factor:
        return await open_session(session, desk, user, clues, door=door)
    ticket = await factor_tickets.issue(session, "sign_in", user_id=user.id, door=door)
    return SecondFactorNeeded(ticket, await second_factor.methods(session, user.id))


def inside(outcome: SignedIn | SecondFactorNeeded) -> SignedIn:
    """Raises `SecondFactorRequiredError`, which carries the ticket."""
    if isinstance(outcome, SecondFactorNeeded):
        raise SecondFactorRequiredError(
            details={"ticket": outcome.ticket, "methods": list(outcome.methods)}
        )
    return outcome


async def open_session(
    session: Session, desk: FrontDesk, user: User, clues: Clues, *, door: str
) -> SignedIn:
    """Open a session for a user who has shown all that is asked of them."""
    session.info["actor"] = f"user:{user.id}"
    session.info["request_id"] = clues.request_id
    now = clock.now()
    if user.last_login_at is None or now - user.last_login_at > EXACT_TO:
        user.last_login_at = now
    opened = await sessions.create_session(
        session,
        user.id,
        clues,
        keyring=desk.keyring,
        refresh_days=desk.refresh_days,
        door=door,
    )
    audit.record(
        session,
        "login.succeeded",
        account_id=user.id,
        details={"door": door, "session_id": str(opened.id)},
    )
    return _signed_in(desk, user, opened)


async def refresh(database: Database, desk: FrontDesk, token: str, clues: Clues) -> SignedIn:
    """Raises `InvalidRefreshTokenError`, `RefreshReusedError`; the revocation that comes with the latter is committed."""
    result = await database.write(_refresh, desk, token, clues)
    if isinstance(result, RefreshReusedError):
        log.warning("refresh_reused", address=clues.address, request_id=clues.request_id)
        raise result
    return result


async def _refresh(
    session: Session, desk: FrontDesk, token: str, clues: Clues
) -> SignedIn | RefreshReusedError:
    session.info["request_id"] = clues.request_id
    opened = await sessions.validate_refresh_token(
        session, token, keyring=desk.keyring, refresh_days=desk.refresh_days
    )
    if isinstance(opened, RefreshReusedError):
        return opened
    user = (await session.scalars(select(User).where(User.id == opened.user_id))).one()
    return _signed_in(desk, user, opened)


def _signed_in(desk: FrontDesk, user: User, opened: sessions.OpenSession) -> SignedIn:
    return SignedIn(
        user,
        opened.id,
        desk.access_tokens.issue(user.id, opened.id),
        opened.refresh_token,
        int(desk.access_tokens.lifetime.total_seconds()),
    )
