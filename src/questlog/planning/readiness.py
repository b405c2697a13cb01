"""What can be begun now, as conditions on the rows of tasks.

A task waits while one that it depends on is open: one that is completed, cancelled or in the trash blocks nothing. A
series blocks as long as it is open, whatever became of its single dates. Subtasks neither block nor wait by themselves.
"""

from datetime import date
from typing import Any, cast

from sqlalchemy import BindParameter, ColumnElement, Table, and_, exists, or_

from questlog.planning.dependency_models import TaskDependency
from questlog.planning.models import Task

TASKS = Task.__table__
EDGES = cast(Table, TaskDependency.__table__)
BLOCKER = TASKS.alias("blocker")
WAITING = TASKS.alias("waiting")
# Something waits for this task, open or not.
IS_BLOCKER = (EDGES.c.user_id == TASKS.c.user_id, EDGES.c.blocker_id == TASKS.c.id)


def is_blocked() -> ColumnElement[bool]:
    """A task waits for one that is open."""
    return exists().where(
        EDGES.c.user_id == TASKS.c.user_id,
        EDGES.c.task_id == TASKS.c.id,
        BLOCKER.c.user_id == EDGES.c.user_id,
        BLOCKER.c.id == EDGES.c.blocker_id,
        *open_and_alive(BLOCKER),
    )


def is_blocking() -> ColumnElement[bool]:
    """An open task waits for this one."""
    return exists().where(
        EDGES.c.user_id == TASKS.c.user_id,
        EDGES.c.blocker_id == TASKS.c.id,
        WAITING.c.user_id == EDGES.c.user_id,
        WAITING.c.id == EDGES.c.task_id,
        *open_and_alive(WAITING),
    )


def is_ready(today: date | BindParameter[Any]) -> ColumnElement[bool]:
    """An open task whose start date has come and that waits for nothing."""
    return and_(*open_and_alive(TASKS), has_begun(today), ~is_blocked())


def has_begun(today: date | BindParameter[Any]) -> ColumnElement[bool]:
    return or_(TASKS.c.start_on.is_(None), TASKS.c.start_on <= today)


def open_and_alive(task: Any) -> list[ColumnElement[bool]]:
    """Return the conditions that a row of tasks, or of an alias of them, is open and not in the trash."""
    return [
        task.c.completed_at.is_(None),
        task.c.deleted_at.is_(None),
        task.c.state != "cancelled",
    ]
