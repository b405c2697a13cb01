"""Tasks: making, reading and changing them. Completing them is told in `occurrences.py`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, insert, select

from questlog.automation import events
from questlog.automation.events import Touched
from questlog.core import clock
from questlog.core.db import Session
from questlog.core.ids import new_id
from questlog.core.pagination import PageRequest, Slice, SortKey, paged, run_paged
from questlog.planning import (
    difficulty,
    images,
    positions,
    queries,
    references,
    task_answers,
    task_dates,
    task_labels,
    task_order,
    task_rows,
    task_tree,
)
from questlog.planning.images import Image
from questlog.planning.models import Goal, Project, Task, title_key
from questlog.planning.queries import TaskFilter
from questlog.planning.search import index
from questlog.planning.task_rows import TASKS, TaskRow
from questlog.planning.task_schemas import TaskCreate

# What has another name on the wire than in the table; what is not here needs more thought than a copy.
COPIED: Mapping[str, str] = {
    "title": "title",
    "description": "description",
    "priority": "priority",
    "start_date": "start_on",
    "deadline": "deadline_on",
    "duration": "duration_minutes",
    "difficulty": "difficulty",
    "position": "position",
}
PLACED = frozenset({"project_id", "goal_id", "parent_task_id"})
LISTED = (*task_answers.STORED, "labels")
ONE = select(*task_answers.STORED_COLUMNS).where(*task_rows.MINE, task_rows.NOT_DELETED)
NEW = insert(TASKS)
NEW_AT_THE_END = NEW.values(position=positions.behind_all_of(Task)).returning(TASKS.c.position)


async def get(session: Session, user_id: UUID, task_id: UUID) -> TaskRow:
    """Raises `TaskNotFoundError`, `NotYoursError`."""
    found = await session.execute(ONE, {"its_id": task_id, "its_owner": user_id})
    row = found.one_or_none()
    if row is None:
        raise await task_rows.missing(session, user_id, task_id)
    return dict(zip(LISTED, row, strict=False))


async def page(
    session: Session,
    user_id: UUID,
    wanted: TaskFilter,
    request: PageRequest,
    *,
    today: date,
    sort: str = "position",
    descending: bool = False,
) -> Slice[TaskRow]:
    """Return one page of what `wanted` asks for. Raises `UnknownReferenceError` for ids that are not the user's."""
    for model, id_, name in (
        (Project, wanted.project_id, "project_id"),
        (Goal, wanted.goal_id, "goal_id"),
        (Task, wanted.parent_task_id, "parent_task_id"),
    ):
        await references.check(session, model, user_id, id_, pointer=f"/query/{name}")
    listing = _listing(queries.shape_of(wanted), sort, descending, request.cursor is not None)
    values = queries.values_of(user_id, wanted, today=today)
    found = await run_paged(
        session, listing.statement, listing.page, listing.order, request, values=values
    )
    rows = [dict(zip(LISTED, row, strict=False)) for row in found.items]
    return Slice(rows, found.next_cursor, found.total)


@dataclass(frozen=True)
class Listing:
    """A list, and a page of it."""

    statement: Select[Any]
    page: Select[Any]
    order: list[SortKey]


@lru_cache(maxsize=512)
def _listing(shape: TaskFilter, sort: str, descending: bool, behind: bool) -> Listing:
    statement = queries.tasks_of(shape, *task_answers.STORED_COLUMNS)
    order = task_order.order_of(sort, descending=descending)
    return Listing(statement, paged(statement, order, behind=behind), order)


async def counts(session: Session, user_id: UUID, *, today: date) -> dict[str, int]:
    found = await session.execute(*queries.counts_of(user_id, today))
    return dict(found.one()._mapping)


async def create(session: Session, user_id: UUID, wanted: TaskCreate, *, timezone: str) -> TaskRow:
    """Add an open task at the end; one that shall be done at once is completed afterwards by its flow.

    Raises `UnknownReferenceError`, `SubtaskFollowsParentError`, `TaskTooDeepError`, `RecurrenceError`.
    """
    place = await task_tree.place_of_new(session, user_id, place_of(wanted))
    row = drafted(user_id, wanted, place, timezone=timezone)
    if "position" in wanted.model_fields_set:
        await session.execute(NEW, row)
    else:
        del row["position"]
        row["position"] = await session.scalar(NEW_AT_THE_END, {**row, "its_owner": user_id})
    row["labels"] = await task_labels.put(session, user_id, row["id"], wanted.labels)
    await index.add(session, "task", [row])
    record(session, row, "task.created")
    return row


def drafted(
    user_id: UUID, wanted: TaskCreate, place: Mapping[str, Any], *, timezone: str
) -> TaskRow:
    """Return the row of a new task at its `place` in the tree, still without labels. Raises `RecurrenceError`."""
    now = clock.now()
    return {
        **{column: getattr(wanted, name) for name, column in COPIED.items()},
        **place,
        **task_dates.of_new(
            wanted.due_date, wanted.recurrence, today=clock.today(timezone), timezone=timezone
        ),
        "id": new_id(),
        "user_id": user_id,
        "title_key": title_key(wanted.title),
        "state": _state(wanted),
        "lesson_id": None,
        "completed_at": None,
        "deleted_at": None,
        "created_at": now,
        "updated_at": now,
        "version": 1,
    }


def place_of(wanted: TaskCreate) -> dict[str, Any]:
    return {name: getattr(wanted, name) for name in PLACED}


def _state(wanted: TaskCreate) -> str:
    return wanted.status if wanted.status in ("in_progress", "cancelled") else "pending"


async def change(
    session: Session,
    user_id: UUID,
    task_id: UUID,
    changes: Mapping[str, Any],
    *,
    timezone: str,
    expected_version: int | None = None,
) -> TaskRow:
    """Set the fields named in `changes`, by their names on the wire; what is as it was leaves no trace.

    A status of `completed` and `completed` itself are left to the flows. Raises `TaskNotFoundError`, `NotYoursError`,
    `PreconditionFailedError`, `UnknownReferenceError`, `TaskCycleError`, `TaskTooDeepError`,
    `SubtaskFollowsParentError`, `RecurrenceError`, `RecurrenceNeedsDateError`.
    """
    place: dict[str, Any] = {}
    if changes.keys() & PLACED:
        place = await task_tree.place_of_moved(session, user_id, task_id, changes)
    row = await task_rows.claim(session, user_id, task_id, expected_version=expected_version)
    task_tree.check_subtask(row, place)
    dates = task_dates.of_changed(row, changes, today=clock.today(timezone), timezone=timezone)
    wanted = {**_copied(changes), **place, **dates}
    changed = {name: value for name, value in wanted.items() if row[name] != value}
    carried = await task_tree.carry(session, row, place)
    labels, worn = await _relabelled(session, row, changes)
    if not changed and labels == row["labels"]:
        return row
    old = images.was("task", [task_id], {name: row[name] for name in changed})
    if "difficulty" in changed:
        changed["difficulty_changes"] = difficulty.noted(row, clock.now())
    row = await task_rows.write(session, {**row, "labels": labels}, changed)
    if index.INDEXED & changed.keys():
        await index.change(session, [row])
    fields = sorted(name for name in changes if name not in ("completed",))
    before = images.together(old, carried.before, worn)
    record(session, row, "task.updated", touched=carried.touched, before=before, fields=fields)
    return row


def _copied(changes: Mapping[str, Any]) -> dict[str, Any]:
    copied = {COPIED[name]: value for name, value in changes.items() if name in COPIED}
    if "title" in copied:
        copied["title_key"] = title_key(copied["title"])
    if changes.get("status") not in (None, "completed"):
        copied["state"] = changes["status"]
    return copied


async def _relabelled(
    session: Session, row: TaskRow, changes: Mapping[str, Any]
) -> tuple[str | None, Image]:
    names: list[str] | None = changes.get("labels")
    worn: str | None = row["labels"]
    if names is None or sorted(names) == sorted(task_answers.sorted_names(worn)):
        return worn, {}
    return await task_labels.replace(session, row["user_id"], row["id"], names)


def record(
    session: Session,
    row: TaskRow,
    type_: str,
    *,
    touched: Sequence[Touched] = (),
    before: Image | None = None,
    **facts: Any,
) -> UUID:
    """Write down what happened to a task, with its title as it is now, and return the event's id."""
    return events.record(
        session,
        row["user_id"],
        type_,
        ("task", row["id"]),
        payload={"title": row["title"], **facts},
        touched=[("task", row["id"], row["version"]), *touched],
        before=before,
    )
