"""Webhooks: where somebody wants to be told of what happens to them.

Rows are claimed from the top down (webhook, delivery, attempt), so that no two writers wait for each other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Row, Select, delete, func, select

from questlog.automation import (
    audit,
    event_types,
    events,
    webhook_patterns,
    webhook_secrets,
)
from questlog.automation.audit_actions import Action
from questlog.automation.events import COUNTERS
from questlog.automation.webhook_models import Delivery, DeliveryAttempt, Webhook
from questlog.automation.webhook_secrets import secrets_of
from questlog.clients import addresses, dialer
from questlog.clients.addresses import Network
from questlog.core import clock
from questlog.core.db import Session
from questlog.core.exceptions import (
    AuthorizationError,
    ConflictError,
    NotFoundError,
    PreconditionFailedError,
    ValidationError,
)
from questlog.core.ids import new_id
from questlog.core.pagination import PageRequest, Slice, SortKey, slice_of
from questlog.core.security import Keyring

__all__ = ["claim", "create", "get", "page", "remove", "secrets_of"]

MOST = 20
BY_THE_USER = "user"
DELIVERIES: Any = Delivery.__table__
ATTEMPTS: Any = DeliveryAttempt.__table__
OLDEST_FIRST = (SortKey(Webhook.__table__.c.id),)

type What = Literal["created", "updated", "deleted", "secret_rotated"]
ACTIONS: Mapping[What, Action] = {
    "created": "webhook.created",
    "updated": "webhook.updated",
    "deleted": "webhook.deleted",
    "secret_rotated": "webhook.secret_rotated",
}


class WebhookNotFoundError(NotFoundError):
    code = "webhook_not_found"
    default_message = "There is no such webhook."


class NotYourWebhookError(AuthorizationError):
    code = "not_yours"
    default_message = "This belongs to somebody else."


class TooManyWebhooksError(ConflictError):
    code = "too_many_webhooks"
    default_message = "You have {most} webhooks, which is the most. Delete one first."


class UnknownEventTypeError(ValidationError):
    """`details.unknown` has the patterns that match nothing."""

    code = "unknown_event_type"
    default_message = (
        "There are no events of the type {unknown}. `GET /webhooks/event-types` lists them."
    )


class WebhookOffError(ConflictError):
    code = "webhook_off"
    default_message = "This webhook is switched off. Switch it on first."


@dataclass(frozen=True)
class WithSecret:
    """An endpoint and its secret, which nobody can show again."""

    row: Webhook
    secret: str = field(repr=False)


async def create(
    session: Session,
    keyring: Keyring,
    user_id: UUID,
    url: str,
    patterns: Sequence[str],
    *,
    description: str = "",
    active: bool = True,
    secret: str | None = None,
    allowed: Sequence[Network] = (),
) -> WithSecret:
    """Make an endpoint that is told of what happens from now on.

    `secret` is the user's own, and `allowed` are networks that are not public and may be called all the same. Raises
    `UnsafeUrlError`, `UnknownEventTypeError`, `WeakWebhookSecretError`, `TooManyWebhooksError`.
    """
    dialer.check_url(url, allowed=allowed)
    clear = webhook_secrets.make() if secret is None else webhook_secrets.read(secret)
    now, webhook_id = clock.now(), new_id()
    row = Webhook(
        id=webhook_id,
        user_id=user_id,
        url=url,
        events=read_patterns(patterns),
        description=description,
        secret=webhook_secrets.seal(keyring, user_id, webhook_id, clear),
        previous_secret=None,
        previous_until=None,
        answered_at=None,
        failing_since=None,
        disabled_at=None if active else now,
        disabled_reason=None if active else BY_THE_USER,
        created_at=now,
        updated_at=now,
        version=1,
    )
    session.add(row)
    await session.flush()
    row.told_seq = await end_of_log(session, user_id)
    await _require_room(session, user_id)
    record(session, row, "created", events=row.events)
    return WithSecret(row, webhook_secrets.spelled(clear))


def read_patterns(patterns: Sequence[str]) -> list[str]:
    """Return patterns without doubles. Raises `UnknownEventTypeError`."""
    unknown = webhook_patterns.unknown(patterns, event_types.ALL)
    if unknown:
        raise UnknownEventTypeError(details={"unknown": ", ".join(unknown)}, pointer="/body/events")
    return webhook_patterns.tidied(patterns)


async def end_of_log(session: Session, user_id: UUID) -> int:
    """Return the number of the event this transaction will write, and let no other write one before it.

    The last lock a transaction takes, as everywhere: who is counted after it is counted rightly.
    """
    mine = select(COUNTERS.c.last_seq).where(COUNTERS.c.user_id == user_id)
    return (await session.scalar(mine.with_for_update()) or 0) + 1


async def _require_room(session: Session, user_id: UUID) -> None:
    held = await session.scalar(
        select(func.count()).select_from(Webhook).where(Webhook.user_id == user_id)
    )
    if (held or 0) > MOST:
        raise TooManyWebhooksError(details={"most": MOST})


async def page(session: Session, user_id: UUID, request: PageRequest) -> Slice[Row[Any]]:
    """Return the user's endpoints, the oldest first, each as the first column of its row."""
    mine = select(Webhook).where(Webhook.user_id == user_id)
    return await slice_of(session, mine, OLDEST_FIRST, request)


async def get(session: Session, user_id: UUID, webhook_id: UUID) -> Webhook:
    """Raises `WebhookNotFoundError`, `NotYourWebhookError`."""
    return await _one(session, _mine(user_id, webhook_id), user_id, webhook_id)


async def claim(
    session: Session, user_id: UUID, webhook_id: UUID, *, expected_version: int | None = None
) -> Webhook:
    """Return an endpoint locked until the commit.

    Raises `WebhookNotFoundError`, `NotYourWebhookError`, `PreconditionFailedError`.
    """
    locked = _mine(user_id, webhook_id).with_for_update()
    statement = locked.execution_options(populate_existing=True)
    row = await _one(session, statement, user_id, webhook_id)
    if expected_version is not None and row.version != expected_version:
        raise PreconditionFailedError()
    return row


def require_active(row: Webhook) -> None:
    """Raise `WebhookOffError` for an endpoint that is told nothing."""
    if row.disabled_at is not None:
        raise WebhookOffError()


def _mine(user_id: UUID, webhook_id: UUID) -> Select[Webhook]:
    return select(Webhook).where(Webhook.id == webhook_id, Webhook.user_id == user_id)


async def _one(
    session: Session, statement: Select[Webhook], user_id: UUID, webhook_id: UUID
) -> Webhook:
    found: Webhook | None = await session.scalar(statement)
    if found is None:
        owner = await session.scalar(select(Webhook.user_id).where(Webhook.id == webhook_id))
        raise WebhookNotFoundError() if owner in (None, user_id) else NotYourWebhookError()
    return found


async def remove(
    session: Session, user_id: UUID, webhook_id: UUID, *, expected_version: int | None = None
) -> None:
    """Delete an endpoint with its log. What waits to be sent never is.

    Raises `WebhookNotFoundError`, `NotYourWebhookError`, `PreconditionFailedError`.
    """
    row = await claim(session, user_id, webhook_id, expected_version=expected_version)
    await _forget_deliveries(session, user_id, webhook_id)
    await session.execute(
        delete(Webhook)
        .where(Webhook.id == webhook_id, Webhook.user_id == user_id)
        .execution_options(synchronize_session=False)
    )
    record(session, row, "deleted")


async def remove_all(session: Session, user_id: UUID) -> None:
    """Delete every endpoint of a user, as `remove` does."""
    ids = await session.scalars(select(Webhook.id).where(Webhook.user_id == user_id))
    for webhook_id in ids.all():
        await remove(session, user_id, webhook_id)


async def _forget_deliveries(session: Session, user_id: UUID, webhook_id: UUID) -> None:
    mine = (DELIVERIES.c.user_id == user_id, DELIVERIES.c.webhook_id == webhook_id)
    # Held against senders first: whoever begins an attempt holds its delivery, so none is added behind the deletion.
    waiting = select(DELIVERIES.c.id).where(*mine, DELIVERIES.c.state == "waiting")
    await session.execute(waiting.with_for_update())
    of_mine = select(DELIVERIES.c.id).where(*mine)
    await session.execute(
        delete(ATTEMPTS).where(ATTEMPTS.c.user_id == user_id, ATTEMPTS.c.delivery_id.in_(of_mine))
    )
    await session.execute(delete(DELIVERIES).where(*mine))


def record(session: Session, row: Webhook, what: What, **facts: Any) -> None:
    """Tell of a change by the host alone: paths and queries of such addresses are often secrets themselves."""
    told = {"host": addresses.host_of(row.url), **facts}
    touched = [("webhook", row.id, row.version)]
    events.record(
        session, row.user_id, f"webhook.{what}", ("webhook", row.id), payload=told, touched=touched
    )
    audit.record(
        session,
        ACTIONS[what],
        account_id=row.user_id,
        details={"webhook_id": str(row.id), **told},
    )
