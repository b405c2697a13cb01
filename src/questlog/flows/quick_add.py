"""Quick add: a text becomes tasks, all of them or none.

The text is read before the transaction begins. Every task is added by the flow that adds any other; a dry run drafts
the same tasks and writes nothing.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from questlog.automation import event_marks, events
from questlog.core import caller, clock
from questlog.core.db import Database, Session
from questlog.core.exceptions import ValidationError
from questlog.core.ids import new_id
from questlog.flows.add_task import add_task
from questlog.planning import labels, names, positions, projects, task_labels, task_tree, tasks
from questlog.planning.models import Task
from questlog.planning.names import Titled
from questlog.planning.phrases import quick_add as phrases
from questlog.planning.phrases.quick_add import Span, TaskLine, Understood
from questlog.planning.task_answers import SEPARATOR
from questlog.planning.task_rows import TaskRow
from questlog.planning.task_schemas import TaskCreate
from questlog.planning.task_tree import SubtaskFollowsParentError

SHORT = 1000  # characters; what is longer is read in a thread, so that nobody waits for it
KINDS = {"project": "project_id", "goal": "goal_id"}
# What a line says in the words of `TaskCreate`.
FIELDS = {
    "description": "description",
    "priority": "priority",
    "start": "start_date",
    "deadline": "deadline",
    "duration": "duration",
    "difficulty": "difficulty",
}


@dataclass(frozen=True)
class QuickTask:
    task: TaskRow
    spans: Sequence[Span]


@dataclass(frozen=True)
class QuickAdded:
    """`event_id` names what an undo takes back: the one task, or everything together."""

    items: Sequence[QuickTask]
    event_id: UUID | None = None


@dataclass(frozen=True)
class Reading:
    """A text that was read, with the projects and goals it names, by kind and folded name."""

    user_id: UUID
    timezone: str
    tasks: Sequence[Understood]
    titles: Mapping[str, Titled]


async def quick_add(
    database: Database,
    user_id: UUID,
    text: str,
    *,
    timezone: str,
    create_missing: bool = False,
    dry_run: bool = False,
    **about: Any,
) -> QuickAdded:
    """Add the tasks that `text` describes; `about` is what the session shall know of the request.

    Raises `QuickAddError`, and what `tasks.create` raises, with `details` that name the line.
    """
    now = clock.now().astimezone(clock.zone(timezone))
    actor = caller.current().actor or f"user:{user_id}"
    if len(text) <= SHORT:
        lines = phrases.read(text, now=now)
    else:
        lines = await asyncio.to_thread(phrases.read, text, now=now)
    async with database.unit(writes=not dry_run) as session:
        session.info.update(actor=actor, user_id=user_id, timezone=timezone, **about)
        work = _take_in(session, user_id, lines, timezone=timezone, create_missing=create_missing)
        return await database.run(session, work)


async def _take_in(
    session: Session,
    user_id: UUID,
    lines: Sequence[TaskLine],
    *,
    timezone: str,
    create_missing: bool,
) -> QuickAdded:
    titles: dict[str, Titled] = {
        "project": await names.projects(session, user_id, _names(lines, "project")),
        "goal": await names.goals(session, user_id, _names(lines, "goal")),
    }
    understood = _understand(lines, titles, create_missing=create_missing)
    reading = Reading(user_id, timezone, understood, titles)
    rows = await (_add if session.info["writes"] else _draft)(session, reading)
    items = [QuickTask(row, one.spans) for row, one in zip(rows, understood, strict=True)]
    return QuickAdded(items, _record(session, reading))


def _names(lines: Sequence[TaskLine], kind: str) -> list[str]:
    return [name for line in lines for name in line.names(kind)]


def _understand(
    lines: Sequence[TaskLine], titles: Mapping[str, Titled], *, create_missing: bool
) -> list[Understood]:
    """Call everything as it is called here; a project that shall be made, as it is called first."""
    new: dict[str, str] = {}

    def known(kind: str, name: str) -> str | None:
        folded = names.folded(name)
        if folded in titles[kind]:
            return titles[kind][folded][1]
        return new.setdefault(folded, name) if create_missing and kind == "project" else None

    return [phrases.understand(line, known) for line in lines]


async def _add(session: Session, reading: Reading) -> list[TaskRow]:
    for name in _missing_projects(reading):
        project = await projects.create(session, reading.user_id, name)
        reading.titles["project"][names.folded(name)] = (project.id, name)
    named = _labels(reading)
    if named:
        await task_labels.ensure(session, reading.user_id, list(named.values()))
    rows: list[TaskRow] = []
    for one in reading.tasks:
        with _naming_the_line(one):
            wanted = _wanted(reading, one, rows)
            added = await add_task(session, reading.user_id, wanted, timezone=reading.timezone)
        rows.append(added.task)
    return rows


async def _draft(session: Session, reading: Reading) -> list[TaskRow]:
    """Return the rows that would be written; ids of what is not there yet stand for themselves only."""
    for name in _missing_projects(reading):
        reading.titles["project"][names.folded(name)] = (new_id(), name)
    named = _labels(reading)
    called = named | await names.labels(session, reading.user_id, named)
    position = await positions.last(session, Task, reading.user_id)
    rows: list[TaskRow] = []
    for one in reading.tasks:
        with _naming_the_line(one):
            wanted = _wanted(reading, one, rows)
            place = task_tree.place_below(_above(one, rows), wanted.project_id, wanted.goal_id)
            row = tasks.drafted(reading.user_id, wanted, place, timezone=reading.timezone)
        worn = dict.fromkeys(called[labels.fold(name)] for name in one.labels)
        rows.append(row | {"position": position, "labels": SEPARATOR.join(worn)})
        position += positions.STEP
    return rows


def _labels(reading: Reading) -> dict[str, str]:
    """Return the labels of all lines, by folded name, as the text calls them first."""
    typed: dict[str, str] = {}
    for one in reading.tasks:
        with _naming_the_line(one):
            for name in one.labels:
                typed.setdefault(labels.fold(name), name)
    return typed


def _missing_projects(reading: Reading) -> list[str]:
    """Return the projects that are used and not there, in the order of the text."""
    used = (one.value("project") for one in reading.tasks)
    wanted = dict.fromkeys(str(name) for name in used if name is not None)
    return [name for name in wanted if names.folded(name) not in reading.titles["project"]]


def _above(one: Understood, rows: Sequence[TaskRow]) -> TaskRow | None:
    parent = one.line.at.parent
    return None if parent is None else rows[parent]


def _wanted(reading: Reading, one: Understood, rows: Sequence[TaskRow]) -> TaskCreate:
    above = _above(one, rows)
    fields: dict[str, Any] = {name: one.value(kind) for kind, name in FIELDS.items()}
    for kind, name in KINDS.items():
        title = one.value(kind)
        if title is not None:
            fields[name] = reading.titles[kind][names.folded(str(title))][0]
            if above is not None and fields[name] != above[name]:
                raise SubtaskFollowsParentError()
    said = {name: value for name, value in fields.items() if value not in (None, "")}
    return TaskCreate(
        title=one.title,
        due_date=one.due,
        recurrence=one.recurrence,
        labels=one.labels,
        parent_task_id=None if above is None else above["id"],
        **said,
    )


@contextmanager
def _naming_the_line(one: Understood) -> Iterator[None]:
    try:
        yield
    except ValidationError as error:
        error.details |= one.line.place()
        error.pointer = "/body/text"
        raise


def _record(session: Session, reading: Reading) -> UUID | None:
    """Several changes are one event together, which an undo takes back as a whole."""
    parts = event_marks.recorded_since(session)
    if len(parts) < 2:
        return events.last_recorded(session)
    return events.record(
        session,
        reading.user_id,
        "batch.applied",
        ("batch", new_id()),
        payload={"title": reading.tasks[0].title, "tasks": len(reading.tasks)},
        before={"children": [str(id_) for id_ in parts]},
    )
