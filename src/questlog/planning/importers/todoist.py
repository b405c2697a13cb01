"""Todoist's CSV, written by "Export as a template" and found in its backups: one file for one project.

Rows are tasks, sections, comments (`note`) of the row above, and settings (`meta`). Subtasks are indented. Labels
stand in the title. A section becomes a label of its tasks, since Questlog has no sections. Priority 1 is the highest
and 4 is none. Tasks carry no id; what stands above a task, its title and how often that came before make one.
Source: https://todoist.com/help/articles/import-or-export-a-project-as-a-csv-file-in-todoist-YC8YvN
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from questlog.planning.importers import csv_rows
from questlog.planning.importers.assembly import assemble, clean, in_zone
from questlog.planning.importers.plan import (
    ImportedTask,
    ImportNote,
    ImportPlan,
    Refusals,
    UnreadableImportError,
)
from questlog.planning.importers.todoist_dates import When, read_day, read_when

KINDS = {"task", "section", "note", "meta"}
NEEDED = {"TYPE", "CONTENT"}
PRIORITIES = {"": 0, "1": 4, "2": 3, "3": 2, "4": 0}
MINUTES = {"minute": 1, "day": 24 * 60}
LABEL = re.compile(r"(?:^|(?<=\s))@([^\s@]+)")
NOTHING = {"", "None"}


@dataclass(frozen=True, slots=True)
class Row:
    line: int
    cells: dict[str, str]

    def cell(self, name: str) -> str:
        return self.cells.get(name, "").strip()


@dataclass(slots=True)
class Reading:
    """Where in the file we are: the section, and the tasks the next one may be indented under."""

    zone: tzinfo
    project: str | None
    section: str = ""
    above: list[ImportedTask] = field(default_factory=list)
    tasks: list[ImportedTask] = field(default_factory=list)
    notes: list[ImportNote] = field(default_factory=list)
    paths: list[tuple[str, ...]] = field(default_factory=list)
    seen: Counter[tuple[str, ...]] = field(default_factory=Counter)
    refused: Refusals = field(default_factory=Refusals)


def read(text: str, *, zone: tzinfo, name: str | None = None) -> ImportPlan:
    """Return what the file asks for. `name`, that of the file, names the project: "Work [2203306141].csv"."""
    reading = Reading(zone, _project(name))
    for row in _rows(text, reading):
        with reading.refused.catch(row.cell("CONTENT")):
            _read_row(row, reading)
    return assemble("todoist", reading.tasks, reading.notes, reading.refused)


def _read_row(row: Row, reading: Reading) -> None:
    match row.cell("TYPE"):
        case "task":
            _add_task(row, reading)
        case "section":
            _begin_section(row, reading)
        case "note":
            _add_comment(row, reading)


def _project(name: str | None) -> str | None:
    return re.sub(r"(\s*\[\w+\])?(\.csv)?$", "", name or "", flags=re.IGNORECASE).strip() or None


def _rows(text: str, reading: Reading) -> Iterator[Row]:
    header: list[str] = []
    for line, cells in csv_rows.rows(text):
        if not header:
            header = _header(cells)
            continue
        row: Row | None = None
        with reading.refused.catch():
            row = _row(line, header, cells)
        if row is not None:
            yield row
    if not header:
        raise UnreadableImportError("The file is empty.")


def _header(cells: list[str]) -> list[str]:
    names = [cell.strip().upper() for cell in cells]
    if not set(names) >= NEEDED:
        raise UnreadableImportError("The first row does not name Todoist's columns.", 1)
    return names


def _row(line: int, header: list[str], cells: list[str]) -> Row:
    if any(cell.strip() for cell in cells[len(header) :]):
        raise UnreadableImportError("This row has more cells than the first row has names.", line)
    row = Row(line, dict(zip(header, cells, strict=False)))
    if row.cell("TYPE") not in KINDS:
        raise UnreadableImportError("This row is no task, section, note or meta.", line)
    return row


def _begin_section(row: Row, reading: Reading) -> None:
    reading.section = row.cell("CONTENT")
    reading.above = []
    reading.paths = []
    if reading.section:
        reading.notes.append(ImportNote(row.line, "This section becomes a label of its tasks."))


def _add_comment(row: Row, reading: Reading) -> None:
    text = row.cell("CONTENT")
    if not reading.tasks:
        reading.notes.append(ImportNote(row.line, "A comment on the project is not imported."))
    elif text:
        task = reading.tasks[-1]
        reading.tasks[-1] = replace(task, description=f"{task.description or ''}\n\n{text}".strip())


def _add_task(row: Row, reading: Reading) -> None:
    depth = min(_number(row, "INDENT") or 1, len(reading.above) + 1)
    title, labels = _title_and_labels(row.cell("CONTENT"))
    del reading.above[depth - 1 :], reading.paths[depth - 1 :]
    path = (
        *(reading.paths[-1] if reading.paths else (reading.project or "", reading.section)),
        title,
    )
    reading.seen[path] += 1
    task = ImportedTask(
        line=row.line,
        external_id=_external_id(path, reading.seen[path]),
        title=title,
        description=row.cell("DESCRIPTION") or None,
        priority=_priority(row),
        deadline_on=read_day(row.cell("DEADLINE")),
        duration_minutes=_duration(row),
        project=reading.project,
        labels=(*labels, *([reading.section] if reading.section else [])),
        parent=reading.above[-1].external_id if reading.above else None,
    )
    task = _dated(task, row, reading)
    reading.above.append(task)
    reading.paths.append((*path, str(reading.seen[path])))
    reading.tasks.append(task)


def _title_and_labels(content: str) -> tuple[str, list[str]]:
    """A title that would be nothing but labels keeps them; "* " marks a heading, which here is a task as well."""
    title = clean(LABEL.sub("", content).removeprefix("* "))
    return " ".join(title.split()) or clean(content), LABEL.findall(content)


def _external_id(path: tuple[str, ...], occurrence: int) -> str:
    return hashlib.sha256(
        "\x1f".join((*path, str(occurrence))).encode(errors="replace")
    ).hexdigest()[:32]


def _priority(row: Row) -> int:
    value = row.cell("PRIORITY")
    if value not in PRIORITIES:
        raise UnreadableImportError("The priority of this task is not one of 1 to 4.", row.line)
    return PRIORITIES[value]


def _duration(row: Row) -> int | None:
    if row.cell("DURATION") in NOTHING:
        return None
    unit = row.cell("DURATION_UNIT") or "minute"
    if unit not in MINUTES:
        raise UnreadableImportError("The duration of this task has an unknown unit.", row.line)
    return (_number(row, "DURATION") or 0) * MINUTES[unit]


def _number(row: Row, name: str) -> int | None:
    value = row.cell(name)
    if not value:
        return None
    if not re.fullmatch(r"[0-9]{1,6}", value):
        raise UnreadableImportError(
            "The {field} of this task is not a number.", row.line, field=name
        )
    return int(value)


def _dated(task: ImportedTask, row: Row, reading: Reading) -> ImportedTask:
    """Add what the DATE cell says; one that cannot be read is kept in the description."""
    text, deadline = row.cell("DATE"), row.cell("DEADLINE")
    if deadline and not task.deadline_on:
        reading.notes.append(
            ImportNote(
                row.line, "The deadline “{text}” could not be read.", {"text": deadline[:40]}
            )
        )
    if not text:
        return task
    when = read_when(text)
    if when is None:
        reading.notes.append(
            ImportNote(
                row.line,
                "The date “{text}” could not be read; it is kept in the description.",
                {"text": text[:40]},
            )
        )
        return replace(task, description=f"{task.description or ''}\n\nTodoist: {text}".strip())
    zone = _zone(row.cell("TIMEZONE"), reading)
    return replace(
        task,
        due=_due(when, zone),
        rule=when.rule,
        wall_time=when.wall_time if when.day is None else None,
    )


def _due(when: When, zone: tzinfo) -> date | datetime | None:
    if when.day is None or when.wall_time is None:
        return when.day
    return in_zone(datetime.combine(when.day, when.wall_time), zone)


def _zone(name: str, reading: Reading) -> tzinfo:
    try:
        return ZoneInfo(name) if name else reading.zone
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return reading.zone
