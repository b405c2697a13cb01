"""Imports: what was read in, when, and what became of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from questlog.core import clock
from questlog.core.db import Session
from questlog.core.exceptions import NotFoundError
from questlog.core.ids import new_id
from questlog.core.pagination import PageRequest, Slice, SortKey
from questlog.planning import import_writing, ownership
from questlog.planning.goals import hold_shape
from questlog.planning.import_batch import Batch
from questlog.planning.import_comparison import Change, Finding, compare
from questlog.planning.import_models import Import
from questlog.planning.import_records import Told, storable
from questlog.planning.importers.plan import ImportNote
from questlog.planning.lists import WireRow, page_of
from questlog.planning.task_tree import hold

LISTED_AT_MOST = 1000
WIRE: tuple[Any, ...] = (
    Import.id,
    Import.source,
    Import.name,
    Import.added.label("new"),
    Import.changed,
    Import.unchanged,
    Import.created_at,
)
NEWEST_FIRST = (
    SortKey(Import.__table__.c.created_at, descending=True),
    SortKey(Import.__table__.c.id, descending=True),
)


class ImportNotFoundError(NotFoundError):
    code = "import_not_found"
    default_message = "There is no such import."


@dataclass(frozen=True)
class Report:
    """What an import did, or would do. `id` is None for a dry run."""

    id: UUID | None
    source: str
    name: str | None
    dry_run: bool
    new: int
    changed: int
    unchanged: int
    items: Sequence[dict[str, Any]]
    warnings: Sequence[dict[str, Any]]
    created_at: datetime
    event_id: UUID | None = field(default=None, compare=False)


async def foresee(session: Session, user_id: UUID, told: Told, *, name: str | None) -> Report:
    """Say what `apply` would do, and change nothing."""
    findings = await compare(session, user_id, told.source, told.records)
    return _report(None, told.source, name, findings, told.notes)


async def apply(
    session: Session, user_id: UUID, told: Told, *, name: str | None, timezone: str
) -> tuple[Report, Batch]:
    """Make everything the file tells of, and change what it changed.

    What the batch leaves to other verbs (`moves`, `reopened`) and the event are for the flow.
    """
    await hold_shape(session, user_id)
    await hold(session, user_id)
    findings = await compare(session, user_id, told.source, told.records)
    batch = Batch(session, user_id, told.source, clock.now(), timezone)
    await import_writing.write(batch, findings)
    return _report(new_id(), told.source, name, findings, [*told.notes, *batch.notes]), batch


async def keep(session: Session, user_id: UUID, report: Report) -> None:
    """Store the report of an import, so that it can be read again."""
    await session.execute(
        insert(Import).values(
            id=report.id,
            user_id=user_id,
            source=report.source,
            name=report.name,
            added=report.new,
            changed=report.changed,
            unchanged=report.unchanged,
            summary={"items": report.items, "warnings": report.warnings},
            created_at=report.created_at,
        )
    )


async def get(session: Session, user_id: UUID, import_id: UUID) -> Report:
    """Raises `ImportNotFoundError`, `NotYoursError`."""
    row = await ownership.find(session, Import, user_id, import_id, missing=ImportNotFoundError)
    return Report(
        row.id,
        row.source,
        row.name,
        False,
        row.added,
        row.changed,
        row.unchanged,
        row.summary.get("items", []),
        row.summary.get("warnings", []),
        row.created_at,
    )


async def page(session: Session, user_id: UUID, request: PageRequest) -> Slice[WireRow]:
    """Return the user's imports, newest first."""
    mine = select(*WIRE).where(Import.user_id == user_id)
    return await page_of(session, mine, NEWEST_FIRST, request)


def _report(
    id_: UUID | None,
    source: str,
    name: str | None,
    findings: Iterable[Finding],
    notes: Sequence[ImportNote],
) -> Report:
    """Count what the file lists by itself: projects that tasks merely name and what was done are left out."""
    listed = [one for one in findings if not one.record.by_title]
    listed = [one for one in listed if one.record.kind != "occurrence"]
    listed.sort(key=lambda one: one.record.line or 0)
    counts: dict[Change, int] = {"new": 0, "changed": 0, "unchanged": 0}
    for one in listed:
        counts[one.change] += 1
    return Report(
        id_,
        source,
        name,
        id_ is None,
        counts["new"],
        counts["changed"],
        counts["unchanged"],
        [_item(one) for one in listed[:LISTED_AT_MOST]],
        [warning(note) for note in notes[:LISTED_AT_MOST]],
        clock.now(),
    )


def _item(one: Finding) -> dict[str, Any]:
    record = one.record
    return {
        "line": record.line,
        "kind": record.kind,
        "external_id": record.external_id,
        "title": record.title,
        "change": one.change,
    }


def warning(note: ImportNote) -> dict[str, Any]:
    return {"line": note.line, "message": storable(note.message)}
