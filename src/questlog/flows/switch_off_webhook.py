"""Switching off an endpoint that is gone or only failed: nothing is sent there any more, and its owner is told."""

from datetime import timedelta
from typing import Any, cast
from uuid import uuid5

from sqlalchemy import Row, Table, update

from questlog.automation import audit, deliveries, events, mail, notification_settings
from questlog.automation.delivery_results import SwitchOff
from questlog.automation.mail import Letter
from questlog.automation.notification_settings import Mailing
from questlog.automation.webhook_models import Webhook
from questlog.clients import addresses
from questlog.core import clock
from questlog.core.db import Session
from questlog.flows.mail_rounds import reader_of
from questlog.flows.mailed_tasks import is_for
from questlog.identity.letters import MAILING, Content
from questlog.identity.models import User

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
    """At most once a day for each endpoint, which may be switched on again and again."""
    owner = await reader_of(session, doomed.user_id)
    wishes = await notification_settings.of(session, doomed.user_id)
    now = clock.now()
    mail_id = uuid5(doomed.webhook_id, f"{TEMPLATE}:{now.date()}")
    if owner is None or not wishes.webhook_notices or await mail.is_known(session, mail_id):
        return
    send_at = wishes.held_until(now, owner.timezone)
    await mail.enqueue(
        session,
        TEMPLATE,
        owner.email,
        user_id=doomed.user_id,
        locale=owner.locale,
        params={
            "user_id": str(doomed.user_id),
            "host": addresses.host_of(row.url),
            "description": row.description,
            "reason": doomed.reason,
        },
        expires_at=send_at + NOTICE_LIFE,
        due_at=send_at,
        mail_id=mail_id,
    )


async def content(session: Session, letter: Letter, reader: User) -> Content | None:
    """Return what the letter says, unless its reader wants no such letters any more."""
    wishes = await notification_settings.of(session, reader.id)
    if not (wishes.webhook_notices and is_for(reader, letter.params)):
        return None
    return {MAILING: MAILING_OF_NOTICES, **letter.params}
