"""Rows of an import on their way into the database: many a statement."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from questlog.core.db import Session
from questlog.planning import images, labels
from questlog.planning.import_batch import Batch
from questlog.planning.import_comparison import TABLES, Finding, in_statements, rows_of
from questlog.planning.import_records import Kind
from questlog.planning.search import index

LABELS = TABLES["label"]


async def claimed(
    batch: Batch, kind: Kind, findings: Iterable[Finding], *, to_refer: bool = False
) -> dict[UUID, dict[str, Any]]:
    """Return the rows of the findings as they stand, locked against other writers until the commit.

    With `to_refer` others may refer to them, too, but nobody may delete them.
    """
    table = TABLES[kind]
    mine = select(table).where(table.c.user_id == batch.user_id)
    mine = mine.with_for_update(read=to_refer, key_share=not to_refer)
    ids = (one.row["id"] for one in findings if one.row is not None)
    found = await rows_of(batch.session, mine, table, ids)
    return {id_: dict(row) for id_, row in found.items()}


async def update_rows(
    batch: Batch,
    kind: Kind,
    rows: Sequence[dict[str, Any]],
    before: Mapping[UUID, Mapping[str, Any]],
) -> None:
    """Store changed rows, each a version on; `before` has them as they were."""
    if not rows:
        return
    table = TABLES[kind]
    kept = ("id", "user_id", "created_at")
    names = [column.name for column in table.c if column.name not in kept]
    statement = (
        update(table)
        .where(table.c.id == bindparam("old_id"), table.c.user_id == batch.user_id)
        .values({name: bindparam(f"new_{name}") for name in names})
    )
    values = []
    for row in rows:
        old = before[row["id"]]
        lost = {name: old[name] for name in names if old[name] != row[name]}
        batch.before.append(images.was(kind, [row["id"]], lost))
        row.update(updated_at=batch.now, version=row["version"] + 1)
        values.append({"old_id": row["id"], **{f"new_{name}": row[name] for name in names}})
    await batch.session.execute(statement, values)
    if kind in ("task", "item"):
        await index.change(batch.session, rows)
    batch.touched += [(kind, row["id"], row["version"]) for row in rows]


async def label_ids(batch: Batch, wanted: Mapping[str, Mapping[str, Any]]) -> dict[str, UUID]:
    """Return the ids of labels by their folded names; `wanted` has the columns of those that must be made."""
    known = await known_label_ids(batch, wanted)
    missing = [folded for folded in wanted if folded not in known]
    if not missing:
        return known
    rows = [
        {
            "color": labels.DEFAULT_COLOR,
            **batch.stamped(wanted[folded]),
            "folded": folded,
        }
        for folded in sorted(missing)
    ]
    added = insert_for(batch.session, LABELS)
    await batch.session.execute(
        added.on_conflict_do_nothing(index_elements=["user_id", "folded"]), rows
    )
    now_known = await known_label_ids(batch, missing)
    mine = [row["id"] for row in rows if now_known.get(row["folded"]) == row["id"]]
    batch.before.append(images.made("label", mine))
    batch.touched += [("label", id_, 1) for id_ in mine]
    return known | now_known


async def known_label_ids(batch: Batch, wanted: Iterable[str]) -> dict[str, UUID]:
    """The rows are held, so that nobody deletes a label that a task is about to get."""
    found: dict[str, UUID] = {}
    mine = select(LABELS.c.folded, LABELS.c.id).where(LABELS.c.user_id == batch.user_id)
    held = mine.with_for_update(read=True, key_share=True)
    for some in in_statements(sorted(wanted)):
        rows = await batch.session.execute(held.where(LABELS.c.folded.in_(some)))
        found.update((row.folded, row.id) for row in rows)
    return found


def insert_for(session: Session, table: Table) -> Any:
    """Return an INSERT that can say what happens on a conflict."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    return dialect.insert(table)
