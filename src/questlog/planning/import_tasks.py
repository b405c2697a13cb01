"""The tasks of an import, their labels, and what became of them on their dates.

What is completed at the source is completed here, at that moment and without a reward. A date of a series that was
completed here stays completed, whatever the source says it stands at.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, insert, select

from questlog.core import clock
from questlog.planning import (
    difficulty,
    images,
    import_occurrences,
    import_rows,
    positions,
    task_rows,
)
from questlog.planning.import_batch import Batch
from questlog.planning.import_comparison import TABLES, Finding, in_statements
from questlog.planning.import_records import Link, Record
from questlog.planning.importers.plan import ImportNote
from questlog.planning.models import Task
from questlog.planning.queries import MAX_DEPTH
from questlog.planning.search import index
from questlog.planning.task_labels import WORN
from questlog.planning.task_rows import TASKS, TaskRow
from questlog.planning.task_tree import INHERITED

PLACE = ("project", "goal", "parent")
DATES = (
    "due_on",
    "due_at",
    "due_time",
    "rule",
    "rule_words",
    "rule_from_completion",
    "rhythm_from",
    "rhythm_on",
    "dates_used",
)
BLANK: Mapping[str, Any] = {
    **dict.fromkeys(column.name for column in TABLES["task"].c),
    "priority": 0,
    "state": "pending",
    "depth": 1,
    "difficulty": "normal",
    "rule_from_completion": False,
    "dates_used": 0,
}


async def write(batch: Batch, findings: Sequence[Finding]) -> None:
    """Store new and changed tasks, and every new occurrence."""
    tasks = [one for one in findings if one.record.kind == "task"]
    new = [one for one in tasks if one.change == "new"]
    changed = [one for one in tasks if one.change == "changed"]
    rows = await _new_rows(batch, new)
    if rows:
        await batch.session.execute(insert(TASKS), rows)
        await index.add(batch.session, "task", rows)
        batch.touched += [("task", row["id"], 1) for row in rows]
        batch.before.append(images.brought("task", [row["id"] for row in rows]))
    before, after = await _changed_rows(batch, changed)
    done = [row for row in rows if row["completed_at"] is not None]
    done += [row for row in after.values() if _is_newly_done(before[row["id"]], row)]
    await import_occurrences.write(batch, findings, done)
    await _keep_completed_dates(batch, before, after)
    relabelled = await _label(batch, new, changed)
    moved = [row for id_, row in after.items() if row != before[id_] or id_ in relabelled]
    await import_rows.update_rows(batch, "task", moved, before)


async def _new_rows(batch: Batch, findings: Sequence[Finding]) -> list[TaskRow]:
    """Parents come before their children, so that each finds its place under a row that is known."""
    if not findings:
        return []
    position = await positions.last(batch.session, Task, batch.user_id)
    rows = []
    for one in findings:
        filled = one.record.row
        alive = filled.get("deleted_at") is None
        row = {**BLANK, **batch.stamped(batch.linked(filled, alive=alive))}
        row.update(_place(batch, one.record, row))
        if row["position"] is None:
            row["position"] = position
            position += positions.STEP
        batch.here[one.record.link] = row
        rows.append(row)
    return rows


def _place(batch: Batch, record: Record, row: TaskRow) -> dict[str, Any]:
    """A subtask belongs where its parent does; one that would lie too deep here, or whose parent is gone, stands alone."""
    link = record.columns["parent"]["parent_task_id"]
    if link is None:
        return {"depth": 1}
    parent = batch.here.get(link)
    if parent is None or row["parent_task_id"] is None:
        batch.notes.append(ImportNote(record.line, "The parent of this subtask is in the trash."))
    elif parent["depth"] >= MAX_DEPTH:
        batch.notes.append(ImportNote(record.line, "This subtask stood too deep and was moved up."))
    else:
        return {"depth": parent["depth"] + 1, **{name: parent[name] for name in INHERITED}}
    return {"parent_task_id": None, "depth": 1}


async def _changed_rows(
    batch: Batch, findings: Sequence[Finding]
) -> tuple[dict[UUID, TaskRow], dict[UUID, TaskRow]]:
    """Return the rows of changed tasks as they stand and as they shall be."""
    before = await import_rows.claimed(batch, "task", findings)
    parents = await _parents(batch, before)
    after: dict[UUID, TaskRow] = {}
    for one in findings:
        row = before.get(batch.here[one.record.link]["id"])
        if row is not None and row["deleted_at"] is None:
            after[row["id"]] = _changed(batch, one, row, is_parent=row["id"] in parents)
            batch.here[one.record.link] = after[row["id"]]
    return before, after


async def _parents(batch: Batch, ids: Collection[UUID]) -> set[UUID]:
    found: set[UUID] = set()
    mine = select(TASKS.c.parent_task_id).where(TASKS.c.user_id == batch.user_id)
    for some in in_statements(ids):
        found |= set(await batch.session.scalars(mine.where(TASKS.c.parent_task_id.in_(some))))
    return found


def _changed(batch: Batch, one: Finding, row: TaskRow, *, is_parent: bool) -> TaskRow:
    new, place = dict(row), dict[str, Any]()
    for field in one.changed_fields:
        columns = one.record.columns[field]
        if field in PLACE:
            place |= batch.linked(columns, alive=True)
        elif field == "completed":
            new |= _completion(batch, row, columns["completed_at"])
        else:
            new |= batch.linked(columns, alive=True)
    if new["difficulty"] != row["difficulty"]:
        new["difficulty_changes"] = difficulty.noted(row, clock.now())
    if task_rows.is_dated_anew(row, new):
        new["dated_at"] = clock.now()
    if "parent_task_id" in place or row["parent_task_id"] is not None or is_parent:
        _leave_move(batch, one.record, row, place)
    elif place:
        new |= {**place, **{f"detached_{name}": None for name in place}}
    return new


def _completion(batch: Batch, row: TaskRow, completed_at: Any) -> dict[str, Any]:
    if completed_at is None and row["completed_at"] is not None:
        batch.reopened.append(row["id"])
    elif completed_at is not None and row["completed_at"] is None:
        return {"completed_at": completed_at, "state": "pending"}
    return {}


def _is_newly_done(before: TaskRow, after: TaskRow) -> bool:
    return before["completed_at"] is None and after["completed_at"] is not None


def _leave_move(batch: Batch, record: Record, row: TaskRow, place: Mapping[str, Any]) -> None:
    """A subtask follows its parent; what has subtasks takes them along, which is left to the verb that can."""
    if "parent_task_id" in place:
        belongs = {} if place["parent_task_id"] is not None else _belonging(batch, record)
        batch.moves.append(
            (row["id"], record, {**belongs, "parent_task_id": place["parent_task_id"]})
        )
    elif place and row["parent_task_id"] is None:
        batch.moves.append((row["id"], record, dict(place)))


def _belonging(batch: Batch, record: Record) -> dict[str, Any]:
    columns = {**record.columns["project"], **record.columns.get("goal", {})}
    return batch.linked(columns, alive=True)


async def _keep_completed_dates(
    batch: Batch, before: Mapping[UUID, TaskRow], after: dict[UUID, TaskRow]
) -> None:
    """Leave a series where it is when the source puts it on a date that was completed here."""
    moved = {
        id_: row
        for id_, row in after.items()
        if row["completed_at"] is None and row["due_on"] != before[id_]["due_on"]
    }
    standing = await import_occurrences.standing(batch, moved)
    for id_, row in moved.items():
        if (id_, row["due_on"]) in standing:
            row.update((name, before[id_][name]) for name in DATES)


async def _label(batch: Batch, new: Iterable[Finding], changed: Iterable[Finding]) -> set[UUID]:
    """Give tasks the labels their file newly names and take off those it named before; return whose changed."""
    put = [(one, folded) for one in new for folded in one.record.labels]
    off: list[tuple[Finding, str]] = []
    for one in changed:
        was = set(one.said.get("labels", ()))
        put += [(one, folded) for folded in one.record.labels if folded not in was]
        off += [(one, folded) for folded in sorted(was - one.record.labels.keys())]
    named: dict[str, dict[str, Any]] = {}
    for one, folded in put:
        named.setdefault(folded, {"name": one.record.labels[folded]})
    known = await import_rows.label_ids(batch, named)
    known |= await import_rows.known_label_ids(batch, {folded for _, folded in off})
    on = [_worn(batch, one, known[folded]) for one, folded in put]
    out = [_worn(batch, one, known[folded]) for one, folded in off if folded in known]
    fresh = {batch.here[one.record.link]["id"] for one in new}
    relabelled = {row["task_id"] for row in (*on, *out)} - fresh
    await _keep_worn(batch, relabelled, on, out)
    await _wear(batch, on)
    await _take_off(batch, out)
    return relabelled


async def _keep_worn(
    batch: Batch,
    relabelled: Collection[UUID],
    on: Iterable[Mapping[str, UUID]],
    out: Iterable[Mapping[str, UUID]],
) -> None:
    """Note for the undo which labels tasks that were here get and lose; new tasks lose theirs with themselves."""
    worn: set[tuple[UUID, UUID]] = set()
    mine = select(WORN.c.task_id, WORN.c.label_id).where(WORN.c.user_id == batch.user_id)
    for some in in_statements(relabelled):
        found = await batch.session.execute(mine.where(WORN.c.task_id.in_(some)))
        worn |= {(row.task_id, row.label_id) for row in found}
    put = [(row["task_id"], row["label_id"]) for row in on if row["task_id"] in relabelled]
    batch.before.append(images.made("task_label", [pair for pair in put if pair not in worn]))
    gone = [row for row in out if (row["task_id"], row["label_id"]) in worn]
    batch.before.append(images.gone("task_label", gone))


def _worn(batch: Batch, one: Finding, label_id: UUID) -> dict[str, UUID]:
    task_id = batch.here[Link("task", one.record.external_id)]["id"]
    return {"user_id": batch.user_id, "task_id": task_id, "label_id": label_id}


async def _wear(batch: Batch, rows: list[dict[str, UUID]]) -> None:
    if rows:
        statement = import_rows.insert_for(batch.session, WORN).on_conflict_do_nothing()
        await batch.session.execute(statement, rows)


async def _take_off(batch: Batch, rows: list[dict[str, UUID]]) -> None:
    if rows:
        named = [WORN.c[name] == bindparam(f"old_{name}") for name in rows[0]]
        old = [{f"old_{name}": value for name, value in row.items()} for row in rows]
        await batch.session.execute(delete(WORN).where(*named), old)
