"""Goals: what they are called, where they hang, how far they have come.

Whoever changes the shape of a user's goals holds it first, so two changes that would be legal alone cannot make a
cycle together: the later one sees the earlier and is judged as if it had come after it.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from questlog.automation import events
from questlog.core import clock
from questlog.core.db import Session
from questlog.core.exceptions import NotFoundError, ValidationError
from questlog.core.ids import new_id
from questlog.core.pagination import PageRequest, Slice
from questlog.planning import goal_queries, images, ownership, positions, references
from questlog.planning.goal_queries import GoalFilter
from questlog.planning.goal_tree import check_move
from questlog.planning.images import Image
from questlog.planning.lists import WireRow, page_of
from questlog.planning.models import Goal
from questlog.planning.positions import Neighbour
from questlog.planning.title_keys import keyed

DEFAULT_COLOR = "#6366f1"
PERIODS = {
    "quarterly": re.compile(r"(19[7-9][0-9]|2[01][0-9]{2})-Q[1-4]"),
    "yearly": re.compile(r"19[7-9][0-9]|2[01][0-9]{2}"),
}


class GoalNotFoundError(NotFoundError):
    code = "goal_not_found"
    default_message = "There is no such goal."


class PeriodError(ValidationError):
    code = "period_does_not_fit"
    default_message = "A quarterly goal has a period such as 2026-Q4, a yearly one such as 2026."


async def create(
    session: Session,
    user_id: UUID,
    title: str,
    *,
    goal_type: str = "quarterly",
    color: str = DEFAULT_COLOR,
    period: str | None = None,
    parent_goal_id: UUID | None = None,
    description: str | None = None,
    position: float | None = None,
) -> Goal:
    """Raises `PeriodError`, `UnknownReferenceError`, `GoalTooDeepError`."""
    goal_id, now = new_id(), clock.now()
    await check_new(
        session, user_id, goal_type=goal_type, period=period, parent_goal_id=parent_goal_id
    )
    if position is None:
        position = await positions.last(session, Goal, user_id)
    goal = Goal(
        id=goal_id,
        user_id=user_id,
        title=title,
        goal_type=goal_type,
        color=color,
        period=period,
        parent_goal_id=parent_goal_id,
        description=description,
        position=position,
        created_at=now,
        updated_at=now,
        version=1,
    )
    session.add(goal)
    await session.flush()
    _record(session, goal, "goal.created")
    return goal


async def check_new(
    session: Session,
    user_id: UUID,
    *,
    goal_type: str,
    period: str | None,
    parent_goal_id: UUID | None,
) -> None:
    """Raise what `create` would be refused with."""
    _check_period(goal_type, period)
    if parent_goal_id is not None:
        await _check_parent(session, user_id, new_id(), parent_goal_id)


async def get(session: Session, user_id: UUID, goal_id: UUID) -> Goal:
    """Raises `GoalNotFoundError`, `NotYoursError`."""
    return await ownership.find(session, Goal, user_id, goal_id, missing=GoalNotFoundError)


async def page(
    session: Session, user_id: UUID, wanted: GoalFilter, request: PageRequest
) -> Slice[WireRow]:
    """Return the user's goals in their order; the trash newest first. Raises `UnknownReferenceError`."""
    await references.check(
        session, Goal, user_id, wanted.parent_goal_id, pointer="/query/parent_goal_id"
    )
    order = goal_queries.TRASH_ORDER if wanted.trash else goal_queries.ORDER
    return await page_of(session, goal_queries.goals_of(user_id, wanted), order, request)


async def change(
    session: Session,
    user_id: UUID,
    goal_id: UUID,
    changes: Mapping[str, Any],
    *,
    expected_version: int | None = None,
) -> Goal:
    """Set the fields named in `changes`; what is as it was leaves no trace.

    Raises `GoalNotFoundError`, `NotYoursError`, `PreconditionFailedError`, `PeriodError`, `UnknownReferenceError`,
    `GoalCycleError`, `GoalTooDeepError`.
    """
    if changes.get("parent_goal_id") is not None:
        await hold_shape(session, user_id)
    goal = await _claim(session, user_id, goal_id, expected_version)
    changed = {name: value for name, value in changes.items() if getattr(goal, name) != value}
    if changed.keys() & {"goal_type", "period"}:
        _check_period(changed.get("goal_type", goal.goal_type), changed.get("period", goal.period))
    if changed.get("parent_goal_id") is not None:
        await _check_parent(session, user_id, goal_id, changed["parent_goal_id"])
    fields = sorted(changed)
    if "parent_goal_id" in changed:
        changed["detached_from"] = None
    elif "parent_goal_id" in changes:
        goal.detached_from = None
    if changed:
        before = _write(goal, changed)
        _record(session, goal, "goal.updated", before=before, changed=fields)
    return goal


async def complete(
    session: Session, user_id: UUID, goal_id: UUID, *, expected_version: int | None = None
) -> Goal:
    """Mark a goal reached; repeating it changes nothing. Raises `GoalNotFoundError`, `NotYoursError`."""
    goal = await _claim(session, user_id, goal_id, expected_version)
    if goal.completed_at is None:
        before = _write(goal, {"completed_at": clock.now()})
        _record(session, goal, "goal.completed", before=before)
    return goal


async def reopen(
    session: Session, user_id: UUID, goal_id: UUID, *, expected_version: int | None = None
) -> Goal:
    """Take the completion back; repeating it changes nothing. Raises `GoalNotFoundError`, `NotYoursError`."""
    goal = await _claim(session, user_id, goal_id, expected_version)
    if goal.completed_at is not None:
        before = _write(goal, {"completed_at": None})
        _record(session, goal, "goal.reopened", before=before)
    return goal


async def place(
    session: Session,
    user_id: UUID,
    goal_id: UUID,
    neighbour: Neighbour,
    *,
    expected_version: int | None = None,
) -> Goal:
    """Put a goal right before or after another one; both keep what they hang under.

    Raises `UnknownReferenceError` for either that is none of the user's, `BesideItselfError`.
    """
    goal = await references.claim(
        session, Goal, user_id, goal_id, pointer="/body/id", expected_version=expected_version
    )
    found = await positions.beside(session, Goal, user_id, goal_id, neighbour)
    before = images.together(
        _write(goal, {"position": found.position}), images.positions("goal", found.before)
    )
    touched = [("goal", id_, version) for id_, version in found.renumbered]
    _record(session, goal, "goal.updated", touched=touched, before=before, changed=["position"])
    return goal


async def hold_shape(session: Session, user_id: UUID) -> None:
    """Let nobody else change how this user's goals hang together until the commit.

    SQLite has one writer anyway; on PostgreSQL this is a lock of the transaction, so it passes through a pooler.
    """
    if session.get_bind().dialect.name == "postgresql":
        key = func.hashtextextended(f"goals of {user_id}", 0)
        await session.execute(select(func.pg_advisory_xact_lock(key)))


async def shape(session: Session, user_id: UUID) -> dict[UUID, UUID | None]:
    """Return each live goal and the one it hangs under."""
    rows = await session.execute(goal_queries.shape_of(user_id))
    return {row.id: row.parent_goal_id for row in rows}


async def _check_parent(session: Session, user_id: UUID, goal_id: UUID, parent_id: UUID) -> None:
    await hold_shape(session, user_id)
    pointer = "/body/parent_goal_id"
    await references.check(session, Goal, user_id, parent_id, pointer=pointer)
    check_move(await shape(session, user_id), goal_id, parent_id)


async def _claim(
    session: Session, user_id: UUID, goal_id: UUID, expected_version: int | None
) -> Goal:
    return await ownership.claim(
        session,
        Goal,
        user_id,
        goal_id,
        missing=GoalNotFoundError,
        expected_version=expected_version,
    )


def _check_period(goal_type: str, period: str | None) -> None:
    if period is not None and not PERIODS[goal_type].fullmatch(period):
        raise PeriodError(pointer="/body/period")


def _write(goal: Goal, changed: Mapping[str, Any]) -> Image:
    """Return what was replaced."""
    changed = keyed(changed)
    before = images.was("goal", [goal.id], {name: getattr(goal, name) for name in changed})
    for name, value in changed.items():
        setattr(goal, name, value)
    goal.updated_at = clock.now()
    goal.version += 1
    return before


def _record(
    session: Session,
    goal: Goal,
    type_: str,
    *,
    touched: Sequence[events.Touched] = (),
    before: Image | None = None,
    **facts: Any,
) -> None:
    events.record(
        session,
        goal.user_id,
        type_,
        ("goal", goal.id),
        payload={"title": goal.title, **facts},
        touched=[("goal", goal.id, goal.version), *touched],
        before=before,
    )
