"""What came of sending: written to the message, to its attempt, and to what is known of the endpoint."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Executable, bindparam, select, update

from questlog.automation import delivery_words
from questlog.automation.delivery_claims import ATTEMPTS, Sending
from questlog.automation.delivery_schedule import GIVEN_UP_AFTER, next_due
from questlog.automation.relay import DELIVERIES, IS_WAITING, WEBHOOKS
from questlog.core import clock
from questlog.core.db import Session
from questlog.core.prepared import prepared

FINISH_ATTEMPT = (
    update(ATTEMPTS)
    .where(
        ATTEMPTS.c.id == bindparam("attempt_id"),
        ATTEMPTS.c.duration_ms.is_(None),
        ATTEMPTS.c.failure.is_(None),
    )
    .values({name: bindparam(name) for name in ("duration_ms", "status", "answer", "failure")})
)

HELD = (
    DELIVERIES.c.id == bindparam("whose"),
    DELIVERIES.c.lease == bindparam("held"),
    IS_WAITING,
)
OVER = (
    update(DELIVERIES)
    .where(*HELD)
    .values(state=bindparam("ended"), done_at=bindparam("now"), leased_until=None, lease=None)
)
PUT_OFF = (
    update(DELIVERIES).where(*HELD).values(due_at=bindparam("due"), leased_until=None, lease=None)
)

type Reason = Literal["gone", "failing"]


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a sending: `failure` is None when it arrived, or one of `delivery_words.WORDS`."""

    sending: Sending
    failure: str | None
    duration_ms: int
    status: int | None = None
    answer: str | None = None
    retry_after: str | None = None


@dataclass(frozen=True, slots=True)
class SwitchOff:
    """An endpoint that is to be told nothing any more, and why."""

    user_id: UUID
    webhook_id: UUID
    reason: Reason


async def settle(session: Session, results: Sequence[Result]) -> list[SwitchOff]:
    """Write what came of some sendings; return the endpoints that have to be switched off.

    A result whose lease was taken over by somebody else changes nothing.
    """
    doomed = await _judge_endpoints(session, results)
    now = clock.now()
    over, put_off = list[dict[str, Any]](), list[dict[str, Any]]()
    for each in results:
        held = {"whose": each.sending.id, "held": each.sending.lease}
        if (due := _due_again(each, now)) is not None:
            put_off.append({**held, "due": due})
        else:
            state = "delivered" if each.failure is None else "failed"
            over.append({**held, "ended": state, "now": now})
    if over:
        await session.execute(OVER, over)
    if put_off:
        await session.execute(PUT_OFF, put_off)
    await session.execute(FINISH_ATTEMPT, [_finished(each) for each in results])
    return doomed


def _due_again(result: Result, now: datetime) -> datetime | None:
    if result.failure in (None, delivery_words.GONE):
        return None
    return next_due(result.sending.attempt, now, retry_after=result.retry_after)


def _finished(result: Result) -> dict[str, Any]:
    return {
        "attempt_id": result.sending.attempt_id,
        "duration_ms": result.duration_ms,
        "status": result.status,
        "answer": result.answer,
        "failure": result.failure,
    }


async def _judge_endpoints(session: Session, results: Sequence[Result]) -> list[SwitchOff]:
    """Note since when endpoints fail and which work again; return those that failed for too long or are gone."""
    judged = {each.sending.webhook.id: each for each in results if _tells_of_endpoint(each)}
    if not judged:
        return []
    now = clock.now()
    columns = (WEBHOOKS.c.id, WEBHOOKS.c.user_id, WEBHOOKS.c.failing_since)
    active = select(*columns).where(WEBHOOKS.c.id.in_(judged), WEBHOOKS.c.disabled_at.is_(None))
    gone = {each.sending.webhook.id for each in results if each.failure == delivery_words.GONE}
    doomed: list[SwitchOff] = []
    for row in (await session.execute(active.order_by(WEBHOOKS.c.id))).all():
        has_failed = judged[row.id].failure is not None
        if has_failed != (row.failing_since is not None):
            await session.execute(*_marked(row.id, now if has_failed else None))
        if row.id in gone:
            doomed.append(SwitchOff(row.user_id, row.id, "gone"))
        elif has_failed and row.failing_since and row.failing_since <= now - GIVEN_UP_AFTER:
            doomed.append(SwitchOff(row.user_id, row.id, "failing"))
    return doomed


def _tells_of_endpoint(result: Result) -> bool:
    return result.failure != delivery_words.UNSIGNED  # that one is our own fault


@prepared
def _marked(webhook_id: UUID, since: datetime | None) -> Executable:
    marked = update(WEBHOOKS).where(WEBHOOKS.c.id == webhook_id)
    return marked.values(failing_since=since, version=WEBHOOKS.c.version + 1)
