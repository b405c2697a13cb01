"""What was done, day by day."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func

from questlog.core.db import Session
from questlog.planning import queries
from questlog.planning.queries import OCCURRENCES
from questlog.stats.days import span

INBOX = "inbox"


@dataclass(frozen=True)
class DayOfWork:
    """`breakdown` says how many completions fell to which project's id, or to `inbox`."""

    date: date
    count: int = 0
    xp: int = 0
    breakdown: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class YearOfWork:
    year: int
    total: int
    best: int
    days: list[DayOfWork]


async def of_days(session: Session, user_id: UUID, days: int, *, today: date) -> list[DayOfWork]:
    """Return the last `days` local days up to today, oldest first, days without anything among them."""
    return await _between(session, user_id, today - timedelta(days=days - 1), today)


async def of_year(session: Session, user_id: UUID, year: int) -> YearOfWork:
    """Return every day of a calendar year, with its sum and its best day."""
    days = await _between(session, user_id, date(year, 1, 1), date(year, 12, 31))
    counts = [day.count for day in days]
    return YearOfWork(year, sum(counts), max(counts), days)


async def _between(session: Session, user_id: UUID, first: date, last: date) -> list[DayOfWork]:
    rows = await session.execute(_by_day_and_project(user_id, first, last))
    parts: dict[date, list[Any]] = {}
    for row in rows:
        parts.setdefault(row.done_on, []).append(row)
    return [_day(day, parts.get(day, [])) for day in span(first, last)]


def _day(day: date, parts: list[Any]) -> DayOfWork:
    breakdown = {str(part.project_id or INBOX): part.count_done for part in parts}
    return DayOfWork(day, sum(breakdown.values()), sum(part.xp for part in parts), breakdown)


def _by_day_and_project(user_id: UUID, first: date, last: date) -> Select[Any]:
    day, project = OCCURRENCES.c.done_on, OCCURRENCES.c.project_id
    count = func.count().label("count_done")
    xp = func.sum(OCCURRENCES.c.xp).label("xp")
    done = queries.completed_of(user_id, day, project, count, xp)
    return done.where(day.between(first, last)).group_by(day, project).order_by(day, project)
