"""Microsoft To Do, as its API (Microsoft Graph) gives it and the programs that save it: lists with their tasks, JSON.

A list has a `displayName` and its `tasks`; the answer of `/me/todo/lists/{id}/tasks` has tasks alone. Dates have the zone
they are written in beside them, often by its Windows name. To Do knows days only, which it writes as midnights: of
that zone, or of the user's written in UTC. Checklist items become subtasks.
Source: https://learn.microsoft.com/graph/api/resources/todotask
"""

import html
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from questlog.planning import recurrence
from questlog.planning.importers import microsoft_recurrences
from questlog.planning.importers.assembly import LOST_RULE, assemble, in_zone
from questlog.planning.importers.json_rows import JsonList, JsonRow, lists, numbered
from questlog.planning.importers.plan import (
    ImportedTask,
    ImportNote,
    ImportPlan,
    Refusals,
    UnreadableImportError,
)
from questlog.planning.recurrence import RecurrenceError, Rule

PRIORITIES = {"low": 1, "normal": 0, "high": 3}
WAITING = {"waitingOnOthers", "deferred"}
STATUSES = {"notStarted", "inProgress", "completed"} | WAITING
BREAK = re.compile(r"<(?:br|/p|/div|/li|/tr|/h[1-6])\b[^<>]{0,200}>", re.IGNORECASE)
TAG = re.compile(r"<[^<>]{0,2000}>")
OUTER, INNER = frozenset({"value", "lists", "items"}), frozenset({"tasks"})


@dataclass(slots=True)
class Reading:
    zone: tzinfo
    seen: Counter[str] = field(default_factory=Counter)
    reminders: int = 0
    notes: list[ImportNote] = field(default_factory=list)
    refused: Refusals = field(default_factory=Refusals)

    def note(self, line: int | None, sentence: str, **said: str | int) -> None:
        self.notes.append(ImportNote(line, sentence, said))


def read(text: str, *, zone: tzinfo) -> ImportPlan:
    """Return what the file asks for. Lists become projects; the one that everybody has is no project."""
    reading = Reading(zone)
    tasks: list[ImportedTask] = []
    for found in lists(text, outer=OUTER, inner=INNER):
        project, rows = _list(found)
        for row in rows:
            with reading.refused.catch(row.title):
                tasks.extend(_tasks(row, project, reading))
    if reading.reminders:
        reading.note(None, "Reminders are not imported: {count}.", count=reading.reminders)
    return assemble("microsoft_todo", tasks, reading.notes, reading.refused)


def _list(found: JsonList) -> tuple[str | None, list[JsonRow]]:
    """A list, or what stands where lists stand and is a task itself."""
    about = found.about
    if "displayName" not in about.fields and "title" in about.fields:
        return None, [about, *found.tasks]
    named = about.fields.get("wellknownListName", about.fields.get("wellKnownListName"))
    return None if named == "defaultList" else about.text("displayName"), found.tasks


def _tasks(row: JsonRow, project: str | None, reading: Reading) -> Iterator[ImportedTask]:
    status, importance = row.text("status") or "notStarted", row.text("importance") or "normal"
    if status not in STATUSES:
        raise UnreadableImportError(
            "This task has a status that its program does not know.", row.line
        )
    if importance not in PRIORITIES:
        raise UnreadableImportError("The importance of this task is not known.", row.line)
    if status in WAITING:
        reading.note(row.line, "This task waits for somebody; here it is open.")
    reading.reminders += row.fields.get("isReminderOn") is True
    done = status == "completed"
    due = _day(row.row("dueDateTime"), reading)
    task = ImportedTask(
        line=row.line,
        external_id=row.text("id") or numbered(reading.seen, project or "", row.title),
        title=row.text("title") or "",
        description=_description(row),
        priority=PRIORITIES[importance],
        due=due,
        start_on=_day(row.row("startDateTime"), reading),
        project=project,
        labels=row.texts("categories"),
        rule=None if done or due is None else _rule(row, reading),
        done=done,
        completed_at=_completion(row, reading) if done else None,
        in_progress=status == "inProgress",
        created_at=row.moment("createdDateTime"),
    )
    yield task
    yield from _checklist(row, task, reading)


def _checklist(row: JsonRow, task: ImportedTask, reading: Reading) -> Iterator[ImportedTask]:
    for item in row.rows("checklistItems"):
        title = item.text("displayName") or ""
        if not title.strip():
            continue
        own = item.text("id") or numbered(reading.seen, task.external_id, title)
        done = item.fields.get("isChecked") is True or task.done
        yield ImportedTask(
            line=row.line,
            external_id=f"{task.external_id}/{own}",
            title=title,
            parent=task.external_id,
            done=done,
            completed_at=(item.moment("checkedDateTime") or task.completed_at) if done else None,
        )


def _zone(name: str | None, reading: Reading, line: int) -> tzinfo:
    try:
        return ZoneInfo(WINDOWS_TO_OLSON.get(name, name)) if name else reading.zone
    except (ZoneInfoNotFoundError, ValueError, OSError):
        reading.note(line, "The time zone is not known; the time is read in yours.")
        return reading.zone


def _moment(told: JsonRow | None, reading: Reading) -> datetime | None:
    when = None if told is None else told.moment("dateTime")
    if told is None or when is None or when.tzinfo is not None:
        return when
    try:
        return in_zone(when, _zone(told.text("timeZone"), reading, told.line))
    except OverflowError as error:
        raise UnreadableImportError(
            "This task has a date before 1970 or after 2199.", told.line
        ) from error


def _day(told: JsonRow | None, reading: Reading) -> date | None:
    """A midnight is the day it begins where it is written; other times of day are midnights elsewhere."""
    when = None if told is None else told.moment("dateTime")
    if told is None or when is None:
        return None
    if when.time() == time():
        return when.date()
    moment = _moment(told, reading)
    return None if moment is None else moment.astimezone(reading.zone).date()


def _completion(row: JsonRow, reading: Reading) -> datetime | None:
    return _moment(row.row("completedDateTime"), reading) or row.moment("lastModifiedDateTime")


def _rule(row: JsonRow, reading: Reading) -> Rule | None:
    told = row.row("recurrence")
    if told is None or told.row("pattern") is None:
        return None
    text = microsoft_recurrences.rrule(told)
    try:
        return recurrence.parse(text)
    except RecurrenceError as error:
        reading.note(row.line, LOST_RULE, rule=text[:80], reason=error.message)
        return None


def _description(row: JsonRow) -> str | None:
    body = row.row("body")
    text = "" if body is None else body.text("content") or ""
    if body is not None and (body.text("contentType") or "").lower() == "html":
        plain = TAG.sub("", BREAK.sub("\n", text))
        text = "\n".join(line.strip() for line in html.unescape(plain).splitlines() if line.strip())
    links = [
        ": ".join(part for part in (one.text("displayName"), one.text("webUrl")) if part)
        for one in row.rows("linkedResources")
    ]
    return "\n\n".join(part for part in (text.strip(), "\n".join(links)) if part) or None
