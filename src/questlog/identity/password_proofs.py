"""Showing who one is by a password."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy import select, update

from questlog.automation import audit
from questlog.core import clock
from questlog.core.db import Database, Session
from questlog.core.exceptions import AuthenticationError
from questlog.identity import attempts
from questlog.identity.attempts import Spent, budget
from questlog.identity.clues import Clues
from questlog.identity.front_desk import FrontDesk
from questlog.identity.models import User

type Failure = Literal["login.failed", "password.failed"]


class InvalidCredentialsError(AuthenticationError):
    code = "invalid_credentials"
    default_message = "This e-mail address and this password do not go together."


@dataclass(frozen=True)
class Proven:
    """Somebody who knew the password that `password_hash` is of; `renewed` replaces that hash if it is dated."""

    user_id: UUID
    password_hash: str
    renewed: str | None
    spent: tuple[Spent, ...]


@dataclass(frozen=True)
class _Stored:
    """What is kept of an account that a password is tried on."""

    user_id: UUID
    password_hash: str | None
    is_closed: bool

    @property
    def refusal(self) -> str:
        """Return why no password or this one is not good, for the audit log alone."""
        if self.is_closed:
            return "closed_account"
        return "no_password" if self.password_hash is None else "wrong_password"


@asynccontextmanager
async def proving(
    database: Database,
    desk: FrontDesk,
    email: str,
    password: str,
    clues: Clues,
    *,
    failure: Failure = "login.failed",
) -> AsyncIterator[Proven]:
    """Hold a turn at the hasher while the block does what the password was given for.

    So attempts under way are few, and many people behind one address can sign in at the same moment. `failure` is how
    the audit log tells of a wrong one.
    """
    async with desk.passwords.turn():
        yield await authenticate(database, desk, email, password, clues, failure=failure)


async def authenticate(
    database: Database,
    desk: FrontDesk,
    email: str,
    password: str,
    clues: Clues,
    *,
    failure: Failure = "login.failed",
) -> Proven:
    """Check a password. The attempt stays counted unless the caller gives `spent` back.

    An unknown address, a closed account and a wrong password take the same time and raise the same
    `InvalidCredentialsError`; too many of them `TooManyAttemptsError`.
    """
    stored, spent = await database.write(_begin_attempt, desk, email, clues)
    password_hash = None if stored is None or stored.is_closed else stored.password_hash
    verdict = await desk.passwords.verify(password, password_hash)
    if stored is None or password_hash is None or not verdict.matches:
        reason = "unknown_account" if stored is None else stored.refusal
        account_id = None if stored is None else stored.user_id
        details = {"door": "password", "reason": reason}
        await audit.record_alone(database, failure, account_id=account_id, details=details)
        raise InvalidCredentialsError()
    return Proven(stored.user_id, password_hash, verdict.renewed, spent)


async def _begin_attempt(
    session: Session, desk: FrontDesk, email: str, clues: Clues
) -> tuple[_Stored | None, tuple[Spent, ...]]:
    limits = desk.limits
    spent = await attempts.spend(
        session,
        budget("login:network", clues.network, limits.login_per_network),
        budget("login:account", email, limits.login_per_account),
        budget("login:everywhere", "", limits.login_everywhere),
    )
    row = (
        await session.execute(
            select(User.id, User.password_hash, User.deactivated_at.is_not(None)).where(
                User.email == email
            )
        )
    ).first()
    return None if row is None else _Stored(*row), spent


async def admit(session: Session, proven: Proven) -> User:
    """Give the attempt back, note the sign-in and renew a dated hash.

    Raises `InvalidCredentialsError` if the password moved meanwhile.
    """
    await attempts.give_back(session, proven.spent)
    user: User | None = await session.scalar(
        update(User)
        .where(
            User.id == proven.user_id,
            User.password_hash == proven.password_hash,
            User.deactivated_at.is_(None),
        )
        .values(password_hash=proven.renewed or proven.password_hash, last_login_at=clock.now())
        .returning(User)
    )
    if user is None:
        raise InvalidCredentialsError()
    return user
