"""Links that let somebody who forgot their password set a new one: for thirty minutes, once."""

import base64
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from questlog.automation import audit, mail
from questlog.automation.mail import Letter
from questlog.core import clock
from questlog.core.db import Database, Session
from questlog.core.exceptions import BadRequestError, NotFoundError
from questlog.core.ids import new_id, parse_id
from questlog.core.security import Keyring, same
from questlog.identity import attempts, email_codes, password_change, passwords, users
from questlog.identity.attempts import Limit, budget
from questlog.identity.clues import Clues
from questlog.identity.email_codes import NoMailServerError
from questlog.identity.front_desk import FrontDesk
from questlog.identity.models import PasswordReset, User

LIFE = timedelta(minutes=30)
TEMPLATE = "password_reset"
INVITATION = "invitation"


class UnknownResetTokenError(NotFoundError):
    code = "unknown_reset_token"
    default_message = "No such link was ever sent. Ask for a new one."


class InvalidResetTokenError(BadRequestError):
    code = "invalid_reset_token"
    default_message = "This link is not valid any more. Ask for a new one."


async def request(session: Session, desk: FrontDesk, email: str, clues: Clues) -> str | None:
    """Mail a link to whoever has an account with this address, which only the sending finds out.

    Where there is no mail and the asker sits at this machine, return the link's secret instead, for an unknown address
    too. Raises `NoMailServerError`, `TooManyAttemptsError`.
    """
    shown = desk.shows_codes and clues.is_local
    if not shown and not desk.sends_mail:
        raise NoMailServerError()
    await email_codes.spend_on_mail(session, email, clues, desk.limits)
    await attempts.spend(session, budget("mail:reset", email, Limit(1, desk.limits.mail_pause_s)))
    account_id = await users.id_by_email(session, email)
    audit.record(session, "password.reset_asked", account_id=account_id)
    now = clock.now()
    if shown:
        reset_id = new_id()
        await _open(session, reset_id, email, now)
        return secret_of(desk.keyring, reset_id)
    await mail.enqueue(
        session, TEMPLATE, email, locale=clues.locale, params={}, expires_at=now + LIFE
    )
    return None


async def invite(session: Session, user: User) -> None:
    """Mail a link to somebody for whom an account was opened. A later one, asked for by them, makes it void."""
    assert user.email is not None  # noqa: S101 - narrows the type for the checker
    until = clock.now() + LIFE
    await mail.enqueue(
        session, INVITATION, user.email, locale=user.locale, params={}, expires_at=until
    )


async def open_link(session: Session, keyring: Keyring, letter: Letter) -> str | None:
    """Return the secret for a letter that is about to be sent, or None when its address has no open account.

    A letter that is sent twice carries the same secret. Links sent before are void.
    """
    opened = await _open(session, letter.id, letter.to_address, letter.created_at)
    return secret_of(keyring, letter.id) if opened else None


async def _open(session: Session, reset_id: UUID, email: str, now: datetime) -> bool:
    user_id = await session.scalar(
        select(User.id).where(User.email == email, User.deactivated_at.is_(None))
    )
    if user_id is None:
        return False
    await session.execute(
        delete(PasswordReset).where(PasswordReset.user_id == user_id, PasswordReset.id != reset_id)
    )
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    row = dialect.insert(PasswordReset).values(
        id=reset_id, user_id=user_id, email=email, created_at=now, expires_at=now + LIFE
    )
    await session.execute(row.on_conflict_do_nothing(index_elements=["id"]))
    return True


def secret_of(keyring: Keyring, reset_id: UUID) -> str:
    mac = keyring.sign("password resets", reset_id.bytes)
    return f"{reset_id}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def _read(keyring: Keyring, secret: str) -> UUID:
    reset_id = parse_id(secret.partition(".")[0])
    if reset_id is None or not any(
        same(secret, secret_of(each, reset_id)) for each in keyring.readable
    ):
        raise UnknownResetTokenError(pointer="/body/token")
    return reset_id


async def reset(
    database: Database, desk: FrontDesk, secret: str, password: str, clues: Clues
) -> None:
    """Set a new password with a link, end all sessions, and take the address as proven.

    Raises `UnknownResetTokenError`, `InvalidResetTokenError`, `WeakPasswordError`; after the latter the link is still good.
    """
    reset_id = _read(desk.keyring, secret)
    email = await database.read(_email_of, reset_id)
    if email is None:
        raise InvalidResetTokenError(pointer="/body/token")
    passwords.check(password, email)
    async with desk.passwords.turn():
        password_hash = await desk.passwords.hash(password)
    await database.write(_use, desk, reset_id, password_hash, clues)


async def _email_of(session: Session, reset_id: UUID) -> str | None:
    found: str | None = await session.scalar(
        select(PasswordReset.email).where(
            PasswordReset.id == reset_id, PasswordReset.expires_at > clock.now()
        )
    )
    return found


async def _use(
    session: Session, desk: FrontDesk, reset_id: UUID, password_hash: str, clues: Clues
) -> None:
    row = (
        await session.execute(
            delete(PasswordReset)
            .where(PasswordReset.id == reset_id, PasswordReset.expires_at > clock.now())
            .returning(PasswordReset.user_id, PasswordReset.email)
        )
    ).first()
    user = row and await users.get_by_id(session, row.user_id)
    if row is None or not user or user.email != row.email or not user.is_active:
        raise InvalidResetTokenError(pointer="/body/token")
    session.info["actor"], session.info["request_id"] = f"user:{user.id}", clues.request_id
    await users.prove_email(session, user)
    await password_change.set_password(session, desk, user, password_hash, told_as="password.reset")


async def sweep(session: Session) -> None:
    await session.execute(delete(PasswordReset).where(PasswordReset.expires_at < clock.now()))
