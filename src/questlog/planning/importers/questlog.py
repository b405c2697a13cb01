"""Questlog's own export, read back here or on another server.

Of the file only what a person planned and did comes back: goals, projects, labels, tasks, occurrences and items. Nothing
keeps its id, so a file cannot lay hands on what is somebody else's; what a completion earned stays where it was earned.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from questlog.planning.importers.plan import ImportPlan, UnreadableImportError
from questlog.planning.importers.questlog_objects import (
    MODELS,
    StoredLabel,
    StoredOccurrence,
    StoredTask,
    StoredThing,
)
from questlog.planning.labels import fold

DECODER = json.JSONDecoder()
SPACE = " \t\r\n"
FORMAT, VERSION = "questlog", 1
DEEPEST = 5


@dataclass(frozen=True, slots=True)
class StoredLine:
    line: int
    thing: StoredThing


@dataclass(frozen=True, slots=True)
class AccountPlan(ImportPlan):
    """An account instead of a list of tasks; goals and tasks stand before what hangs under them."""

    things: tuple[StoredLine, ...] = ()


def read(text: str, *, zone: tzinfo, name: str | None = None) -> ImportPlan:
    """Return the account in the file; its moments have offsets, and neither `zone` nor `name` matters."""
    found: dict[str, list[StoredLine]] = {section: [] for section in MODELS}
    facts: dict[str, Any] = {}
    for section, line, value in _members(text):
        if section in MODELS:
            found[section].append(StoredLine(line, _checked(section, line, value)))
        elif section in ("format", "version"):
            facts[section] = value
    if facts != {"format": FORMAT, "version": VERSION}:
        raise UnreadableImportError("This is no export of Questlog that this version reads.")
    for lines in found.values():
        _refuse_doubles(lines)
    _refuse_odd_past(found["tasks"], found["occurrences"])
    goals = _parents_first(found.pop("goals"), "parent_goal_id")
    tasks = _parents_first(found.pop("tasks"), "parent_task_id")
    others = [one for section in ("occurrences", "items") for one in found[section]]
    things = (*goals, *found["projects"], *found["labels"], *tasks, *others)
    return AccountPlan(FORMAT, (), (), things)


def _checked(section: str, line: int, value: Any) -> StoredThing:
    if not isinstance(value, dict):
        raise UnreadableImportError("Here should stand an object.", line)
    try:
        return MODELS[section].model_validate(value)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(map(str, fault["loc"])) or section
        said = fault["msg"].removeprefix("Value error, ")
        raise UnreadableImportError(f"{section}, {place}: {said}", line) from error


def _refuse_doubles(lines: list[StoredLine]) -> None:
    seen: set[object] = set()
    for one in lines:
        names: list[object] = [one.thing.id]
        if isinstance(one.thing, StoredLabel):
            names.append(fold(one.thing.name))
        if isinstance(one.thing, StoredOccurrence) and _is_standing(one.thing):
            names.append((one.thing.task_id, one.thing.key))
        if not seen.isdisjoint(names):
            raise UnreadableImportError("This stands in the file twice.", one.line)
        seen.update(names)


def _is_standing(past: StoredOccurrence) -> bool:
    return past.outcome == "completed" and past.reopened_at is None


def _refuse_odd_past(tasks: list[StoredLine], occurrences: list[StoredLine]) -> None:
    standing = {
        (past.thing.task_id, past.thing.scheduled_on)
        for past in occurrences
        if isinstance(past.thing, StoredOccurrence) and _is_standing(past.thing)
    }
    for one in tasks:
        task = one.thing
        is_series = isinstance(task, StoredTask) and task.rule and task.completed_at is None
        if isinstance(task, StoredTask) and is_series and (task.id, task.due_on) in standing:
            raise UnreadableImportError("This series stands at a date it has completed.", one.line)


def _parents_first(lines: list[StoredLine], name: str) -> list[StoredLine]:
    """Raises `UnreadableImportError` for a circle and for what lies deeper than five levels."""
    above: dict[UUID, UUID | None] = {one.thing.id: getattr(one.thing, name) for one in lines}

    def depth(one: StoredLine) -> int:
        levels, parent = 1, above[one.thing.id]
        while parent in above:
            levels, parent = levels + 1, above[parent]
            if levels > DEEPEST:
                raise UnreadableImportError("This lies deeper than five levels.", one.line)
        return levels

    return sorted(lines, key=depth)


def _members(text: str) -> Iterator[tuple[str, int, Any]]:
    """Yield name, line and value of every member of the file's object; of a list, each of its items."""
    scan = _Scan(text.removeprefix("\ufeff"))
    scan.expect("{")
    more = not scan.take("}")
    while more:
        name = scan.value()
        if not isinstance(name, str):
            raise UnreadableImportError("Here should stand a name.", scan.line)
        scan.expect(":")
        if scan.take("["):
            yield from ((name, line, value) for line, value in scan.items())
        else:
            line = scan.line
            yield name, line, scan.value()
        more = scan.take(",")
        if not more:
            scan.expect("}")
    scan.expect_end()


class _Scan:
    """A place in the text and its line."""

    def __init__(self, text: str) -> None:
        self.text, self.place, self.line = text, 0, 1
        self._skip()

    def take(self, sign: str) -> bool:
        if not self.text.startswith(sign, self.place):
            return False
        self.place += 1
        self._skip()
        return True

    def expect(self, sign: str) -> None:
        if not self.take(sign):
            raise UnreadableImportError(f"Here should stand “{sign}”.", self.line)

    def expect_end(self) -> None:
        if self.place < len(self.text):
            raise UnreadableImportError("Here the file should have ended.", self.line)

    def value(self) -> Any:
        try:
            value, end = DECODER.raw_decode(self.text, self.place)
        except json.JSONDecodeError as error:
            raise UnreadableImportError("This is not JSON.", error.lineno) from error
        except (ValueError, RecursionError) as error:
            raise UnreadableImportError("This is not JSON that can be read.", self.line) from error
        self.line += self.text.count("\n", self.place, end)
        self.place = end
        self._skip()
        return value

    def items(self) -> Iterator[tuple[int, Any]]:
        more = not self.take("]")
        while more:
            line = self.line
            yield line, self.value()
            more = self.take(",")
            if not more:
                self.expect("]")

    def _skip(self) -> None:
        while self.place < len(self.text) and self.text[self.place] in SPACE:
            self.line += self.text[self.place] == "\n"
            self.place += 1
