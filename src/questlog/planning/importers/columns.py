"""What the columns of a CSV mean: as the caller says, and otherwise as their names tell in English and Russian."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

from questlog.planning.importers.plan import UnreadableImportError

type Field = Literal[
    "title", "description", "project", "labels", "priority", "status", "due", "due_time", "start", "deadline",
    "duration", "recurrence", "created", "completed", "id", "parent",
]  # fmt: skip
FIELDS: tuple[str, ...] = get_args(Field.__value__)
# Of two columns that fit a field the one whose name stands earlier here counts.
NAMES: Mapping[str, tuple[str, ...]] = {
    "title": (
        "title", "task", "task name", "name", "subject", "summary", "todo", "to do", "content", "item",
        "название", "задача", "имя", "тема", "заголовок", "дело", "название задачи",
    ),
    "description": (
        "description", "notes", "note", "details", "comment", "comments", "body",
        "описание", "заметки", "заметка", "примечание", "комментарий", "подробности",
    ),
    "project": (
        "project", "list", "list name", "project name", "folder", "category", "проект", "список", "папка", "категория",
    ),
    "labels": ("labels", "tags", "label", "tag", "categories", "метки", "теги", "метка", "тег", "категории"),
    "priority": ("priority", "importance", "приоритет", "важность"),
    "status": ("status", "done", "completed", "complete", "state", "статус", "готово", "выполнено", "состояние"),
    "due": (
        "due", "due date", "due on", "date", "due by", "срок", "дата", "срок выполнения", "дата выполнения", "выполнить до",
    ),
    "due_time": ("due time", "time", "время"),
    "start": ("start", "start date", "start on", "начало", "дата начала"),
    "deadline": ("deadline", "крайний срок", "дедлайн"),
    "duration": ("duration", "estimate", "time estimate", "длительность", "продолжительность", "оценка"),
    "recurrence": ("recurrence", "repeat", "rrule", "recurring", "повтор", "повторение"),
    "created": ("created", "created at", "created time", "creation date", "создано", "дата создания", "создана"),
    "completed": (
        "completed at", "completed on", "completed time", "completion date", "date completed", "finished", "завершено",
        "дата завершения", "выполнено в",
    ),
    "id": ("id", "task id", "taskid", "uuid", "идентификатор"),
    "parent": ("parent", "parent id", "parent task", "parentid", "родитель", "родительская задача"),
}  # fmt: skip
FIELD_OF = {name: named for named, names in NAMES.items() for name in names}


@dataclass(frozen=True, slots=True)
class Columns:
    """What the caller says of a CSV. `mapping` goes from our field to the name of a column or its number from 1."""

    mapping: Mapping[str, str | int] = field(default_factory=dict)
    delimiter: str | None = None
    date_format: str | None = None
    day_first: bool | None = None
    label_separator: str | None = None
    has_header: bool = True


def places(header: Sequence[str], columns: Columns, line: int) -> dict[str, int]:
    """Return the place of each field's column.

    What `columns.mapping` does not name is found by its header. Raises `UnreadableImportError` for a column that is not
    there, for a name that stands twice, and when no column has the titles.
    """
    names = [_plain(name) for name in header]
    found = {} if columns.mapping.get("title") else _recognised(names)
    for named, column in columns.mapping.items():
        found[named] = _place(names, column, line)
    if "title" not in found:
        raise UnreadableImportError("No column has the titles. Name it with `mapping`.", line)
    return found


def _plain(name: str) -> str:
    return re.sub(r"[\s_]+", " ", name.strip().strip("*").casefold()).strip()


def _recognised(names: Sequence[str]) -> dict[str, int]:
    fitting: dict[str, list[tuple[int, int]]] = {}
    for place, name in enumerate(names):
        if name in FIELD_OF:
            named = FIELD_OF[name]
            fitting.setdefault(named, []).append((NAMES[named].index(name), place))
    return {named: min(found)[1] for named, found in fitting.items()}


def _place(names: Sequence[str], column: str | int, line: int) -> int:
    if isinstance(column, int):
        if not 1 <= column <= len(names):
            raise UnreadableImportError("There is no column {column}.", line, column=column)
        return column - 1
    wanted = _plain(column)
    if wanted not in names:
        raise UnreadableImportError("There is no column “{column}”.", line, column=column[:80])
    if names.count(wanted) > 1:
        raise UnreadableImportError(
            "The column “{column}” stands here twice.", line, column=column[:80]
        )
    return names.index(wanted)
