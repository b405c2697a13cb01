"""Putting back what changes replaced: many rows a statement, in one transaction with the checks of `hindrances.py`.

What was made goes to the trash where there is one, and away for good where there is none. Everything that moves gets
its next version, and what this replaces in turn is handed back, so that an undo can be undone.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, insert, select, update

from questlog.automation.events import Touched
from questlog.core.db import Session
from questlog.core.ids import new_id
from questlog.planning import images
from questlog.planning.image_tables import KINDS, Key, Kind
from questlog.planning.images import Image
from questlog.planning.import_comparison import in_statements
from questlog.planning.replaced import Columns, Replaced

TASK_LABEL = KINDS["task_label"]
TASK = KINDS["task"]


@dataclass
class PutBack:
    """What moved, and what it looked like before."""

    session: Session
    user_id: UUID
    now: datetime
    touched: list[Touched] = field(default_factory=list)
    before: Image = field(default_factory=dict)

    def note(self, image: Image) -> None:
        self.before = images.together(self.before, image)


async def put_back(
    session: Session, user_id: UUID, replaced: Replaced, *, now: datetime
) -> PutBack:
    """Bring back the state that was replaced. The rows are locked and were not changed since: that is the caller's."""
    work = PutBack(session, user_id, now)
    await _take_labels_off_the_trash(work, replaced)
    for kind in reversed(list(KINDS.values())):
        keys = replaced.of_kind(replaced.made, kind.name)
        await (_throw_away(work, kind, keys) if kind.has_trash else _delete(work, kind, keys))
    for kind in KINDS.values():
        rows = [row for (name, _), row in replaced.gone.items() if name == kind.name]
        await _insert(work, kind, rows)
        old = {key: columns for (name, key), columns in replaced.was.items() if name == kind.name}
        await _set(work, kind, old)
    return work


async def _take_labels_off_the_trash(work: PutBack, replaced: Replaced) -> None:
    """A label that goes for good is worn by nothing but what lies in the trash; `hindrances` sees to that."""
    for keys in in_statements(replaced.of_kind(replaced.made, "label")):
        worn = TASK_LABEL.table.c
        pairs = await work.session.execute(
            select(worn.task_id, worn.label_id).where(
                worn.user_id == work.user_id, worn.label_id.in_([key[0] for key in keys])
            )
        )
        for pair in pairs.all():
            replaced.made.setdefault(("task_label", (pair.task_id, pair.label_id)))
            replaced.move(("task", (pair.task_id,)))


async def _throw_away(work: PutBack, kind: Kind, keys: Sequence[Key]) -> None:
    columns, deletion_id = kind.table.c, new_id()
    for some in in_statements(keys):
        gone = await work.session.execute(
            update(kind.table)
            .where(columns.user_id == work.user_id, kind.among(some), columns.deleted_at.is_(None))
            .values(
                deleted_at=work.now,
                deletion_id=deletion_id,
                updated_at=work.now,
                version=columns.version + 1,
            )
            .returning(columns.id, columns.version)
        )
        moved = [(kind.name, row.id, row.version) for row in gone]
        work.touched += moved
        there = {"deleted_at": None, "deletion_id": None}
        work.note(images.was(kind.name, [id_ for _, id_, _ in moved], there))


async def _delete(work: PutBack, kind: Kind, keys: Sequence[Key]) -> None:
    for some in in_statements(keys):
        mine = (kind.table.c.user_id == work.user_id, kind.among(some))
        rows = await work.session.execute(delete(kind.table).where(*mine).returning(*kind.table.c))
        lost = [dict(row._mapping) for row in rows]
        work.note(images.gone(kind.name, lost))
        if kind.has_version:
            work.touched += [(kind.name, row["id"], row["version"]) for row in lost]


async def _insert(work: PutBack, kind: Kind, rows: Iterable[Columns]) -> None:
    new = []
    for row in rows:
        stamped = {**row, "user_id": work.user_id}
        if kind.has_version:
            stamped |= {"version": row["version"] + 1, "updated_at": work.now}
            work.touched.append((kind.name, row["id"], stamped["version"]))
        new.append(stamped)
    for some in in_statements(new):
        await work.session.execute(insert(kind.table), some)
    work.note(images.made(kind.name, (_as_key(kind, row) for row in new)))


async def _set(work: PutBack, kind: Kind, old: Mapping[Key, Columns]) -> None:
    """Set columns of rows; those that get values in the same columns share a statement."""
    alike: dict[tuple[str, ...], list[Key]] = defaultdict(list)
    for key in sorted(old):
        alike[tuple(sorted(old[key]))].append(key)
    for names, keys in alike.items():
        for some in in_statements(keys):
            await _set_some(work, kind, names, {key: old[key] for key in some})


async def _set_some(
    work: PutBack, kind: Kind, names: tuple[str, ...], old: Mapping[Key, Columns]
) -> None:
    columns = kind.table.c
    shown = {*kind.key, *names} | ({"version"} if kind.has_version else set())
    mine = (columns.user_id == work.user_id, kind.among(list(old)))
    found = await work.session.execute(select(*(columns[name] for name in sorted(shown))).where(*mine))
    values = []
    for row in (dict(found_row._mapping) for found_row in found):
        key = kind.key_of(row)
        work.note(images.was(kind.name, [_as_key(kind, row)], {name: row[name] for name in names}))
        new = {f"new_{name}": value for name, value in old[key].items()}
        if kind.has_version:
            new |= {"new_version": row["version"] + 1, "new_updated_at": work.now}
            work.touched.append((kind.name, row["id"], row["version"] + 1))
        values.append(new | {f"its_{name}": row[name] for name in kind.key})
    if not values or not (names or kind.has_version):
        return
    set_ = (*names, *(("version", "updated_at") if kind.has_version else ()))
    its = (columns[name] == bindparam(f"its_{name}", type_=columns[name].type) for name in kind.key)
    one = update(kind.table).where(columns.user_id == work.user_id, *its)
    await work.session.execute(
        one.values({name: bindparam(f"new_{name}", type_=columns[name].type) for name in set_}),
        values,
    )


def _as_key(kind: Kind, row: Mapping[str, Any]) -> Any:
    key = kind.key_of(row)
    return key[0] if len(key) == 1 else key
