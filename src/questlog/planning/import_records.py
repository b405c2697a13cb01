"""What a file tells, thing by thing, in the columns of Questlog. Pure: no session, no clock.

A field is what a file can change on its own. `dates` is one, though it fills seven columns, because a rule means nothing
without its date. Of every field a digest is kept; a later export of the same list changes the fields that differ, and
nothing else.
"""

import hashlib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any, Literal, NamedTuple

from questlog.core import clock
from questlog.planning import labels, recurrence, rrule, task_dates
from questlog.planning.importers.assembly import clean
from questlog.planning.importers.plan import ImportedTask, ImportNote, ImportPlan, Refusal
from questlog.planning.labels import LabelNameError
from questlog.planning.models import title_key
from questlog.planning.moments import moment
from questlog.planning.recurrence import RecurrenceError, Rule
from questlog.planning.task_dates import NO_RULE, Due

LONGEST_ID = 255

type Kind = Literal["goal", "project", "label", "task", "occurrence", "item", "deletion"]


class Link(NamedTuple):
    """Another thing of the same file; as the value of a column it stands for that thing's id here."""

    kind: Kind
    external_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One thing of a file. `columns` has the columns of each field, `made` those that are set once.

    `labels` maps folded names to names. `by_title` marks a project that its file knows by its title alone: it may be
    one that is here already, and is made only when a task needs it.
    """

    kind: Kind
    external_id: str
    title: str
    line: int | None
    columns: Mapping[str, Mapping[str, Any]]
    said: Mapping[str, Any]
    made: Mapping[str, Any] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    waits_for: tuple[Link, ...] = ()
    reminders: tuple[Mapping[str, Any], ...] = ()
    by_title: bool = False

    @property
    def link(self) -> Link:
        return Link(self.kind, self.external_id)

    @property
    def row(self) -> dict[str, Any]:
        """Every column the file fills."""
        filled = {name: value for one in self.columns.values() for name, value in one.items()}
        return {**self.made, **filled}


@dataclass(frozen=True, slots=True)
class Told:
    """A whole file, parents before their children."""

    source: str
    records: tuple[Record, ...]
    notes: tuple[ImportNote, ...]
    refused: tuple[Refusal, ...] = ()


def read(plan: ImportPlan, *, today: date, timezone: str) -> Told:
    """Return the records of a list of tasks; a series without a date starts on its first one from `today`."""
    notes = list(plan.warnings)
    records: list[Record] = []
    projects: dict[str, Record] = {}
    for task in plan.tasks:
        project = _project(task)
        if project is not None:
            projects.setdefault(project.external_id, project)
        records.append(_task(task, project, notes, today=today, timezone=timezone))
    return Told(plan.source, (*projects.values(), *records), tuple(notes), plan.refused)


def key_of(external_id: str) -> str:
    """Return the id as the database can keep it: as it is, or its digest when it is long or has odd characters."""
    if 0 < len(external_id) <= LONGEST_ID and storable(external_id) == external_id:
        return external_id
    raw = external_id.encode("utf-8", errors="surrogatepass")
    return f"sha256:{hashlib.sha256(raw).hexdigest()}"


def storable(text: str) -> str:
    return unicodedata.normalize("NFC", clean(text))


def digests(columns: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return a short digest of every field that says anything."""
    return {
        name: digest(*values.values())
        for name, values in columns.items()
        if any(value is not None for value in values.values())
    }


def digest(*values: Any) -> str:
    told = "\x1f".join(map(_plain, values))
    return hashlib.blake2b(told.encode("utf-8", errors="replace"), digest_size=6).hexdigest()


def waiting(waits_for: Iterable[Link]) -> dict[str, list[str]]:
    """Return what is noted of the tasks a task waits for, which is nothing for most."""
    named = sorted(link.external_id for link in waits_for)
    return {"waits_for": named} if named else {}


def folded_labels(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield folded names and names; those that no label can bear are left out."""
    for name in names:
        try:
            yield labels.fold(name), name
        except LabelNameError:
            continue


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return rrule.write(value) if isinstance(value, Rule) else str(value)


def _project(task: ImportedTask) -> Record | None:
    if task.project is None:
        return None
    title = storable(task.project)
    return Record(
        kind="project",
        external_id=key_of(title.casefold()),
        title=title,
        line=task.line,
        columns={"title": {"title": title}},
        said={},
        by_title=True,
    )


def _task(
    task: ImportedTask,
    project: Record | None,
    notes: list[ImportNote],
    *,
    today: date,
    timezone: str,
) -> Record:
    parent = None if task.parent is None else Link("task", key_of(task.parent))
    bearable = list(folded_labels(map(storable, task.labels)))
    worn = dict(bearable)
    if len(bearable) < len(task.labels):
        notes.append(ImportNote(task.line, "A label of this task has a name that cannot be kept."))
    columns: dict[str, dict[str, Any]] = {
        **_facts(task),
        "dates": _dates(task, notes, today=today, timezone=timezone),
        "project": {"project_id": None if project is None else project.link},
        "parent": {"parent_task_id": parent},
        "completed": {"completed_at": task.completed_at},
    }
    said = digests(columns) | {"labels": sorted(worn)}
    if task.done and task.completed_at is None:
        # Nobody knows when; it is told once, and is not what the file said.
        columns["completed"] = {"completed_at": moment(today, time(), clock.zone(timezone))}
        said["completed"] = digest("done")
    waits_for = tuple(Link("task", key_of(other)) for other in task.waits_for)
    said |= waiting(waits_for)
    # What is derived from today is not what the file said.
    said["dates"] = digest(task.due, task.rule, task.anchor, task.wall_time, *_counting(task.rule))
    return Record(
        kind="task",
        external_id=key_of(task.external_id),
        title=columns["title"]["title"],
        line=task.line,
        columns=columns,
        said=said,
        made={} if task.created_at is None else {"created_at": task.created_at},
        labels=worn,
        waits_for=waits_for,
    )


def _facts(task: ImportedTask) -> dict[str, dict[str, Any]]:
    title = storable(task.title)[:1000]
    description = None if task.description is None else storable(task.description)
    return {
        "title": {"title": title, "title_key": title_key(title)},
        "description": {"description": description},
        "priority": {"priority": task.priority},
        "state": {"state": _state(task)},
        "start": {"start_on": task.start_on},
        "deadline": {"deadline_on": task.deadline_on},
        "duration": {"duration_minutes": task.duration_minutes},
    }


def _dates(
    task: ImportedTask, notes: list[ImportNote], *, today: date, timezone: str
) -> dict[str, Any]:
    due = task_dates.read(task.due, timezone)
    if task.rule is None:
        return {**due.columns(), **NO_RULE, "rule_from_completion": False}
    try:
        begun = _begun(task, task.rule, due, today=today, timezone=timezone)
    except RecurrenceError as error:
        sentence = "The task comes without its recurrence. {reason}"
        notes.append(ImportNote(task.line, sentence, {"reason": error.message}))
        return {**due.columns(), **NO_RULE, "rule_from_completion": False}
    return begun


def _begun(
    task: ImportedTask, rule: Rule, due: Due, *, today: date, timezone: str
) -> dict[str, Any]:
    """Start a rule at the due date, or without one on its first date from today. Raises `RecurrenceError`."""
    if due.on is None:
        first = recurrence.first_due(rule, today=today)
        due = task_dates.on_day(first, task.wall_time, timezone) if task.wall_time else Due(first)
    anchor = task.anchor or due.on
    if rule.until is None and anchor is not None:
        recurrence.check(rule, anchor)
    return {
        **due.columns(),
        "rule": rrule.write(rule),
        "rule_words": recurrence.wire_name(rule),
        "rule_from_completion": rule.from_completion,
        "rhythm_from": anchor,
        "rhythm_on": None,
        "dates_used": 0,
    }


def _counting(rule: Rule | None) -> tuple[str, ...]:
    """What the text of a rule cannot say."""
    return ("from completion",) if rule is not None and rule.from_completion else ()


def _state(task: ImportedTask) -> str:
    if task.cancelled:
        return "cancelled"
    return "in_progress" if task.in_progress else "pending"
