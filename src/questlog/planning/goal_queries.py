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
    false,
    func,
    literal,
    null,
    or_,
    select,
    type_coerce,
    union_all,
)

from questlog.core.pagination import SortKey
from questlog.core.prepared import Bound, prepared
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


def counted_family_of(
    user_id: UUID, goal_id: UUID | None, *, project_id: UUID | None = None
) -> Bound:
    """The goal (or else the one the project serves), what it hangs under, all that hangs under those, and their tasks.

    Two kinds of rows, in one statement: a goal has an `id`, and `is_nearest` marks the goal itself; the rest are how
    many tasks serve which goals and projects of this family, and every task is counted in one of them.
    """
    if goal_id is not None:
        return _family_of_goal(user_id, goal_id)
    return _family_of_project(user_id, project_id)


@prepared
def _family_of_goal(user_id: UUID, goal_id: UUID) -> CompoundSelect[Any]:
    return _with_counts(user_id, goal_id)


@prepared
def _family_of_project(user_id: UUID, project_id: UUID) -> CompoundSelect[Any]:
    return _with_counts(user_id, _goal_served_by(user_id, project_id))


def _with_counts(user_id: UUID, start: Any) -> CompoundSelect[Any]:
    family = _family(user_id, start)
    ids = select(family.c.id)
    elsewhere = or_(Task.goal_id.is_(None), Task.goal_id.not_in(ids))
    counts = _counts(user_id, Task.goal_id.in_(ids), Project.goal_id.in_(ids), elsewhere)
    no_tasks = [
        type_coerce(null(), column.type).label(column.name) for column in counts.selected_columns
    ]
    no_goal = (type_coerce(null(), Goal.id.type), type_coerce(null(), Goal.id.type), false())
    is_nearest = (family.c.id == start).label("is_nearest")
    goals = select(family.c.id, family.c.parent_goal_id, is_nearest, *no_tasks)
    return union_all(goals, select(*no_goal, *counts.subquery("tasks_of_family").c))


def counts_of_all(user_id: UUID) -> Select[Any]:
    serving = Project.goal_id.is_not(None)
    return _counts(user_id, Task.goal_id.is_not(None), serving, Task.goal_id.is_(None))


def _counts(
    user_id: UUID,
    ours: ColumnElement[bool],
    serving: ColumnElement[bool],
    elsewhere: ColumnElement[bool],
) -> Select[Any]:
    """Count the tasks of some goals, then those of the projects that serve some and have no such goal of their own.

    Two counts instead of one with OR, because each is answered by an index alone (`ix_tasks_goal`, `ix_tasks_project_counts`).
    """
    projects = select(Project.id).where(Project.user_id == user_id, serving)
    by_goal = _counted(user_id).where(ours).group_by(Task.goal_id, Task.project_id)
    by_project = (
        _counted(user_id)
        .where(Task.project_id.in_(projects), elsewhere)
        .group_by(Task.project_id, Task.goal_id)
    )
    found = union_all(by_goal, by_project).subquery("found")
    columns = (found.c.goal_id, found.c.project_id, found.c.done, found.c.total)
    its_project = and_(Project.user_id == user_id, Project.id == found.c.project_id)
    return select(
        *columns, Project.goal_id.label("project_goal_id"), Project.title.label("project_title")
    ).outerjoin_from(found, Project, its_project)


def _counted(user_id: UUID) -> Select[Any]:
    """A series counts when it has ended: an open one would keep its goal from ever being whole."""
    is_open_series = and_(Task.rule.is_not(None), Task.completed_at.is_(None))
    done, total = func.count(Task.completed_at).label("done"), func.count().label("total")
    place: tuple[Any, ...] = (Task.goal_id, Task.project_id)
    return select(*place, done, total).where(
        Task.user_id == user_id,
        Task.deleted_at.is_(None),
        Task.state != "cancelled",
        ~is_open_series,
    )


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
