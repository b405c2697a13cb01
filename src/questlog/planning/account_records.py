"""The things of an exported account as records of an import. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from questlog.planning.completions import plain
from questlog.planning.import_records import (
    Kind,
    Link,
    Record,
    Told,
    digests,
    folded_labels,
    waiting,
)
from questlog.planning.importers.questlog import AccountPlan, StoredLine
from questlog.planning.importers.questlog_objects import (
    StoredGoal,
    StoredItem,
    StoredLabel,
    StoredOccurrence,
    StoredProject,
    StoredReminder,
    StoredTask,
    StoredThing,
)
from questlog.planning.models import title_key

KINDS: Mapping[type[StoredThing], Kind] = {
    StoredGoal: "goal",
    StoredProject: "project",
    StoredLabel: "label",
    StoredTask: "task",
    StoredOccurrence: "occurrence",
    StoredItem: "item",
}
LINKED: Mapping[str, Kind] = {
    "goal_id": "goal",
    "parent_goal_id": "goal",
    "detached_from": "goal",
    "detached_goal_id": "goal",
    "project_id": "project",
    "detached_project_id": "project",
    "parent_task_id": "task",
    "task_id": "task",
    "deletion_id": "deletion",
}
REMINDING = ("at", "minutes_before", "told_for", "created_at")
# Columns that mean nothing without each other, or that tasks change on their own ways.
FIELDS: Mapping[str, str] = {
    **dict.fromkeys(
        (
            "due_on",
            "due_at",
            "due_time",
            "rule",
            "rule_words",
            "rule_from_completion",
            "rhythm_from",
            "rhythm_on",
            "dates_used",
        ),
        "dates",
    ),
    **dict.fromkeys(
        (
            "deleted_at",
            "deletion_id",
            "detached_from",
            "detached_project_id",
            "detached_goal_id",
        ),
        "trash",
    ),
    "project_id": "project",
    "goal_id": "goal",
    "parent_task_id": "parent",
    "parent_goal_id": "parent",
    "completed_at": "completed",
}


def read(plan: AccountPlan) -> Told:
    records = tuple(_record(one, plan) for one in plan.things)
    return Told(plan.source, records, plan.warnings, plan.refused)


def _record(one: StoredLine, plan: AccountPlan) -> Record:
    thing = one.thing
    kind = KINDS[type(thing)]
    columns = _columns(thing)
    worn = dict(folded_labels(thing.labels)) if isinstance(thing, StoredTask) else {}
    waits_for = tuple(Link("task", str(id_)) for id_ in plan.waits.get(thing.id, ()))
    said = digests(columns) | waiting(waits_for)
    if isinstance(thing, StoredTask):
        said["labels"] = sorted(worn)
    return Record(
        kind=kind,
        external_id=str(thing.id),
        title=thing.title,
        line=one.line,
        columns=columns,
        # A label is known by its name, and what was done is done: neither changes.
        said={} if kind in ("label", "occurrence") else said,
        made={} if isinstance(thing, StoredOccurrence) else {"created_at": thing.created_at},
        labels=worn,
        waits_for=waits_for,
        reminders=_reminders(plan.reminders.get(thing.id, ())),
    )


def _reminders(stored: Iterable[StoredReminder]) -> tuple[Mapping[str, Any], ...]:
    return tuple({name: getattr(one, name) for name in REMINDING} for one in stored)


def _columns(thing: StoredThing) -> dict[str, dict[str, Any]]:
    fields: dict[str, dict[str, Any]] = {}
    values = {
        name: getattr(thing, name)
        for name in type(thing).model_fields
        if name not in ("id", "created_at", "labels")
    }
    if isinstance(thing, StoredTask):
        values["title_key"] = title_key(thing.title)
    if isinstance(thing, StoredOccurrence):
        values |= _past(thing)
    for name, value in values.items():
        field = FIELDS.get(name, name)
        fields.setdefault(field, {})[name] = _linked(name, value)
    return fields


def _past(thing: StoredOccurrence) -> dict[str, Any]:
    before = thing.before
    kept = {name: plain(getattr(before, name)) for name in before.model_fields_set - {"subtasks"}}
    below = [(Link("task", str(id_)), moment.isoformat()) for id_, moment in before.subtasks]
    return {"before": kept, "subtasks": below}


def _linked(name: str, value: Any) -> Any:
    return Link(LINKED[name], str(value)) if isinstance(value, UUID) else value
