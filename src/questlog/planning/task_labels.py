"""The labels of a task, by name. A name nobody has used becomes a label."""

from collections.abc import Sequence
from typing import cast
from uuid import UUID

from sqlalchemy import Table, delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from questlog.automation import events
from questlog.core import clock
from questlog.core.db import Session
from questlog.core.ids import new_id
from questlog.planning import images
from questlog.planning.images import Image
from questlog.planning.labels import DEFAULT_COLOR, fold
from questlog.planning.models import Label, TaskLabel
from questlog.planning.task_answers import SEPARATOR

LABELS = cast(Table, Label.__table__)
WORN = cast(Table, TaskLabel.__table__)

type Known = dict[str, tuple[UUID, str]]
"""From the folded name to the id and the name as its owner wrote it."""


async def put(session: Session, user_id: UUID, task_id: UUID, names: Sequence[str]) -> str:
    """Give a new task its labels; return their names as a row carries them."""
    return _shown(await _put_on(session, user_id, task_id, names))


async def replace(
    session: Session, user_id: UUID, task_id: UUID, names: Sequence[str]
) -> tuple[str, Image]:
    """Give a claimed task these labels and no others; return also what that replaced."""
    taken_off = await session.scalars(
        delete(WORN)
        .where(WORN.c.user_id == user_id, WORN.c.task_id == task_id)
        .returning(WORN.c.label_id)
    )
    old = set(taken_off)
    known = await _put_on(session, user_id, task_id, names)
    new = {label_id for label_id, _ in known.values()}
    lost = [{"task_id": task_id, "label_id": id_, "user_id": user_id} for id_ in sorted(old - new)]
    won = [(task_id, id_) for id_ in sorted(new - old)]
    before = images.together(images.gone("task_label", lost), images.made("task_label", won))
    return _shown(known), before


def _shown(known: Known) -> str:
    return SEPARATOR.join(name for _, name in known.values())


async def _put_on(session: Session, user_id: UUID, task_id: UUID, names: Sequence[str]) -> Known:
    found = await ensure(session, user_id, names)
    if found:
        worn = [
            {"user_id": user_id, "task_id": task_id, "label_id": label_id}
            for label_id, _ in found.values()
        ]
        await session.execute(insert(WORN), worn)
    return found


async def ensure(session: Session, user_id: UUID, names: Sequence[str]) -> Known:
    """Have labels with these names, making those that are not there.

    Who gives labels to several tasks in one transaction has them all first: made one by one in another order, they
    could lock each other out. Raises `LabelNameError`.
    """
    wanted = {fold(name): name for name in reversed(names)}
    if not wanted:
        return {}
    known = await _known(session, user_id, wanted)
    new = [name for folded, name in wanted.items() if folded not in known]
    if new:
        await _add(session, user_id, new)
        known = await _known(session, user_id, wanted)
    return known


async def _known(session: Session, user_id: UUID, wanted: dict[str, str]) -> Known:
    """The rows are held, so that nobody deletes a label while a task is about to get it."""
    found = await session.execute(
        select(LABELS.c.id, LABELS.c.name, LABELS.c.folded)
        .where(LABELS.c.user_id == user_id, LABELS.c.folded.in_(wanted))
        .with_for_update(read=True, key_share=True)
    )
    return {row.folded: (row.id, row.name) for row in found}


async def _add(session: Session, user_id: UUID, names: Sequence[str]) -> None:
    """Make labels; one that somebody else made at the same moment is theirs."""
    now = clock.now()
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    for name in sorted(names, key=fold):
        row = {
            "id": new_id(),
            "user_id": user_id,
            "name": name,
            "folded": fold(name),
            "color": DEFAULT_COLOR,
            "created_at": now,
            "updated_at": now,
            "version": 1,
        }
        made = await session.scalar(
            dialect.insert(LABELS)
            .values(row)
            .on_conflict_do_nothing(index_elements=["user_id", "folded"])
            .returning(LABELS.c.id)
        )
        if made is not None:
            touched = [("label", made, 1)]
            events.record(
                session,
                user_id,
                "label.created",
                ("label", made),
                payload={"name": name},
                touched=touched,
            )
