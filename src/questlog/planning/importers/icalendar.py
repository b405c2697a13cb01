"""VTODO of RFC 5545, as Nextcloud Tasks, Apple Reminders, Evolution or Thunderbird export it.

The `icalendar` library reads the properties of each to-do. What goes around them is read here, because the library
does not say on which line it stopped. Priorities: 1 is urgent, 2 to 4 high, 5 medium, 6 to 9 low (§ 3.8.1.9).
"""

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from icalendar import Todo

from questlog.planning import recurrence
from questlog.planning.importers.assembly import LOST_RULE, YEARS, assemble, in_zone
from questlog.planning.importers.ical_blocks import Block, Calendar, read_calendar
from questlog.planning.importers.plan import (
    ImportedTask,
    ImportNote,
    ImportPlan,
    Refusals,
    UnreadableImportError,
)
from questlog.planning.moments import moment
from questlog.planning.recurrence import RecurrenceError, Rule

PRIORITIES = (0, 4, 3, 3, 3, 2, 1, 1, 1, 1)
LONGEST_DURATION = timedelta(days=3660)
Values = dict[str, Any]


@dataclass(slots=True)
class Reading:
    zone: tzinfo
    project: str | None
    notes: list[ImportNote] = field(default_factory=list)
    unnamed: Counter[str] = field(default_factory=Counter)
    refused: Refusals = field(default_factory=Refusals)

    def note(self, line: int | None, sentence: str, **said: str | int) -> None:
        self.notes.append(ImportNote(line, sentence, said))


def read(text: str, *, zone: tzinfo) -> ImportPlan:
    """Return what the calendar asks for. Its project is the name of the calendar."""
    calendar = read_calendar(text)
    reading = Reading(zone, calendar.name)
    tasks = _tasks(calendar, reading)
    for kind, count in sorted(calendar.others.items()):
        reading.note(None, "Not a to-do and left out: {count} {kind}.", count=count, kind=kind)
    return assemble("icalendar", tasks, reading.notes, reading.refused)


def _tasks(calendar: Calendar, reading: Reading) -> list[ImportedTask]:
    tasks: list[ImportedTask] = []
    for block in calendar.todos:
        with reading.refused.catch():
            tasks.extend(_read_block(block, reading))
    return tasks


def _read_block(block: Block, reading: Reading) -> Iterator[ImportedTask]:
    values: Values = dict(_component(block).items())
    task = _task(block, values, reading)
    if "RECURRENCE-ID" not in values:
        yield task
    elif task.completed_at:
        moved = f"{task.external_id}#{_one(values, 'RECURRENCE-ID').to_ical().decode()}"
        yield replace(task, external_id=moved, rule=None, anchor=None, parent=None)
    else:
        reading.note(block.line, "A single changed date of a series is left out.")


def _component(block: Block) -> Todo:
    try:
        return _read_lines([content for _, content in block.lines])
    except ValueError as error:
        raise UnreadableImportError("This line cannot be read.", _broken_line(block)) from error


def _broken_line(block: Block) -> int:
    for line, content in block.lines:
        try:
            _read_lines([content])
        except ValueError:
            return line
    return block.line


def _read_lines(contents: list[str]) -> Todo:
    # As bytes: the library takes a text of one line for the path of a file and would open it.
    text = "\r\n".join(["BEGIN:VTODO", *contents, "END:VTODO", ""])
    todo = Todo.from_ical(text.encode("utf-8", errors="replace"))
    if not isinstance(todo, Todo):
        raise TypeError(f"a VTODO was read as {type(todo).__name__}")
    return todo


def _task(block: Block, values: Values, reading: Reading) -> ImportedTask:
    line, title = block.line, _text(values, "SUMMARY") or ""
    start, due = _when(values, "DTSTART", line, reading), _when(values, "DUE", line, reading)
    if due is None and start is not None and "DURATION" in values:
        due = _end(start, values, line)
    rule = _rule(block, reading)
    if rule and (due is None or due == start):
        due, start = start, None
    if "EXDATE" in values or "RDATE" in values:
        reading.note(line, "Dates taken out of the series or put into it are not imported.")
    return ImportedTask(
        line=line,
        external_id=_text(values, "UID") or _made_id(title, due, reading),
        title=title,
        description=_description(values),
        priority=_priority(values, line),
        due=due,
        start_on=_day(start, reading.zone),
        project=reading.project,
        labels=_categories(values),
        parent=_parent(values),
        rule=rule,
        completed_at=_completion(values, line, reading),
        cancelled=(_text(values, "STATUS") or "").upper() == "CANCELLED",
        created_at=_moment(values, "CREATED", line, reading),
    )


def _one(values: Values, name: str) -> Any:
    """Of a property that stands more than once where it may stand once, the first counts."""
    value = values.get(name)
    return value[0] if isinstance(value, list) and value else value


def _all(values: Values, name: str) -> list[Any]:
    value = values.get(name, [])
    return value if isinstance(value, list) else [value]


def _text(values: Values, name: str) -> str | None:
    return str(_one(values, name) or "").strip() or None


def _when(values: Values, name: str, line: int, reading: Reading) -> date | datetime | None:
    """A day, or a moment in UTC; a time without a zone, or with one nobody knows, is the user's own."""
    value = getattr(_one(values, name), "dt", None)
    if value is None:
        return None
    if not isinstance(value, date):
        raise UnreadableImportError("The {field} of this to-do is no date.", line, field=name)
    if not isinstance(value, datetime):
        return value
    try:
        if value.tzinfo is not None:
            return value.astimezone(UTC)
        if "TZID" in _one(values, name).params:
            reading.note(line, "The time zone is not known; the time is read in yours.")
        return in_zone(value, reading.zone)
    except OverflowError as error:
        raise UnreadableImportError(
            "The {field} of this to-do is out of range.", line, field=name
        ) from error


def _moment(values: Values, name: str, line: int, reading: Reading) -> datetime | None:
    found = _when(values, name, line, reading)
    if found is None or isinstance(found, datetime):
        return found
    return moment(found, time(), reading.zone)


def _end(start: date | datetime, values: Values, line: int) -> date | datetime:
    span = getattr(_one(values, "DURATION"), "dt", None)
    if not isinstance(span, timedelta) or not timedelta() <= span <= LONGEST_DURATION:
        raise UnreadableImportError("The DURATION of this to-do cannot be.", line)
    if start.year not in YEARS:
        raise UnreadableImportError("This task has a date before 1970 or after 2199.", line)
    return start + span


def _rule(block: Block, reading: Reading) -> Rule | None:
    """The rule as it is written: the library's own reading of it loses what it does not know."""
    written = (pair for pair in block.lines if pair[1][:6].upper() in ("RRULE:", "RRULE;"))
    line, content = next(written, (0, ""))
    if not content:
        return None
    text = content.partition(":")[2]
    try:
        return recurrence.parse(text, zone=reading.zone)
    except RecurrenceError as error:
        reading.note(line, LOST_RULE, rule=text[:80], reason=error.message)
        return None


def _made_id(title: str, due: date | datetime | None, reading: Reading) -> str:
    path = f"{title}\x1f{due}"
    reading.unnamed[path] += 1
    numbered = f"{path}\x1f{reading.unnamed[path]}"
    return hashlib.sha256(numbered.encode(errors="replace")).hexdigest()[:32]


def _description(values: Values) -> str | None:
    parts = [_text(values, "DESCRIPTION"), _text(values, "LOCATION"), _text(values, "URL")]
    return "\n\n".join(part for part in parts if part) or None


def _priority(values: Values, line: int) -> int:
    value = int(_one(values, "PRIORITY") or 0)
    if not 0 <= value <= 9:
        raise UnreadableImportError("The PRIORITY of this to-do is not one of 0 to 9.", line)
    return PRIORITIES[value]


def _categories(values: Values) -> tuple[str, ...]:
    return tuple(str(name) for group in _all(values, "CATEGORIES") for name in group.cats)


def _parent(values: Values) -> str | None:
    for related in _all(values, "RELATED-TO"):
        if str(related.params.get("RELTYPE", "PARENT")).upper() == "PARENT":
            return str(related).strip() or None
    return None


def _completion(values: Values, line: int, reading: Reading) -> datetime | None:
    """Clients forget one of STATUS and COMPLETED; where both stand, STATUS decides."""
    status = (_text(values, "STATUS") or "").upper()
    done = status == "COMPLETED" or (not status and "COMPLETED" in values)
    if not done:
        return None
    for name in ("COMPLETED", "LAST-MODIFIED", "DTSTAMP", "DUE", "CREATED"):
        if name in values:
            return _moment(values, name, line, reading)
    raise UnreadableImportError("This to-do is completed but does not say when.", line)


def _day(when: date | datetime | None, zone: tzinfo) -> date | None:
    return when.astimezone(zone).date() if isinstance(when, datetime) else when
