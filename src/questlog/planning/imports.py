"""Imports: what would come of a file, what was read in, when, and what became of it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from questlog.core import clock
from questlog.core.db import Session
from questlog.core.exceptions import ConflictError, NotFoundError
from questlog.core.ids import new_id
from questlog.core.pagination import PageRequest, Slice, SortKey
from questlog.core.translations import translated
from questlog.planning import import_differences, import_writing, ownership
from questlog.planning.goals import hold_shape
from questlog.planning.import_batch import Batch
from questlog.planning.import_comparison import Change, Finding, compare
from questlog.planning.import_differences import LONGEST_SHOWN, Difference
from questlog.planning.import_models import Import
from questlog.planning.import_records import Link, Told, storable
from questlog.planning.importers.plan import ImportNote, Refusal
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


class ImportPlanChangedError(ConflictError):
    """What is here, or the file, is not what it was when the plan was shown."""

    code = "import_plan_changed"
    default_message = "What this import would do has changed since it was shown. Look at it again."


@dataclass(frozen=True)
class Report:
    """What an import did, or would do. `id` is None for a dry run, and `plan` names what it would do."""

    id: UUID | None
    source: str
    name: str | None
    dry_run: bool
    new: int
    changed: int
    unchanged: int
    refused: int
    items: Sequence[dict[str, Any]]
    warnings: Sequence[dict[str, Any]]
    created_at: datetime
    plan: str | None = None
    event_id: UUID | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Plan:
    """What a file tells, and what would come of it here. A dry run shows it, an import carries it out."""

    told: Told
    name: str | None
    findings: Sequence[Finding]
    differences: Mapping[Link, list[Difference]]

    @property
    def digest(self) -> str:
        """Return a name for what would happen: another one as soon as something else would."""
        whole = hashlib.sha256()
        for one in self.findings:
            version = None if one.row is None else one.row.get("version")
            seen = (*one.record.link, one.change, version if one.change == "changed" else None)
            whole.update(repr((seen, sorted(one.record.said.items()))).encode(errors="replace"))
        whole.update(repr([one.line for one in self.told.refused]).encode())
        return whole.hexdigest()[:32]


async def plan(session: Session, user_id: UUID, told: Told, *, name: str | None) -> Plan:
    """Hold a file against what is here, and change nothing."""
    findings = await compare(session, user_id, told.source, told.records)
    differences = await import_differences.of(session, user_id, findings)
    return Plan(told, name, findings, differences)


async def foresee(session: Session, user_id: UUID, told: Told, *, name: str | None) -> Report:
    """Say what `apply` would do, and change nothing."""
    found = await plan(session, user_id, told, name=name)
    return replace(_report(None, found, told.notes), plan=found.digest)


async def apply(
    session: Session,
    user_id: UUID,
    told: Told,
    *,
    name: str | None,
    timezone: str,
    expected_plan: str | None = None,
) -> tuple[Report, Batch]:
    """Make everything the file tells of, and change what it changed.

    What the batch leaves to other verbs (`moves`, `reopened`) and the event are for the flow. Raises
    `ImportPlanChangedError` when this is not `expected_plan`, what a dry run has shown.
    """
    await hold_shape(session, user_id)
    await hold(session, user_id)
    found = await plan(session, user_id, told, name=name)
    if expected_plan is not None and expected_plan != found.digest:
        raise ImportPlanChangedError(pointer="/body/plan")
    batch = Batch(session, user_id, told.source, clock.now(), timezone)
    await import_writing.write(batch, found.findings)
    return _report(new_id(), found, [*told.notes, *batch.notes]), batch


async def keep(session: Session, user_id: UUID, report: Report) -> None:
    """Store the report of an import, so that it can be read again."""
    summary = {"items": report.items, "warnings": report.warnings, "refused": report.refused}
    event_id = None if report.event_id is None else str(report.event_id)
    await session.execute(
        insert(Import).values(
            id=report.id,
            user_id=user_id,
            source=report.source,
            name=report.name,
            added=report.new,
            changed=report.changed,
            unchanged=report.unchanged,
            summary={**summary, "event_id": event_id},
            created_at=report.created_at,
        )
    )


async def get(session: Session, user_id: UUID, import_id: UUID) -> Report:
    """Raises `ImportNotFoundError`, `NotYoursError`."""
    row = await ownership.find(session, Import, user_id, import_id, missing=ImportNotFoundError)
    told = row.summary
    event_id = told.get("event_id")
    return Report(
        row.id,
        row.source,
        row.name,
        False,
        row.added,
        row.changed,
        row.unchanged,
        told.get("refused", 0),
        told.get("items", []),
        told.get("warnings", []),
        row.created_at,
        event_id=None if event_id is None else UUID(event_id),
    )


async def page(session: Session, user_id: UUID, request: PageRequest) -> Slice[WireRow]:
    """Return the user's imports, newest first."""
    mine = select(*WIRE).where(Import.user_id == user_id)
    return await page_of(session, mine, NEWEST_FIRST, request)


def warning(note: ImportNote) -> dict[str, Any]:
    return {"line": note.line, "message": note.sentence, "said": _storable(note.said)}


def worded(report: Report, locale: str) -> Report:
    """Return the report with its reasons and warnings in the language of `locale`."""
    items = [
        {**one, "reason": in_words(one["reason"], one["said"], locale)} if "said" in one else one
        for one in report.items
    ]
    warnings = [
        {**one, "message": in_words(one["message"], one.get("said", {}), locale)}
        for one in report.warnings
    ]
    return replace(report, items=items, warnings=warnings)


def in_words(sentence: str, said: Mapping[str, Any], locale: str) -> str:
    """Return a sentence of an importer; the reason it may quote is a sentence as well."""
    if "reason" in said:
        said = {**said, "reason": translated(said["reason"], locale)}
    return translated(sentence, locale, said)


def _report(id_: UUID | None, found: Plan, notes: Sequence[ImportNote]) -> Report:
    """Count what the file lists by itself: projects that tasks merely name and what was done are left out."""
    listed = [one for one in found.findings if not one.record.by_title]
    listed = [one for one in listed if one.record.kind != "occurrence"]
    counts: dict[Change, int] = {"new": 0, "changed": 0, "unchanged": 0}
    for one in listed:
        counts[one.change] += 1
    # What is worth a look comes first: the list is cut, the counts are not.
    listed.sort(key=lambda one: (one.change == "unchanged", one.record.line or 0))
    shown = [_item(one, found.differences) for one in listed[:LISTED_AT_MOST]]
    items = [*map(_refused, found.told.refused[:LISTED_AT_MOST]), *shown]
    return Report(
        id_,
        found.told.source,
        found.name,
        id_ is None,
        counts["new"],
        counts["changed"],
        counts["unchanged"],
        len(found.told.refused),
        items[:LISTED_AT_MOST],
        [warning(note) for note in notes[:LISTED_AT_MOST]],
        clock.now(),
    )


def _item(one: Finding, differences: Mapping[Link, list[Difference]]) -> dict[str, Any]:
    record = one.record
    return {
        "line": record.line,
        "kind": record.kind,
        "external_id": record.external_id,
        "title": record.title,
        "change": one.change,
        "changes": differences.get(record.link, []),
        "reason": None,
    }


def _refused(one: Refusal) -> dict[str, Any]:
    return {
        "line": one.line,
        "kind": None,
        "external_id": None,
        "title": storable(one.title)[:LONGEST_SHOWN],
        "change": "refused",
        "changes": [],
        "reason": one.sentence,
        "said": _storable(one.said),
    }


def _storable(said: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: storable(value) if isinstance(value, str) else value for name, value in said.items()
    }
