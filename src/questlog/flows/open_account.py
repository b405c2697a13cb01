"""Opening an account for somebody else, also where registration is closed."""

from uuid import UUID

from questlog.core.db import Session
from questlog.flows.sign_up import sign_up
from questlog.identity import emails, password_resets
from questlog.identity.front_desk import FrontDesk


async def open_account(
    session: Session,
    desk: FrontDesk,
    email: str,
    *,
    name: str,
    role: str,
    locale: str,
    timezone: str,
) -> UUID:
    """Open an account without a password and, where mail goes out, send the link that sets one; return its id.

    Raises `InvalidEmailError`, `EmailTakenError`.
    """
    address = emails.normalise(email)
    user = await sign_up(session, address, name=name, role=role, locale=locale, timezone=timezone)
    if desk.sends_mail:
        await password_resets.invite(session, user)
    return user.id
