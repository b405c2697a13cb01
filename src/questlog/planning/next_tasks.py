"""What next: the ready tasks that are most urgent, and why.

The database ranks by the very steps of `urgency.py`, in whole numbers, so one statement finds the first few of any
number of tasks; what makes them urgent is then told from their rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Select,
    bindparam,
    case,
    func,
    literal,
    select,
)

from questlog.core.db import Session
from questlog.core.types import Moment
from questlog.planning import readiness, task_answers, urgency
from questlog.planning.readiness import EDGES, TASKS, WAITING, open_and_alive
from questlog.planning.task_rows import TaskRow
from questlog.planning.urgency import POINT, WEIGHTS, Facts, Part, Present, Steps

OWNER = bindparam("user_id", type_=TASKS.c.user_id.type)
TODAY = bindparam("today", type_=Date)


@dataclass(frozen=True)
class NextTask:
    task: TaskRow
    urgency: int
    """In hundredths."""
    parts: Sequence[Part]


async def most_urgent(
    session: Session, user_id: UUID, present: Present, *, limit: int
) -> list[NextTask]:
    """Return the ready tasks that are most urgent, the first to do first; equals in the order of their list."""
    values = {
        "user_id": user_id,
        "today": present.today,
        "most": limit,
        **_boundaries("due", urgency.DUE_STEPS, present.today),
        **_boundaries("deadline", urgency.DEADLINE_STEPS, present.today),
        **_boundaries("age", urgency.AGE_POINTS, present.now),
    }
    if present.minutes is not None:
        values["minutes"] = present.minutes
    found = await session.execute(_ranking(with_time=present.minutes is not None), values)
    return [_explained(dict(row._mapping), present) for row in found]


async def count_due(session: Session, user_id: UUID, today: date) -> int:
    """Return how many ready tasks are due by today."""
    due = select(func.count()).select_from(TASKS).where(*_ready(), TASKS.c.due_on <= TODAY)
    return await session.scalar(due, {"user_id": user_id, "today": today}) or 0


def _boundaries(name: str, steps: Steps, present: Any) -> dict[str, Any]:
    return {f"{name}_{place}": present - timedelta(days=n) for place, (n, _) in enumerate(steps)}


def _explained(row: TaskRow, present: Present) -> NextTask:
    parts = urgency.parts_of(facts_of(row), present)
    return NextTask(row, urgency.total(parts), parts)


def facts_of(row: TaskRow) -> Facts:
    return Facts(
        created_at=row["created_at"],
        due_on=row["due_on"],
        deadline_on=row["deadline_on"],
        priority=row["priority"],
        started=row["state"] == "in_progress",
        waiting=row["waiting"],
        duration=row["duration_minutes"],
        has_goal=row["goal_id"] is not None,
        has_project=row["project_id"] is not None,
    )


@cache
def _ranking(*, with_time: bool) -> Select[Any]:
    points = _points(with_time=with_time).label("points")
    order = (points.desc(), TASKS.c.position, TASKS.c.id)
    first = select(TASKS.c.id, points).where(*_ready()).order_by(*order)
    first_few = first.limit(bindparam("most", type_=Integer)).cte("first_few")
    joined = first_few.join(TASKS, TASKS.c.id == first_few.c.id)
    columns = (*task_answers.TYPED_COLUMNS, _waiting().label("waiting"))
    ranked = select(*columns).select_from(joined)
    return ranked.order_by(first_few.c.points.desc(), TASKS.c.position, TASKS.c.id)


def _ready() -> Sequence[ColumnElement[bool]]:
    is_open = (*open_and_alive(TASKS), readiness.has_begun(TODAY), ~_is_held_up())
    return (TASKS.c.user_id == OWNER, *is_open)


def _points(*, with_time: bool) -> ColumnElement[int]:
    points = (
        _by_steps("due", TASKS.c.due_on, urgency.DUE_STEPS, Date(), urgency.far("due"))
        + _by_steps(
            "deadline",
            TASKS.c.deadline_on,
            urgency.DEADLINE_STEPS,
            Date(),
            urgency.far("deadline"),
        )
        + case(urgency.PRIORITY_POINTS, value=TASKS.c.priority, else_=0)
        + case((TASKS.c.state == "in_progress", WEIGHTS["started"] * POINT), else_=0)
        + case((_waits(), WEIGHTS["blocking"] * POINT), else_=0)
        + case((TASKS.c.goal_id.is_not(None), WEIGHTS["goal"] * POINT), else_=0)
        + case((TASKS.c.project_id.is_not(None), WEIGHTS["project"] * POINT), else_=0)
        + _by_steps("age", TASKS.c.created_at, urgency.AGE_POINTS, Moment(), 0)
    )
    return points + _fit() if with_time else points


def _by_steps(
    name: str, column: ColumnElement[Any], steps: Steps, type_: Any, otherwise: int
) -> ColumnElement[int]:
    found = _search(
        [
            (column <= bindparam(f"{name}_{place}", type_=type_), points)
            for place, (_, points) in enumerate(steps)
        ],
        otherwise,
    )
    return case((column.is_(None), literal(0)), else_=found)


def _search(
    reached: Sequence[tuple[ColumnElement[bool], int]], otherwise: int
) -> ColumnElement[int]:
    """Return the points of the first condition that holds, each of which implies those behind it, by halving."""
    if not reached:
        return literal(otherwise)
    middle = len(reached) // 2
    condition, points = reached[middle]
    return case(
        (condition, _search(reached[:middle], points)),
        else_=_search(reached[middle + 1 :], otherwise),
    )


def _fit() -> ColumnElement[int]:
    minutes = bindparam("minutes", type_=Integer)
    most = WEIGHTS["fits"] * POINT
    least = most * urgency.LEAST_PERCENT // 100
    fits = least + (most - least) * TASKS.c.duration_minutes // minutes
    return case(
        (TASKS.c.duration_minutes.is_(None), literal(0)),
        (TASKS.c.duration_minutes <= minutes, fits),
        else_=literal(-most),
    )


def _waits() -> ColumnElement[bool]:
    """Asked once for all tasks, not for each: few tasks have others that wait for them."""
    return TASKS.c.id.in_(_ends_of_edges(EDGES.c.blocker_id, EDGES.c.task_id))


def _is_held_up() -> ColumnElement[bool]:
    """The same as `readiness.is_blocked`, asked once for all."""
    return TASKS.c.id.in_(_ends_of_edges(EDGES.c.task_id, EDGES.c.blocker_id))


def _ends_of_edges(end: ColumnElement[UUID], other_end: ColumnElement[UUID]) -> Select[Any]:
    """One end of each edge whose other end is open."""
    joined = EDGES.join(
        WAITING, (WAITING.c.user_id == EDGES.c.user_id) & (WAITING.c.id == other_end)
    )
    open_there = (EDGES.c.user_id == OWNER, *open_and_alive(WAITING))
    return select(end).select_from(joined).where(*open_there)


def _waiting() -> ColumnElement[int]:
    return (
        select(func.count())
        .select_from(EDGES)
        .where(
            EDGES.c.user_id == TASKS.c.user_id,
            EDGES.c.blocker_id == TASKS.c.id,
            WAITING.c.user_id == EDGES.c.user_id,
            WAITING.c.id == EDGES.c.task_id,
            *open_and_alive(WAITING),
        )
        .correlate(TASKS)
        .scalar_subquery()
    )
