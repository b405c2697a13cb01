"""What must be true of endpoints and their messages (INV-4)."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, select

from questlog.automation import webhook_patterns
from questlog.automation.deliveries import KEPT
from questlog.automation.delivery_claims import ATTEMPTS
from questlog.automation.events import COUNTERS, EVENTS
from questlog.automation.relay import DELIVERIES, WEBHOOKS
from questlog.core import clock

CHANGED = ("webhook.updated", "webhook.disabled")


def falsehoods(connection: Connection) -> Iterator[str]:
    yield from _messages_without_their_event(connection)
    yield from _leases_of_nobody(connection)
    yield from _endpoints_ahead_of_the_log(connection)
    yield from _attempts_that_do_not_count(connection)
    yield from _events_never_told(connection)


def _messages_without_their_event(connection: Connection) -> Iterator[str]:
    """Events are kept far longer than messages."""
    joined = DELIVERIES.outerjoin(
        EVENTS,
        (EVENTS.c.id == DELIVERIES.c.event_id) & (EVENTS.c.user_id == DELIVERIES.c.user_id),
    )
    recent = DELIVERIES.c.created_at > clock.now() - KEPT
    orphans = select(DELIVERIES.c.id).select_from(joined).where(recent)
    for (id_,) in connection.execute(
        orphans.where(DELIVERIES.c.event_id.is_not(None), EVENTS.c.id.is_(None))
    ):
        yield f"delivery {id_} tells of no event of its user"


def _leases_of_nobody(connection: Connection) -> Iterator[str]:
    columns = DELIVERIES.c
    rows = select(columns.id, columns.state, columns.leased_until, columns.lease, columns.done_at)
    for id_, state, until, lease, done_at in connection.execute(rows):
        if (until is None) != (lease is None) or (lease is not None and state != "waiting"):
            yield f"delivery {id_} ({state}) is leased by half"
        if (done_at is None) != (state == "waiting"):
            yield f"delivery {id_} is {state}, and done at {done_at}"


def _endpoints_ahead_of_the_log(connection: Connection) -> Iterator[str]:
    joined = WEBHOOKS.join(COUNTERS, COUNTERS.c.user_id == WEBHOOKS.c.user_id)
    ahead = select(WEBHOOKS.c.id).select_from(joined)
    for (id_,) in connection.execute(ahead.where(WEBHOOKS.c.told_seq > COUNTERS.c.last_seq)):
        yield f"webhook {id_} was told of what has not happened"


def _attempts_that_do_not_count(connection: Connection) -> Iterator[str]:
    order = (ATTEMPTS.c.delivery_id, ATTEMPTS.c.number)
    rows = connection.execute(select(ATTEMPTS.c.delivery_id, ATTEMPTS.c.number).order_by(*order))
    last: tuple[Any, int] = (None, 0)
    for delivery_id, number in rows:
        due = last[1] + 1 if last[0] == delivery_id else 1
        if number != due:
            yield f"attempt {number} of delivery {delivery_id} should be its {due}"
        last = (delivery_id, number)


def _events_never_told(connection: Connection) -> Iterator[str]:
    """Look at endpoints that were made and never changed: since then they were told everything once."""
    made = select(EVENTS.c.subject_id, EVENTS.c.seq).where(EVENTS.c.type == "webhook.created")
    since = {row.subject_id: row.seq for row in connection.execute(made)}
    moved = select(EVENTS.c.subject_id).where(EVENTS.c.type.in_(CHANGED))
    changed = set(connection.scalars(moved))
    for webhook in connection.execute(select(WEBHOOKS)).all():
        if webhook.id in since and webhook.id not in changed and webhook.disabled_at is None:
            yield from _untold(connection, webhook, since[webhook.id])


def _untold(connection: Connection, webhook: Row[Any], since: int) -> Iterator[str]:
    recent = EVENTS.c.created_at > clock.now() - KEPT + timedelta(days=1)
    seen = (EVENTS.c.seq > since, EVENTS.c.seq <= webhook.told_seq, recent)
    happened = select(EVENTS.c.id, EVENTS.c.type).where(EVENTS.c.user_id == webhook.user_id, *seen)
    mine = select(DELIVERIES.c.event_id).where(DELIVERIES.c.webhook_id == webhook.id)
    told = set(connection.scalars(mine))
    for event_id, type_ in connection.execute(happened):
        if (event_id in told) != webhook_patterns.matches(webhook.events, type_):
            yield f"webhook {webhook.id} was {'' if event_id in told else 'not '}told of {type_} {event_id}"
