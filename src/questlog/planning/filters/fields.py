"""What each condition of a filter means for a task: a key, and a function from its values to SQL.

The values are bind parameters, so each function is called once for a shape. Conditions may be unknown (NULL) where a
field is empty; whoever denies one takes unknown for false.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select, true

from questlog.planning.dependency_models import TaskDependency
from questlog.planning.filters.named import NAMED, WEARERS, mine
from questlog.planning.models import Project, TaskLabel
from questlog.planning.queries import OCCURRENCES, TASKS, USER_ID, Condition
from questlog.planning.search.conditions import OWNER_ID, WORDS, Holds

type Field = Callable[..., Condition]

PROJECTS, WORN, WAITING = Project.__table__, TaskLabel.__table__, TaskDependency.__table__


def _no_goal() -> Condition:
    """Neither the task nor its project serves one."""
    serving = select(PROJECTS.c.id).where(*mine(PROJECTS), PROJECTS.c.goal_id.is_not(None))
    loose = or_(TASKS.c.project_id.is_(None), TASKS.c.project_id.not_in(serving))
    return and_(TASKS.c.goal_id.is_(None), loose)


def _no_labels() -> Condition:
    # Found by the task alone: with the owner named as well, SQLite walks all labels that are worn.
    return ~exists().where(WORN.c.task_id == TASKS.c.id)


def _waiting() -> Select[Any]:
    """Tasks that wait for one that is still open."""
    blocker = TASKS.alias("blocker")
    return select(WAITING.c.task_id).where(
        WAITING.c.user_id == USER_ID,
        blocker.c.id == WAITING.c.blocker_id,
        blocker.c.completed_at.is_(None),
        blocker.c.deleted_at.is_(None),
        blocker.c.state != "cancelled",
    )


def _occurred(outcome: str) -> Callable[..., Select[Any]]:
    def within(first: Any, last: Any) -> Select[Any]:
        return select(OCCURRENCES.c.task_id).where(
            OCCURRENCES.c.user_id == USER_ID,
            OCCURRENCES.c.outcome == outcome,
            OCCURRENCES.c.reopened_at.is_(None),
            OCCURRENCES.c.done_on.between(first, last),
        )

    return within


def _found(fts5: Any, tsquery: Any) -> Select[Any]:
    return select(WORDS.c.object_id).where(Holds(fts5, tsquery, OWNER_ID))


# What is told elsewhere than in the task: the ids of the tasks that a condition means.
IDS: Mapping[str, Callable[..., Select[Any]]] = {
    **WEARERS,
    "blocked": _waiting,
    "search": _found,
    **{
        f"{outcome}.within": _occurred(outcome) for outcome in ("completed", "skipped", "postponed")
    },
}


def _among(ids: Callable[..., Select[Any]]) -> Field:
    return lambda *values: TASKS.c.id.in_(ids(*values))


# For a list that begins with those tasks.
FROM_IDS: Mapping[str, Field] = {key: _among(ids) for key, ids in IDS.items()}

WORDS_OF: Mapping[str, Field] = {
    "all": true,
    "overdue": lambda today: TASKS.c.due_on < today,
    "no date": lambda: TASKS.c.due_on.is_(None),
    "no time": lambda: and_(TASKS.c.due_on.is_not(None), TASKS.c.due_at.is_(None)),
    "no labels": _no_labels,
    "no deadline": lambda: TASKS.c.deadline_on.is_(None),
    "no start": lambda: TASKS.c.start_on.is_(None),
    "no duration": lambda: TASKS.c.duration_minutes.is_(None),
    "no project": lambda: TASKS.c.project_id.is_(None),
    "no goal": _no_goal,
    "inbox": lambda: and_(TASKS.c.project_id.is_(None), TASKS.c.goal_id.is_(None)),
    "recurring": lambda: TASKS.c.rule.is_not(None),
    "subtask": lambda: TASKS.c.parent_task_id.is_not(None),
    "lessons": lambda: TASKS.c.lesson_id.is_not(None),
    "ready": lambda: TASKS.c.id.not_in(_waiting()),
    "in progress": lambda: and_(TASKS.c.state == "in_progress", TASKS.c.completed_at.is_(None)),
    "pending": lambda: and_(TASKS.c.state == "pending", TASKS.c.completed_at.is_(None)),
    "completed": lambda: TASKS.c.completed_at.is_not(None),
    "cancelled": lambda: and_(TASKS.c.state == "cancelled", TASKS.c.completed_at.is_(None)),
    # Todoist knows four: ours without any and our lowest are both its last.
    "p4": lambda: TASKS.c.priority <= 1,
    "priority.is": lambda level: TASKS.c.priority == level,
    "difficulty.is": lambda name: TASKS.c.difficulty == name,
}


def _compared(key: str, column: ColumnElement[Any]) -> Iterator[tuple[str, Field]]:
    yield f"{key}.is", lambda value: column == value
    yield f"{key}.less", lambda value: column < value
    yield f"{key}.at_most", lambda value: column <= value
    yield f"{key}.at_least", lambda value: column >= value
    yield f"{key}.more", lambda value: column > value


def _of_days(key: str, column: ColumnElement[Any]) -> Iterator[tuple[str, Field]]:
    yield f"{key}.on", lambda day: column == day
    yield f"{key}.until", lambda day: column <= day
    yield f"{key}.from", lambda day: column >= day
    yield f"{key}.within", lambda first, last: column.between(first, last)


def _of_instants(key: str, column: ColumnElement[Any]) -> Iterator[tuple[str, Field]]:
    yield f"{key}.before", lambda moment: column < moment
    yield f"{key}.from", lambda moment: column >= moment
    yield f"{key}.within", lambda first, end: and_(column >= first, column < end)


def _of_moments() -> Iterator[tuple[str, Field]]:
    """What has no time of day counts for its whole day."""
    due, moment = TASKS.c.due_on, TASKS.c.due_at
    yield "due.on_moment", lambda at: moment == at
    yield "due.before_moment", lambda day, at: or_(due < day, and_(due == day, moment < at))
    yield "due.after_moment", lambda day, at: or_(due > day, and_(due == day, moment > at))


FIELDS: Mapping[str, Field] = {
    **FROM_IDS,
    **WORDS_OF,
    **NAMED,
    **dict(_of_days("due", TASKS.c.due_on)),
    **dict(_of_days("start", TASKS.c.start_on)),
    **dict(_of_days("deadline", TASKS.c.deadline_on)),
    **dict(_of_moments()),
    **dict(_of_instants("created", TASKS.c.created_at)),
    **dict(_of_instants("updated", TASKS.c.updated_at)),
    **dict(_compared("duration", TASKS.c.duration_minutes)),
}
