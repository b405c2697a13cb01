"""Sign-in sessions: opened at a door, kept alive by refreshing, ended by their owner or by a thief's mistake."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, case, delete, insert, select, update

from questlog.automation import audit, events
from questlog.automation.audit_actions import Action
from questlog.core import clock
from questlog.core.db import Session
from questlog.core.exceptions import (
    AuthenticationError,
    AuthorizationError,
    ConflictError,
    NotFoundError,
)
from questlog.core.ids import new_id
from questlog.core.pagination import PageRequest, Slice, SortKey, slice_of
from questlog.core.security import Keyring
from questlog.identity import oidc_attempts, presence, refresh_tokens
from questlog.identity.clues import Clues
from questlog.identity.models import SignInSession, User
from questlog.identity.refresh_tokens import RefreshToken

LONGEST = timedelta(days=30)
GRACE = timedelta(seconds=10)
KEPT_AFTER_THE_END = timedelta(days=30)

type Reason = Literal[
    "logout", "revoked", "refresh_reused", "password_changed", "address_proven", "deactivated"
]

TOLD_AS: Mapping[Reason, Action] = {"logout": "logout.done", "refresh_reused": "refresh.reused"}
"""How the audit log tells of an end; every other is `session.revoked`."""


class InvalidRefreshTokenError(AuthenticationError):
    code = "invalid_refresh_token"
    default_message = "This refresh token is not valid. Sign in again."


class RefreshReusedError(AuthenticationError):
    code = "refresh_reused"
    default_message = "This refresh token was used before, so its session has been ended for safety. Sign in again."


class SessionNotFoundError(NotFoundError):
    code = "session_not_found"
    default_message = "There is no such session."


class NoSessionError(ConflictError):
    code = "no_session"
    default_message = "This token has no session here. Sign out where it was issued."


class ForeignSessionError(AuthorizationError):
    code = "not_your_session"
    default_message = "This session is not yours."


@dataclass(frozen=True)
class OpenSession:
    """A session that is signed in, and the newest refresh token of its family."""

    id: UUID
    user_id: UUID
    refresh_token: str


async def create_session(
    session: Session,
    user_id: UUID,
    clues: Clues,
    *,
    keyring: Keyring,
    refresh_days: int,
    door: str,
) -> OpenSession:
    now = clock.now()
    session_id, key = new_id(), secrets.token_bytes(32)
    row = insert(SignInSession.__table__).values(  # type: ignore[arg-type]
        id=session_id,
        user_id=user_id,
        key=key,
        counter=1,
        rotated_at=now,
        created_at=now,
        last_used_at=now,
        expires_at=min(now + timedelta(days=refresh_days), now + LONGEST),
        ends_at=now + LONGEST,
        user_agent=clues.shown_agent,
        address=clues.address,
        door=door,
    )
    await session.execute(row)
    events.record(
        session, user_id, "session.created", ("session", session_id), payload={"door": door}
    )
    token = refresh_tokens.make(keyring, key, session_id, 1)
    return OpenSession(session_id, user_id, token)


async def validate_refresh_token(
    session: Session, text: str, *, keyring: Keyring, refresh_days: int
) -> OpenSession | RefreshReusedError:
    """Exchange a refresh token for its successor.

    The number before the newest gets the newest again for a few seconds, because an answer can be lost on its way.
    Any older one means that two parties hold the family, so it is revoked: that error is returned, to be raised after
    the commit. Raises `InvalidRefreshTokenError`.
    """
    token = refresh_tokens.read(text)
    if token is None:
        raise InvalidRefreshTokenError()
    held = await _held(session, token, keyring)
    number = await _rotate(session, token, refresh_days)
    if number is None:
        held = await _held(session, token, keyring)
        if held.counter != token.number + 1 or clock.now() - held.rotated_at > GRACE:
            await _end(session, [SignInSession.id == held.id], "refresh_reused")
            return RefreshReusedError()
        number = held.counter
    successor = refresh_tokens.make(keyring, held.key, held.id, number)
    return OpenSession(held.id, held.user_id, successor)


async def _held(session: Session, token: RefreshToken, keyring: Keyring) -> SignInSession:
    """Return the live session of a genuine token, as it is now. Raises `InvalidRefreshTokenError`."""
    now = clock.now()
    statement = (
        select(SignInSession)
        .join(User, User.id == SignInSession.user_id)
        .where(SignInSession.id == token.session_id, *_live(now), User.deactivated_at.is_(None))
        .execution_options(populate_existing=True)
    )
    held = await session.scalar(statement)
    if held is None or not refresh_tokens.is_genuine(keyring, held.key, token):
        raise InvalidRefreshTokenError()
    return held


async def _rotate(session: Session, token: RefreshToken, refresh_days: int) -> int | None:
    """Claim the token's turn: of many who present it at once, one moves the counter."""
    now = clock.now()
    later = now + timedelta(days=refresh_days)
    return await session.scalar(
        update(SignInSession)
        .where(
            SignInSession.id == token.session_id,
            SignInSession.counter == token.number,
            *_live(now),
        )
        .values(
            counter=SignInSession.counter + 1,
            rotated_at=now,
            last_used_at=now,
            expires_at=case((SignInSession.ends_at < later, SignInSession.ends_at), else_=later),
        )
        .returning(SignInSession.counter)
        .execution_options(synchronize_session=False)
    )


async def logout_by_refresh_token(session: Session, text: str, *, keyring: Keyring) -> None:
    """End the session a refresh token belongs to, whatever its number. Raises `InvalidRefreshTokenError`."""
    token = refresh_tokens.read(text)
    if token is None:
        raise InvalidRefreshTokenError()
    key = await session.scalar(
        select(SignInSession.key).where(SignInSession.id == token.session_id)
    )
    if key is None or not refresh_tokens.is_genuine(keyring, key, token):
        raise InvalidRefreshTokenError()
    await _end(session, [SignInSession.id == token.session_id], "logout")


async def end_own(session: Session, user_id: UUID, session_id: UUID | None) -> None:
    """End the session somebody came with. Raises `NoSessionError`."""
    if session_id is None:
        raise NoSessionError()
    session.info["actor"] = f"user:{user_id}"
    mine = [SignInSession.user_id == user_id, SignInSession.id == session_id]
    await _end(session, mine, "logout")


async def get_user_sessions(session: Session, user_id: UUID, page: PageRequest) -> Slice[Row[Any]]:
    """Return the live sessions, the newest first."""
    return await slice_of(
        session, live_of(user_id), [SortKey(SignInSession.__table__.c.id, descending=True)], page
    )


def shown(signed_in: SignInSession, *, current: UUID | None) -> dict[str, Any]:
    """Return what its owner may see of a session: nothing of its keys."""
    return {
        "id": signed_in.id,
        "created_at": signed_in.created_at,
        "last_used_at": signed_in.last_used_at,
        "expires_at": signed_in.expires_at,
        "address": signed_in.address,
        "user_agent": signed_in.user_agent,
        "door": signed_in.door,
        "current": signed_in.id == current,
    }


def live_of(user_id: UUID) -> Select[SignInSession]:
    return select(SignInSession).where(SignInSession.user_id == user_id, *_live(clock.now()))


async def revoke_session(
    session: Session, user_id: UUID, session_id: UUID, *, reason: Reason = "revoked"
) -> None:
    """End one of the user's sessions; ending it again changes nothing.

    Raises `SessionNotFoundError`, `ForeignSessionError`.
    """
    mine = [SignInSession.user_id == user_id, SignInSession.id == session_id]
    if await _end(session, mine, reason):
        return
    owner = await session.scalar(
        select(SignInSession.user_id).where(SignInSession.id == session_id)
    )
    if owner is None:
        raise SessionNotFoundError()
    if owner != user_id:
        raise ForeignSessionError()


async def revoke_others(
    session: Session, user_id: UUID, kept: UUID | None, *, reason: Reason = "revoked"
) -> int:
    """End all sessions of the user but `kept`, and return how many there were. What is under way elsewhere ends too."""
    await oidc_attempts.void_all_of(session, user_id)
    others = [SignInSession.user_id == user_id]
    if kept is not None:
        others.append(SignInSession.id != kept)
    return await _end(session, others, reason)


async def _end(session: Session, which: list[ColumnElement[bool]], reason: Reason) -> int:
    ended = (
        await session.execute(
            update(SignInSession)
            .where(*which, SignInSession.revoked_at.is_(None))
            .values(revoked_at=clock.now(), revoked_for=reason)
            .returning(SignInSession.id, SignInSession.user_id)
            .execution_options(synchronize_session=False)
        )
    ).all()
    for session_id, user_id in ended:
        events.record(
            session,
            user_id,
            "session.revoked",
            ("session", session_id),
            payload={"reason": reason},
        )
        presence.forget_session(session, session_id)
        audit.record(
            session,
            TOLD_AS.get(reason, "session.revoked"),
            account_id=user_id,
            details={"session_id": str(session_id), "reason": reason},
        )
    return len(ended)


def _live(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        SignInSession.revoked_at.is_(None),
        SignInSession.expires_at > now,
        SignInSession.ends_at > now,
    )


async def sweep(session: Session) -> None:
    """Delete sessions that have been over for long."""
    edge = clock.now() - KEPT_AFTER_THE_END
    await session.execute(delete(SignInSession).where(SignInSession.expires_at < edge))
