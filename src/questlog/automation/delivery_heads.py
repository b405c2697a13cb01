"""Which endpoints have something to be sent, the one that has waited longest first.

However long one endpoint's queue is, finding the others costs one look into an index for each of them.
"""

from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Executable, Integer, bindparam, func, or_, select

from questlog.automation.relay import ACCOUNTS, DELIVERIES, IS_WAITING, WEBHOOKS
from questlog.core.prepared import Bound
from questlog.core.types import Moment

MOST_PER_ENDPOINT = 4

type Lane = Literal["all", "known", "new", "failing"]
"""Endpoints that answered and do not fail, that did neither yet, and that fail."""

D = DELIVERIES.c
NOW = bindparam("now", type_=Moment)


def endpoints_with_work(
    most: int,
    now: datetime,
    *,
    lane: Lane = "all",
    but_not: Collection[UUID] = (),
    only: Collection[UUID] | None = None,
    without: Collection[UUID] = (),
) -> Bound:
    """Select active endpoints that may be sent something now, and lock them against whoever else chooses.

    `but_not` and `only` name endpoints, `without` owners.
    """
    values: dict[str, Any] = {"most": most, "now": now}
    if but_not:
        values["but_not"] = list(but_not)
    if only is not None:
        values["only"] = list(only)
    if without:
        values["without"] = list(without)
    statement = _statement(lane, frozenset(values))
    return statement, values


@cache
def _statement(lane: Lane, named: frozenset[str]) -> Executable:
    """Build each form once: that takes longer than running it."""
    heads = _waiting_endpoints()
    under_way, first = _count_under_way(), _first_due()
    columns = ("id", "user_id", "url", "secret", "previous_secret", "previous_until")
    statement = (
        select(*(WEBHOOKS.c[name] for name in columns), under_way.label("under_way"))
        .select_from(heads.join(WEBHOOKS, WEBHOOKS.c.id == heads.c.webhook_id))
        .join(ACCOUNTS, ACCOUNTS.c.id == WEBHOOKS.c.user_id)
        .where(WEBHOOKS.c.disabled_at.is_(None), ACCOUNTS.c.deactivated_at.is_(None))
        .where(first.is_not(None), under_way < most_under_way(lane))
        .order_by(first, WEBHOOKS.c.id)
        .limit(bindparam("most", type_=Integer))
        .with_for_update(of=WEBHOOKS, skip_locked=True, key_share=True)
    )
    if lane != "all":
        is_failing = WEBHOOKS.c.failing_since.is_not(None)
        statement = statement.where(is_failing if lane == "failing" else ~is_failing)
    if lane in ("known", "new"):
        is_new = WEBHOOKS.c.answered_at.is_(None)
        statement = statement.where(is_new if lane == "new" else ~is_new)
    if "but_not" in named:
        statement = statement.where(WEBHOOKS.c.id.not_in(bindparam("but_not", expanding=True)))
    if "without" in named:
        theirs = WEBHOOKS.c.user_id.in_(bindparam("without", expanding=True))
        statement = statement.where(~theirs)
    if "only" in named:
        statement = statement.where(WEBHOOKS.c.id.in_(bindparam("only", expanding=True)))
    return statement


def most_under_way(lane: Lane) -> int:
    """Return how many may be under way to one endpoint: one that fails, or is new, is sent one message at a time."""
    return 1 if lane in ("failing", "new") else MOST_PER_ENDPOINT


def _waiting_endpoints() -> Any:
    """Step through the index from endpoint to endpoint, past whatever waits for each."""
    waiting = select(D.webhook_id).where(IS_WAITING).order_by(D.webhook_id).limit(1)
    heads = select(waiting.scalar_subquery().label("webhook_id")).cte("heads", recursive=True)
    following = waiting.where(D.webhook_id > heads.c.webhook_id).correlate(heads)
    step = select(following.scalar_subquery()).where(heads.c.webhook_id.is_not(None))
    return heads.union_all(step)


def _count_under_way() -> Any:
    leased = select(func.count()).where(D.webhook_id == WEBHOOKS.c.id, D.leased_until >= NOW)
    return leased.correlate(WEBHOOKS).scalar_subquery()


def _first_due() -> Any:
    free = or_(D.leased_until.is_(None), D.leased_until < NOW)
    mine = (D.webhook_id == WEBHOOKS.c.id, IS_WAITING, D.due_at <= NOW, free)
    first = select(D.due_at).where(*mine).order_by(D.due_at).limit(1)
    return first.correlate(WEBHOOKS).scalar_subquery()
