"""Tables of anybody's making: one task a row, the columns named by the caller or recognised by their header.

Cells are text and nothing else: "=SUM(A1)" is a title like any other. Days in figures are read as the column shows that
they are written; where it does not show, the file is refused until somebody says which.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, tzinfo
from re import split

from questlog.planning import recurrence
from questlog.planning.importers import csv_rows
from questlog.planning.importers.assembly import LOST_RULE, assemble, clean, in_zone
from questlog.planning.importers.cells import (
    PRIORITY_OF,
    STATE_OF,
    CellError,
    Dates,
    TwoWaysError,
    clock_of,
    is_pattern,
    minutes_of,
    order_of,
)
from questlog.planning.importers.columns import Columns, places
from questlog.planning.importers.json_rows import numbered
from questlog.planning.importers.plan import (
    ImportedTask,
    ImportNote,
    ImportPlan,
    Refusals,
    UnreadableImportError,
    WholeFileError,
)
from questlog.planning.moments import moment
from questlog.planning.recurrence import RecurrenceError, Rule

DATED = ("due", "start", "deadline", "created", "completed")
AMBIGUOUS = "The date “{text}” can be read in two ways. Say which with `day_first`."


@dataclass(frozen=True, slots=True)
class Row:
    line: int
    cells: Sequence[str]
    places: dict[str, int]
    table: str

    def cell(self, name: str) -> str:
        place = self.places.get(name)
        return "" if place is None or place >= len(self.cells) else clean(self.cells[place])


@dataclass(slots=True)
class Reading:
    zone: tzinfo
    columns: Columns
    dates: Dates = field(default_factory=Dates)
    own_ids: dict[str, str] = field(default_factory=dict)
    seen: Counter[str] = field(default_factory=Counter)
    notes: list[ImportNote] = field(default_factory=list)
    refused: Refusals = field(default_factory=Refusals)

    def note(self, line: int | None, sentence: str, **said: str | int) -> None:
        self.notes.append(ImportNote(line, sentence, said))


def read(
    text: str,
    *,
    zone: tzinfo,
    columns: Columns,
    source: str = "csv",
    day_first: bool | None = None,
) -> ImportPlan:
    """Return what the table asks for. `day_first` counts where neither `columns` nor the table itself says."""
    if columns.date_format is not None and not is_pattern(columns.date_format):
        raise UnreadableImportError("This is no pattern of a date.")
    reading = Reading(zone, columns)
    rows = list(_rows(text, columns))
    dated = (row.cell(name) for row in rows for name in DATED)
    shown = order_of(dated) if columns.day_first is None else columns.day_first
    reading.dates = Dates(columns.date_format, day_first if shown is None else shown)
    names = [_name(row, reading) for row in rows]
    tasks: list[ImportedTask] = []
    for row, name in zip(rows, names, strict=True):
        with reading.refused.catch(row.cell("title")):
            tasks.append(_task(row, name, reading))
    return assemble(source, tasks, reading.notes, reading.refused)


def _rows(text: str, columns: Columns) -> Iterator[Row]:
    delimiter = columns.delimiter or csv_rows.delimiter_of(text)
    found: dict[str, int] = {}
    width, table = 0, ""
    for line, cells in csv_rows.rows(text, delimiter=delimiter):
        if not found:
            header = cells if columns.has_header else [""] * len(cells)
            found, width = places(header, columns, line), len(cells)
            table = digest(*header)
            if columns.has_header:
                continue
        if any(cell.strip() for cell in cells[width:]):
            raise UnreadableImportError(
                "This row has more cells than the first row has names.", line
            )
        yield Row(line, cells, found, table)
    if not found:
        raise UnreadableImportError("The file is empty.")


def digest(*header: str) -> str:
    text = "\x1f".join(header)
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:8]


def _name(row: Row, reading: Reading) -> str:
    """Return the row's id. A parent is named by its id or by its title.

    Numbers from 1 are ids in many tables, so the columns of the table are part of them.
    """
    own, title = row.cell("id"), row.cell("title")
    if own:
        name = f"{row.table}:{own}"
    else:
        name = numbered(reading.seen, row.cell("project"), row.cell("parent"), title)
    for known in (own, title):
        if known:
            reading.own_ids.setdefault(known.casefold(), name)
    return name


def _task(row: Row, name: str, reading: Reading) -> ImportedTask:
    state = _word(row, "status", STATE_OF, "open", reading)
    due = _due(row, reading)
    parent = row.cell("parent")
    return ImportedTask(
        line=row.line,
        external_id=name,
        title=row.cell("title"),
        description=row.cell("description") or None,
        priority=_word(row, "priority", PRIORITY_OF, 0, reading),
        due=due,
        start_on=_day(_date(row, "start", reading), reading),
        deadline_on=_day(_date(row, "deadline", reading), reading),
        duration_minutes=_duration(row, reading),
        project=row.cell("project") or None,
        labels=_labels(row, reading),
        parent=reading.own_ids.get(parent.casefold(), parent) or None,
        rule=None if state == "done" else _rule(row, reading),
        done=state == "done",
        completed_at=_moment(_date(row, "completed", reading), reading)
        if state == "done"
        else None,
        in_progress=state == "in_progress",
        cancelled=state == "cancelled",
        created_at=_moment(_date(row, "created", reading), reading),
    )


def _word[Value](
    row: Row, name: str, known: dict[str, Value], default: Value, reading: Reading
) -> Value:
    text = row.cell(name)
    found = known.get(" ".join(text.casefold().split()))
    if found is not None:
        return found
    if name == "status" and _is_date(text, reading):
        return known["done"]
    reading.note(row.line, "The {field} “{text}” means nothing here.", field=name, text=text[:40])
    return default


def _is_date(text: str, reading: Reading) -> bool:
    """Some tables hold the day of completion where others hold a tick."""
    try:
        reading.dates.read(text)
    except CellError:
        return False
    return True


def _date(row: Row, name: str, reading: Reading) -> date | datetime | None:
    text = row.cell(name)
    if not text:
        return None
    try:
        return reading.dates.read(text)
    except TwoWaysError as error:
        # One for all: what is not known of this date is not known of any.
        raise WholeFileError(AMBIGUOUS, row.line, text=text[:40]) from error
    except CellError as error:
        raise UnreadableImportError(
            "The {field} “{text}” is no date.", row.line, field=name, text=text[:40]
        ) from error


def _due(row: Row, reading: Reading) -> date | datetime | None:
    due, clock = _date(row, "due", reading), row.cell("due_time")
    if due is None:
        return None
    if isinstance(due, datetime):
        return due if due.tzinfo else in_zone(due, reading.zone)
    if not clock:
        return due
    wall_time = _read(row, "due_time", clock_of, reading)
    return due if wall_time is None else moment(due, wall_time, reading.zone)


def _duration(row: Row, reading: Reading) -> int | None:
    return (_read(row, "duration", minutes_of, reading) if row.cell("duration") else None) or None


def _read[Value](
    row: Row, name: str, reader: Callable[[str], Value], reading: Reading
) -> Value | None:
    text = row.cell(name)
    try:
        return reader(text)
    except CellError:
        reading.note(
            row.line, "The {field} “{text}” means nothing here.", field=name, text=text[:40]
        )
        return None


def _day(when: date | datetime | None, reading: Reading) -> date | None:
    if not isinstance(when, datetime):
        return when
    return (when.astimezone(reading.zone) if when.tzinfo else when).date()


def _moment(when: date | datetime | None, reading: Reading) -> datetime | None:
    if when is None or (isinstance(when, datetime) and when.tzinfo):
        return when
    if isinstance(when, datetime):
        return in_zone(when, reading.zone)
    return moment(when, time(), reading.zone)


def _labels(row: Row, reading: Reading) -> tuple[str, ...]:
    given = reading.columns.label_separator
    text = row.cell("labels")
    names = text.split(given) if given else split(r"[,;|]", text)
    return tuple(name for name in (one.strip().lstrip("#@") for one in names) if name)


def _rule(row: Row, reading: Reading) -> Rule | None:
    text = row.cell("recurrence")
    if not text:
        return None
    try:
        return recurrence.parse(text, zone=reading.zone)
    except RecurrenceError as error:
        reading.note(row.line, LOST_RULE, rule=text[:80], reason=error.message)
        return None
