"""What people want to see of their tasks, as conditions and statements that start from the owner.

The lists and the counts are made of the same views, so their numbers agree.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any, Protocol, Self
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Date,
    Select,
    and_,
    bindparam,
    exists,
    func,
    select,
)

from questlog.core.prepared import Bound
from questlog.core.types import Id
from questlog.planning.models import Label, Occurrence, Task, TaskLabel
from questlog.planning.search import conditions as search

TASKS = Task.__table__
OCCURRENCES = Occurrence.__table__
MAX_DEPTH = 5

type Condition = ColumnElement[bool]
type Value = BindParameter[Any]

USER_ID: Value = bindparam("user_id", type_=Id)
TODAY: Value = bindparam("today", type_=Date)
# Stand-ins for the values of a filter: only whether there is one shapes a statement.
ANYTHING: Mapping[str, Any] = {
    "project_id": UUID(int=0),
    "goal_id": UUID(int=0),
    "parent_task_id": UUID(int=0),
    "priority": 0,
    "label": "",
    "q": "",
    "due_from": date.min,
    "due_to": date.min,
}


class Matching(Protocol):
    """What else a list shall match; equal ones, whatever their values, have the same conditions."""

    @property
    def values(self) -> Mapping[str, Any]: ...
    @property
    def path(self) -> str | None: ...
    def without_values(self) -> Self: ...
    def conditions(self, *, open_only: bool) -> list[Condition]: ...


@dataclass(frozen=True)
class TaskFilter:
    """Conditions that all hold; None and False ask for nothing. The views are of open tasks unless told otherwise."""

    project_id: UUID | None = None
    goal_id: UUID | None = None
    parent_task_id: UUID | None = None
    completed: bool | None = None
    status: str | None = None
    priority: int | None = None
    label: str | None = None
    """Folded, as labels are compared."""
    due_today: bool = False
    upcoming: bool = False
    overdue: bool = False
    inbox: bool = False
    no_date: bool = False
    due_from: date | None = None
    due_to: date | None = None
    include_subtasks: bool = False
    trash: bool = False
    q: str | None = None
    """Words looked for in title and description, of subtasks as well."""
    matching: Matching | None = None
    """A filter expression; it is about subtasks as well, and about open tasks unless it says otherwise."""

    @property
    def is_view(self) -> bool:
        return self.due_today or self.upcoming or self.overdue or self.inbox

    @property
    def wants_open(self) -> bool:
        told = self.completed is not None or self.status is not None
        return self.completed is False if told else self.is_view and not self.trash


def is_open() -> Condition:
    return and_(TASKS.c.completed_at.is_(None), TASKS.c.state != "cancelled")


def is_due(today: date | Value) -> Condition:
    """Due on or before today: what is overdue rolls in."""
    return TASKS.c.due_on <= today


def is_upcoming(today: date | Value) -> Condition:
    return TASKS.c.due_on > today


def is_overdue(today: date | Value) -> Condition:
    return TASKS.c.due_on < today


def is_in_inbox() -> Condition:
    return and_(TASKS.c.project_id.is_(None), TASKS.c.goal_id.is_(None))


def shape_of(wanted: TaskFilter) -> TaskFilter:
    """Return which conditions `wanted` has, whatever their values: lists of one shape are one statement."""
    given = {name: kept for name, kept in ANYTHING.items() if getattr(wanted, name) is not None}
    if wanted.matching is not None:
        given["matching"] = wanted.matching.without_values()
    return replace(wanted, **given)


def values_of(user_id: UUID, wanted: TaskFilter, *, today: date) -> dict[str, Any]:
    """Return the values that a statement of `wanted`'s shape takes."""
    given = {name: getattr(wanted, name) for name in ANYTHING}
    values = {name: value for name, value in given.items() if value is not None}
    if wanted.q is not None:
        values |= search.values_of(wanted.q)
    if wanted.matching is not None:
        values |= wanted.matching.values
    return {"user_id": user_id, "today": today} | values


def tasks_of(shape: TaskFilter, *columns: ColumnElement[Any]) -> Select[Any]:
    """The tasks of a list. What it compares with comes when it is run (`values_of`)."""
    statement = select(*columns).where(_owner(shape) == USER_ID, *_place(shape))
    statement = statement.where(*_views(shape, TODAY), *_state(shape))
    for column, name in (
        (TASKS.c.project_id, "project_id"),
        (TASKS.c.goal_id, "goal_id"),
        (TASKS.c.priority, "priority"),
    ):
        if getattr(shape, name) is not None:
            statement = statement.where(column == bindparam(name, type_=column.type))
    if shape.due_from is not None:
        statement = statement.where(TASKS.c.due_on >= bindparam("due_from", type_=Date))
    if shape.due_to is not None:
        statement = statement.where(TASKS.c.due_on <= bindparam("due_to", type_=Date))
    if shape.label is not None:
        statement = statement.where(_is_labelled())
    if shape.q is not None:
        statement = statement.where(search.matching())
    return _matched(statement, shape)


def _matched(statement: Select[Any], shape: TaskFilter) -> Select[Any]:
    if shape.matching is None:
        return statement
    untold = shape.completed is None and shape.status is None
    conditions = shape.matching.conditions(open_only=untold and not shape.trash)
    path = shape.matching.path
    hinted = (
        statement if path is None else statement.with_hint(TASKS, f"INDEXED BY {path}", "sqlite")
    )
    return hinted.where(*conditions)


def _owner(shape: TaskFilter) -> ColumnElement[Any]:
    """A search reads what it found: SQLite, told nothing, would walk through all tasks of the user in their order."""
    return search.unindexed(TASKS.c.user_id) if shape.q is not None else TASKS.c.user_id


def counts_of(user_id: UUID, today: date) -> Bound:
    """All six counts in one statement, with its values."""
    return _counts(), {"user_id": user_id, "today": today}


@cache
def _counts() -> Select[Any]:
    views = {
        "today": TaskFilter(due_today=True),
        "inbox": TaskFilter(inbox=True),
        "upcoming": TaskFilter(upcoming=True),
        "overdue": TaskFilter(overdue=True),
    }
    counted = [
        tasks_of(view, func.count()).scalar_subquery().label(name) for name, view in views.items()
    ]
    done_today = completed_of(USER_ID, func.count()).where(OCCURRENCES.c.done_on == TODAY)
    done = completed_of(USER_ID, func.count())
    return select(
        *counted,
        done_today.scalar_subquery().label("completed_today"),
        done.scalar_subquery().label("completed"),
    )


def occurrences_of(user_id: UUID | Value, *columns: ColumnElement[Any]) -> Select[Any]:
    """What became of the user's tasks, without what was taken back."""
    standing = OCCURRENCES.c.reopened_at.is_(None)
    return select(*columns).where(OCCURRENCES.c.user_id == user_id, standing)


def completed_of(user_id: UUID | Value, *columns: ColumnElement[Any]) -> Select[Any]:
    return occurrences_of(user_id, *columns).where(OCCURRENCES.c.outcome == "completed")


def _place(wanted: TaskFilter) -> list[Condition]:
    """Top-level tasks, unless subtasks are asked for; in the trash, what was thrown away itself."""
    if wanted.trash:
        return [TASKS.c.deleted_at.is_not(None), *_thrown_away(wanted)]
    alive = TASKS.c.deleted_at.is_(None)
    if wanted.parent_task_id is not None:
        return [alive, TASKS.c.parent_task_id == bindparam("parent_task_id", type_=Id)]
    searched = wanted.q is not None or wanted.matching is not None
    with_subtasks = wanted.include_subtasks or searched
    return [alive] if with_subtasks else [alive, TASKS.c.parent_task_id.is_(None)]


def _thrown_away(wanted: TaskFilter) -> list[Condition]:
    if wanted.include_subtasks:
        return []
    parent = TASKS.alias("parent")
    went_along = exists().where(
        parent.c.id == TASKS.c.parent_task_id, parent.c.deletion_id == TASKS.c.deletion_id
    )
    return [~went_along]


def _views(wanted: TaskFilter, today: date | Value) -> list[Condition]:
    conditions = []
    if wanted.due_today:
        conditions.append(is_due(today))
    if wanted.upcoming:
        conditions.append(is_upcoming(today))
    if wanted.overdue:
        conditions.append(is_overdue(today))
    if wanted.inbox:
        conditions.append(is_in_inbox())
    if wanted.no_date:
        conditions.append(TASKS.c.due_on.is_(None))
    return conditions


def _state(wanted: TaskFilter) -> list[Condition]:
    conditions = []
    if wanted.wants_open:
        done = TASKS.c.completed_at.is_(None)
        conditions.append(done if wanted.status is not None else is_open())
    if wanted.completed:
        conditions.append(TASKS.c.completed_at.is_not(None))
    if wanted.status == "completed":
        conditions.append(TASKS.c.completed_at.is_not(None))
    elif wanted.status is not None:
        conditions += [TASKS.c.completed_at.is_(None), TASKS.c.state == wanted.status]
    return conditions


def _is_labelled() -> Condition:
    folded = bindparam("label", type_=Label.folded.type)
    wears = (
        select(TaskLabel.task_id)
        .join(Label, Label.id == TaskLabel.label_id)
        .where(TaskLabel.user_id == USER_ID, Label.user_id == USER_ID, Label.folded == folded)
    )
    return TASKS.c.id.in_(wears)
