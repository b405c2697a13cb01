"""Questlog's own export, read back here or on another server.

Of the file only what a person planned and did comes back: goals, projects, labels, tasks, occurrences and items. Nothing
keeps its id, so a file cannot lay hands on what is somebody else's; what a completion earned stays where it was earned.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ValidationError

from questlog.planning.importers.json_scan import Scan
from questlog.planning.importers.plan import (
    ImportPlan,
    Refusal,
    Refusals,
    UnreadableImportError,
)
from questlog.planning.importers.questlog_objects import (
    MODELS,
    StoredLabel,
    StoredOccurrence,
    StoredReminder,
    StoredTask,
    StoredThing,
    StoredWait,
)
from questlog.planning.labels import fold

FORMAT, VERSION = "questlog", 1
DEEPEST = 5
WAITS, REMINDERS = "task_dependencies", "reminders"
MOST_REMINDERS = 20


@dataclass(frozen=True, slots=True)
class StoredLine:
    line: int
    thing: StoredThing


@dataclass(frozen=True, slots=True)
class AccountPlan(ImportPlan):
    """An account instead of a list of tasks; goals and tasks stand before what hangs under them."""

    things: tuple[StoredLine, ...] = ()
    waits: Mapping[UUID, Sequence[UUID]] = field(default_factory=dict)
    reminders: Mapping[UUID, Sequence[StoredReminder]] = field(default_factory=dict)


def read(text: str) -> ImportPlan:
    """Return the account in the file."""
    found: dict[str, list[StoredLine]] = {section: [] for section in MODELS}
    facts: dict[str, Any] = {}
    waits: dict[UUID, list[UUID]] = defaultdict(list)
    reminders: dict[UUID, list[StoredReminder]] = defaultdict(list)
    refused = Refusals()
    for section, line, value in _members(text):
        if section in MODELS:
            with refused.catch(_title(value)):
                found[section].append(
                    StoredLine(line, _checked(MODELS[section], section, line, value))
                )
        elif section == WAITS:
            with refused.catch():
                one = _checked(StoredWait, section, line, value)
                waits[one.task_id].append(one.blocker_id)
        elif section == REMINDERS:
            with refused.catch():
                reminder = _checked(StoredReminder, section, line, value)
                reminders[reminder.task_id].append(reminder)
        elif section in ("format", "version"):
            facts[section] = value
    if facts != {"format": FORMAT, "version": VERSION}:
        raise UnreadableImportError("This is no export of Questlog that this version reads.")
    found = {section: _once(lines, refused) for section, lines in found.items()}
    found["tasks"] = _without_odd_past(found["tasks"], found["occurrences"], refused)
    goals = _parents_first(found.pop("goals"), "parent_goal_id", refused)
    tasks = _parents_first(found.pop("tasks"), "parent_task_id", refused)
    refused.sort(key=lambda one: one.line)
    others = [one for section in ("occurrences", "items") for one in found[section]]
    things = (*goals, *found["projects"], *found["labels"], *tasks, *others)
    return AccountPlan(FORMAT, (), (), tuple(refused), things, waits, _a_few(reminders))


def _a_few(
    reminders: Mapping[UUID, Sequence[StoredReminder]],
) -> dict[UUID, Sequence[StoredReminder]]:
    """No task gets more reminders by a file than by hand."""
    return {task_id: mine[:MOST_REMINDERS] for task_id, mine in reminders.items()}


def _checked[Stored: BaseModel](model: type[Stored], section: str, line: int, value: Any) -> Stored:
    if not isinstance(value, dict):
        raise UnreadableImportError("Here should stand an object.", line)
    try:
        return model.model_validate(value)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(map(str, fault["loc"])) or section
        said = fault["msg"].removeprefix("Value error, ")
        raise UnreadableImportError(
            "{section}, {place}: {fault}", line, section=section, place=place[:80], fault=said
        ) from error


def _title(value: Any) -> str:
    named = value.get("title", value.get("name")) if isinstance(value, dict) else None
    return named if isinstance(named, str) else ""


def _once(lines: list[StoredLine], refused: Refusals) -> list[StoredLine]:
    seen: set[object] = set()
    kept: list[StoredLine] = []
    for one in lines:
        names: list[object] = [one.thing.id]
        if isinstance(one.thing, StoredLabel):
            names.append(fold(one.thing.name))
        if isinstance(one.thing, StoredOccurrence) and _is_standing(one.thing):
            names.append((one.thing.task_id, one.thing.key))
        if seen.isdisjoint(names):
            kept.append(one)
            seen.update(names)
        else:
            refused.append(Refusal(one.line, one.thing.title, "This stands in the file twice."))
    return kept


def _is_standing(past: StoredOccurrence) -> bool:
    return past.outcome == "completed" and past.reopened_at is None


def _without_odd_past(
    tasks: list[StoredLine], occurrences: list[StoredLine], refused: Refusals
) -> list[StoredLine]:
    standing = {
        (past.thing.task_id, past.thing.scheduled_on)
        for past in occurrences
        if isinstance(past.thing, StoredOccurrence) and _is_standing(past.thing)
    }
    kept: list[StoredLine] = []
    for one in tasks:
        task = one.thing
        is_series = isinstance(task, StoredTask) and task.rule and task.completed_at is None
        if isinstance(task, StoredTask) and is_series and (task.id, task.due_on) in standing:
            sentence = "This series stands at a date it has completed."
            refused.append(Refusal(one.line, task.title, sentence))
        else:
            kept.append(one)
    return kept


def _parents_first(lines: list[StoredLine], name: str, refused: Refusals) -> list[StoredLine]:
    """A circle, and what lies deeper than five levels, is refused."""
    above: dict[UUID, UUID | None] = {one.thing.id: getattr(one.thing, name) for one in lines}

    def depth(one: StoredLine) -> int:
        levels, parent = 1, above[one.thing.id]
        while parent in above:
            levels, parent = levels + 1, above[parent]
            if levels > DEEPEST:
                sentence = "This lies deeper than five levels."
                refused.append(Refusal(one.line, one.thing.title, sentence))
                break
        return levels

    placed = sorted(((depth(one), one) for one in lines), key=lambda pair: pair[0])
    return [one for levels, one in placed if levels <= DEEPEST]


def _members(text: str) -> Iterator[tuple[str, int, Any]]:
    """Yield name, line and value of every member of the file's object; of a list, each of its items."""
    scan = Scan(text)
    for name in scan.members():
        if scan.take("["):
            yield from ((name, line, value) for line, value in scan.items())
        else:
            line = scan.line
            yield name, line, scan.value()
    scan.expect_end()
