"""Following the link at the end of a mail: no more mails of its kind."""

from uuid import UUID

from sqlalchemy import select

from questlog.automation import notification_settings, unsubscribing
from questlog.automation.notification_settings import Mailing
from questlog.automation.unsubscribing import UnsubscribeLinkError
from questlog.core.db import Session
from questlog.core.security import Keyring
from questlog.identity.models import User


async def is_subscribed(session: Session, token: str, *, keyring: Keyring) -> tuple[Mailing, bool]:
    """Return what the link stands for, and whether it is still mailed. Raises as `unsubscribe`."""
    user_id, mailing = await _read(session, token, keyring)
    wishes = await notification_settings.of(session, user_id)
    return mailing, getattr(wishes, mailing)


async def unsubscribe(session: Session, token: str, *, keyring: Keyring) -> Mailing:
    """Switch off what the link stands for, and return it; a repeat changes nothing.

    Raises `UnsubscribeLinkError`, also for an account that is gone.
    """
    user_id, mailing = await _read(session, token, keyring)
    await notification_settings.switch_off(session, user_id, mailing)
    return mailing


async def _read(session: Session, token: str, keyring: Keyring) -> tuple[UUID, Mailing]:
    user_id, mailing = unsubscribing.read(keyring, token)
    there = select(User.id).where(User.id == user_id, User.erasing_since.is_(None))
    if await session.scalar(there) is None:
        raise UnsubscribeLinkError()
    return user_id, mailing
