"""Goals in the trash. A goal goes alone: what hung under it is detached, and hung back by a restore."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import ColumnElement, Table, exists, select, update
from sqlalchemy import delete as delete_rows

from questlog.automation import events
from questlog.automation.events import Touched
from questlog.core import clock
from questlog.core.db import Session
from questlog.core.ids import new_id
from questlog.planning import images, ownership
from questlog.planning.goal_tree import may_move
from questlog.planning.goals import GoalNotFoundError, hold_shape, shape
from questlog.planning.images import Image
from questlog.planning.models import Goal, Project, Task
from questlog.planning.task_trash import KEPT_FOR, PURGED_AT_ONCE


@dataclass(frozen=True)
class Link:
    """What may hang under a goal, by which column, and where that is remembered while the goal is away."""

    kind: str
    table: Table
    held: str
    remembered: str

    def held_before(self, touched: Iterable[Touched], goal_id: UUID) -> Image:
        old = {self.held: goal_id, self.remembered: None}
        return images.was(self.kind, [id_ for _, id_, _ in touched], old)

    def loose_before(self, touched: Iterable[Touched], goal_id: UUID) -> Image:
        old = {self.held: None, self.remembered: goal_id}
        return images.was(self.kind, [id_ for _, id_, _ in touched], old)


LINKS = (
    Link("goal", cast(Table, Goal.__table__), "parent_goal_id", "detached_from"),
    Link("project", cast(Table, Project.__table__), "goal_id", "detached_from"),
    Link("task", cast(Table, Task.__table__), "goal_id", "detached_goal_id"),
)


async def delete(
    session: Session, user_id: UUID, goal_id: UUID, *, expected_version: int | None = None
) -> None:
    """Put a goal into the trash. Raises `GoalNotFoundError`, `NotYoursError`, `PreconditionFailedError`."""
    await hold_shape(session, user_id)
    goal = await ownership.claim(
        session,
        Goal,
        user_id,
        goal_id,
        missing=GoalNotFoundError,
        expected_version=expected_version,
    )
    goal.deleted_at, goal.deletion_id = clock.now(), new_id()
    goal.version += 1
    touched = [("goal", goal.id, goal.version)]
    before = images.was("goal", [goal_id], {"deleted_at": None, "deletion_id": None})
    for link in LINKS:
        loose = await _detach(session, user_id, goal_id, link)
        touched += loose
        before = images.together(before, link.held_before(loose, goal_id))
    _record(session, goal, "goal.deleted", touched, before)


async def restore(
    session: Session, user_id: UUID, goal_id: UUID, *, expected_version: int | None = None
) -> Goal:
    """Take a goal out of the trash and hang back what nobody hung elsewhere meanwhile.

    Restoring one that is not in the trash changes nothing. Raises `GoalNotFoundError`, also when the thirty days are
    over, `NotYoursError`.
    """
    await hold_shape(session, user_id)
    goal = await ownership.claim(
        session,
        Goal,
        user_id,
        goal_id,
        missing=GoalNotFoundError,
        expected_version=expected_version,
        trashed=True,
    )
    if goal.deleted_at is None:
        return goal
    if goal.deleted_at < clock.now() - KEPT_FOR:
        raise GoalNotFoundError()
    away = {name: getattr(goal, name) for name in ("deleted_at", "deletion_id", "parent_goal_id")}
    before = images.was("goal", [goal_id], away)
    goal.deleted_at = goal.deletion_id = None
    goal.version += 1
    forgotten = await _settle(session, goal)
    before = images.together(before, images.was("goal", forgotten, {"detached_from": goal_id}))
    touched = [("goal", goal.id, goal.version)]
    for link in LINKS:
        held = await _reattach(session, user_id, goal_id, link)
        touched += held
        before = images.together(before, link.loose_before(held, goal_id))
    _record(session, goal, "goal.restored", touched, before)
    return goal


async def purge(session: Session, *, before: datetime) -> int:
    """Remove for good what was deleted before a moment, a batch at a time; return how many goals went."""
    old = select(Goal.id).where(Goal.deleted_at < before).limit(PURGED_AT_ONCE)
    for link in LINKS:
        held = link.table.alias()
        old = old.where(
            ~exists().where(held.c.user_id == Goal.user_id, held.c[link.held] == Goal.id)
        )
    gone = await session.execute(delete_rows(Goal).where(Goal.id.in_(old)).returning(Goal.id))
    return len(gone.all())


async def _settle(session: Session, goal: Goal) -> list[UUID]:
    """Let go what no longer fits: goals moved while this one was away, so it may close a circle or lie too deep.

    Returns the sub-goals that stay where they are.
    """
    forgotten = []
    parents = await shape(session, goal.user_id)
    above, parents[goal.id] = goal.parent_goal_id, None
    if above is not None and may_move(parents, goal.id, above):
        parents[goal.id] = above
    else:
        goal.parent_goal_id = None
    waiting = select(Goal).where(
        Goal.user_id == goal.user_id,
        Goal.detached_from == goal.id,
        Goal.parent_goal_id.is_(None),
        Goal.deleted_at.is_(None),
    )
    for child in await session.scalars(waiting.order_by(Goal.position, Goal.id)):
        if may_move(parents, child.id, goal.id):
            parents[child.id] = goal.id
        else:
            child.detached_from = None
            forgotten.append(child.id)
    await session.flush()
    return forgotten


async def _detach(session: Session, user_id: UUID, goal_id: UUID, link: Link) -> list[Touched]:
    """What lies in the trash is detached too, so that its own restore does not hang it under what is away."""
    columns = link.table.c
    held = (columns.user_id == user_id, columns[link.held] == goal_id)
    return await _rehang(session, link, {link.held: None, link.remembered: goal_id}, *held)


async def _reattach(session: Session, user_id: UUID, goal_id: UUID, link: Link) -> list[Touched]:
    columns = link.table.c
    loose = (
        columns.user_id == user_id,
        columns[link.remembered] == goal_id,
        columns[link.held].is_(None),
    )
    return await _rehang(session, link, {link.held: goal_id, link.remembered: None}, *loose)


async def _rehang(
    session: Session, link: Link, values: dict[str, UUID | None], *where: ColumnElement[bool]
) -> list[Touched]:
    columns = link.table.c
    moved = await session.execute(
        update(link.table)
        .where(*where)
        .values(values)
        .values(version=columns.version + 1)
        .returning(columns.id, columns.version)
    )
    return [(link.kind, row.id, row.version) for row in moved]


def _record(
    session: Session, goal: Goal, type_: str, touched: Iterable[Touched], before: Image
) -> None:
    events.record(
        session,
        goal.user_id,
        type_,
        ("goal", goal.id),
        payload={"title": goal.title},
        touched=touched,
        before=before,
    )
