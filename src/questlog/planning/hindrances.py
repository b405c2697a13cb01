"""What stands in the way of putting things back: names taken meanwhile, places that are gone, things that depend.

Versions tell that an object was changed since; these questions are about its neighbours, which have versions of their
own. The later ones are asked when everything is put back, before the commit.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Table, and_, or_, select

from questlog.core.db import Session
from questlog.core.exceptions import ConflictError
from questlog.planning import dependencies, goals
from questlog.planning.goal_tree import MAX_DEPTH, chain, height
from questlog.planning.image_tables import KINDS, Key
from questlog.planning.import_comparison import in_statements
from questlog.planning.replaced import Replaced

LISTED_AT_MOST = 5
REASONS: Mapping[str, str] = {
    "changed_since": "This cannot be undone: it was changed again later.",
    "gone": "This cannot be undone: it is gone for good.",
    "in_use": "This cannot be undone: something else depends on it by now.",
    "place_gone": "This cannot be undone: what it belonged to is gone.",
    "name_taken": "This cannot be undone: its name is taken by now.",
    "does_not_fit": "This cannot be undone: it does not fit where it was any more.",
    "partly_undone": "This cannot be undone: a part of it was undone by itself.",
}
GOALS, PROJECTS, TASKS = (KINDS[name].table for name in ("goal", "project", "task"))
ITEMS, LABELS, WORN = (KINDS[name].table for name in ("item", "label", "task_label"))
PARENT_TASK, PARENT_GOAL = TASKS.alias("parent"), GOALS.alias("parent")
# What is alive must not hang under what is in the trash: child, column, parent.
HANGS: tuple[tuple[str, Table, str, str, Any], ...] = (
    ("goal", GOALS, "parent_goal_id", "goal", PARENT_GOAL),
    ("project", PROJECTS, "goal_id", "goal", GOALS),
    ("task", TASKS, "goal_id", "goal", GOALS),
    ("task", TASKS, "project_id", "project", PROJECTS),
    ("task", TASKS, "parent_task_id", "task", PARENT_TASK),
)


class CannotUndoError(ConflictError):
    """`details.reason` is one of `REASONS`; `details.objects` names what is in the way, a few of many."""

    code = "cannot_undo"
    default_message = "This cannot be undone."

    def __init__(self, reason: str, objects: list[dict[str, Any]]) -> None:
        details = {"reason": reason, "objects": objects[:LISTED_AT_MOST]}
        super().__init__(REASONS[reason], details)


def named(kind: str, id_: UUID) -> dict[str, Any]:
    return {"type": kind, "id": str(id_)}


async def check_before(session: Session, user_id: UUID, replaced: Replaced) -> None:
    """Raise `CannotUndoError` for names that are taken, labels that are gone, and labels that are worn."""
    await _check_names(session, user_id, replaced)
    lost = sorted({key[1] for kind, key in replaced.gone if kind == "task_label"})
    back = {key[0] for kind, key in replaced.gone if kind == "label"}
    for some in in_statements([id_ for id_ in lost if id_ not in back]):
        there = select(LABELS.c.id).where(LABELS.c.user_id == user_id, LABELS.c.id.in_(some))
        held = set(await session.scalars(there.with_for_update(read=True, key_share=True)))
        if missing := [named("label", id_) for id_ in some if id_ not in held]:
            raise CannotUndoError("place_gone", missing)
    for some in in_statements(replaced.of_kind(replaced.made, "label")):
        await _check_wearers(session, user_id, some, replaced)


async def _check_names(session: Session, user_id: UUID, replaced: Replaced) -> None:
    for kind in ("label", "filter"):
        back = {**replaced.was, **replaced.gone}
        wanted = {
            row["folded"]: key[0]
            for (name, key), row in back.items()
            if name == kind and "folded" in row
        }
        columns = KINDS[kind].table.c
        for some in in_statements(sorted(wanted)):
            found = await session.execute(
                select(columns.id, columns.folded).where(
                    columns.user_id == user_id, columns.folded.in_(some)
                )
            )
            moving = {key[0] for name, key in (*replaced.was, *replaced.made) if name == kind}
            taken = [row for row in found if row.id not in moving]
            if taken:
                raise CannotUndoError("name_taken", [named(kind, row.id) for row in taken])


async def _check_wearers(
    session: Session, user_id: UUID, keys: list[Key], replaced: Replaced
) -> None:
    worn = select(TASKS.c.id, WORN.c.label_id).join(
        TASKS, and_(TASKS.c.user_id == WORN.c.user_id, TASKS.c.id == WORN.c.task_id)
    )
    found = await session.execute(
        worn.where(
            WORN.c.user_id == user_id,
            WORN.c.label_id.in_([key[0] for key in keys]),
            TASKS.c.deleted_at.is_(None),
        ).order_by(TASKS.c.id)
    )
    wearers = [
        named("task", row.id)
        for row in found
        if ("task", (row.id,)) not in replaced.made
        and ("task_label", (row.id, row.label_id)) not in replaced.made
    ]
    if wearers:
        raise CannotUndoError("in_use", wearers)


async def check_after(session: Session, user_id: UUID, replaced: Replaced) -> None:
    """Raise `CannotUndoError` when something now hangs where nothing can hang."""
    moved = _moved(replaced)
    for child_kind, child, column, parent_kind, parent in HANGS:
        for of_child, ids in ((True, moved[child_kind]), (False, moved[parent_kind])):
            side = child if of_child else parent
            hanging = _hanging(user_id, child, column, parent)
            for some in in_statements(ids):
                found = await session.execute(hanging.where(side.c.id.in_(some)))
                if rows := found.all():
                    reason = "place_gone" if of_child else "in_use"
                    kind, which = (parent_kind, 1) if of_child else (child_kind, 0)
                    raise CannotUndoError(reason, [named(kind, row[which]) for row in rows])
    await _check_subtasks(session, user_id, moved["task"])
    await _check_goals(session, user_id, replaced)
    await _check_dependencies(session, user_id, replaced)
    await _check_items(session, user_id, replaced)


def _moved(replaced: Replaced) -> dict[str, list[UUID]]:
    moved: dict[str, list[UUID]] = {"goal": [], "project": [], "task": []}
    for kind, key in (*replaced.was, *replaced.made):
        if kind in moved:
            moved[kind].append(key[0])
    return moved


def _hanging(user_id: UUID, child: Table, column: str, parent: Any) -> Select[Any]:
    joined = child.join(
        parent, and_(parent.c.user_id == child.c.user_id, parent.c.id == child.c[column])
    )
    alive_under_gone = (child.c.deleted_at.is_(None), parent.c.deleted_at.is_not(None))
    mine = select(child.c.id, parent.c.id).select_from(joined).where(child.c.user_id == user_id)
    return mine.where(*alive_under_gone).order_by(child.c.id).limit(LISTED_AT_MOST)


async def _check_subtasks(session: Session, user_id: UUID, ids: list[UUID]) -> None:
    """A subtask lies one below its parent, in its project and for its goal."""
    above = PARENT_TASK.c
    joined = TASKS.join(
        PARENT_TASK, and_(above.user_id == TASKS.c.user_id, above.id == TASKS.c.parent_task_id)
    )
    apart: list[ColumnElement[bool]] = [
        TASKS.c[name].is_distinct_from(above[name]) for name in ("project_id", "goal_id")
    ]
    odd = or_(TASKS.c.depth != above.depth + 1, and_(TASKS.c.deleted_at.is_(None), or_(*apart)))
    wrong = select(TASKS.c.id).select_from(joined).where(TASKS.c.user_id == user_id, odd)
    for some in in_statements(ids):
        near = or_(TASKS.c.id.in_(some), above.id.in_(some))
        if found := (await session.scalars(wrong.where(near).limit(LISTED_AT_MOST))).all():
            raise CannotUndoError("does_not_fit", [named("task", id_) for id_ in found])


async def _check_goals(session: Session, user_id: UUID, replaced: Replaced) -> None:
    """Goals make no circle, and lie no deeper than they may."""
    moved = [
        key[0]
        for (kind, key), row in replaced.was.items()
        if kind == "goal" and row.keys() & {"parent_goal_id", "deleted_at"}
    ]
    if not moved:
        return
    parents = await goals.shape(session, user_id)
    for goal_id in moved:
        above = list(chain(parents, goal_id))
        is_circle = len(set(above)) < len(above)
        if goal_id in parents and (
            is_circle or len(above) + height(parents, goal_id) - 1 > MAX_DEPTH
        ):
            raise CannotUndoError("does_not_fit", [named("goal", goal_id)])


async def _check_dependencies(session: Session, user_id: UUID, replaced: Replaced) -> None:
    """Nothing waits for itself, by way of others."""
    waiting = sorted({key[0] for kind, key in replaced.gone if kind == "dependency"})
    for some in in_statements(waiting):
        if await dependencies.is_circular(session, user_id, some):
            raise CannotUndoError("does_not_fit", [named("task", id_) for id_ in some])


async def _check_items(session: Session, user_id: UUID, replaced: Replaced) -> None:
    """An item that became a task depends on that task."""
    for some in _ids(replaced.of_kind(replaced.made, "task")):
        became = select(ITEMS.c.id).where(ITEMS.c.user_id == user_id, ITEMS.c.task_id.in_(some))
        if found := (await session.scalars(became.limit(LISTED_AT_MOST))).all():
            raise CannotUndoError("in_use", [named("item", id_) for id_ in found])


def _ids(keys: list[Key]) -> Iterator[list[UUID]]:
    return in_statements([key[0] for key in keys])
