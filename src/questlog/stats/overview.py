"""Everything that was ever done, seen from several sides. Five statements, however much there is."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Table, and_, case, func

from questlog.core.db import Session
from questlog.planning import queries
from questlog.planning.models import Goal, Project
from questlog.planning.queries import OCCURRENCES
from questlog.stats.days import Streak, streak_of

HOURS, DAYS = 24, 7


@dataclass(frozen=True)
class Totals:
    completed: int
    xp: int
    days: int
    """Days with at least one completion."""


@dataclass(frozen=True)
class Punctuality:
    """`rate` is the part of the completions with a planned date that came on it or before, from 0 to 1."""

    planned: int
    on_time: int

    @property
    def rate(self) -> float | None:
        return round(self.on_time / self.planned, 4) if self.planned else None


@dataclass(frozen=True)
class Share:
    """What fell to one priority, project or goal; `id` and `title` are None for what belongs to none."""

    id: UUID | None
    title: str | None
    count: int
    xp: int


@dataclass(frozen=True)
class PriorityShare:
    priority: int
    count: int
    xp: int


@dataclass(frozen=True)
class Overview:
    """`best_weekday` counts from 1, Monday, to 7; the lists by weekday and hour begin with Monday and midnight."""

    totals: Totals
    punctuality: Punctuality
    streak: Streak
    best_weekday: int | None
    best_hour: int | None
    by_weekday: Sequence[int]
    by_hour: Sequence[int]
    by_priority: Sequence[PriorityShare]
    by_project: Sequence[Share]
    by_goal: Sequence[Share]


async def of_all(session: Session, user_id: UUID, *, today: date) -> Overview:
    """Count the user's completions that were not taken back; what was deleted since still counts."""
    days = (await session.execute(_by_day(user_id))).all()
    weekdays: Counter[int] = Counter()
    for row in days:
        weekdays[row.done_on.weekday()] += row.count_done
    hours = await _counts(session, _by(user_id, OCCURRENCES.c.done_hour))
    priorities = (await session.execute(_by(user_id, OCCURRENCES.c.priority))).all()
    return Overview(
        totals=Totals(sum(row.count_done for row in days), sum(row.xp for row in days), len(days)),
        punctuality=Punctuality(sum(row.planned for row in days), sum(row.on_time for row in days)),
        streak=streak_of((row.done_on for row in days), today=today),
        best_weekday=_best(weekdays, offset=1),
        best_hour=_best(hours),
        by_weekday=[weekdays[day] for day in range(DAYS)],
        by_hour=[hours[hour] for hour in range(HOURS)],
        by_priority=[PriorityShare(row.part, row.count_done, row.xp) for row in priorities],
        by_project=await _shares(session, _by_project(user_id)),
        by_goal=await _shares(session, _by_goal(user_id)),
    )


async def _counts(session: Session, statement: Select[Any]) -> Counter[int]:
    rows = await session.execute(statement)
    return Counter({row.part: row.count_done for row in rows if row.part is not None})


async def _shares(session: Session, statement: Select[Any]) -> list[Share]:
    rows = (await session.execute(statement)).all()
    shares = [Share(row.part, row.title, row.count_done, row.xp) for row in rows]
    return sorted(shares, key=lambda share: (-share.count, str(share.id)))


def _best(counts: Counter[int], *, offset: int = 0) -> int | None:
    """Return the most frequent one, the earliest of several."""
    if not counts:
        return None
    return min(counts, key=lambda part: (-counts[part], part)) + offset


def _by_day(user_id: UUID) -> Select[Any]:
    day, planned = OCCURRENCES.c.done_on, OCCURRENCES.c.scheduled_on
    on_time = func.sum(case((day <= planned, 1), else_=0)).label("on_time")
    return queries.completed_of(
        user_id, day, *_sums(), func.count(planned).label("planned"), on_time
    ).group_by(day)


def _by(user_id: UUID, part: ColumnElement[Any]) -> Select[Any]:
    statement = queries.completed_of(user_id, part.label("part"), *_sums())
    return statement.group_by(part).order_by(part)


def _by_project(user_id: UUID) -> Select[Any]:
    projects: Table = Project.__table__  # type: ignore[assignment]  # a table, whatever its declared base type
    part = OCCURRENCES.c.project_id
    return (
        queries.completed_of(user_id, part.label("part"), projects.c.title, *_sums())
        .select_from(OCCURRENCES.outerjoin(projects, _same_owner(projects, part)))
        .group_by(part, projects.c.title)
    )


def _by_goal(user_id: UUID) -> Select[Any]:
    """A completion serves the goal of its task, or else the one its project serves now."""
    goals: Table = Goal.__table__  # type: ignore[assignment]  # a table, whatever its declared base type
    projects: Table = Project.__table__  # type: ignore[assignment]  # the same
    part = func.coalesce(OCCURRENCES.c.goal_id, projects.c.goal_id)
    through_project = _same_owner(projects, OCCURRENCES.c.project_id)
    joined = OCCURRENCES.outerjoin(projects, through_project)
    return (
        queries.completed_of(user_id, part.label("part"), goals.c.title, *_sums())
        .select_from(joined.outerjoin(goals, _same_owner(goals, part)))
        .group_by(part, goals.c.title)
    )


def _same_owner(table: Table, part: ColumnElement[Any]) -> ColumnElement[bool]:
    return and_(table.c.user_id == OCCURRENCES.c.user_id, table.c.id == part)


def _sums() -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    return func.count().label("count_done"), func.sum(OCCURRENCES.c.xp).label("xp")
