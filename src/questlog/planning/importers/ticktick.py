"""TickTick's backup (Settings, Account, "Generate backup"): one CSV of every list, behind a few lines about itself.

Columns are those of version 7: folder, list, title, kind, tags, content and so on, dates in UTC with the zone of the
task beside them. An all-day task stands at midnight of its zone. Children may stand before their parents. `taskId` is
a number counted anew in each backup, so a task is known by the moment it was created; ids of 24 hexadecimal digits last
and are used as they are. The items of a checklist are marked lines of its content. Priorities are 0, 1, 3 and 5;
a status is 0 (open), 1 or 2 (completed, archived) or -1 (will not be done).
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from questlog.planning import recurrence
from questlog.planning.importers import csv_rows
from questlog.planning.importers.assembly import LOST_RULE, assemble, day_or_moment, in_zone
from questlog.planning.importers.plan import (
    ImportedTask,
    ImportNote,
    ImportPlan,
    Refusals,
    UnreadableImportError,
)
from questlog.planning.recurrence import RecurrenceError, Rule

NEEDED = {"list name", "title", "status"}
PRIORITIES = {"": 0, "0": 0, "1": 1, "3": 2, "5": 3}
DONE = {"1", "2"}
STATUSES = {"", "0", "-1"} | DONE
INBOXES = {"inbox", "📥inbox", "входящие", "📥входящие"}
ITEM = re.compile(r"^\s*([▫▪])\s*(.*)$")
LASTING_ID = re.compile(r"[0-9a-f]{24}")
WAYS_TO_WRITE = ("%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%d %H:%M:%S")
OWN_PARTS = ("TT_", "FROM=", "REPEATFROM=")
FROM_COMPLETION = {"FROM=COMPLETION", "REPEATFROM=1"}


@dataclass(frozen=True, slots=True)
class Row:
    line: int
    cells: dict[str, str]
    zone: tzinfo

    def cell(self, name: str) -> str:
        return self.cells.get(name, "").strip()

    def moment(self, name: str) -> datetime | None:
        written = self.cell(name)
        if not written:
            return None
        for way in WAYS_TO_WRITE:
            try:
                when = datetime.strptime(written, way)  # noqa: DTZ007 - the zone is the row's
                return when.astimezone(UTC) if when.tzinfo else in_zone(when, self.zone)
            except (ValueError, OverflowError):
                continue
        raise UnreadableImportError(
            "The {field} of this task is not a moment.", self.line, field=name
        )


@dataclass(slots=True)
class Reading:
    zone: tzinfo
    ids: dict[str, str] = field(default_factory=dict)
    noted: set[str] = field(default_factory=set)
    reminders: int = 0
    notes: list[ImportNote] = field(default_factory=list)
    refused: Refusals = field(default_factory=Refusals)

    def note(self, line: int | None, sentence: str, **said: str | int) -> None:
        self.notes.append(ImportNote(line, sentence, said))

    def note_once(self, line: int, sentence: str, name: str) -> None:
        if (sentence + name) not in self.noted:
            self.noted.add(sentence + name)
            self.note(line, sentence, name=name[:80])


def read(text: str, *, zone: tzinfo) -> ImportPlan:
    """Return what the backup asks for. Lists become projects; the inbox is no project."""
    reading = Reading(zone)
    rows = list(_rows(text, reading))
    names = _names(rows)
    for row, name in zip(rows, names, strict=True):
        if row.cell("taskid"):
            reading.ids.setdefault(row.cell("taskid"), name)
    tasks: list[ImportedTask] = []
    for row, name in zip(rows, names, strict=True):
        with reading.refused.catch(row.cell("title")):
            tasks.extend(_tasks(row, name, reading))
    if reading.reminders:
        reading.note(None, "Reminders are not imported: {count}.", count=reading.reminders)
    return assemble("ticktick", tasks, reading.notes, reading.refused)


def _rows(text: str, reading: Reading) -> Iterator[Row]:
    header: list[str] = []
    for line, cells in csv_rows.rows(text):
        if not header:
            names = [cell.strip().casefold() for cell in cells]
            header = names if set(names) >= NEEDED else []
        elif any(cell.strip() for cell in cells[len(header) :]):
            with reading.refused.catch():
                raise UnreadableImportError(
                    "This row has more cells than the first row has names.", line
                )
        else:
            told = dict(zip(header, cells, strict=False))
            yield Row(line, told, _zone(told.get("timezone", ""), reading.zone))
    if not header:
        raise UnreadableImportError("No line of this file names TickTick's columns.")


def _zone(name: str, users: tzinfo) -> tzinfo:
    try:
        return ZoneInfo(name.strip()) if name.strip() else users
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return users


def _names(rows: list[Row]) -> list[str]:
    """Return an id for each row that the next backup gives it again."""
    created = Counter(row.cell("created time") for row in rows)
    seen: Counter[tuple[str, ...]] = Counter()
    names = []
    for row in rows:
        own, born = row.cell("taskid"), row.cell("created time")
        if LASTING_ID.fullmatch(own):
            names.append(own)
            continue
        path = (born, "", "")
        if not born or created[born] > 1:
            path = (born, row.cell("list name"), row.cell("title"))
        seen[path] += 1
        text = "\x1f".join((*path, str(seen[path])))
        names.append(hashlib.sha256(text.encode(errors="replace")).hexdigest()[:32])
    return names


def _tasks(row: Row, name: str, reading: Reading) -> Iterator[ImportedTask]:
    kind = row.cell("kind").upper()
    if kind == "NOTE":
        reading.note(row.line, "This note becomes a task.")
    description, items = _content(row)
    rule = _rule(row, reading)
    due, start_on, minutes = _dates(row, reading, repeats=rule is not None)
    reading.reminders += bool(row.cell("reminder"))
    done = _status(row) in DONE
    task = ImportedTask(
        line=row.line,
        external_id=name,
        title=row.cell("title"),
        description=description,
        priority=_priority(row),
        due=due,
        start_on=start_on,
        duration_minutes=minutes,
        project=_project(row, reading),
        labels=_labels(row, reading),
        parent=reading.ids.get(row.cell("parentid"), row.cell("parentid")) or None,
        rule=None if done else rule,
        done=done,
        completed_at=row.moment("completed time") if done else None,
        cancelled=_status(row) == "-1",
        created_at=row.moment("created time"),
    )
    yield task
    yield from _checklist(task, items)


def _checklist(task: ImportedTask, items: list[tuple[bool, str]]) -> Iterator[ImportedTask]:
    """An item is a subtask; when it was ticked off is told nowhere."""
    seen: Counter[str] = Counter()
    for ticked, title in items:
        seen[title] += 1
        path = f"{task.external_id}\x1f{title}\x1f{seen[title]}"
        yield ImportedTask(
            line=task.line,
            external_id=hashlib.sha256(path.encode(errors="replace")).hexdigest()[:32],
            title=title,
            parent=task.external_id,
            done=ticked or task.done,
            completed_at=task.completed_at,
        )


def _content(row: Row) -> tuple[str | None, list[tuple[bool, str]]]:
    """Return the text of the task and the items of its checklist, which stand in the same cell."""
    text = row.cell("content")
    if row.cell("kind").upper() != "CHECKLIST" and row.cell("is check list").upper() != "Y":
        return text or None, []
    words: list[str] = []
    items: list[tuple[bool, str]] = []
    for line in text.splitlines():
        found = ITEM.match(line)
        if found is None:
            words.append(line)
        elif found[2].strip():
            items.append((found[1] == "▪", found[2].strip()))
    return "\n".join(words).strip() or None, items


def _status(row: Row) -> str:
    status = row.cell("status")
    if status not in STATUSES:
        raise UnreadableImportError(
            "The status of this task is not one of -1, 0, 1 and 2.", row.line
        )
    return status


def _priority(row: Row) -> int:
    value = row.cell("priority")
    if value not in PRIORITIES:
        raise UnreadableImportError(
            "The priority of this task is not one of 0, 1, 3 and 5.", row.line
        )
    return PRIORITIES[value]


def _project(row: Row, reading: Reading) -> str | None:
    if row.cell("folder name"):
        reading.note_once(
            row.line, "The folder “{name}” is left out; its lists come.", row.cell("folder name")
        )
    name = row.cell("list name")
    return None if name.casefold() in INBOXES else name or None


def _labels(row: Row, reading: Reading) -> tuple[str, ...]:
    column = row.cell("column name")
    if column:
        reading.note_once(row.line, "The column “{name}” becomes a label of its tasks.", column)
    tags = [tag.strip().removeprefix("#") for tag in row.cell("tags").split(",")]
    return tuple(label for label in (*tags, column) if label)


def _dates(
    row: Row, reading: Reading, *, repeats: bool
) -> tuple[date | datetime | None, date | None, int | None]:
    """Return due date, start date and minutes. A span within a day is a duration, a longer one has a start."""
    start, end = row.moment("start date"), row.moment("due date")
    first, last = start or end, end or start
    if first is None or last is None:
        return None, None, None
    if first > last:
        first, last = last, first
    begins, ends = _local(row, first, reading), _local(row, last, reading)
    if first == last:
        return ends, None, None
    if isinstance(begins, datetime) and isinstance(ends, datetime):
        minutes = int((last - first).total_seconds()) // 60
        if minutes < 24 * 60 or repeats:
            return begins, None, minutes or None
    return ends, first.astimezone(row.zone).date(), None


def _local(row: Row, when: datetime, reading: Reading) -> date | datetime:
    all_day = row.cell("is all day").lower()
    if all_day == "true":
        return when.astimezone(row.zone).date()
    if row.cell("is floating").lower() == "true":
        return in_zone(when.astimezone(row.zone).replace(tzinfo=None), reading.zone)
    return when if all_day == "false" else day_or_moment(when, row.zone)


def _rule(row: Row, reading: Reading) -> Rule | None:
    lines = row.cell("repeat").splitlines()
    if not lines:
        return None
    written = lines[0].strip()
    parts = written.upper().removeprefix("RRULE:").split(";")
    own = [part for part in parts if part.startswith(OWN_PARTS)]
    try:
        rule = recurrence.parse(";".join(part for part in parts if part not in own), zone=row.zone)
    except RecurrenceError as error:
        reading.note(row.line, LOST_RULE, rule=written[:80], reason=error.message)
        return None
    if any(part.startswith("TT_") for part in own):
        reading.note(row.line, "The recurrence does not skip weekends and holidays.")
    return replace(rule, from_completion=not FROM_COMPLETION.isdisjoint(own))
