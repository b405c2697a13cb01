"""What people want to see of their goals, as statements that start from the owner."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CTE,
    ColumnElement,
    CompoundSelect,
    Select,
    and_,
    func,
    literal,
    or_,
    select,
    union_all,
)

from questlog.core.pagination import SortKey
from questlog.planning.goal_tree import MAX_DEPTH
from questlog.planning.models import Goal, Project, Task

WIRE: tuple[Any, ...] = (
    Goal.id,
    Goal.user_id,
    Goal.title,
    Goal.color,
    Goal.goal_type,
    Goal.period,
    Goal.parent_goal_id,
    Goal.description,
    Goal.position,
    Goal.completed_at,
    Goal.created_at,
    Goal.updated_at,
    Goal.deleted_at,
    Goal.version,
)
ORDER = (SortKey(Goal.__table__.c.position), SortKey(Goal.__table__.c.id))
TRASH_ORDER = (SortKey(Goal.__table__.c.id, descending=True),)


@dataclass(frozen=True)
class GoalFilter:
    """Conditions that all hold; None asks for nothing."""

    goal_type: str | None = None
    period: str | None = None
    parent_goal_id: UUID | None = None
    completed: bool | None = None
    trash: bool = False


def goals_of(user_id: UUID, wanted: GoalFilter) -> Select[Any]:
    statement = select(*WIRE).where(Goal.user_id == user_id)
    gone = Goal.deleted_at
    statement = statement.where(gone.is_not(None) if wanted.trash else gone.is_(None))
    for column, value in (
        (Goal.goal_type, wanted.goal_type),
        (Goal.period, wanted.period),
        (Goal.parent_goal_id, wanted.parent_goal_id),
    ):
        if value is not None:
            statement = statement.where(column == value)
    if wanted.completed is not None:
        done = Goal.completed_at
        statement = statement.where(done.is_not(None) if wanted.completed else done.is_(None))
    return statement


def forest_of(user_id: UUID) -> Select[Any]:
    return goals_of(user_id, GoalFilter()).order_by(Goal.position, Goal.id)


def shape_of(user_id: UUID) -> Select[UUID, UUID | None]:
    """Each live goal and the one it hangs under."""
    alive = (Goal.user_id == user_id, Goal.deleted_at.is_(None))
    return select(Goal.id, Goal.parent_goal_id).where(*alive)


def family_of(
    user_id: UUID, goal_id: UUID | None, *, project_id: UUID | None = None
) -> Select[UUID, UUID | None, bool]:
    """The goal (or else the one the project serves), what it hangs under, and all that hangs under those.

    `is_nearest` marks the goal itself.
    """
    start: Any = goal_id if goal_id is not None else _goal_served_by(user_id, project_id)
    family = _family(user_id, start)
    return select(family.c.id, family.c.parent_goal_id, (family.c.id == start).label("is_nearest"))


def counts_of_family(user_id: UUID, goal_id: UUID) -> CompoundSelect[Any]:
    """How many tasks serve which goals and projects of a family; every task is counted in one row."""
    family = select(_family(user_id, goal_id).c.id)
    ours = _counts(user_id).where(Task.goal_id.in_(family))
    through_projects = _counts(user_id).where(
        Project.goal_id.in_(family), or_(Task.goal_id.is_(None), Task.goal_id.not_in(family))
    )
    return union_all(ours, through_projects)


def counts_of_all(user_id: UUID) -> Select[Any]:
    serves = or_(Task.goal_id.is_not(None), Project.goal_id.is_not(None))
    return _counts(user_id).where(serves)


def _counts(user_id: UUID) -> Select[Any]:
    served: tuple[Any, ...] = (
        Task.goal_id,
        Project.goal_id.label("project_goal_id"),
        Task.project_id,
        Project.title.label("project_title"),
    )
    done, total = func.count(Task.completed_at).label("done"), func.count().label("total")
    in_project = and_(Project.user_id == Task.user_id, Project.id == Task.project_id)
    return (
        select(*served, done, total)
        .select_from(Task)
        .outerjoin(Project, in_project)
        .where(Task.user_id == user_id, *_counted())
        .group_by(*served)
    )


def _counted() -> tuple[ColumnElement[bool], ...]:
    """A series counts when it has ended: an open one would keep its goal from ever being whole."""
    is_open_series = and_(Task.rule.is_not(None), Task.completed_at.is_(None))
    return (Task.deleted_at.is_(None), Task.state != "cancelled", ~is_open_series)


def _goal_served_by(user_id: UUID, project_id: UUID | None) -> Any:
    mine = (Project.user_id == user_id, Project.id == project_id)
    return select(Project.goal_id).where(*mine).scalar_subquery()


def _family(user_id: UUID, start: Any) -> CTE:
    """Up to the top, then down again; both ways end after `MAX_DEPTH` steps whatever the rows say."""
    mine = (Goal.user_id == user_id, Goal.deleted_at.is_(None))
    step = literal(1).label("step")
    up = select(Goal.id, Goal.parent_goal_id, step).where(*mine, Goal.id == start)
    above = up.cte("above", recursive=True)
    above = above.union_all(
        select(Goal.id, Goal.parent_goal_id, above.c.step + 1).where(
            *mine, Goal.id == above.c.parent_goal_id, above.c.step < MAX_DEPTH
        )
    )
    top = select(above.c.id, above.c.parent_goal_id, step).where(above.c.parent_goal_id.is_(None))
    family = top.cte("family", recursive=True)
    return family.union_all(
        select(Goal.id, Goal.parent_goal_id, family.c.step + 1).where(
            *mine, Goal.parent_goal_id == family.c.id, family.c.step < MAX_DEPTH
        )
    )
