"""Tasks that wait for others: `task_id` is blocked while `blocker_id` is open.

A blocker that is completed, cancelled or in the trash blocks nothing; its edges stay, so that reopening or restoring
it blocks again. Nothing forbids to complete a blocked task. Tasks never wait in a circle, whatever state they are in:
who adds an edge holds the shape of the user's tasks (`task_tree.hold`), so two edges that would be legal alone cannot
close a circle together.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import (
    Executable,
    and_,
    delete,
    func,
    insert,
    or_,
    select,
    tuple_,
    update,
)

from questlog.automation.events import Touched
from questlog.core import clock
from questlog.core.db import Session
from questlog.core.exceptions import ConflictError, UnknownReferenceError, ValidationError
from questlog.core.prepared import prepared
from questlog.planning import images, readiness, task_rows, task_tree, tasks
from questlog.planning.dependency_graph import MOST, Edge, Graph
from questlog.planning.readiness import EDGES
from questlog.planning.task_rows import TASKS, TaskRow


class DependencyCycleError(ConflictError):
    code = "dependency_cycle"
    default_message = "These tasks would wait for each other in a circle."


class OwnBlockerError(ValidationError):
    code = "its_own_blocker"
    default_message = "A task cannot wait for itself."


class TooManyDependenciesError(ValidationError):
    code = "too_many_dependencies"
    default_message = "A task can wait for {most} others, and {most} can wait for it."


@dataclass(frozen=True)
class Dependencies:
    """`blocked` tells whether one of `blocked_by` is still open. What is in the trash is not listed."""

    id: UUID
    version: int
    blocked_by: Sequence[UUID]
    blocks: Sequence[UUID]
    blocked: bool


async def get(session: Session, user_id: UUID, task_id: UUID) -> Dependencies:
    """Raises `TaskNotFoundError`, `NotYoursError`."""
    task = await task_rows.load(session, user_id, task_id)
    return await _told(session, task)


async def _told(session: Session, task: TaskRow) -> Dependencies:
    found = (await session.execute(*_around(task["user_id"], task["id"]))).all()
    before = [row for row in found if row.task_id == task["id"]]
    return Dependencies(
        task["id"],
        task["version"],
        blocked_by=[row.blocker_id for row in before],
        blocks=[row.task_id for row in found if row.blocker_id == task["id"]],
        blocked=any(row.completed_at is None and row.state != "cancelled" for row in before),
    )


@prepared
def _around(user_id: UUID, task_id: UUID) -> Executable:
    """The edges of one task whose other end is not in the trash."""
    other = TASKS.alias("other")
    its_other_end = or_(
        and_(EDGES.c.task_id == task_id, other.c.id == EDGES.c.blocker_id),
        and_(EDGES.c.blocker_id == task_id, other.c.id == EDGES.c.task_id),
    )
    columns = (EDGES.c.task_id, EDGES.c.blocker_id, other.c.completed_at, other.c.state)
    joined = EDGES.join(other, and_(other.c.user_id == EDGES.c.user_id, its_other_end))
    mine = (EDGES.c.user_id == user_id, other.c.deleted_at.is_(None))
    ends = or_(EDGES.c.task_id == task_id, EDGES.c.blocker_id == task_id)
    statement = select(*columns).select_from(joined).where(*mine, ends)
    return statement.order_by(EDGES.c.task_id, EDGES.c.blocker_id)


async def put(
    session: Session,
    user_id: UUID,
    task_id: UUID,
    *,
    blocked_by: Collection[UUID] | None = None,
    blocks: Collection[UUID] | None = None,
    expected_version: int | None = None,
) -> Dependencies:
    """Say what a task waits for and what waits for it; None leaves that side as it is.

    Raises `TaskNotFoundError`, `NotYoursError`, `PreconditionFailedError`, `UnknownReferenceError`,
    `OwnBlockerError`, `TooManyDependenciesError`, `DependencyCycleError`.
    """
    await task_tree.hold(session, user_id)
    task = await task_rows.claim(session, user_id, task_id, expected_version=expected_version)
    now = await _told(session, task)
    change = _Change()
    if blocked_by is not None:
        await _check_ids(session, task, blocked_by, "/body/blocked_by")
        change.turn(
            {(task_id, id_) for id_ in now.blocked_by}, {(task_id, id_) for id_ in blocked_by}
        )
    if blocks is not None:
        await _check_ids(session, task, blocks, "/body/blocks")
        change.turn({(id_, task_id) for id_ in now.blocks}, {(id_, task_id) for id_ in blocks})
    return await _carry_out(session, task, now, change)


async def add(
    session: Session,
    user_id: UUID,
    task_id: UUID,
    blocker_id: UUID,
    *,
    expected_version: int | None = None,
) -> Dependencies:
    """Let a task wait for one more; a repeat changes nothing. Raises as `put`."""
    await task_tree.hold(session, user_id)
    task = await task_rows.claim(session, user_id, task_id, expected_version=expected_version)
    if blocker_id == task_id:
        raise OwnBlockerError(pointer="/body/blocker_id")
    await task_rows.claim(session, user_id, blocker_id, pointer="/body/blocker_id")
    now = await _told(session, task)
    change = _Change()
    if blocker_id not in now.blocked_by:
        change.added.add((task_id, blocker_id))
    return await _carry_out(session, task, now, change)


async def remove(
    session: Session,
    user_id: UUID,
    task_id: UUID,
    blocker_id: UUID,
    *,
    expected_version: int | None = None,
) -> Dependencies:
    """Let a task wait for one less; where it did not, nothing changes.

    Raises `TaskNotFoundError` and `NotYoursError`, for the other one as well, `PreconditionFailedError`.
    """
    await task_tree.hold(session, user_id)
    task = await task_rows.claim(session, user_id, task_id, expected_version=expected_version)
    now = await _told(session, task)
    change = _Change()
    if blocker_id in now.blocked_by:
        change.gone.add((task_id, blocker_id))
    else:
        await task_rows.check(session, user_id, blocker_id)
    return await _carry_out(session, task, now, change)


@dataclass(frozen=True)
class _Change:
    added: set[Edge] = field(default_factory=set)
    gone: set[Edge] = field(default_factory=set)

    def turn(self, old: set[Edge], new: set[Edge]) -> None:
        self.added.update(new - old)
        self.gone.update(old - new)


async def _check_ids(session: Session, task: TaskRow, ids: Collection[UUID], pointer: str) -> None:
    """Raise unless all are other tasks of the user. The rows are locked in the order of their ids."""
    for place, id_ in enumerate(ids):
        if id_ == task["id"]:
            raise OwnBlockerError(pointer=f"{pointer}/{place}")
    if not ids:
        return
    mine = (TASKS.c.user_id == task["user_id"], TASKS.c.deleted_at.is_(None))
    known = set(
        await session.scalars(
            select(TASKS.c.id)
            .where(*mine, TASKS.c.id.in_(set(ids)))
            .order_by(TASKS.c.id)
            .with_for_update(key_share=True)
        )
    )
    for place, id_ in enumerate(ids):
        if id_ not in known:
            raise UnknownReferenceError(pointer=f"{pointer}/{place}")


async def _carry_out(
    session: Session, task: TaskRow, now: Dependencies, change: _Change
) -> Dependencies:
    added, gone = sorted(change.added), sorted(change.gone)
    if not added and not gone:
        return now
    user_id = task["user_id"]
    if gone:
        mine = (EDGES.c.user_id == user_id, tuple_(EDGES.c.task_id, EDGES.c.blocker_id).in_(gone))
        await session.execute(delete(EDGES).where(*mine))
    if added:
        await session.execute(insert(EDGES), [_row(user_id, edge) for edge in added])
        await _check(session, user_id, task["id"], {end for edge in added for end in edge})
    touched = await _touch(session, user_id, {end for edge in (*added, *gone) for end in edge})
    versions = {id_: version for _, id_, version in touched}
    row = {**task, "version": versions[task["id"]]}
    _record(session, row, touched, added, gone)
    return await _told(session, row)


def _row(user_id: UUID, edge: Edge) -> dict[str, UUID]:
    return {"user_id": user_id, "task_id": edge[0], "blocker_id": edge[1]}


def _record(
    session: Session, row: TaskRow, touched: Sequence[Touched], added: list[Edge], gone: list[Edge]
) -> None:
    before = images.together(
        images.made("dependency", added),
        images.gone("dependency", [_row(row["user_id"], edge) for edge in gone]),
    )
    others = [one for one in touched if one[1] != row["id"]]
    fields = ["dependencies"]
    tasks.record(session, row, "task.updated", touched=others, before=before, fields=fields)


async def _touch(session: Session, user_id: UUID, ids: set[UUID]) -> list[Touched]:
    """Both ends of an edge are told of it, so that whoever holds one of them hears that it changed."""
    moved = await session.execute(
        update(TASKS)
        .where(TASKS.c.user_id == user_id, TASKS.c.id.in_(ids))
        .values(version=TASKS.c.version + 1, updated_at=clock.now())
        .returning(TASKS.c.id, TASKS.c.version)
    )
    return [("task", row.id, row.version) for row in moved]


async def _check(session: Session, user_id: UUID, task_id: UUID, ends: set[UUID]) -> None:
    for side in (EDGES.c.task_id, EDGES.c.blocker_id):
        crowded = select(side).where(EDGES.c.user_id == user_id, side.in_(ends)).group_by(side)
        if await session.scalar(crowded.having(func.count() > MOST).limit(1)) is not None:
            raise TooManyDependenciesError(details={"most": MOST})
    if await is_circular(session, user_id, [task_id]):
        raise DependencyCycleError()


async def freed_by(session: Session, user_id: UUID, blocker_id: UUID) -> list[UUID]:
    """Return the open tasks that waited for this one and wait for nothing more."""
    waited = select(EDGES.c.task_id).where(
        EDGES.c.user_id == user_id, EDGES.c.blocker_id == blocker_id
    )
    free = select(TASKS.c.id).where(
        TASKS.c.user_id == user_id,
        TASKS.c.id.in_(waited),
        *readiness.open_and_alive(TASKS),
        ~readiness.is_blocked(),
    )
    return list(await session.scalars(free.order_by(TASKS.c.position, TASKS.c.id)))


async def is_circular(session: Session, user_id: UUID, task_ids: Collection[UUID]) -> bool:
    """Tell whether one of these tasks waits for itself, by way of others, in the trash or not."""
    start = select(EDGES.c.task_id.label("start"), EDGES.c.blocker_id).where(
        EDGES.c.user_id == user_id, EDGES.c.task_id.in_(task_ids)
    )
    above = start.cte("above", recursive=True)
    higher = select(above.c.start, EDGES.c.blocker_id).where(
        EDGES.c.user_id == user_id, EDGES.c.task_id == above.c.blocker_id
    )
    above = above.union(higher)
    found = select(above.c.start).where(above.c.blocker_id == above.c.start).limit(1)
    return await session.scalar(found) is not None


async def add_many(session: Session, user_id: UUID, pairs: Iterable[Edge]) -> list[Edge]:
    """Add many edges between tasks that are known to be the user's; return those that cannot be, in their order.

    For imports, which record their own event. An edge that is there already is none that cannot be.
    """
    await task_tree.hold(session, user_id)
    found = await session.execute(
        select(EDGES.c.task_id, EDGES.c.blocker_id).where(EDGES.c.user_id == user_id)
    )
    graph = Graph((row.task_id, row.blocker_id) for row in found)
    asked = list(dict.fromkeys(pairs))
    new = [edge for edge in asked if edge not in graph]
    refused = [edge for edge in new if not graph.add(edge)]
    added = [_row(user_id, edge) for edge in new if edge in graph]
    if added:
        await session.execute(insert(EDGES), added)
    return refused
