"""How somebody is told, as they may see it: where to, but not what would let others read along."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from questlog.automation import notification_settings
from questlog.automation.notification_settings import DEFAULTS, Wishes
from questlog.clients import dialer
from questlog.clients.addresses import UnsafeUrlError
from questlog.core.config import Settings
from questlog.core.db import Session
from questlog.core.security import Keyring
from questlog.identity.models import User

SEALED = "push_url"


async def show_notification_settings(
    session: Session, user_id: UUID, *, settings: Settings, keyring: Keyring
) -> dict[str, Any]:
    """Return the user's settings, with the host of their pushes and the address of their mails."""
    wishes = await notification_settings.of(session, user_id)
    return await _shown(session, wishes, settings=settings, keyring=keyring)


async def change_notification_settings(
    session: Session,
    user_id: UUID,
    changes: Mapping[str, Any],
    *,
    settings: Settings,
    keyring: Keyring,
    expected_version: int | None = None,
) -> dict[str, Any]:
    """Set what `changes` names. Raises as `notification_settings.change`, and `UnsafeUrlError`."""
    if changes.get(SEALED) is not None:
        try:
            dialer.check_url(changes[SEALED], allowed=settings.webhooks.allowed_networks)
        except UnsafeUrlError as error:
            error.pointer = f"/body/{SEALED}"
            raise
    wishes = await notification_settings.change(
        session, user_id, changes, keyring=keyring, expected_version=expected_version
    )
    return await _shown(session, wishes, settings=settings, keyring=keyring)


async def _shown(
    session: Session, wishes: Wishes, *, settings: Settings, keyring: Keyring
) -> dict[str, Any]:
    verified = select(User.email).where(
        User.id == wishes.user_id, User.email_verified_at.is_not(None)
    )
    address = notification_settings.push_address(keyring, wishes)
    return {
        **{name: getattr(wishes, name) for name in DEFAULTS if name != SEALED},
        "push_host": notification_settings.host_of(address),
        "mail_to": await session.scalar(verified) if settings.mail.enabled else None,
        "version": wishes.version,
    }
