"""Codes by mail: six digits that prove an address, for one purpose, for five minutes, once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import delete, select, update

from questlog.automation import audit, mail
from questlog.core import clock
from questlog.core.db import Session
from questlog.core.exceptions import (
    AuthenticationError,
    QuestlogError,
    TooManyRequestsError,
    UnavailableError,
)
from questlog.core.ids import new_id
from questlog.core.security import Keyring, same
from questlog.identity import attempts, users
from questlog.identity.attempts import SignInLimits, TooManyAttemptsError, budget
from questlog.identity.clues import Clues
from questlog.identity.front_desk import FrontDesk
from questlog.identity.models import EmailCode

LIFE = timedelta(minutes=5)
GUESSES = 5
DIGITS = 6
TEMPLATE = "code"
KEPT = timedelta(days=1)

type Purpose = Literal["sign_in", "delete_account", "change_password"]


class InvalidCodeError(AuthenticationError):
    code = "invalid_code"
    default_message = "This code is not valid. Check it, or ask for a new one."


class TooSoonError(TooManyRequestsError):
    code = "mail_sent_recently"
    default_message = "A mail is already on its way. Wait a minute before you ask for another."


class NoMailServerError(UnavailableError):
    code = "mail_not_configured"
    default_message = "This server cannot send mail yet. Its operator has to set SMTP_HOST."


@dataclass(frozen=True)
class Issued:
    id: UUID
    expires_at: datetime


async def send(
    session: Session, desk: FrontDesk, email: str, purpose: Purpose, clues: Clues
) -> str | None:
    """Make a code and mail it; return it as well where there is no mail and the asker sits at this machine.

    What happens here is the same for an address that is known, unknown or closed: who gets no mail is decided when it
    is sent. Raises `NoMailServerError`, `TooManyAttemptsError`, `TooSoonError`.
    """
    shown = desk.shows_codes and clues.is_local
    if not shown and not desk.sends_mail:
        raise NoMailServerError()
    issued = await issue(session, email, purpose, clues, desk.limits)
    account_id = await users.id_by_email(session, email)
    audit.record(session, "code.sent", account_id=account_id, details={"purpose": purpose})
    if shown:
        return digits(desk.keyring, issued.id, email, purpose)
    await mail.enqueue(
        session,
        TEMPLATE,
        email,
        locale=clues.locale,
        params={"code_id": str(issued.id), "purpose": purpose},
        expires_at=issued.expires_at,
    )
    return None


async def issue(
    session: Session, email: str, purpose: Purpose, clues: Clues, limits: SignInLimits
) -> Issued:
    """Make a code, which voids those before it."""
    await spend_on_mail(session, email, clues, limits)
    now = clock.now()
    recent = now - timedelta(seconds=limits.mail_pause_s)
    newest = await session.scalar(
        select(EmailCode.created_at)
        .where(EmailCode.email == email, EmailCode.purpose == purpose)
        .order_by(EmailCode.created_at.desc())
        .limit(1)
    )
    if newest is not None and newest > recent:
        raise TooSoonError(retry_after=int((newest - recent).total_seconds()) + 1)
    code = EmailCode(
        id=new_id(), email=email, purpose=purpose, created_at=now, expires_at=now + LIFE
    )
    session.add(code)
    return Issued(code.id, code.expires_at)


async def spend_on_mail(session: Session, email: str, clues: Clues, limits: SignInLimits) -> None:
    """Count a mail that somebody who is not signed in asks for. The counter's row also queues those who ask at once."""
    await attempts.spend(
        session,
        budget("mail:network", clues.network, limits.mails_per_network),
        budget("mail:email", email, limits.mails_per_email),
    )


async def redeem(
    session: Session, desk: FrontDesk, email: str, code: str, *, purpose: Purpose, clues: Clues
) -> QuestlogError | None:
    """Compare a code with the newest one sent, and use it up if it is the same.

    Returns why it was refused instead of raising, so that the count of a wrong guess is committed; raise it afterwards.
    The row of the code queues all who guess at once: never more than five guesses are compared.
    """
    refusal = await _compare(session, desk, email, code, purpose=purpose, clues=clues)
    if refusal is not None:
        audit.record(
            session,
            "login.failed" if purpose == "sign_in" else "code.failed",
            account_id=await users.id_by_email(session, email),
            details={"door": "code", "purpose": purpose, "reason": refusal.code},
        )
    return refusal


async def _compare(
    session: Session, desk: FrontDesk, email: str, code: str, *, purpose: Purpose, clues: Clues
) -> QuestlogError | None:
    limits = desk.limits
    spent = await attempts.spend(
        session,
        budget("code:network", clues.network, limits.code_per_network),
        budget("code:everywhere", "", limits.code_everywhere),
    )
    code_id = await _claim_guess(session, email, purpose)
    if code_id is None:
        return await _why_not(session, email, purpose)
    wrong_today = await attempts.take(session, budget("code:email", email, limits.code_per_email))
    if wrong_today is None:
        return attempts.exhausted(budget("code:email", email, limits.code_per_email))
    if not same(code, digits(desk.keyring, code_id, email, purpose)):
        return (
            attempts.exhausted(wrong_today.budget) if wrong_today.was_last else InvalidCodeError()
        )
    await attempts.give_back(session, (*spent, wrong_today))
    await session.execute(
        update(EmailCode).where(EmailCode.id == code_id).values(used_at=clock.now())
    )
    return None


async def _claim_guess(session: Session, email: str, purpose: Purpose) -> UUID | None:
    """Take one of the newest code's five guesses and return the code's id, or None if there is none to take."""
    newest = (
        select(EmailCode.id)
        .where(EmailCode.email == email, EmailCode.purpose == purpose)
        .order_by(EmailCode.created_at.desc(), EmailCode.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    claimed: UUID | None = await session.scalar(
        update(EmailCode)
        .where(
            EmailCode.id == newest,
            EmailCode.used_at.is_(None),
            EmailCode.expires_at > clock.now(),
            EmailCode.attempts < GUESSES,
        )
        .values(attempts=EmailCode.attempts + 1)
        .returning(EmailCode.id)
        .execution_options(synchronize_session=False)
    )
    return claimed


async def _why_not(session: Session, email: str, purpose: Purpose) -> QuestlogError:
    newest = await session.scalar(
        select(EmailCode)
        .where(EmailCode.email == email, EmailCode.purpose == purpose)
        .order_by(EmailCode.created_at.desc(), EmailCode.id.desc())
        .limit(1)
    )
    now = clock.now()
    if newest is None or newest.used_at is not None or newest.expires_at <= now:
        return InvalidCodeError()
    return TooManyAttemptsError(retry_after=int((newest.expires_at - now).total_seconds()) + 1)


def digits(keyring: Keyring, code_id: UUID, email: str, purpose: Purpose) -> str:
    """Return the code: an HMAC over what it is good for, cut to six digits."""
    mac = keyring.sign("e-mail codes", f"{code_id}\n{purpose}\n{email}".encode())
    return f"{int.from_bytes(mac) % 10**DIGITS:0{DIGITS}}"


async def is_alive(session: Session, code_id: UUID) -> bool:
    """Return whether a code may still be of use to whoever gets it by mail."""
    row = await session.get(EmailCode, code_id)
    return row is not None and row.used_at is None and row.expires_at > clock.now()


async def sweep(session: Session) -> None:
    await session.execute(delete(EmailCode).where(EmailCode.expires_at < clock.now() - KEPT))
