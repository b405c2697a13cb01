"""Google Tasks, as Takeout exports them (Tasks.json) and the API lists them: lists of tasks, subtasks by `parent`.

`due` is a day, written as its midnight in UTC. Takeout puts tasks with a time, and every date of one that repeats, into
`scheduled_time`; what repeats names its rule in `task_recurrence_id`, and the rules stand beside the tasks of the list.
The open dates of a rule become one series that stands at the earliest; its completed dates are tasks of their own.
Source: https://developers.google.com/workspace/tasks/reference/rest/v1/tasks
"""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, tzinfo

from questlog.planning import recurrence
from questlog.planning.importers.assembly import LOST_RULE, assemble, day_or_moment, in_zone
from questlog.planning.importers.json_rows import JsonList, JsonRow, lists, numbered
from questlog.planning.importers.plan import (
    ImportedTask,
    ImportNote,
    ImportPlan,
    Refusals,
    UnreadableImportError,
)
from questlog.planning.recurrence import RecurrenceError, Rule

DONE = "completed"
STATUSES = {"needsAction", DONE}
DEFAULT_LISTS = {"my tasks", "мои задачи", "meine aufgaben", "mis tareas", "mes tâches"}
FREQUENCIES = {"daily": "DAILY", "weekly": "WEEKLY", "monthly": "MONTHLY", "yearly": "YEARLY"}
DAYS = {"MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"}
# Some exports hold the text of a Python list instead of one.
QUOTED_START = re.compile(r"'start':\s*'([^']{10,40})'")
OUTER, INNER = frozenset({"items", "lists"}), frozenset({"items", "tasks"})


@dataclass(slots=True)
class Reading:
    zone: tzinfo
    seen: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    notes: list[ImportNote] = field(default_factory=list)
    refused: Refusals = field(default_factory=Refusals)

    def note(self, line: int | None, sentence: str, **said: str | int) -> None:
        self.notes.append(ImportNote(line, sentence, said))


def read(text: str, *, zone: tzinfo) -> ImportPlan:
    """Return what the export asks for. Lists become projects; the one that everybody has is no project."""
    reading = Reading(zone)
    tasks: list[ImportedTask] = []
    for found in lists(text, outer=OUTER, inner=INNER):
        tasks += _list(found, reading)
    for sentence, count in reading.left_out.items():
        reading.note(None, sentence, count=count)
    return assemble("google_tasks", tasks, reading.notes, reading.refused)


def _list(found: JsonList, reading: Reading) -> list[ImportedTask]:
    name = found.about.text("title")
    project = None if name and name.strip().casefold() in DEFAULT_LISTS else name
    rules = {one.text("id") or "": one for one in found.about.rows("recurrences")}
    series: dict[str, list[ImportedTask]] = defaultdict(list)
    tasks: list[ImportedTask] = []
    for row in found.tasks:
        with reading.refused.catch(row.title):
            task = _task(row, project, reading)
            if task is None:
                continue
            rule_id = row.text("task_recurrence_id")
            if rule_id and task.completed_at is None:
                series[rule_id].append(task)
            else:
                tasks.append(task)
    for rule_id, dates in series.items():
        with reading.refused.catch(dates[0].title):
            tasks.append(_series(rule_id, rules.get(rule_id), dates, reading))
    return tasks


def _task(row: JsonRow, project: str | None, reading: Reading) -> ImportedTask | None:
    if row.fields.get("deleted") is True:
        reading.left_out["Deleted tasks are left out: {count}."] += 1
        return None
    if not (row.text("title") or "").strip() and not row.text("notes"):
        reading.left_out["Empty tasks are left out: {count}."] += 1
        return None
    status = row.text("status") or "needsAction"
    if status not in STATUSES:
        raise UnreadableImportError(
            "This task has a status that its program does not know.", row.line
        )
    done = status == DONE
    completed = row.moment("completed") or row.moment("updated")
    return ImportedTask(
        line=row.line,
        external_id=row.text("id") or numbered(reading.seen, project or "", row.title),
        title=row.title.strip() or (row.text("notes") or "").strip().partition("\n")[0],
        description=_description(row),
        due=_due(row, reading),
        project=project,
        parent=row.text("parent"),
        done=done,
        completed_at=_aware(completed, reading) if done else None,
        created_at=_aware(row.moment("created"), reading),
    )


def _aware(when: datetime | None, reading: Reading) -> datetime | None:
    return in_zone(when, reading.zone) if when is not None and when.tzinfo is None else when


def _description(row: JsonRow) -> str | None:
    links = [
        ": ".join(part for part in (one.text("description"), one.text("link")) if part)
        for one in row.rows("links")
    ]
    notes = row.text("notes")
    return "\n\n".join(part for part in (notes, "\n".join(links)) if part) or None


def _due(row: JsonRow, reading: Reading) -> date | datetime | None:
    scheduled = row.fields.get("scheduled_time")
    if isinstance(scheduled, str) and (found := QUOTED_START.search(scheduled)):
        scheduled = [{"start": found[1]}]
    if isinstance(scheduled, list) and scheduled:
        times = JsonRow(row.line, {"times": scheduled}).rows("times")
        current = next((one for one in times if one.fields.get("current") is True), times[0])
        start = _aware(current.moment("start"), reading)
        return None if start is None else day_or_moment(start, reading.zone)
    due = row.moment("due")
    if due is None:
        return None
    return (due if due.tzinfo is None else due.astimezone(UTC)).date()


def _series(
    rule_id: str, told: JsonRow | None, dates: list[ImportedTask], reading: Reading
) -> ImportedTask:
    first = min(dates, key=lambda task: (_day(task, reading), task.line))
    if len(dates) > 1:
        reading.note(
            first.line,
            "Of {count} open dates of this series the earliest is imported.",
            count=len(dates),
        )
    rule = None if told is None or _has_stopped(told) else _rule(told, first.line, reading)
    return replace(first, external_id=f"recurrence:{rule_id}", rule=rule if first.due else None)


def _day(task: ImportedTask, reading: Reading) -> date:
    due = task.due
    return due.astimezone(reading.zone).date() if isinstance(due, datetime) else due or date.max


def _has_stopped(told: JsonRow) -> bool:
    return told.fields.get("stopped") in (True, "true")


def _rule(told: JsonRow, line: int, reading: Reading) -> Rule | None:
    schedule = told.row("schedule") or JsonRow(told.line, {})
    every = schedule.row("interval") or JsonRow(told.line, {})
    text = f"{_frequency(every)};INTERVAL={every.whole('interval_multiplier') or 1}{_end(schedule)}"
    try:
        return recurrence.parse(text)
    except RecurrenceError as error:
        reading.note(line, LOST_RULE, rule=text[:80], reason=error.message)
        return None


def _end(schedule: JsonRow) -> str:
    ends = schedule.row("end_condition") or JsonRow(schedule.line, {})
    count, last = ends.whole("instance_number_limit"), ends.moment("date_boundary")
    if count:
        return f";COUNT={count}"
    return "" if last is None else f";UNTIL={last:%Y%m%d}"


def _frequency(every: JsonRow) -> str:
    unit = next((unit for unit in FREQUENCIES if unit in every.fields), None)
    if unit is None:
        return "FREQ=?"
    days = (every.row(unit) or every).texts("day_of_week") if unit == "weekly" else ()
    named = ",".join(day[:2] for day in days if day in DAYS)
    return f"FREQ={FREQUENCIES[unit]}" + (f";BYDAY={named}" if named else "")
