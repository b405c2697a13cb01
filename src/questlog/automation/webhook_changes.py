"""Changing webhooks: what they are told, whether they are told, and what they can trust it by."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from questlog.automation import deliveries, webhook_secrets
from questlog.automation.webhook_models import Webhook
from questlog.automation.webhooks import (
    BY_THE_USER,
    WithSecret,
    claim,
    end_of_log,
    read_patterns,
    record,
)
from questlog.clients import dialer
from questlog.clients.addresses import Network
from questlog.core import clock
from questlog.core.db import Session
from questlog.core.exceptions import ValidationError
from questlog.core.security import Keyring, same


class SameWebhookSecretError(ValidationError):
    code = "same_secret"
    default_message = "This is the secret the webhook has already."


async def change(
    session: Session,
    user_id: UUID,
    webhook_id: UUID,
    changes: Mapping[str, Any],
    *,
    allowed: Sequence[Network] = (),
    expected_version: int | None = None,
) -> Webhook:
    """Set the fields named in `changes`; what is as it was leaves no trace.

    Switching off cancels what waits to be sent. What is switched on is told of what happens from then on. Raises
    `WebhookNotFoundError`, `NotYourWebhookError`, `PreconditionFailedError`, `UnsafeUrlError`, `UnknownEventTypeError`.
    """
    row = await claim(session, user_id, webhook_id, expected_version=expected_version)
    changed = _changed(row, changes)
    if "url" in changed:
        dialer.check_url(changed["url"], allowed=allowed)
        row.failing_since = row.answered_at = None
    is_active = changed.pop("active", None)
    for name, value in changed.items():
        setattr(row, name, value)
    if is_active is not None:
        await _switch(session, row, on=is_active)
        changed["active"] = is_active
    if changed:
        row.updated_at = clock.now()
        row.version += 1
        record(session, row, "updated", changed=sorted(changed), active=row.disabled_at is None)
    return row


def _changed(row: Webhook, changes: Mapping[str, Any]) -> dict[str, Any]:
    new = {**changes}
    if "events" in new:
        new["events"] = read_patterns(new["events"])
    old = {name: getattr(row, name) for name in ("url", "events", "description")}
    old["active"] = row.disabled_at is None
    return {name: value for name, value in new.items() if old[name] != value}


async def _switch(session: Session, row: Webhook, *, on: bool) -> None:
    row.disabled_at = None if on else clock.now()
    row.disabled_reason = None if on else BY_THE_USER
    row.failing_since = row.answered_at = None
    if on:
        row.told_seq = await end_of_log(session, row.user_id)
    else:
        await deliveries.cancel(session, row.user_id, row.id)


async def rotate_secret(
    session: Session,
    keyring: Keyring,
    user_id: UUID,
    webhook_id: UUID,
    *,
    secret: str | None = None,
    at_once: bool = False,
) -> WithSecret:
    """Give an endpoint a new secret; the present one signs beside it for a day, unless it ends `at_once`.

    Raises `WebhookNotFoundError`, `NotYourWebhookError`, `WeakWebhookSecretError`, `SameWebhookSecretError`.
    """
    row = await claim(session, user_id, webhook_id)
    clear = webhook_secrets.make() if secret is None else webhook_secrets.read(secret)
    old, now = webhook_secrets.unseal(keyring, user_id, webhook_id, row.secret), clock.now()
    if old is not None and same(old, clear):
        raise SameWebhookSecretError(pointer="/body/secret")
    row.previous_secret = None if at_once else row.secret
    row.previous_until = None if at_once else now + webhook_secrets.OVERLAP
    row.secret = webhook_secrets.seal(keyring, user_id, webhook_id, clear)
    row.updated_at = now
    row.version += 1
    record(session, row, "secret_rotated")
    return WithSecret(row, webhook_secrets.spelled(clear))
