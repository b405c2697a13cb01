"""Conditions by name: labels, projects, goals. Names of other people's things are never looked at."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, SelectBase, and_, exists, or_, select

from questlog.planning.models import Goal, Label, Project, TaskLabel
from questlog.planning.queries import MAX_DEPTH, TASKS, USER_ID, Condition

type Same = Callable[[Any, Any], Condition]

GOALS, PROJECTS = Goal.__table__, Project.__table__
LABELS, WORN = Label.__table__, TaskLabel.__table__


def mine(table: FromClause) -> list[Condition]:
    """Return the conditions of what is the user's, and not in the trash."""
    alive = [table.c.deleted_at.is_(None)] if "deleted_at" in table.c else []
    return [table.c.user_id == USER_ID, *alive]


def labels_named(compare: Same, name: Any) -> Select[Any]:
    return select(LABELS.c.id).where(*mine(LABELS), compare(LABELS.c.folded, name))


def projects_named(compare: Same, name: Any) -> Select[Any]:
    return select(PROJECTS.c.id).where(*mine(PROJECTS), compare(PROJECTS.c.title_key, name))


def goals_named(compare: Same, name: Any) -> Select[Any]:
    return select(GOALS.c.id).where(*mine(GOALS), compare(GOALS.c.title_key, name))


def _labelled(compare: Same, name: Any) -> Condition:
    """Asked of one task after the other, by its key: the tasks that wear a label may be many."""
    return exists().where(
        WORN.c.task_id == TASKS.c.id, WORN.c.label_id.in_(labels_named(compare, name))
    )


def _wearers(compare: Same, name: Any) -> Select[Any]:
    """The ids of the tasks that wear a label."""
    mine_worn = select(WORN.c.task_id).where(WORN.c.user_id == USER_ID)
    return mine_worn.where(WORN.c.label_id.in_(labels_named(compare, name)))


def _in_project(compare: Same, name: Any) -> Condition:
    return TASKS.c.project_id.in_(projects_named(compare, name))


def _serving(compare: Same, name: Any) -> Condition:
    """Tasks that serve a goal of this name, themselves or through their project."""
    return _of_goals(goals_named(compare, name))


def _of_goals(goals: SelectBase) -> Condition:
    projects = select(PROJECTS.c.id).where(*mine(PROJECTS), PROJECTS.c.goal_id.in_(goals))
    return or_(TASKS.c.goal_id.in_(goals), TASKS.c.project_id.in_(projects))


def _under(compare: Same, name: Any) -> Condition:
    """Tasks of a project of this name, and all that lies under a goal of this name: its goals, and their projects."""
    return or_(_in_project(compare, name), _of_goals(_branch(compare, name)))


def _branch(compare: Same, name: Any) -> SelectBase:
    """The goals of this name with all that hang under them."""
    levels = [GOALS.alias(f"level_{number}") for number in range(MAX_DEPTH)]
    found = [goals_named(compare, name)]
    below = found[0]
    for level in levels[1:]:
        below = select(level.c.id).where(*mine(level), level.c.parent_goal_id.in_(below))
        found.append(below)
    return found[0].union_all(*found[1:])


def _lesson_of(compare: Same, name: Any) -> Condition:
    """A course's project carries its name; what in it is no lesson is not the course's."""
    return and_(TASKS.c.lesson_id.is_not(None), _in_project(compare, name))


def same(column: ColumnElement[str], name: ColumnElement[str]) -> Condition:
    return column == name


def like(column: ColumnElement[str], pattern: ColumnElement[str]) -> Condition:
    return column.like(pattern, escape="\\")


def _both(field: str, build: Callable[[Same, Any], Any]) -> Iterator[tuple[str, Any]]:
    yield f"{field}.is", lambda name: build(same, name)
    yield f"{field}.like", lambda pattern: build(like, pattern)


NAMED: Mapping[str, Callable[..., Condition]] = {
    **dict(_both("label", _labelled)),
    **dict(_both("project", _in_project)),
    **dict(_both("branch", _under)),
    **dict(_both("goal", _serving)),
    **dict(_both("course", _lesson_of)),
}
WEARERS: Mapping[str, Callable[..., Select[Any]]] = dict(_both("label", _wearers))
