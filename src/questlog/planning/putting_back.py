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
from questlog.planning import difficulty, images
from questlog.planning.image_tables import KINDS, Key, Kind
from questlog.planning.images import Image
from questlog.planning.import_comparison import in_statements
from questlog.planning.replaced import Columns, Replaced
from questlog.planning.search import index
from questlog.planning.search.tables import Kind as Searched
from questlog.planning.task_rows import DATE
from questlog.planning.task_tree import CARRIED
from questlog.planning.trashed_subtasks import follow

TASK_LABEL = KINDS["task_label"]
REMINDERS = KINDS["reminder"].table
DIFFICULTY = ("difficulty_changes",)
DATED = ("dated_at",)
SEARCHED: tuple[Searched, ...] = ("task", "item")


@dataclass
class PutBack:
    """What moved, and what it looked like before."""

    session: Session
    user_id: UUID
    now: datetime
    touched: list[Touched] = field(default_factory=list)
    before: Image = field(default_factory=dict)
    removed: list[Columns] = field(default_factory=list)
    uncounted: set[UUID] = field(default_factory=set)

    def tell(self, kind: Kind, row: Columns, version: int = 1) -> None:
        """Say that a row moved. What has no id is told by what it belongs to, which moves as well."""
        if "id" in kind.key:
            self.touched.append((kind.name, row["id"], version))

    def note(self, image: Image) -> None:
        self.before = images.together(self.before, image)


async def put_back(
    session: Session, user_id: UUID, replaced: Replaced, *, now: datetime
) -> PutBack:
    """Bring back the state that was replaced. The rows are locked and were not changed since: that is the caller's."""
    work = PutBack(session, user_id, now)
    await _take_off(work, replaced)
    for kind in reversed(list(KINDS.values())):
        keys = replaced.of_kind(replaced.made, kind.name)
        keys = [key for key in keys if (kind.name, key) not in replaced.brought]
        await (_throw_away(work, kind, keys) if kind.has_trash else _delete(work, kind, keys))
    _open_what_is_not_done(work, replaced)
    for kind in KINDS.values():
        rows = [
            row
            for (name, _), row in sorted(replaced.gone.items(), key=lambda pair: pair[0])
            if name == kind.name
        ]
        await _insert(work, kind, rows)
        old = {key: columns for (name, key), columns in replaced.was.items() if name == kind.name}
        await _set(work, kind, old)
    for kind in reversed(list(KINDS.values())):
        # By now nothing else refers to them. Newest first: what hangs under something was made after it.
        keys = replaced.of_kind(replaced.brought, kind.name)
        await _delete(work, kind, keys[::-1])
    await _take_the_trash_along(work, replaced)
    await _keep_words(work, replaced)
    return work


async def _take_off(work: PutBack, replaced: Replaced) -> None:
    """Take labels and reminders off what goes for good.

    A label that goes itself is worn by nothing but what lies in the trash; `hindrances` sees to that.
    """
    labels = [key[0] for key in replaced.of_kind(replaced.made, "label")]
    for task_id, label_id in await _worn(work, "label_id", labels):
        replaced.made.setdefault(("task_label", (task_id, label_id)))
        replaced.move(("task", (task_id,)))
    tasks = sorted(key[0] for kind, key in replaced.brought if kind == "task")
    for pair in await _worn(work, "task_id", tasks):
        replaced.made.setdefault(("task_label", pair))
    for some in in_statements(tasks):
        mine = (REMINDERS.c.user_id == work.user_id, REMINDERS.c.task_id.in_(some))
        for id_ in await work.session.scalars(select(REMINDERS.c.id).where(*mine)):
            replaced.made.setdefault(("reminder", (id_,)))


async def _worn(work: PutBack, column: str, ids: Iterable[UUID]) -> list[tuple[UUID, UUID]]:
    worn = TASK_LABEL.table.c
    mine = select(worn.task_id, worn.label_id).where(worn.user_id == work.user_id)
    found: list[tuple[UUID, UUID]] = []
    for some in in_statements(ids):
        rows = await work.session.execute(mine.where(worn[column].in_(some)))
        found += [(row.task_id, row.label_id) for row in rows]
    return found


def _open_what_is_not_done(work: PutBack, replaced: Replaced) -> None:
    """A task that goes to the trash and loses its completion is not completed there."""
    for task_id in work.uncounted:
        name = ("task", (task_id,))
        if name in replaced.made and name not in replaced.brought:
            replaced.was[name] = {"completed_at": None}


async def _take_the_trash_along(work: PutBack, replaced: Replaced) -> None:
    """What came to lie below a task meanwhile, and is in the trash again, follows it to its old place."""
    moved = [
        key[0]
        for (kind, key), row in replaced.was.items()
        if kind == "task" and not row.keys().isdisjoint(CARRIED)
    ]
    touched, before = await follow(work.session, work.user_id, moved, now=work.now)
    work.touched += touched
    work.note(before)


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
        work.removed += lost if kind.name in SEARCHED else []
        if kind.name == "occurrence":
            work.uncounted |= {row["task_id"] for row in lost if row["outcome"] == "completed"}
        for row in lost:
            work.tell(kind, row, row.get("version", 1))


async def _insert(work: PutBack, kind: Kind, rows: Iterable[Columns]) -> None:
    new = []
    for row in rows:
        stamped = {**row, "user_id": work.user_id}
        if kind.has_version:
            stamped |= {"version": row["version"] + 1, "updated_at": work.now}
        if kind.name == "task":
            stamped["dated_at"] = work.now
        work.tell(kind, stamped, stamped.get("version", 1))
        new.append(stamped)
    for some in in_statements(new):
        await work.session.execute(insert(kind.table), some)
    new_again = images.brought if kind.has_trash else images.made
    work.note(new_again(kind.name, (_as_key(kind, row) for row in new)))


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
    told = DIFFICULTY if "difficulty" in names and DIFFICULTY[0] not in names else ()
    dated = DATED if kind.name == "task" and not set(DATE).isdisjoint(names) else ()
    shown = {*kind.key, *names, *told} | ({"version"} if kind.has_version else set())
    mine = (columns.user_id == work.user_id, kind.among(list(old)))
    found = await work.session.execute(
        select(*(columns[name] for name in sorted(shown))).where(*mine)
    )
    values = []
    for row in (dict(found_row._mapping) for found_row in found):
        key = kind.key_of(row)
        work.note(images.was(kind.name, [_as_key(kind, row)], {name: row[name] for name in names}))
        new = {f"new_{name}": value for name, value in old[key].items()}
        if told:
            new["new_difficulty_changes"] = difficulty.noted(row, work.now)
        new |= {f"new_{name}": work.now for name in dated}
        if kind.has_version:
            new |= {"new_version": row["version"] + 1, "new_updated_at": work.now}
        work.tell(kind, row, row.get("version", 0) + 1)
        values.append(new | {f"its_{name}": row[name] for name in kind.key})
    if not values or not (names or kind.has_version):
        return
    set_ = (*names, *told, *dated, *(("version", "updated_at") if kind.has_version else ()))
    its = (columns[name] == bindparam(f"its_{name}", type_=columns[name].type) for name in kind.key)
    one = update(kind.table).where(columns.user_id == work.user_id, *its)
    await work.session.execute(
        one.values({name: bindparam(f"new_{name}", type_=columns[name].type) for name in set_}),
        values,
    )


def _as_key(kind: Kind, row: Mapping[str, Any]) -> Any:
    key = kind.key_of(row)
    return key[0] if len(key) == 1 else key


async def _keep_words(work: PutBack, replaced: Replaced) -> None:
    """Let the search know what has other words now."""
    await index.remove(work.session, [row["id"] for row in work.removed])
    for name in SEARCHED:
        back = [row for (of, _), row in replaced.gone.items() if of == name]
        await index.add(work.session, name, back)
        kind = KINDS[name]
        keys = [
            key
            for (of, key), row in replaced.was.items()
            if of == name and index.INDEXED & row.keys()
        ]
        columns = [kind.table.c[column] for column in ("id", "user_id", *index.INDEXED)]
        for some in in_statements(sorted(keys)):
            mine = (kind.table.c.user_id == work.user_id, kind.among(some))
            found = await work.session.execute(select(*columns).where(*mine))
            await index.change(work.session, [dict(row._mapping) for row in found])
