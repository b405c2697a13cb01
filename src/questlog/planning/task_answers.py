"""A task as the wire shows it, built straight from its row.

Rows come in two forms: with Python values, or as they are stored, where ids and days need no work at all.
"""

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, String, func, select, type_coerce

from questlog.planning import recurrence
from questlog.planning.models import Label, Task, TaskLabel
from questlog.planning.task_dates import rule_of
from questlog.planning.task_words import PRIORITIES, status_of

TASKS, LABELS, WORN = Task.__table__, Label.__table__, TaskLabel.__table__
SEPARATOR = "\x1f"  # no name can have it: the gate refuses control characters
STORED = (
    "id",
    "user_id",
    "title",
    "description",
    "priority",
    "state",
    "due_on",
    "due_at",
    "start_on",
    "deadline_on",
    "duration_minutes",
    "project_id",
    "goal_id",
    "parent_task_id",
    "difficulty",
    "rule",
    "rule_from_completion",
    "rhythm_from",
    "rhythm_on",
    "dates_used",
    "position",
    "lesson_id",
    "completed_at",
    "deleted_at",
    "created_at",
    "updated_at",
    "version",
)
AS_TEXT = frozenset(
    name for name in STORED if name.endswith(("_id", "_at", "_on", "_from")) or name == "id"
)


def label_names() -> ScalarSelect[str]:
    """A task's labels in one text, found by the task alone: whose they are, the task tells."""
    return (
        select(func.aggregate_strings(LABELS.c.name, SEPARATOR))
        .select_from(WORN)
        .join(LABELS, LABELS.c.id == WORN.c.label_id)
        .where(WORN.c.task_id == TASKS.c.id)
        .correlate(TASKS)
        .scalar_subquery()
    )


LABEL_NAMES = label_names().label("labels")
# The columns of a list, unread: on SQLite ids, days and moments come as the text they are stored as.
STORED_COLUMNS: tuple[ColumnElement[Any], ...] = (
    *(
        type_coerce(TASKS.c[name], String).label(name) if name in AS_TEXT else TASKS.c[name]
        for name in STORED
    ),
    LABEL_NAMES,
)
# Every column with its Python value, for verbs that think about it.
TYPED_COLUMNS: tuple[ColumnElement[Any], ...] = (*TASKS.c, LABEL_NAMES)


def answer(
    row: Mapping[str, Any], locale: str, *, receipt: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return the wire form of a row; `receipt` is None for what is no completion and no reopening."""
    completed_at = row["completed_at"]
    is_completed = completed_at is not None
    spoken = _recurrence(row, locale) if row["rule"] is not None else NO_RECURRENCE
    return {
        "id": row["id"],
        "user_id": str(row["user_id"]),
        "title": row["title"],
        "description": row["description"],
        "priority": row["priority"],
        "priority_label": PRIORITIES[row["priority"]],
        "status": status_of(row["state"], is_completed=is_completed),
        "completed": is_completed,
        "due_date": row["due_on"],
        "due_at": _moment(row["due_at"]),
        "start_date": row["start_on"],
        "deadline": row["deadline_on"],
        "duration": row["duration_minutes"],
        "project_id": row["project_id"],
        "goal_id": row["goal_id"],
        "parent_task_id": row["parent_task_id"],
        "labels": sorted_names(row["labels"]),
        "difficulty": row["difficulty"],
        **spoken,
        "position": row["position"],
        "lesson_id": row["lesson_id"],
        "completed_at": _moment(completed_at),
        "deleted_at": _moment(row["deleted_at"]),
        "created_at": _moment(row["created_at"]),
        "updated_at": _moment(row["updated_at"]),
        "version": row["version"],
        "receipt": receipt,
    }


def sorted_names(joined: str | None) -> list[str]:
    return sorted(joined.split(SEPARATOR), key=str.casefold) if joined else []


NO_RECURRENCE: Mapping[str, Any] = {
    "recurrence": None,
    "recurrence_text": None,
    "recurrence_next": [],
}


def _recurrence(row: Mapping[str, Any], locale: str) -> dict[str, Any]:
    rule, from_completion = row["rule"], bool(row["rule_from_completion"])
    name, sentence = _spoken(rule, from_completion, locale)
    due, anchor = _day(row["rhythm_on"] or row["due_on"]), _day(row["rhythm_from"])
    ahead: tuple[date, ...] = ()
    if due is not None and row["completed_at"] is None:
        ahead = _upcoming(rule, from_completion, due, anchor, row["dates_used"])
    return {"recurrence": name, "recurrence_text": sentence, "recurrence_next": ahead}


@lru_cache(maxsize=4096)
def _spoken(rule_text: str, from_completion: bool, locale: str) -> tuple[str, str]:
    rule = rule_of(rule_text, from_completion=from_completion)
    return recurrence.wire_name(rule), recurrence.words(rule, locale)


@lru_cache(maxsize=16384)
def _upcoming(
    rule_text: str, from_completion: bool, due: date, anchor: date | None, done: int
) -> tuple[date, ...]:
    rule = rule_of(rule_text, from_completion=from_completion)
    return tuple(recurrence.upcoming(rule, due, anchor=anchor, done=done))


def _day(value: date | str | None) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _moment(value: datetime | str | None) -> datetime | str | None:
    """Write a moment as SQLite stores it the way JSON wants it."""
    if isinstance(value, str):
        return f"{value[:10]}T{value[11:].removesuffix('.000000')}Z"
    return value
