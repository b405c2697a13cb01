"""What a file tells, held against what is here: which of its things are new, changed, or as they were.

Reads only, five hundred ids a statement, so that a dry run and an import judge alike.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import batched
from typing import Any, Literal, NamedTuple, cast
from uuid import UUID

from sqlalchemy import Select, Table, select

from questlog.core.db import Session
from questlog.core.ids import parse_id
from questlog.planning import labels
from questlog.planning.import_models import ImportedRow
from questlog.planning.import_records import Kind, Link, Record
from questlog.planning.models import (
    Goal,
    Item,
    Label,
    Occurrence,
    Project,
    Task,
)

OWN_FORMAT = "questlog"
PER_STATEMENT = 500
IMPORTED_ROWS = cast(Table, ImportedRow.__table__)
TABLES: Mapping[str, Table] = {
    "goal": cast(Table, Goal.__table__),
    "project": cast(Table, Project.__table__),
    "label": cast(Table, Label.__table__),
    "task": cast(Table, Task.__table__),
    "occurrence": cast(Table, Occurrence.__table__),
    "item": cast(Table, Item.__table__),
}

type Change = Literal["new", "changed", "unchanged"]
type StoredRow = Mapping[str, Any]


class Remembered(NamedTuple):
    """What an import before noted of a thing of the file: which object here it is, and digests of what it told."""

    object_id: UUID
    said: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Finding:
    """What becomes of one record. `row` is what is here, `said` the digests of the import before, if any."""

    record: Record
    change: Change
    row: StoredRow | None = None
    said: Mapping[str, Any] = field(default_factory=dict)
    remembered: Remembered | None = None

    @property
    def changed_fields(self) -> Iterator[str]:
        for name in self.record.columns:
            if self.record.said.get(name) != self.said.get(name):
                yield name


@dataclass(slots=True)
class _Known:
    """Where things of the file are here: by the imports before, and for our own format by their ids."""

    ids: dict[Link, UUID] = field(default_factory=dict)
    remembered: dict[Link, Remembered] = field(default_factory=dict)
    rows: dict[UUID, StoredRow] = field(default_factory=dict)


async def compare(
    session: Session, user_id: UUID, source: str, records: Sequence[Record]
) -> list[Finding]:
    """Return one finding for each record, in their order."""
    known = await _known(session, user_id, source, records)
    if source == OWN_FORMAT:
        _add_own(known, records)
    await _fetch_rows(session, user_id, known)
    projects = await _projects_by_title(session, user_id, records)
    names = await _labels_by_name(session, user_id, records)
    return [_finding(record, known, projects, names) for record in records]


def in_statements[Value](values: Iterable[Value]) -> Iterator[list[Value]]:
    for some in batched(values, PER_STATEMENT):
        yield list(some)


async def rows_of(
    session: Session, statement: Select[Any], table: Table, ids: Iterable[UUID]
) -> dict[UUID, StoredRow]:
    """Run `statement` for all the ids, in an order that two writers share."""
    found: dict[UUID, StoredRow] = {}
    for some in in_statements(sorted(ids)):
        rows = await session.execute(statement.where(table.c.id.in_(some)).order_by(table.c.id))
        found.update((row.id, dict(row._mapping)) for row in rows)
    return found


async def _known(session: Session, user_id: UUID, source: str, records: Sequence[Record]) -> _Known:
    known = _Known()
    rows = IMPORTED_ROWS.c
    columns = (rows.kind, rows.external_id, rows.object_id, rows.said)
    mine = select(*columns).where(rows.user_id == user_id, rows.source == source)
    for some in in_statements(dict.fromkeys(record.external_id for record in records)):
        for row in await session.execute(mine.where(rows.external_id.in_(some))):
            link = Link(row.kind, row.external_id)
            known.ids[link] = row.object_id
            known.remembered[link] = Remembered(row.object_id, row.said)
    return known


def _add_own(known: _Known, records: Sequence[Record]) -> None:
    """A file read back into the account it came from names things by the ids they have."""
    for record in records:
        own = parse_id(record.external_id)
        if own is not None:
            known.ids.setdefault(record.link, own)


async def _fetch_rows(session: Session, user_id: UUID, known: _Known) -> None:
    wanted: dict[Kind, set[UUID]] = defaultdict(set)
    for link, object_id in known.ids.items():
        wanted[link.kind].add(object_id)
    for kind, ids in wanted.items():
        table = TABLES[kind]
        columns = (table.c.id,) if kind == "occurrence" else tuple(table.c)
        mine = select(*columns).where(table.c.user_id == user_id)
        known.rows.update(await rows_of(session, mine, table, ids))


async def _projects_by_title(
    session: Session, user_id: UUID, records: Sequence[Record]
) -> dict[str, StoredRow]:
    """Return the user's projects by their titles without regard to case; the first in the list counts."""
    if not any(record.by_title for record in records):
        return {}
    table = TABLES["project"]
    mine = select(table).where(table.c.user_id == user_id, table.c.deleted_at.is_(None))
    ordered = mine.order_by(table.c.archived_at.is_not(None), table.c.position, table.c.id)
    found: dict[str, StoredRow] = {}
    for row in await session.execute(ordered):
        found.setdefault(row.title.casefold(), dict(row._mapping))
    return found


async def _labels_by_name(
    session: Session, user_id: UUID, records: Sequence[Record]
) -> dict[str, StoredRow]:
    wanted = [labels.fold(record.title) for record in records if record.kind == "label"]
    table = TABLES["label"]
    found: dict[str, StoredRow] = {}
    for some in in_statements(wanted):
        mine = select(table).where(table.c.user_id == user_id, table.c.folded.in_(some))
        found.update((row.folded, dict(row._mapping)) for row in await session.execute(mine))
    return found


def _finding(
    record: Record,
    known: _Known,
    projects: Mapping[str, StoredRow],
    names: Mapping[str, StoredRow],
) -> Finding:
    object_id = known.ids.get(record.link)
    row = None if object_id is None else known.rows.get(object_id)
    remembered = known.remembered.get(record.link)
    said = None if remembered is None else remembered.said
    if record.kind == "occurrence":
        is_new = row is None and said is None
        return Finding(record, "new" if is_new else "unchanged", row, remembered=remembered)
    if record.by_title and (row is None or row["deleted_at"] is not None):
        row = projects.get(record.title.casefold())
    if record.kind == "label" and row is None:
        row = names.get(labels.fold(record.title))
    if row is None:
        return Finding(record, "new", remembered=remembered)
    if said is None or row.get("deleted_at") is not None:
        return Finding(record, "unchanged", row, said or {}, remembered)
    change: Change = "unchanged" if said == record.said else "changed"
    return Finding(record, change, row, said, remembered)
