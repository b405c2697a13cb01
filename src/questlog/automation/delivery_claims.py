"""Taking messages to send them: for half a minute, under a lease with a name of its own.

Every result is written only where the lease is still the same, so somebody who was thought dead changes nothing when he
comes back. Rows are locked from the top down (webhook, then deliveries), so that no two who work here wait for each
other in a circle.
"""

import sys
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Executable, Row, Table, func, insert, or_, select, update

from questlog.automation import delivery_words
from questlog.automation.delivery_heads import Lane, endpoints_with_work, most_under_way
from questlog.automation.delivery_places import Places
from questlog.automation.delivery_schedule import MOST_ATTEMPTS
from questlog.automation.relay import DELIVERIES, IS_WAITING
from questlog.automation.webhook_models import DeliveryAttempt
from questlog.core import clock
from questlog.core.db import Session
from questlog.core.ids import new_id
from questlog.core.prepared import prepared

LEASE = timedelta(seconds=30)
"""Twice as long as a request may take; what a killed sender holds keeps its place at the endpoint so long."""

ATTEMPTS = cast(Table, DeliveryAttempt.__table__)
INSERT_ATTEMPTS = insert(ATTEMPTS)


@dataclass(frozen=True, slots=True)
class Sending:
    """A message that was taken to be sent; `attempt` counts those of this round, this one included."""

    id: UUID
    user_id: UUID
    event_type: str
    body: str
    attempt: int
    attempt_id: UUID
    lease: UUID
    webhook: Row[Any]
    """The endpoint as it was then, with its sealed secrets."""


async def claim(
    session: Session,
    most: int,
    *,
    lane: Lane = "all",
    but_not: Collection[UUID] = (),
    only: Collection[UUID] | None = None,
    places: Places | None = None,
    lease_for: timedelta = LEASE,
) -> list[Sending]:
    """Take messages that are due, spread over the endpoints, and note an attempt for each.

    Of one endpoint no more than four are under way, counted over all processes, and one of those that fail or are new,
    where `lane` chooses them; of one owner as many as get one of the `places`. `but_not` and `only` name endpoints.
    """
    now, lease = clock.now(), new_id()
    places = places or Places(sys.maxsize)
    bound = endpoints_with_work(
        most, now, lane=lane, but_not=but_not, only=only, without=places.without()
    )
    endpoints = (await session.execute(*bound)).all()
    if not endpoints:
        return []
    under_way = await _under_way_now(session, [webhook.id for webhook in endpoints], now)
    share = max(1, most // len(endpoints))
    chosen: list[tuple[Row[Any], Row[Any]]] = []
    for webhook in endpoints:
        room = min(share, most_under_way(lane) - under_way[webhook.id], most - len(chosen))
        if room > 0 and (room := places.give(webhook.user_id, room)):
            rows = (await session.execute(*_free(webhook.id, now, room))).all()
            await _look_after_lost(session, rows, now)
            begun = [(webhook, row) for row in rows if row.attempts < MOST_ATTEMPTS]
            places.give_back(webhook.user_id, room - len(begun))
            chosen += begun
    if not chosen:
        return []
    ids = [row.id for _, row in chosen]
    await session.execute(_held(ids, lease, now + lease_for))
    sendings = [_sending(webhook, row, lease) for webhook, row in chosen]
    numbers = {row.id: row.last_number + 1 for _, row in chosen}
    await session.execute(INSERT_ATTEMPTS, [_begun(each, numbers, now) for each in sendings])
    return sendings


async def _under_way_now(session: Session, ids: Sequence[UUID], now: datetime) -> Counter[UUID]:
    """Count anew once the endpoints are locked: what was counted with them may be from before somebody's commit."""
    columns = DELIVERIES.c
    leased = (IS_WAITING, columns.webhook_id.in_(ids), columns.leased_until >= now)
    counted = select(columns.webhook_id, func.count().label("leased")).where(*leased)
    rows = await session.execute(counted.group_by(columns.webhook_id))
    return Counter({row.webhook_id: row.leased for row in rows})


async def _look_after_lost(session: Session, rows: Sequence[Row[Any]], now: datetime) -> None:
    """Name the tries of lost senders, and give up messages that had their last one so."""
    for row in rows:
        if row.is_lost:
            await session.execute(*_lost(row.user_id, row.id, delivery_words.UNKNOWN))
    worn_out = [row.id for row in rows if row.attempts >= MOST_ATTEMPTS]
    if worn_out:
        await session.execute(_given_up(worn_out, now))


def _sending(webhook: Row[Any], row: Row[Any], lease: UUID) -> Sending:
    return Sending(
        id=row.id,
        user_id=row.user_id,
        event_type=row.event_type,
        body=row.body,
        attempt=row.attempts + 1,
        attempt_id=new_id(),
        lease=lease,
        webhook=webhook,
    )


def _begun(sending: Sending, numbers: dict[UUID, int], now: datetime) -> dict[str, Any]:
    return {
        "id": sending.attempt_id,
        "user_id": sending.user_id,
        "delivery_id": sending.id,
        "number": numbers[sending.id],
        "started_at": now,
    }


@prepared
def _free(webhook_id: UUID, now: datetime, most: int) -> Executable:
    """Select and lock what of an endpoint is due and nobody's, with what was tried before."""
    columns = DELIVERIES.c
    unleased = or_(columns.leased_until.is_(None), columns.leased_until < now)
    own = (ATTEMPTS.c.user_id == columns.user_id, ATTEMPTS.c.delivery_id == columns.id)
    numbers = select(func.coalesce(func.max(ATTEMPTS.c.number), 0)).where(*own)
    unfinished = select(func.count()).where(
        *own, ATTEMPTS.c.duration_ms.is_(None), ATTEMPTS.c.failure.is_(None)
    )
    return (
        select(
            columns.id,
            columns.user_id,
            columns.event_type,
            columns.body,
            columns.attempts,
            numbers.correlate(DELIVERIES).scalar_subquery().label("last_number"),
            unfinished.correlate(DELIVERIES).scalar_subquery().label("is_lost"),
        )
        .where(columns.webhook_id == webhook_id, IS_WAITING, columns.due_at <= now, unleased)
        .order_by(columns.due_at, columns.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )


def _held(ids: Sequence[UUID], lease: UUID, until: datetime) -> Executable:
    holding = update(DELIVERIES).where(DELIVERIES.c.id.in_(ids))
    return holding.values(leased_until=until, lease=lease, attempts=DELIVERIES.c.attempts + 1)


def _given_up(ids: Sequence[UUID], now: datetime) -> Executable:
    values = {"state": "failed", "done_at": now, "leased_until": None, "lease": None}
    return update(DELIVERIES).where(DELIVERIES.c.id.in_(ids)).values(**values)


@prepared
def _lost(user_id: UUID, delivery_id: UUID, word: str) -> Executable:
    """Name the attempts of senders who were lost."""
    own = (ATTEMPTS.c.user_id == user_id, ATTEMPTS.c.delivery_id == delivery_id)
    unfinished = (ATTEMPTS.c.duration_ms.is_(None), ATTEMPTS.c.failure.is_(None))
    return update(ATTEMPTS).where(*own, *unfinished).values(failure=word)


async def renew(session: Session, held: Iterable[Sending], *, lease_for: timedelta = LEASE) -> None:
    """Hold on to what is still being sent."""
    until = clock.now() + lease_for
    for each in held:
        await session.execute(*_renewed(each.id, each.lease, until))


@prepared
def _renewed(delivery_id: UUID, lease: UUID, until: datetime) -> Executable:
    held = (DELIVERIES.c.id == delivery_id, DELIVERIES.c.lease == lease)
    return update(DELIVERIES).where(*held).values(leased_until=until)


async def release(session: Session, held: Iterable[Sending]) -> None:
    """Give back what was not finished when the sender had to end: it is due at once, and this try does not count."""
    for each in held:
        await session.execute(*_given_back(each.id, each.lease))
        await session.execute(*_broken_off(each.attempt_id, delivery_words.UNKNOWN))


@prepared
def _broken_off(attempt_id: UUID, word: str) -> Executable:
    """Name one attempt, and not that of whoever took the message over meanwhile."""
    unfinished = (ATTEMPTS.c.duration_ms.is_(None), ATTEMPTS.c.failure.is_(None))
    return update(ATTEMPTS).where(ATTEMPTS.c.id == attempt_id, *unfinished).values(failure=word)


@prepared
def _given_back(delivery_id: UUID, lease: UUID) -> Executable:
    held = (DELIVERIES.c.id == delivery_id, DELIVERIES.c.lease == lease)
    given = update(DELIVERIES).where(*held, IS_WAITING)
    return given.values(leased_until=None, lease=None, attempts=DELIVERIES.c.attempts - 1)
