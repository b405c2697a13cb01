"""Sending something to an endpoint because its owner asks for it: a test, or once more what was sent already.

A few times a minute, so that nobody has this server knock at somebody's door as often as they like (S-141).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from questlog.automation import deliveries, delivery_log, webhooks
from questlog.automation.webhook_models import Webhook
from questlog.core import clock
from questlog.core.db import Session
from questlog.core.exceptions import ConflictError
from questlog.identity import attempts
from questlog.identity.attempts import Limit

TRIES = Limit(10, 60)


class DeliveryUnderWayError(ConflictError):
    code = "delivery_under_way"
    default_message = "This is being sent right now."


@dataclass(frozen=True)
class Redelivered:
    """`has_more` says that there were more than go at once: those behind `next_after`."""

    count: int
    has_more: bool
    next_after: UUID | None


async def test_webhook(session: Session, user_id: UUID, webhook_id: UUID) -> dict[str, Any]:
    """Send a message of type `webhook.test`, and return its delivery.

    Raises `WebhookNotFoundError`, `NotYourWebhookError`, `WebhookOffError`, `TooManyAttemptsError`.
    """
    webhook = await _active(session, user_id, webhook_id)
    delivery_id = await deliveries.enqueue_test(session, user_id, webhook)
    return await delivery_log.one(session, user_id, webhook_id, delivery_id)


async def redeliver(
    session: Session, user_id: UUID, webhook_id: UUID, delivery_id: UUID
) -> dict[str, Any]:
    """Send a message once more, with its id, and return its delivery.

    Raises `WebhookNotFoundError`, `NotYourWebhookError`, `DeliveryNotFoundError`, `NotYourDeliveryError`,
    `WebhookOffError`, `DeliveryUnderWayError`, `TooManyAttemptsError`.
    """
    await delivery_log.one(session, user_id, webhook_id, delivery_id)
    await _active(session, user_id, webhook_id)
    if not await deliveries.redeliver(session, user_id, [delivery_id]):
        raise DeliveryUnderWayError()
    return await delivery_log.one(session, user_id, webhook_id, delivery_id)


async def redeliver_between(
    session: Session,
    user_id: UUID,
    webhook_id: UUID,
    first: datetime,
    last: datetime | None,
    *,
    states: Sequence[str],
    timezone: str,
    after: UUID | None = None,
) -> Redelivered:
    """Send once more what was to be told from `first` to before `last` and behind `after`, the oldest first.

    Moments without an offset are read in `timezone`. Raises `WebhookNotFoundError`, `NotYourWebhookError`,
    `WebhookOffError`, `TooManyAttemptsError`.
    """
    await _active(session, user_id, webhook_id)
    begin, end = _moment(first, timezone), _moment(last or clock.now(), timezone)
    ids, has_more = await delivery_log.between(
        session, user_id, webhook_id, begin, end, states=states, after=after
    )
    count = await deliveries.redeliver(session, user_id, ids)
    return Redelivered(count, has_more, ids[-1] if has_more else None)


async def _active(session: Session, user_id: UUID, webhook_id: UUID) -> Webhook:
    """Return the endpoint, claimed, and count this try."""
    webhook = await webhooks.claim(session, user_id, webhook_id)
    webhooks.require_active(webhook)
    await attempts.spend(session, attempts.budget("webhook-tries", str(user_id), TRIES))
    return webhook


def _moment(given: datetime, timezone: str) -> datetime:
    return given.replace(tzinfo=given.tzinfo or clock.zone(timezone)).astimezone(UTC)
