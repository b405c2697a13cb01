"""What an import tells of the past: completions at their moments, worth nothing here."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from questlog.core import clock
from questlog.core.ids import new_id
from questlog.planning import images, import_rows, occurrences
from questlog.planning.import_batch import Batch
from questlog.planning.import_comparison import Finding, StoredRow, in_statements
from questlog.planning.occurrences import OCCURRENCES, key_of
from questlog.planning.queries import MAX_DEPTH
from questlog.planning.task_rows import TaskRow


async def write(batch: Batch, findings: Iterable[Finding], done: Iterable[TaskRow]) -> None:
    """Store the occurrences of the file, and one for each task of `done` that the file has none for."""
    told = [one for one in findings if one.record.kind == "occurrence" and one.change == "new"]
    rows = [_told(batch, one) for one in told]
    standing = {row["task_id"] for row in rows if _is_standing(row)}
    tasks = {row["id"]: row for link, row in batch.here.items() if link.kind == "task"}
    rows += [_of_task(batch, row, tasks) for row in done if row["id"] not in standing]
    if rows:
        batch.before.append(images.made("occurrence", [row["id"] for row in rows]))
        batch.touched += [occurrences.touched(row["id"]) for row in rows]
        statement = import_rows.insert_for(batch.session, OCCURRENCES).on_conflict_do_nothing(
            index_elements=["task_id", "key"],
            index_where=text("reopened_at IS NULL AND outcome = 'completed'"),
        )
        await batch.session.execute(statement, rows)


async def standing(batch: Batch, task_ids: Iterable[UUID]) -> set[tuple[UUID, date]]:
    """Return the dates of these tasks that stand completed."""
    found: set[tuple[UUID, date]] = set()
    mine = select(OCCURRENCES.c.task_id, OCCURRENCES.c.scheduled_on).where(
        OCCURRENCES.c.user_id == batch.user_id,
        OCCURRENCES.c.outcome == "completed",
        OCCURRENCES.c.reopened_at.is_(None),
        OCCURRENCES.c.scheduled_on.is_not(None),
    )
    for some in in_statements(task_ids):
        rows = await batch.session.execute(mine.where(OCCURRENCES.c.task_id.in_(some)))
        found.update((row.task_id, row.scheduled_on) for row in rows)
    return found


def _is_standing(row: Mapping[str, Any]) -> bool:
    return row["outcome"] == "completed" and row["reopened_at"] is None


def _told(batch: Batch, one: Finding) -> dict[str, Any]:
    """The task may be gone for good: what it did stays."""
    told = dict(one.record.row)
    task_id = batch.mint(told.pop("task_id"))
    subtasks = told.pop("subtasks")
    if subtasks:
        known = [(link, moment) for link, moment in subtasks if link in batch.here]
        reopened = [(str(batch.here[link]["id"]), moment) for link, moment in known]
        told["before"] = {**told["before"], "subtasks": reopened}
    row = {"id": new_id(), **batch.linked(told, alive=False), "task_id": task_id}
    batch.here[one.record.link] = row
    return {**row, "user_id": batch.user_id, "xp": 0, "receipt": {}}


def _of_task(batch: Batch, row: StoredRow, tasks: Mapping[UUID, StoredRow]) -> dict[str, Any]:
    local = row["completed_at"].astimezone(clock.zone(batch.timezone))
    return {
        "id": new_id(),
        "user_id": batch.user_id,
        "task_id": row["id"],
        "key": key_of(_round(row, tasks)),
        "scheduled_on": row["due_on"],
        "outcome": "completed",
        "done_at": row["completed_at"],
        "done_on": local.date(),
        "done_hour": local.hour,
        "before": {},
        "receipt": {},
        "title": row["title"],
        "project_id": row["project_id"],
        "goal_id": row["goal_id"],
        "priority": row["priority"],
        "xp": 0,
        "reopened_at": None,
        "round": 1,
    }


def _round(row: StoredRow, tasks: Mapping[UUID, StoredRow]) -> date | None:
    """A subtask of a series is done once per round, which is named by the date the series stands at."""
    above: StoredRow | None = row
    for _ in range(MAX_DEPTH):
        if above is None:
            break
        if above["rule"] is not None:
            due: date | None = above["due_on"]
            return due
        above = tasks.get(above["parent_task_id"])
    on: date | None = row["due_on"]
    return on
