"""Taskwarrior's `task export`: a JSON list of tasks, of templates that recur and of the tasks they gave birth to.

A template and its open children become one series: it is due when the earliest open child is, and missed children
do not pile up. Completed children are completed tasks of their own. A task that waits is open and starts on the day
its waiting ends; the views by due date show it, as Taskwarrior does for `+PENDING or +WAITING`. Moments at midnight
of the user's zone are days. Source: https://taskwarrior.org/docs/design/task/
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, tzinfo
from itertools import islice

from questlog.planning import rhythm
from questlog.planning.importers import taskwarrior_periods
from questlog.planning.importers.assembly import LOST_RULE, assemble, day_or_moment
from questlog.planning.importers.json_objects import objects
from questlog.planning.importers.plan import (
    ImportedTask,
    ImportNote,
    ImportPlan,
    Refusals,
    UnreadableImportError,
)
from questlog.planning.importers.taskwarrior_rows import OPEN, Row
from questlog.planning.moments import moment
from questlog.planning.recurrence import RecurrenceError, Rule

PRIORITIES = {"H": 3, "M": 2, "L": 1}
READ = {
    "uuid", "description", "status", "due", "entry", "end", "wait", "scheduled", "until", "priority", "project",
    "tags", "annotations", "recur", "mask", "parent", "depends",
}  # fmt: skip
# Derived by Taskwarrior, or of use only to itself.
INTERNAL = {"id", "urgency", "modified", "imask", "rtype", "start", "template", "last"}


@dataclass(slots=True)
class Reading:
    zone: tzinfo
    series_of: dict[str, str] = field(default_factory=dict)
    notes: list[ImportNote] = field(default_factory=list)
    refused: Refusals = field(default_factory=Refusals)

    def note(self, line: int | None, sentence: str, **said: str | int) -> None:
        self.notes.append(ImportNote(line, sentence, said))


def read(text: str, *, zone: tzinfo) -> ImportPlan:
    """Return what the export asks for; `zone` decides which moments are midnights."""
    reading = Reading(zone)
    rows = list(_sound(text, reading))
    tasks = list(_tasks(rows, reading))
    _note_what_is_left_out(rows, reading)
    return assemble("taskwarrior", tasks, reading.notes, reading.refused)


def _sound(text: str, reading: Reading) -> Iterator[Row]:
    """Yield the rows that can stand beside others: what others lean on is right about them."""
    for line, fields in objects(text):
        row = Row(line, fields)
        found = len(reading.refused)
        with reading.refused.catch(row.title):
            row.check()
        if len(reading.refused) == found:
            yield row


def _tasks(rows: list[Row], reading: Reading) -> Iterator[ImportedTask]:
    children: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.status in OPEN and row.text("parent"):
            children[row.required("parent")].append(row)
            reading.series_of[row.required("uuid")] = row.required("parent")
    templates = {row.required("uuid"): row for row in rows if row.status == "recurring"}
    found: list[ImportedTask | None] = []
    for row in rows:
        if row.status == "completed" or (row.status in OPEN and not row.text("parent")):
            with reading.refused.catch(row.title):
                found.append(_task(row, reading))
    # An export of pending tasks alone has children without their template; the eldest speaks for it.
    for series in {**dict.fromkeys(templates), **dict.fromkeys(children)}:
        template = templates.get(series)
        with reading.refused.catch(template.title if template else ""):
            found.append(_series(series, template, children[series], reading))
    yield from (task for task in found if task is not None)


def _task(row: Row, reading: Reading) -> ImportedTask:
    due = row.moment("due")
    return ImportedTask(
        line=row.line,
        external_id=row.required("uuid"),
        title=row.required("description"),
        description=_annotations(row, reading.zone),
        priority=_priority(row, reading),
        due=None if due is None else day_or_moment(due, reading.zone),
        start_on=_start(row, reading.zone),
        project=row.text("project"),
        labels=_tags(row),
        waits_for=_depends(row, reading),
        completed_at=_completion(row),
        created_at=row.moment("entry"),
    )


def _series(
    uuid: str, template: Row | None, children: list[Row], reading: Reading
) -> ImportedTask | None:
    eldest = min(children, key=lambda row: (row.text("due") or "", row.line), default=template)
    if eldest is None:
        return None
    if len(children) > 1:
        reading.note(
            eldest.line,
            "Of {count} open dates of this series the earliest is imported.",
            count=len(children),
        )
    origin = template or eldest
    task = replace(_task(eldest, reading), external_id=uuid, created_at=origin.moment("entry"))
    rule = _rule(origin, reading)
    if rule is None or task.due is None:
        return task
    anchor = _anchor(rule, _local_day(origin.moment("due"), reading.zone), task.due, reading)
    if not children and template:
        return _reborn(replace(task, rule=rule, anchor=anchor), template, reading)
    return replace(task, rule=rule, anchor=anchor)


def _anchor(rule: Rule, began: date | None, due: date | datetime, reading: Reading) -> date | None:
    """Return the day the template began, unless its children have left that rhythm.

    They do: Taskwarrior adds seconds, so that summer time moves them to the day before, and forgets the 31st.
    """
    day = due.astimezone(reading.zone).date() if isinstance(due, datetime) else due
    if began is None or began >= day:
        return None
    met = next(rhythm.dates(rule, began, after=day - timedelta(days=1)), None)
    return began if met == day else None


def _reborn(task: ImportedTask, template: Row, reading: Reading) -> ImportedTask | None:
    """A template whose children are all done: its next date comes after as many as its mask has."""
    born = len(template.text("mask") or "")
    began = _local_day(template.moment("due"), reading.zone)
    if not born or task.rule is None or began is None:
        return task
    later = rhythm.dates(task.rule, began, after=began)
    following = next(islice(later, born - 1, born), None)
    if following is None:
        reading.note(template.line, "This series has ended and is left out.")
        return None
    if not isinstance(task.due, datetime):
        return replace(task, due=following, anchor=began)
    wall_time = task.due.astimezone(reading.zone).time()
    return replace(task, due=moment(following, wall_time, reading.zone), anchor=began)


def _rule(row: Row, reading: Reading) -> Rule | None:
    period = row.text("recur")
    if period is None:
        return None
    try:
        rule = taskwarrior_periods.rule_of(period)
    except RecurrenceError as error:
        reading.note(row.line, LOST_RULE, rule=period[:40], reason=error.message)
        return None
    return replace(rule, until=_local_day(row.moment("until"), reading.zone))


def _completion(row: Row) -> datetime | None:
    if row.status != "completed":
        return None
    end = row.moment("end") or row.moment("modified")
    if end is None:
        raise UnreadableImportError("This task is completed but does not say when.", row.line)
    return end


def _start(row: Row, zone: tzinfo) -> date | None:
    days = [_local_day(row.moment(name), zone) for name in ("wait", "scheduled")]
    return max((day for day in days if day), default=None)


def _priority(row: Row, reading: Reading) -> int:
    value = row.text("priority")
    if value and value not in PRIORITIES:
        reading.note(row.line, "The priority “{value}” has no counterpart.", value=value[:40])
    return PRIORITIES.get(value or "", 0)


def _tags(row: Row) -> tuple[str, ...]:
    tags = row.items("tags")
    if not all(isinstance(tag, str) for tag in tags):
        raise UnreadableImportError("The tags of this task are not all text.", row.line)
    return tuple(tags)


def _depends(row: Row, reading: Reading) -> tuple[str, ...]:
    """A list, before version 2.6 a text with commas; who waits for a date of a series waits for the series."""
    told = row.fields.get("depends") or []
    names = told.split(",") if isinstance(told, str) else row.items("depends")
    if not all(isinstance(name, str) for name in names):
        raise UnreadableImportError("The depends of this task are not all text.", row.line)
    return tuple(reading.series_of.get(name, name) for name in map(str.strip, names))


def _annotations(row: Row, zone: tzinfo) -> str:
    """One line for each annotation, with the day it was written."""
    lines = []
    for item in row.items("annotations"):
        if not isinstance(item, dict):
            raise UnreadableImportError("An annotation of this task cannot be read.", row.line)
        note = Row(row.line, item)
        written = _local_day(note.moment("entry"), zone)
        lines.append((written or date.min, note.required("description")))
    lines.sort(key=lambda line: line[0])
    return "\n".join(text if day == date.min else f"{day}: {text}" for day, text in lines)


def _local_day(when: datetime | None, zone: tzinfo) -> date | None:
    return None if when is None else when.astimezone(zone).date()


def _note_what_is_left_out(rows: Iterable[Row], reading: Reading) -> None:
    deleted = 0
    unknown: dict[str, int] = {}
    for row in rows:
        deleted += row.status == "deleted"
        for name in row.fields.keys() - READ - INTERNAL:
            unknown.setdefault(name, row.line)
        if row.status in OPEN and not row.text("recur") and row.text("until"):
            reading.note(row.line, "This task does not expire in Questlog.")
    if deleted:
        reading.note(None, "Deleted tasks are left out: {count}.", count=deleted)
    for name, line in sorted(unknown.items()):
        reading.note(line, "The field “{field}” is not imported.", field=name[:40])
