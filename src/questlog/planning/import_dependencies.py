"""Which tasks of a file wait for which, made here as far as they can be."""

from collections.abc import Iterable, Iterator
from typing import cast
from uuid import UUID

from sqlalchemy import Table, select

from questlog.planning import dependencies, images
from questlog.planning.dependency_models import TaskDependency
from questlog.planning.import_batch import Batch
from questlog.planning.import_comparison import Finding, in_statements
from questlog.planning.import_records import Link, Record
from questlog.planning.importers.plan import ImportNote

TABLE = cast(Table, TaskDependency.__table__)
WAITS = "waits_for"
type Edge = tuple[UUID, UUID]


async def write(batch: Batch, findings: Iterable[Finding]) -> None:
    """Let tasks wait for those that their file newly names; a circle is not made, and costs a warning."""
    wanted = {edge: named for one in findings for edge, named in _edges(batch, one)}
    if not wanted:
        return
    there = await _there(batch, wanted)
    new = [edge for edge in wanted if edge not in there]
    impossible = await dependencies.add_many(batch.session, batch.user_id, new)
    for edge in impossible:
        record, other = wanted[edge]
        said = {"name": str(batch.here[other]["title"])[:80]}
        batch.notes.append(ImportNote(record.line, "This task cannot wait for “{name}”.", said))
    left = set(impossible)
    batch.before.append(images.made("dependency", [edge for edge in new if edge not in left]))


def _edges(batch: Batch, one: Finding) -> Iterator[tuple[Edge, tuple[Record, Link]]]:
    """Yield what is newly named, with both tasks here and neither in the trash."""
    task = batch.here.get(one.record.link)
    if one.change == "unchanged" or task is None or task.get("deleted_at") is not None:
        return
    was = set(one.said.get(WAITS, ()))
    for link in one.record.waits_for:
        other = batch.here.get(link)
        if link.external_id in was or other is None or other.get("deleted_at") is not None:
            continue
        if other["id"] != task["id"]:
            yield (task["id"], other["id"]), (one.record, link)


async def _there(batch: Batch, edges: Iterable[Edge]) -> set[Edge]:
    columns = TABLE.c
    mine = select(columns.task_id, columns.blocker_id).where(columns.user_id == batch.user_id)
    found: set[Edge] = set()
    for some in in_statements(sorted({task_id for task_id, _ in edges})):
        rows = await batch.session.execute(mine.where(columns.task_id.in_(some)))
        found |= {(row.task_id, row.blocker_id) for row in rows}
    return found
