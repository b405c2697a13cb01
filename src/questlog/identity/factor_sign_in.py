"""Finishing a sign-in with a second factor, and signing in with a passkey alone, which shows two at once."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from questlog.automation import audit
from questlog.core.db import Database, Session
from questlog.core.exceptions import QuestlogError
from questlog.identity import factor_proofs, factor_tickets, passkeys, sign_in, users
from questlog.identity.clues import Clues
from questlog.identity.factor_proofs import Answer
from questlog.identity.factor_tickets import InvalidTicketError
from questlog.identity.front_desk import FrontDesk
from questlog.identity.models import User
from questlog.identity.passkey_ceremonies import InvalidPasskeyError
from questlog.identity.sign_in import SignedIn


async def with_second_factor(
    database: Database, desk: FrontDesk, ticket: str, answer: Answer, clues: Clues
) -> SignedIn:
    """Raises `InvalidTicketError`, `InvalidFactorError`, `InvalidPasskeyError`, `TooManyAttemptsError`, each after the commit."""
    return _good(await database.write(_finish, desk, ticket, answer, clues))


async def _finish(
    session: Session, desk: FrontDesk, text: str, answer: Answer, clues: Clues
) -> SignedIn | QuestlogError:
    ticket = await factor_tickets.claim(session, text, "sign_in")
    if isinstance(ticket, QuestlogError):
        return ticket
    user = await _open_account(session, ticket.user_id)
    if user is None:
        return InvalidTicketError()
    refusal = await factor_proofs.check(session, desk, user.id, answer, clues, ticket=ticket)
    if refusal is not None:
        _tell(session, user.id, answer.method, refusal)
        return refusal
    await factor_tickets.use_up(session, ticket)
    if ticket.door == "code":
        session.info["actor"] = f"user:{user.id}"
        await users.prove_email(session, user)
    return await sign_in.open_session(session, desk, user, clues, door=ticket.door)


async def with_passkey(
    database: Database, desk: FrontDesk, ticket: str, credential: Mapping[str, Any], clues: Clues
) -> SignedIn:
    """Sign in with a device that has verified its user. Raises `InvalidTicketError`, `InvalidPasskeyError`, each after the commit."""
    return _good(await database.write(_enter, desk, ticket, credential, clues))


async def _enter(
    session: Session, desk: FrontDesk, text: str, credential: Mapping[str, Any], clues: Clues
) -> SignedIn | QuestlogError:
    ticket = await factor_tickets.claim(session, text, "passkey_sign_in")
    if isinstance(ticket, QuestlogError):
        return ticket
    await factor_tickets.use_up(session, ticket)
    found = await passkeys.check(session, desk, ticket, credential)
    if isinstance(found, InvalidPasskeyError):
        _tell(session, None, "passkey", found)
        return found
    user = await _open_account(session, found)
    if user is None:
        return InvalidPasskeyError()
    return await sign_in.open_session(session, desk, user, clues, door=ticket.door)


async def _open_account(session: Session, user_id: UUID | None) -> User | None:
    user: User | None = await session.scalar(
        select(User).where(User.id == user_id, User.deactivated_at.is_(None))
    )
    return user


def _tell(session: Session, user_id: UUID | None, factor: str, why: QuestlogError) -> None:
    details = {"factor": factor, "reason": why.code, **why.details}
    audit.record(session, "login.failed", account_id=user_id, details=details)


def _good(result: SignedIn | QuestlogError) -> SignedIn:
    if isinstance(result, QuestlogError):
        raise result
    return result
