"""What a user has asked of models on one of their days, and the day's budget (S-128)."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Executable, Table, and_, select
from sqlalchemy.dialects import postgresql, sqlite

from questlog.coach.models import ModelUse
from questlog.core import clock
from questlog.core.db import Session
from questlog.core.exceptions import TooManyRequestsError
from questlog.core.outside_settings import LlmSettings
from questlog.core.prepared import Bound, prepared

USES = cast(Table, ModelUse.__table__)
LARGEST = (2**31 - 1, 2**63 - 1)
"""Requests and tokens that their columns hold."""


class AiQuotaError(TooManyRequestsError):
    """`details` has what was used and what the day allows."""

    code = "ai_quota"
    default_message = "Today's budget for the coach's model is used up. It is new tomorrow."


@dataclass(frozen=True, slots=True)
class Use:
    requests: int = 0
    tokens: int = 0


async def of_day(session: Session, user_id: UUID, day: date) -> Use:
    mine = (USES.c.user_id == user_id, USES.c.day == day)
    found = await session.execute(
        select(USES.c.requests, USES.c.tokens_in + USES.c.tokens_out).where(*mine)
    )
    row = found.first()
    return Use() if row is None else Use(*row)


async def check_day(session: Session, user_id: UUID, timezone: str, budget: LlmSettings) -> None:
    """Raise `AiQuotaError` when the user's day has nothing left for another request."""
    check(await of_day(session, user_id, clock.today(timezone)), budget, timezone)


def check(use: Use, budget: LlmSettings, timezone: str) -> None:
    """Raise `AiQuotaError` when the next request would go over the day's budget."""
    over_requests = budget.daily_requests is not None and use.requests >= budget.daily_requests
    over_tokens = budget.daily_tokens is not None and use.tokens >= budget.daily_tokens
    if over_requests or over_tokens:
        raise AiQuotaError(
            retry_after=seconds_left(timezone),
            requests=use.requests,
            tokens=use.tokens,
            daily_requests=budget.daily_requests,
            daily_tokens=budget.daily_tokens,
        )


def seconds_left(timezone: str) -> int:
    """Return how many seconds the user's day still has."""
    now = clock.now().astimezone(clock.zone(timezone))
    ends = datetime.combine(now.date() + timedelta(days=1), time.min, now.tzinfo)
    return max(1, math.ceil((ends.astimezone(UTC) - now.astimezone(UTC)).total_seconds()))


async def claim_request(
    session: Session, user_id: UUID, timezone: str, budget: LlmSettings
) -> None:
    """Count one request before it is made, so that many at once cannot go over the budget together.

    Raises `AiQuotaError`, and then has counted nothing: the transaction may go on.
    """
    check(Use(), budget, timezone)
    day = clock.today(timezone)
    statement, values = CLAIMED[session.get_bind().dialect.name](user_id, day, *_most(budget))
    if (await session.execute(statement, values)).first() is None:
        check(await of_day(session, user_id, day), budget, timezone)


def _most(budget: LlmSettings) -> list[int]:
    set_ = (budget.daily_requests, budget.daily_tokens)
    return [
        end if most is None else min(most, end) for most, end in zip(set_, LARGEST, strict=True)
    ]


async def spend(
    session: Session, user_id: UUID, timezone: str, *, tokens_in: int, tokens_out: int
) -> None:
    """Count what an answer took."""
    day = clock.today(timezone)
    await _add(session, user_id, day, tokens_in=tokens_in, tokens_out=tokens_out)


async def _add(
    session: Session,
    user_id: UUID,
    day: date,
    *,
    requests: int = 0,
    tokens_in: int = 0,
    tokens_out: int = 0,
) -> Use:
    dialect = session.get_bind().dialect.name
    statement, values = COUNTED[dialect](user_id, day, requests, tokens_in, tokens_out)
    return Use(*(await session.execute(statement, values)).one())


def _counted(insert: Any) -> Callable[..., Bound]:
    @prepared
    def counted(
        user_id: UUID, day: date, requests: int, tokens_in: int, tokens_out: int
    ) -> Executable:
        more = {"requests": requests, "tokens_in": tokens_in, "tokens_out": tokens_out}
        first = insert(USES).values(user_id=user_id, day=day, **more)
        added = {name: USES.c[name] + first.excluded[name] for name in more}
        whole = first.on_conflict_do_update(index_elements=["user_id", "day"], set_=added)
        found: Executable = whole.returning(USES.c.requests, USES.c.tokens_in + USES.c.tokens_out)
        return found

    return counted


def _claimed(insert: Any) -> Callable[..., Bound]:
    @prepared
    def claimed(user_id: UUID, day: date, most_requests: int, most_tokens: int) -> Executable:
        first = insert(USES).values(user_id=user_id, day=day, requests=1, tokens_in=0, tokens_out=0)
        has_room = (
            USES.c.requests < most_requests,
            USES.c.tokens_in + USES.c.tokens_out < most_tokens,
        )
        whole = first.on_conflict_do_update(
            index_elements=["user_id", "day"],
            set_={"requests": USES.c.requests + 1},
            where=and_(*has_room),
        )
        found: Executable = whole.returning(USES.c.requests)
        return found

    return claimed


CLAIMED = {"sqlite": _claimed(sqlite.insert), "postgresql": _claimed(postgresql.insert)}
COUNTED = {"sqlite": _counted(sqlite.insert), "postgresql": _counted(postgresql.insert)}
