"""Switching off an endpoint that is gone or only failed: nothing is sent there any more, and its owner is told."""

from datetime import timedelta
from typing import Any, cast

from sqlalchemy import Row, Table, update

from questlog.automation import audit, deliveries, events, mail, notification_settings
from questlog.automation.delivery_results import SwitchOff
from questlog.automation.mail import Letter
from questlog.automation.notification_settings import Mailing
from questlog.automation.webhook_models import Webhook
from questlog.clients import addresses
from questlog.core import clock
from questlog.core.db import Session
from questlog.identity import users
from questlog.identity.letters import MAILING, Content
from questlog.identity.models import User
from questlog.identity.users import UserNotFoundError

TEMPLATE = "webhook_disabled"
MAILING_OF_NOTICES: Mailing = "webhook_notices"
NOTICE_LIFE = timedelta(days=3)
WEBHOOKS = cast(Table, Webhook.__table__)


async def switch_off(session: Session, doomed: SwitchOff) -> bool:
    """Switch an endpoint off and cancel what waits for it; False when somebody did so before."""
    now = clock.now()
    active = (WEBHOOKS.c.id == doomed.webhook_id, WEBHOOKS.c.disabled_at.is_(None))
    switched = await session.execute(
        update(WEBHOOKS)
        .where(*active)
        .values(
            disabled_at=now,
            disabled_reason=doomed.reason,
            updated_at=now,
            version=WEBHOOKS.c.version + 1,
        )
        .returning(WEBHOOKS.c.id, WEBHOOKS.c.url, WEBHOOKS.c.description, WEBHOOKS.c.version)
    )
    row = switched.one_or_none()
    if row is None:
        return False
    await deliveries.cancel(session, doomed.user_id, doomed.webhook_id)
    _record(session, doomed, row)
    await _write_to_owner(session, doomed, row)
    return True


def _record(session: Session, doomed: SwitchOff, row: Row[Any]) -> None:
    """Tell of it by the host alone: the rest of such an address is often a secret itself."""
    told = {"host": addresses.host_of(row.url), "reason": doomed.reason}
    events.record(
        session,
        doomed.user_id,
        "webhook.disabled",
        ("webhook", row.id),
        payload=told,
        touched=[("webhook", row.id, row.version)],
    )
    audit.record(
        session,
        "webhook.disabled",
        account_id=doomed.user_id,
        details={"webhook_id": str(row.id), **told},
    )


async def _write_to_owner(session: Session, doomed: SwitchOff, row: Row[Any]) -> None:
    try:
        owner = await users.get_by_id(session, doomed.user_id)
    except UserNotFoundError:
        return
    wishes = await notification_settings.of(session, doomed.user_id)
    if owner.email is None or not wishes.webhook_notices:
        return
    await mail.enqueue(
        session,
        TEMPLATE,
        owner.email,
        user_id=owner.id,
        locale=owner.locale,
        params={
            "host": addresses.host_of(row.url),
            "description": row.description,
            "reason": doomed.reason,
        },
        expires_at=clock.now() + NOTICE_LIFE,
    )


async def content(session: Session, letter: Letter, reader: User) -> Content | None:
    """Return what the letter says, unless its reader wants no such letters any more."""
    wishes = await notification_settings.of(session, reader.id)
    return {MAILING: MAILING_OF_NOTICES, **letter.params} if wishes.webhook_notices else None
