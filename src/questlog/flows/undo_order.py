"""Whether something later depends on a change: its objects must be as it left them. Pure but for the reading.

Versions tell. Where one moved on, the later events are looked through: a change that was undone meanwhile, together
with its undoing, leaves things as they were, so a row of changes can be undone from its end.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from questlog.automation import event_log
from questlog.core.db import Session
from questlog.flows.undo_inverses import UNDONE, Change
from questlog.planning.hindrances import CannotUndoError, named
from questlog.planning.image_tables import KINDS
from questlog.planning.import_comparison import in_statements
from questlog.planning.replaced import Name, Replaced

FOR_GOOD = ("label", "item", "filter")
"""What has no trash: nobody may refer to it while it goes."""


async def check_unmoved(
    session: Session, user_id: UUID, changes: Sequence[Change], replaced: Replaced
) -> None:
    """Lock everything the changes touched, and raise `CannotUndoError` unless it is as they left it."""
    left = left_by(changes)
    current = await _lock(session, user_id, left)
    absent = [name for name in left if name not in current and name not in replaced.gone]
    if absent:
        raise CannotUndoError("gone", [named(kind, key[0]) for kind, key in absent])
    moved = {
        name: current[name]
        for name, version in left.items()
        if name in current and current[name] != version
    }
    if moved:
        last = max(change.seq for change in changes)
        later = await event_log.behind(session, user_id, last)
        _check_later(moved, Later(later, last))


def left_by(changes: Iterable[Change]) -> dict[Name, int]:
    """Return the version each object had after the last of the changes."""
    left: dict[Name, int] = {}
    for change in changes:
        for kind, id_, version in change.touched:
            if kind in KINDS and KINDS[kind].has_version:
                left[kind, (id_,)] = max(version, left.get((kind, (id_,)), 0))
    return left


async def _lock(session: Session, user_id: UUID, names: Iterable[Name]) -> dict[Name, int]:
    current: dict[Name, int] = {}
    for kind in KINDS.values():
        ids = sorted(key[0] for name, key in names if name == kind.name)
        columns = kind.table.c
        for some in in_statements(ids):
            found = await session.execute(
                select(columns.id, columns.version)
                .where(columns.user_id == user_id, columns.id.in_(some))
                .order_by(columns.id)
                .with_for_update(key_share=kind.name not in FOR_GOOD)
            )
            current.update(((kind.name, (row.id,)), row.version) for row in found)
    return current


class Later:
    """The events behind a change, and which of them are in effect."""

    def __init__(self, events: Sequence[Row[Any]], seq: int) -> None:
        self.seq = seq
        self.events = events
        self.by_id: Mapping[UUID, Row[Any]] = {event.id: event for event in events}
        self.part_of: dict[UUID, UUID] = {
            UUID(part): event.id
            for event in events
            if event.type == UNDONE
            for part in event.payload.get("events", ())
        }

    def stands(self, event: Row[Any]) -> bool:
        """Tell whether a later event changed something that the change before it would now undo as well."""
        whole = self.by_id.get(self.part_of.get(event.id, event.id), event)
        if not self._is_in_effect(whole):
            return False
        return whole.type != UNDONE or bool(whole.payload["undone"]["seq"] <= self.seq)

    def _is_in_effect(self, event: Row[Any]) -> bool:
        undoing = self.by_id.get(event.undone_by) if event.undone_by is not None else None
        if undoing is None:
            return event.undone_by is None
        return not self._is_in_effect(undoing)


def _check_later(moved: Mapping[Name, int], later: Later) -> None:
    in_the_way: dict[Name, Row[Any] | None] = {}
    reached: dict[Name, int] = {}
    for event in later.events:
        stands = later.stands(event)
        for kind, id_, version in event.touched:
            name = (kind, (UUID(id_),))
            if name not in moved:
                continue
            reached[name] = max(version, reached.get(name, 0))
            if stands:
                in_the_way.setdefault(name, event)
    for name, version in moved.items():
        if reached.get(name) != version:
            in_the_way.setdefault(name, None)
    if in_the_way:
        objects = [_told(name, event) for name, event in in_the_way.items()]
        raise CannotUndoError("changed_since", objects)


def _told(name: Name, event: Row[Any] | None) -> dict[str, Any]:
    told = named(name[0], name[1][0])
    if event is not None:
        told["event"] = {"id": str(event.id), "type": event.type}
    return told
