"""The log of what endpoints were told: reading it, and choosing from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, ScalarSelect, Select, select

from questlog.automation import delivery_words, webhooks
from questlog.automation.webhook_models import Delivery, DeliveryAttempt, Webhook
from questlog.clients import addresses
from questlog.core.db import Session
from questlog.core.exceptions import AuthorizationError, NotFoundError
from questlog.core.pagination import PageRequest, Slice, SortKey, slice_of

DELIVERIES: Any = Delivery.__table__
ATTEMPTS: Any = DeliveryAttempt.__table__
NEWEST_FIRST = (SortKey(DELIVERIES.c.id, descending=True),)
MOST_AT_ONCE = 1000
MOST_ATTEMPTS_SHOWN = 100

type Shown = dict[str, Any]


class DeliveryNotFoundError(NotFoundError):
    code = "delivery_not_found"
    default_message = "There is no such delivery."


class NotYourDeliveryError(AuthorizationError):
    code = "not_yours"
    default_message = "This belongs to somebody else."


@dataclass(frozen=True)
class DeliveryFilter:
    """`last` is the first moment that is not meant any more."""

    state: str | None = None
    event_type: str | None = None
    first: datetime | None = None
    last: datetime | None = None


def _latest(column: Any) -> ScalarSelect[Any]:
    """Return what the newest attempt of a delivery says, as a part of the delivery's row."""
    mine = (ATTEMPTS.c.user_id == DELIVERIES.c.user_id, ATTEMPTS.c.delivery_id == DELIVERIES.c.id)
    return select(column).where(*mine).order_by(ATTEMPTS.c.number.desc()).limit(1).scalar_subquery()


SHOWN: tuple[Any, ...] = (
    DELIVERIES.c.id,
    DELIVERIES.c.webhook_id,
    DELIVERIES.c.event_id,
    DELIVERIES.c.event_type,
    DELIVERIES.c.state,
    DELIVERIES.c.attempts,
    DELIVERIES.c.due_at,
    DELIVERIES.c.created_at,
    DELIVERIES.c.done_at,
    _latest(ATTEMPTS.c.status).label("last_status"),
    _latest(ATTEMPTS.c.failure).label("last_failure"),
)


async def page(
    session: Session, user_id: UUID, webhook_id: UUID, wanted: DeliveryFilter, request: PageRequest
) -> Slice[Shown]:
    """Return what one endpoint was or is to be told, the newest first.

    Raises `WebhookNotFoundError`, `NotYourWebhookError`, as do the others here.
    """
    await webhooks.get(session, user_id, webhook_id)
    mine = (DELIVERIES.c.user_id == user_id, DELIVERIES.c.webhook_id == webhook_id)
    statement = select(*SHOWN).where(*mine, *_meant(wanted))
    found = await slice_of(session, statement, NEWEST_FIRST, request)
    items = [_shown(dict(zip(row._fields[:-1], row[:-1], strict=True))) for row in found.items]
    return Slice(items, found.next_cursor, found.total)


def _meant(wanted: DeliveryFilter) -> list[ColumnElement[bool]]:
    columns, conditions = DELIVERIES.c, []
    if wanted.state is not None:
        conditions.append(columns.state == wanted.state)
    if wanted.event_type is not None:
        conditions.append(columns.event_type == wanted.event_type)
    if wanted.first is not None:
        conditions.append(columns.created_at >= wanted.first)
    if wanted.last is not None:
        conditions.append(columns.created_at < wanted.last)
    return conditions


def _shown(row: Shown) -> Shown:
    """Say when the next try is due while there is one, and why the last one failed in the words owners read."""
    waits = row["state"] == "waiting"
    return row | {
        "due_at": row["due_at"] if waits else None,
        "last_failure": delivery_words.shown(row["last_failure"]),
    }


async def get(session: Session, user_id: UUID, webhook_id: UUID, delivery_id: UUID) -> Shown:
    """Return one delivery as the list shows it, with its body and its attempts, the oldest first.

    Raises `DeliveryNotFoundError`, `NotYourDeliveryError`.
    """
    delivery = await one(session, user_id, webhook_id, delivery_id)
    tries = await session.execute(_attempts_of(user_id, delivery_id))
    return delivery | {"log": [_attempt(dict(each._mapping)) for each in tries.all()][::-1]}


async def one(session: Session, user_id: UUID, webhook_id: UUID, delivery_id: UUID) -> Shown:
    """Return one delivery as the list shows it, with its body. Raises `DeliveryNotFoundError`, `NotYourDeliveryError`."""
    await webhooks.get(session, user_id, webhook_id)
    mine = (
        DELIVERIES.c.user_id == user_id,
        DELIVERIES.c.webhook_id == webhook_id,
        DELIVERIES.c.id == delivery_id,
    )
    found = await session.execute(select(*SHOWN, DELIVERIES.c.body).where(*mine))
    row = found.one_or_none()
    if row is None:
        raise await _missing(session, user_id, delivery_id)
    return _shown(dict(row._mapping))


def _attempts_of(user_id: UUID, delivery_id: UUID) -> Select[Any]:
    columns = ATTEMPTS.c
    shown = (columns.number, columns.started_at, columns.duration_ms, columns.status)
    mine = (columns.user_id == user_id, columns.delivery_id == delivery_id)
    statement = select(*shown, columns.failure, columns.answer).where(*mine)
    return statement.order_by(columns.number.desc()).limit(MOST_ATTEMPTS_SHOWN)


def _attempt(row: Shown) -> Shown:
    """Leave out how long it took until nobody answered: that, too, would tell of a network (S-141)."""
    failure = delivery_words.shown(row["failure"])
    if failure == delivery_words.UNREACHABLE:
        row |= {"duration_ms": None, "answer": None}
    return row | {"failure": failure}


async def _missing(
    session: Session, user_id: UUID, delivery_id: UUID
) -> DeliveryNotFoundError | NotYourDeliveryError:
    owner = await session.scalar(select(DELIVERIES.c.user_id).where(DELIVERIES.c.id == delivery_id))
    return DeliveryNotFoundError() if owner in (None, user_id) else NotYourDeliveryError()


async def between(
    session: Session,
    user_id: UUID,
    webhook_id: UUID,
    first: datetime,
    last: datetime,
    *,
    states: Sequence[str],
    after: UUID | None = None,
) -> tuple[list[UUID], bool]:
    """Return the deliveries made from `first` to before `last` that are in one of these states, the oldest first.

    At most `MOST_AT_ONCE`, those behind `after` only; the flag says whether there are more.
    """
    meant = _meant(DeliveryFilter(first=first, last=last))
    if after is not None:
        meant.append(DELIVERIES.c.id > after)
    found = await session.scalars(
        select(DELIVERIES.c.id)
        .where(DELIVERIES.c.user_id == user_id, DELIVERIES.c.webhook_id == webhook_id, *meant)
        .where(DELIVERIES.c.state.in_(states))
        .order_by(DELIVERIES.c.id)
        .limit(MOST_AT_ONCE + 1)
    )
    ids = list(found)
    return ids[:MOST_AT_ONCE], len(ids) > MOST_AT_ONCE


async def everybodys_page(
    session: Session, wanted: DeliveryFilter, account_id: UUID | None, request: PageRequest
) -> Slice[Shown]:
    """Return everybody's deliveries, the newest first, without what they say and with the exact word of a failure."""
    webhooks: Any = Webhook.__table__
    joined = DELIVERIES.join(
        webhooks,
        (webhooks.c.id == DELIVERIES.c.webhook_id) & (webhooks.c.user_id == DELIVERIES.c.user_id),
    )
    statement = select(*SHOWN, DELIVERIES.c.user_id.label("account_id"), webhooks.c.url)
    statement = statement.select_from(joined).where(*_meant(wanted))
    if account_id is not None:
        statement = statement.where(DELIVERIES.c.user_id == account_id)
    found = await slice_of(session, statement, NEWEST_FIRST, request)
    items = [_shown_to_operators(row) for row in found.items]
    return Slice(items, found.next_cursor, found.total)


def _shown_to_operators(row: Row[Any]) -> Shown:
    told: Shown = dict(zip(row._fields[:-1], row[:-1], strict=True))
    host = addresses.host_of(told.pop("url"))  # the rest is often as good as a password
    return told | {"host": host, "due_at": told["due_at"] if told["state"] == "waiting" else None}
