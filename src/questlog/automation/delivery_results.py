"""What came of sending: written to the message, to its attempt, and to what is known of the endpoint."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Executable, Row, Select, bindparam, select, update

from questlog.automation import delivery_words
from questlog.automation.delivery_claims import ATTEMPTS, Sending
from questlog.automation.delivery_schedule import GIVEN_UP_AFTER, LATELY, next_due
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

OUR_OWN = (delivery_words.UNKNOWN, delivery_words.UNSIGNED)
"""What went wrong here, and says nothing of the endpoint."""

type Reason = Literal["gone", "failing"]
type News = Literal["well", "answered", "failing_now"] | Reason


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

    A result whose lease was taken over by somebody else changes nothing but its own attempt. One from a URL that the
    endpoint has no more says nothing of the endpoint: if it failed, its message is tried again.
    """
    doomed = await _judge_endpoints(session, results)
    gone = {each.webhook_id for each in doomed if each.reason == "gone"}
    now = clock.now()
    over, put_off = list[dict[str, Any]](), list[dict[str, Any]]()
    for each in results:
        held = {"whose": each.sending.id, "held": each.sending.lease}
        if (due := _due_again(each, gone, now)) is not None:
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


def _due_again(result: Result, gone: Collection[UUID], now: datetime) -> datetime | None:
    is_gone = result.failure == delivery_words.GONE and result.sending.webhook.id in gone
    if result.failure is None or is_gone:
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
    """Note since when endpoints fail and which work again; return those that failed for too long or are gone.

    Only by what the present URL of an active endpoint answered to somebody who still holds the lease.
    """
    now = clock.now()
    telling = [each for each in results if _tells_of_endpoint(each)]
    rows = await _hold_those_with_news(session, telling, now)
    standing = await _whose_lease_stands(session, telling) if rows else []
    doomed: list[SwitchOff] = []
    for row in rows:
        for each in _news(row, standing, now):
            if each == "failing" and not await _failed_lately(session, row.id, telling, now):
                await session.execute(*_marked(row.id, now))
            elif each in ("gone", "failing"):
                doomed.append(SwitchOff(row.user_id, row.id, each))
            elif each == "answered":
                await session.execute(*_answered(row.id, now))
            else:
                await session.execute(*_marked(row.id, None if each == "well" else now))
    return doomed


async def _hold_those_with_news(
    session: Session, results: Sequence[Result], now: datetime
) -> Sequence[Row[Any]]:
    """Lock endpoints before they are judged, and before their messages: whoever changes one does the same."""
    concerned = {each.sending.webhook.id for each in results}
    seen = (await session.execute(_active(concerned))).all() if concerned else []
    news = {row.id for row in seen if _news(row, results, now)}
    if not news:
        return []
    locked = _active(news).with_for_update(key_share=True)
    rows: Sequence[Row[Any]] = (await session.execute(locked)).all()
    return rows


def _active(webhook_ids: Collection[UUID]) -> Select[Any]:
    names = ("id", "user_id", "url", "answered_at", "failing_since")
    active = (WEBHOOKS.c.id.in_(webhook_ids), WEBHOOKS.c.disabled_at.is_(None))
    return select(*(WEBHOOKS.c[name] for name in names)).where(*active).order_by(WEBHOOKS.c.id)


def _news(row: Row[Any], results: Sequence[Result], now: datetime) -> list[News]:
    """Return what these results change about an endpoint, if they come from the URL it has now."""
    sent = [(each.sending.webhook, each.failure) for each in results]
    failures = [why for webhook, why in sent if (webhook.id, webhook.url) == (row.id, row.url)]
    if not failures:
        return []
    news: list[News] = []
    has_failed = failures[-1] is not None
    if has_failed != (row.failing_since is not None):
        news.append("failing_now" if has_failed else "well")
    if row.answered_at is None and None in failures:
        news.append("answered")
    if delivery_words.GONE in failures:
        news.append("gone")
    elif has_failed and row.failing_since and row.failing_since <= now - GIVEN_UP_AFTER:
        news.append("failing")
    return news


async def _whose_lease_stands(session: Session, results: Sequence[Result]) -> list[Result]:
    """Leave out what was taken over, called off or switched off meanwhile."""
    ids = [each.sending.id for each in results]
    held = select(DELIVERIES.c.id, DELIVERIES.c.lease).where(DELIVERIES.c.id.in_(ids), IS_WAITING)
    leases = {row.id: row.lease for row in await session.execute(held)}
    return [each for each in results if leases.get(each.sending.id) == each.sending.lease]


async def _failed_lately(
    session: Session, webhook_id: UUID, results: Sequence[Result], now: datetime
) -> bool:
    """Say whether it was tried in vain before these results, and not so long ago that nobody knows how it was since."""
    these = [each.sending.attempt_id for each in results]
    own = (DELIVERIES.c.id == ATTEMPTS.c.delivery_id, DELIVERIES.c.webhook_id == webhook_id)
    lately = (ATTEMPTS.c.started_at >= now - LATELY, ATTEMPTS.c.id.not_in(these))
    tried = select(ATTEMPTS.c.id).where(*own, *lately, ATTEMPTS.c.failure.not_in(OUR_OWN))
    return await session.scalar(tried.limit(1)) is not None


def _tells_of_endpoint(result: Result) -> bool:
    return result.failure != delivery_words.UNSIGNED  # that one is our own fault


@prepared
def _marked(webhook_id: UUID, since: datetime | None) -> Executable:
    marked = update(WEBHOOKS).where(WEBHOOKS.c.id == webhook_id)
    return marked.values(failing_since=since, version=WEBHOOKS.c.version + 1)


@prepared
def _answered(webhook_id: UUID, now: datetime) -> Executable:
    """Let an endpoint be known. Nobody is shown that, so its version stays."""
    return update(WEBHOOKS).where(WEBHOOKS.c.id == webhook_id).values(answered_at=now)
