"""How tasks hang together: what a subtask takes from its parent, and how deep they may lie.

Whoever changes that shape holds it first, so that two changes which would be legal alone cannot close a circle
together or leave a subtask under a deleted parent: the later one sees the earlier.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Row, exists, func, select, update

from questlog.automation.events import Touched
from questlog.core import clock
from questlog.core.db import Session
from questlog.core.exceptions import UnknownReferenceError, ValidationError
from questlog.planning import images, references
from questlog.planning.images import Image
from questlog.planning.models import Goal, Project
from questlog.planning.queries import MAX_DEPTH
from questlog.planning.task_lineage import ancestors_of, subtree_of
from questlog.planning.task_rows import TASKS, TaskRow

POINTER = "/body/parent_task_id"
BELONGS = ("project_id", "goal_id")
# With a project or goal that lies in the trash goes the memory of it, so that a restore brings the subtasks along.
INHERITED = (*BELONGS, "detached_project_id", "detached_goal_id")

CARRIED = (*INHERITED, "depth")
PLACED = (TASKS.c.id, *(TASKS.c[name] for name in CARRIED))


class TaskCycleError(ValidationError):
    code = "task_cycle"
    default_message = "A task cannot be a subtask of itself or of one of its own subtasks."


class TaskTooDeepError(ValidationError):
    code = "task_too_deep"
    default_message = "Subtasks can be nested five deep."


class SubtaskFollowsParentError(ValidationError):
    code = "subtask_follows_parent"
    default_message = "A subtask belongs to the project and the goal of its parent."


async def hold(session: Session, user_id: UUID) -> None:
    """Let nobody else change the shape of the user's tasks until the commit.

    SQLite has one writer anyway; on PostgreSQL this is a lock of the transaction, so it passes through a pooler.
    """
    if session.get_bind().dialect.name == "postgresql":
        key = func.hashtextextended(f"tasks of {user_id}", 0)
        await session.execute(select(func.pg_advisory_xact_lock(key)))


async def hold_rows(session: Session, user_id: UUID, task_ids: Collection[UUID]) -> None:
    """Lock tasks and what is below them, in the order of their ids; ids that name no task are passed over.

    For whoever is about to complete several: who completes one of them locks it before the player, so that here, too,
    no task may be locked after the player.
    """
    if session.get_bind().dialect.name == "postgresql":
        tree = subtree_of(user_id, *task_ids)
        await session.execute(
            select(TASKS.c.id)
            .where(TASKS.c.user_id == user_id, TASKS.c.id.in_(select(tree.c.id)))
            .order_by(TASKS.c.id)
            .with_for_update(of=TASKS, key_share=True)
        )


async def place_of_new(
    session: Session, user_id: UUID, wanted: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the parent, depth, project and goal of a task to be made.

    Raises `UnknownReferenceError`, `SubtaskFollowsParentError`, `TaskTooDeepError`.
    """
    parent_id = wanted["parent_task_id"]
    if parent_id is None:
        place = {name: wanted[name] for name in BELONGS}
        await _check_belonging(session, user_id, place)
        return {**dict.fromkeys(INHERITED), "parent_task_id": None, "depth": 1, **place}
    await hold(session, user_id)
    given = {name: wanted[name] for name in BELONGS if wanted[name] is not None}
    return await _under(session, user_id, parent_id, given)


def place_below(
    parent: Mapping[str, Any] | None, project_id: UUID | None, goal_id: UUID | None
) -> dict[str, Any]:
    """Return the place of a task that is not written: below `parent`, whose project and goal it takes."""
    if parent is None:
        top = {"parent_task_id": None, "depth": 1, "project_id": project_id, "goal_id": goal_id}
        return {**dict.fromkeys(INHERITED), **top}
    taken = {name: parent[name] for name in INHERITED}
    return {"parent_task_id": parent["id"], "depth": parent["depth"] + 1, **taken}


async def place_of_moved(
    session: Session, user_id: UUID, task_id: UUID, wanted: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what of a task's place changes when it gets the parent, project or goal of `wanted`.

    Holds the shape; to be called before the task is claimed, because projects and goals come first. Raises as
    `place_of_new`, and `TaskCycleError`.
    """
    given = {name: wanted[name] for name in BELONGS if name in wanted}
    parent_id = wanted.get("parent_task_id")
    if parent_id == task_id:
        raise TaskCycleError(pointer=POINTER)
    await hold(session, user_id)
    if parent_id is not None:
        return await _under(session, user_id, parent_id, given, moved=task_id)
    await _check_belonging(session, user_id, given)
    top = {"parent_task_id": None, "depth": 1} if "parent_task_id" in wanted else {}
    forgotten = {f"detached_{name}": None for name in given}
    return {**top, **given, **forgotten}


async def _under(
    session: Session,
    user_id: UUID,
    parent_id: UUID,
    given: Mapping[str, Any],
    *,
    moved: UUID | None = None,
) -> dict[str, Any]:
    parent = await _parent(session, user_id, parent_id, moved)
    for name in BELONGS:
        if name in given and given[name] != getattr(parent, name):
            raise SubtaskFollowsParentError(pointer=f"/body/{name}")
    if parent.depth >= MAX_DEPTH:
        raise TaskTooDeepError(pointer=POINTER)
    place = {name: getattr(parent, name) for name in INHERITED}
    await _check_belonging(session, user_id, place, pointer=POINTER)
    return {"parent_task_id": parent_id, "depth": parent.depth + 1, **place}


async def _parent(session: Session, user_id: UUID, parent_id: UUID, moved: UUID | None) -> Any:
    above = ancestors_of(user_id, parent_id)
    is_below = exists().where(above.c.id == moved).label("is_below")
    found = await session.execute(
        select(TASKS.c.depth, *(TASKS.c[name] for name in INHERITED), is_below).where(
            TASKS.c.id == parent_id, TASKS.c.user_id == user_id, TASKS.c.deleted_at.is_(None)
        )
    )
    parent = found.one_or_none()
    if parent is None:
        raise UnknownReferenceError(pointer=POINTER)
    if moved is not None and parent.is_below:
        raise TaskCycleError(pointer=POINTER)
    return parent


async def _check_belonging(
    session: Session, user_id: UUID, place: Mapping[str, Any], *, pointer: str | None = None
) -> None:
    """Goals before projects: the order in which everybody claims them."""
    await references.check(
        session, Goal, user_id, place.get("goal_id"), pointer=pointer or "/body/goal_id"
    )
    await references.check(
        session, Project, user_id, place.get("project_id"), pointer=pointer or "/body/project_id"
    )


def check_subtask(row: TaskRow, place: Mapping[str, Any]) -> None:
    """Raise `SubtaskFollowsParentError` when a subtask that stays where it is would get another project or goal."""
    if row["parent_task_id"] is None or "parent_task_id" in place:
        return
    for name in BELONGS:
        if name in place and place[name] != row[name]:
            raise SubtaskFollowsParentError(pointer=f"/body/{name}")


@dataclass(frozen=True)
class Carried:
    """What went along with a task, and where it was before."""

    touched: Sequence[Touched] = ()
    before: Image = field(default_factory=dict)


async def carry(session: Session, row: TaskRow, place: Mapping[str, Any]) -> Carried:
    """Take everything below a claimed task along to its new place, and what is in the trash with it.

    Raises `TaskTooDeepError`.
    """
    new = {name: place[name] for name in (*INHERITED, "depth") if name in place}
    if all(new[name] == row[name] for name in new):
        return Carried()
    tree = subtree_of(row["user_id"], row["id"])
    below = TASKS.c.id.in_(select(tree.c.id).where(tree.c.step > 1))
    old = (await session.execute(select(*PLACED).where(below))).all()
    if not old:
        return Carried()
    deeper = new.pop("depth", row["depth"]) - row["depth"]
    if deeper > 0 and max(found.depth for found in old) + deeper > MAX_DEPTH:
        raise TaskTooDeepError(pointer=POINTER)
    moved = await session.execute(
        update(TASKS)
        .where(TASKS.c.user_id == row["user_id"], below)
        .values(
            **new,
            depth=TASKS.c.depth + deeper,
            version=TASKS.c.version + 1,
            updated_at=clock.now(),
        )
        .returning(TASKS.c.id, TASKS.c.version)
    )
    touched = [("task", found.id, found.version) for found in moved]
    return Carried(touched, images.together(*map(_place_before, old)))


def _place_before(row: Row[Any]) -> Image:
    return images.was("task", [row.id], {name: row._mapping[name] for name in CARRIED})
