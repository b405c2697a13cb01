"""The tables whose rows a before-image can name, by kind; from what is referred to, to what refers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Table, tuple_
from sqlalchemy.types import Date

from questlog.core.types import Id, Moment
from questlog.planning.dependency_models import TaskDependency
from questlog.planning.filter_models import SavedFilter
from questlog.planning.import_models import ImportedRow
from questlog.planning.models import Goal, Item, Label, Occurrence, Project, Task, TaskLabel
from questlog.planning.reminder_models import Reminder

type Key = tuple[Any, ...]


@dataclass(frozen=True)
class Kind:
    name: str
    table: Table
    key: tuple[str, ...] = ("id",)

    @property
    def has_trash(self) -> bool:
        return "deletion_id" in self.table.c

    @property
    def has_version(self) -> bool:
        return "version" in self.table.c

    @property
    def identity(self) -> ColumnElement[Any]:
        columns = [self.table.c[name] for name in self.key]
        return columns[0] if len(columns) == 1 else tuple_(*columns)

    def among(self, keys: list[Key]) -> ColumnElement[bool]:
        """Return the condition that a row has one of these keys."""
        return self.identity.in_([key[0] for key in keys] if len(self.key) == 1 else keys)

    def key_of(self, row: Mapping[str, Any]) -> Key:
        return tuple(row[name] for name in self.key)

    def read_key(self, kept: Any) -> Key:
        """Return a key as an image keeps it in the types of its columns."""
        parts = [kept] if len(self.key) == 1 else kept
        return tuple(self.read(name, part) for name, part in zip(self.key, parts, strict=True))

    def read_row(self, kept: Mapping[str, Any]) -> dict[str, Any]:
        return {name: self.read(name, value) for name, value in kept.items()}

    def read(self, name: str, value: Any) -> Any:
        type_ = self.table.c[name].type
        if value is None or not isinstance(value, str):
            return value
        if isinstance(type_, Id):
            return UUID(value)
        if isinstance(type_, Moment):
            return datetime.fromisoformat(value)
        return date.fromisoformat(value) if isinstance(type_, Date) else value


def _kind(name: str, model: Any, *key: str) -> Kind:
    return Kind(name, cast(Table, model.__table__), key or ("id",))


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        _kind("goal", Goal),
        _kind("project", Project),
        _kind("task", Task),
        _kind("label", Label),
        _kind("item", Item),
        _kind("filter", SavedFilter),
        _kind("occurrence", Occurrence),
        _kind("task_label", TaskLabel, "task_id", "label_id"),
        _kind("dependency", TaskDependency, "task_id", "blocker_id"),
        _kind("reminder", Reminder),
        _kind("imported_row", ImportedRow, "source", "kind", "external_id"),
    )
}
