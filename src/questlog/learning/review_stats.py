"""How somebody's cards stand, and what is coming."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, select

from questlog.core import clock
from questlog.core.db import Session
from questlog.learning.cards import CARDS, ITS_QUESTION, REVIEWS
from questlog.learning.questions import ASKED, QUESTIONS

DAYS_AHEAD = 7
DAYS_BACK = 30
STATES = {"learning": 1, "review": 2, "relearning": 3}


async def of(session: Session, user_id: UUID, *, today: date, timezone: str) -> dict[str, Any]:
    """Return counts of cards and reviews; `forecast` is how many come due on each of the next days.

    What is overdue counts for today. `retention` is the share of right answers among those graded in the last days.
    """
    days = [today + timedelta(days=n) for n in range(DAYS_AHEAD)]
    cards = (await session.execute(_cards(user_id, days, timezone))).one()
    graded = (await session.execute(_graded(user_id, today))).one()
    return {
        "cards": cards.cards,
        **{name: getattr(cards, name) or 0 for name in ("new", "due", *STATES)},
        "reviews": graded.reviews,
        "retention": graded.right / graded.graded if graded.graded else None,
        "forecast": [
            {"date": day, "due": getattr(cards, f"day_{n}") or 0} for n, day in enumerate(days)
        ],
    }


def _cards(user_id: UUID, days: Sequence[date], timezone: str) -> Any:
    is_new = CARDS.c.reviews == 0
    state = CARDS.c.memory["state"].as_integer()
    ends = [_midnight(day + timedelta(days=1), timezone) for day in days]
    return (
        select(
            func.count(CARDS.c.id).label("cards"),
            _how_many(is_new).label("new"),
            _how_many(CARDS.c.due_at <= clock.now()).label("due"),
            *(_how_many(~is_new & (state == n)).label(name) for name, n in STATES.items()),
            *(
                _how_many(_falls_between(ends[n - 1] if n else None, end)).label(f"day_{n}")
                for n, end in enumerate(ends)
            ),
        )
        .join(QUESTIONS, ITS_QUESTION)
        .where(CARDS.c.user_id == user_id, ASKED)
    )


def _graded(user_id: UUID, today: date) -> Any:
    recent = REVIEWS.c.local_day > today - timedelta(days=DAYS_BACK)
    right = recent & REVIEWS.c.is_correct.is_(True)
    return select(
        func.count(REVIEWS.c.id).label("reviews"),
        func.coalesce(_how_many(recent & REVIEWS.c.is_correct.is_not(None)), 0).label("graded"),
        func.coalesce(_how_many(right), 0).label("right"),
    ).where(REVIEWS.c.user_id == user_id)


def _how_many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


def _falls_between(start: datetime | None, end: datetime) -> ColumnElement[bool]:
    before = CARDS.c.due_at < end
    return before if start is None else before & (CARDS.c.due_at >= start)


def _midnight(day: date, timezone: str) -> datetime:
    return datetime.combine(day, time.min, clock.zone(timezone))
