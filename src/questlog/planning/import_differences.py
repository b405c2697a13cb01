"""What an import changes of what is here: field by field, from what to what, in the words of the API."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from questlog.core.db import Session
from questlog.planning.import_comparison import TABLES, Finding, rows_of
from questlog.planning.import_records import Kind, Link

LONGEST_SHOWN = 200
# Columns that people see, by the names they have for them; what is derived from others is not shown.
SHOWN: Mapping[str, str] = {
    "title": "title",
    "description": "description",
    "priority": "priority",
    "state": "status",
    "due_on": "due_date",
    "due_at": "due_at",
    "rule_words": "recurrence",
    "rule_from_completion": "recurrence_from_completion",
    "start_on": "start_date",
    "deadline_on": "deadline",
    "duration_minutes": "duration",
    "difficulty": "difficulty",
    "project_id": "project",
    "goal_id": "goal",
    "parent_task_id": "parent_task",
    "parent_goal_id": "parent_goal",
    "completed_at": "completed_at",
    "archived_at": "archived_at",
    "deleted_at": "deleted_at",
    "color": "color",
    "goal_type": "goal_type",
    "period": "period",
    "url": "url",
    "is_active": "is_active",
    "name": "name",
}
REFERENCES: Mapping[str, Kind] = {
    "project_id": "project",
    "goal_id": "goal",
    "parent_task_id": "task",
    "parent_goal_id": "goal",
}
type Difference = dict[str, Any]
type Titles = Mapping[Kind, Mapping[UUID, str]]


async def of(
    session: Session, user_id: UUID, findings: Sequence[Finding]
) -> Mapping[Link, list[Difference]]:
    """Return what each changed thing of a file changes."""
    changed = [one for one in findings if one.change == "changed" and one.row is not None]
    titles = await _titles(session, user_id, changed)
    named = {one.record.link: one.record.title for one in findings}
    ids = {one.record.link: one.row["id"] for one in findings if one.row is not None}
    return {one.record.link: [*_columns(one, titles, named, ids), *_labels(one)] for one in changed}


async def _titles(session: Session, user_id: UUID, changed: Iterable[Finding]) -> Titles:
    wanted: dict[Kind, set[UUID]] = {}
    for one in changed:
        for column in _told(one):
            kind = REFERENCES.get(column)
            if kind and one.row and one.row[column] is not None:
                wanted.setdefault(kind, set()).add(one.row[column])
    found: dict[Kind, Mapping[UUID, str]] = {}
    for kind, ids in wanted.items():
        columns = TABLES[kind].c
        mine = select(columns.id, columns.title).where(columns.user_id == user_id)
        rows = await rows_of(session, mine, TABLES[kind], ids)
        found[kind] = {id_: row["title"] for id_, row in rows.items()}
    return found


def _told(one: Finding) -> dict[str, Any]:
    """Return the columns the file has changed since it was read in last."""
    fields = (one.record.columns.get(name, {}) for name in one.changed_fields)
    return {column: value for field in fields for column, value in field.items()}


def _columns(
    one: Finding, titles: Titles, named: Mapping[Link, str], ids: Mapping[Link, UUID]
) -> Iterator[Difference]:
    row = one.row or {}
    for column, value in _told(one).items():
        if column not in SHOWN:
            continue
        old, new = row.get(column), value
        if isinstance(value, Link):
            if ids.get(value) is not None and ids[value] == old:
                continue
            new = named.get(value)
        if old != value:
            if old is not None and column in REFERENCES:
                old = titles[REFERENCES[column]].get(old)
            yield {"field": SHOWN[column], "old": _plain(old), "new": _plain(new)}


def _labels(one: Finding) -> Iterator[Difference]:
    was, now = set(one.said.get("labels", ())), one.record.labels
    if one.record.kind == "task" and was != now.keys():
        yield {"field": "labels", "old": sorted(was), "new": sorted(now.values())}


def _plain(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, str) and len(value) > LONGEST_SHOWN:
        return value[: LONGEST_SHOWN - 1] + "…"
    return value
