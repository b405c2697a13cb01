"""Writing what an import found: many rows a statement, what is referred to before what refers to it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from questlog.core.db import Base
from questlog.planning import (
    images,
    import_dependencies,
    import_reminders,
    import_rows,
    import_tasks,
    items,
    labels,
    positions,
    projects,
)
from questlog.planning.images import Image
from questlog.planning.import_batch import Batch
from questlog.planning.import_comparison import IMPORTED_ROWS, TABLES, Finding, Remembered
from questlog.planning.import_records import Kind, Link
from questlog.planning.models import Goal, Project, title_key
from questlog.planning.search import index

ORDERED: Mapping[str, type[Base]] = {"goal": Goal, "project": Project}
DEFAULTS: Mapping[str, Mapping[str, Any]] = {"project": {"color": projects.DEFAULT_COLOR}}


async def write(batch: Batch, findings: Sequence[Finding]) -> None:
    """Store everything that is new or changed."""
    batch.here.update((one.record.link, one.row) for one in findings if one.row is not None)
    needed = _needed(findings)
    wanted = [one for one in findings if not one.record.by_title or one.record.link in needed]
    await _write_kind(batch, "goal", wanted)
    await _write_kind(batch, "project", wanted)
    await _hold_projects(batch, wanted)
    await _add_labels(batch, wanted)
    await import_tasks.write(batch, wanted)
    await import_dependencies.write(batch, wanted)
    await import_reminders.write(batch, wanted)
    await _write_kind(batch, "item", wanted)
    await _remember(batch, wanted)


def _needed(findings: Iterable[Finding]) -> set[Link]:
    """Return the projects that new tasks are in, or that changed ones moved to."""
    named: set[Link] = set()
    for one in findings:
        if one.change == "new" or (one.change == "changed" and "project" in one.changed_fields):
            link = one.record.columns.get("project", {}).get("project_id")
            named |= {link} if isinstance(link, Link) else set()
    return named


async def _hold_projects(batch: Batch, findings: Iterable[Finding]) -> None:
    """A project that was here already is not deleted while tasks are about to enter it."""
    mine = [one for one in findings if one.record.by_title and one.row is not None]
    held = await import_rows.claimed(batch, "project", mine, to_refer=True)
    for one in mine:
        row = held.get(batch.here[one.record.link]["id"])
        if row is None:
            del batch.here[one.record.link]
        else:
            batch.here[one.record.link] = row


async def _write_kind(batch: Batch, kind: Kind, findings: Iterable[Finding]) -> None:
    mine = [one for one in findings if one.record.kind == kind]
    new = [one for one in mine if one.change == "new"]
    if new:
        await _add(batch, kind, new)
    changed = [one for one in mine if one.change == "changed"]
    if changed:
        await _change(batch, kind, changed)


async def _add(batch: Batch, kind: Kind, findings: Sequence[Finding]) -> None:
    table = TABLES[kind]
    blank = dict.fromkeys(column.name for column in table.c)
    position = 0.0
    if kind in ORDERED:
        position = await positions.last(batch.session, ORDERED[kind], batch.user_id)
        blank["position"] = None
    rows = []
    for one in findings:
        filled = one.record.row
        linked = batch.linked(filled, alive=filled.get("deleted_at") is None)
        row = _derived(kind, {**blank, **DEFAULTS.get(kind, {}), **batch.stamped(linked)})
        if row.get("position", 0) is None:
            row["position"] = position
            position += positions.STEP
        batch.here[one.record.link] = row
        rows.append(row)
    await batch.session.execute(insert(table), rows)
    if kind == "item":
        await index.add(batch.session, kind, rows)
    batch.touched += [(kind, row["id"], 1) for row in rows]
    batch.before.append(_new(kind, [row["id"] for row in rows]))


async def _change(batch: Batch, kind: Kind, findings: Sequence[Finding]) -> None:
    fresh = await import_rows.claimed(batch, kind, findings)
    rows = []
    for one in findings:
        row = fresh.get(batch.here[one.record.link]["id"])
        if row is None:
            continue
        told = {
            name: value
            for field in one.changed_fields
            for name, value in one.record.columns[field].items()
        }
        new = _derived(kind, {**row, **batch.linked(told, alive=row.get("deleted_at") is None)})
        if new != row:
            rows.append(new)
        batch.here[one.record.link] = new
    await import_rows.update_rows(batch, kind, rows, fresh)


def _new(kind: Kind, ids: list[UUID]) -> Image:
    return (images.brought if kind in ORDERED else images.made)(kind, ids)


def _derived(kind: Kind, row: dict[str, Any]) -> dict[str, Any]:
    """Fill the columns that follow from others."""
    if kind == "item":
        row["search_text"] = items.searchable(row["title"], row["description"])
    elif kind in ("goal", "project"):
        row["title_key"] = title_key(row["title"])
    return row


async def _add_labels(batch: Batch, findings: Iterable[Finding]) -> None:
    mine = [one for one in findings if one.record.kind == "label" and one.change == "new"]
    wanted = {labels.fold(one.record.title): one.record.row for one in mine}
    found = await import_rows.label_ids(batch, wanted)
    for one in mine:
        batch.here[one.record.link] = {"id": found[labels.fold(one.record.title)]}


async def _remember(batch: Batch, findings: Iterable[Finding]) -> None:
    rows: list[dict[str, Any]] = []
    new: list[tuple[str, ...]] = []
    for one in findings:
        here = batch.here.get(one.record.link)
        if here is None or (one.change == "unchanged" and not one.record.by_title):
            continue
        told = Remembered(here["id"], dict(one.record.said))
        if told == one.remembered:
            continue
        key = (batch.source, one.record.kind, one.record.external_id)
        if one.remembered is None:
            new.append(key)
        else:
            batch.before.append(images.was("imported_row", [key], one.remembered._asdict()))
        named = dict(zip(("source", "kind", "external_id"), key, strict=True))
        rows.append({"user_id": batch.user_id, **named, **told._asdict()})
    if not rows:
        return
    batch.before.append(images.made("imported_row", new))
    statement = import_rows.insert_for(batch.session, IMPORTED_ROWS)
    told_now = statement.excluded
    await batch.session.execute(
        statement.on_conflict_do_update(
            index_elements=["user_id", "source", "kind", "external_id"],
            set_={"object_id": told_now.object_id, "said": told_now.said},
        ),
        rows,
    )
