"""Claiming a completion: one statement decides, so a double click, a retry and fifty at once complete one occurrence.

A one-off is done with it. A series moves to its next date and stays open, and its subtasks open for the next round.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, bindparam, exists, func, select, update

from questlog.automation.events import Touched
from questlog.core import clock
from questlog.core.db import RacedError, Session
from questlog.core.exceptions import ConflictError
from questlog.planning import (
    images,
    occurrences,
    queries,
    readiness,
    task_dates,
    task_lineage,
    task_rows,
    tasks,
    zone_moves,
)
from questlog.planning.images import Image
from questlog.planning.occurrences import OCCURRENCES, When
from questlog.planning.task_dates import Step
from questlog.planning.task_rows import TASKS, TaskRow

ATTEMPTS = 10
KEPT = (
    "due_on",
    "due_at",
    "due_time",
    "start_on",
    "deadline_on",
    "rhythm_from",
    "rhythm_on",
    "dates_used",
    "state",
)
STANDING = (
    OCCURRENCES.c.user_id == TASKS.c.user_id,
    OCCURRENCES.c.task_id == TASKS.c.id,
    OCCURRENCES.c.reopened_at.is_(None),
    OCCURRENCES.c.outcome == "completed",
)
CHILD = TASKS.alias("child")
UNDER = (CHILD.c.user_id == TASKS.c.user_id, CHILD.c.parent_task_id == TASKS.c.id)
ON_THE_DAY = OCCURRENCES.c.done_on == bindparam("asked_day", type_=Date)
FOR_THE_DATE = OCCURRENCES.c.scheduled_on == bindparam("asked_occurrence", type_=Date)
ONCE_COMPLETED = (
    OCCURRENCES.c.user_id == TASKS.c.user_id,
    OCCURRENCES.c.task_id == TASKS.c.id,
    OCCURRENCES.c.outcome == "completed",
)
ASKED = task_rows.ALIVE.add_columns(
    select(func.max(OCCURRENCES.c.key)).where(*ONCE_COMPLETED).scalar_subquery().label("last_key"),
    exists().where(*STANDING, ON_THE_DAY).label("is_done_on"),
    exists().where(*STANDING, FOR_THE_DATE).label("is_done_for"),
    exists().where(*UNDER).label("has_subtasks"),
    exists().where(*readiness.IS_BLOCKER).label("is_blocker"),
)


class OccurrenceMovedError(ConflictError):
    """The date that was meant is neither the one the task stands at nor one that was completed."""

    code = "occurrence_moved"
    default_message = "The task does not stand at this date. Name its due date, or complete it without naming one."


@dataclass(frozen=True)
class Completion:
    """`occurrence_id` is None for a repeat, which changed nothing; `scheduled_on` is the date that was completed.

    `key` and `round` name the occurrence among those of the task; `then` is the day it counts for.
    """

    task: TaskRow
    occurrence_id: UUID | None = None
    key: str = ""
    round: int = 1
    then: When | None = None
    scheduled_on: date | None = None
    next_due: date | None = None
    subtasks_open: int = 0
    touched: list[Touched] = field(default_factory=list)
    draft: Mapping[str, Any] | None = None
    """The occurrence, where it is still to be written: with its receipt, by `keep_receipt`."""


async def complete(
    session: Session,
    user_id: UUID,
    task_id: UUID,
    *,
    timezone: str,
    occurrence: date | None = None,
    on: str | None = None,
    expected_version: int | None = None,
) -> Completion:
    """Complete the date a task stands at, once.

    `occurrence` names the date that is meant; without it, a series that lies ahead and was completed on that day is
    a repeat. Raises `TaskNotFoundError`, `NotYoursError`, `PreconditionFailedError`, `OccurrenceMovedError`,
    `TooLateForYesterdayError`.
    """
    then = occurrences.when(on, timezone)
    for _ in range(ATTEMPTS):
        row = await load(
            session, user_id, task_id, then.day, occurrence, expected_version=expected_version
        )
        if is_repeat(row, then.day, occurrence):
            return Completion(row)
        if occurrence is not None and occurrence != row["due_on"]:
            raise OccurrenceMovedError(details={"due_date": row["due_on"]})
        step = task_dates.step(row, today=then.day, timezone=timezone)
        claimed = await task_rows.write_if_unchanged(session, row, _columns(row, step, then))
        if claimed is not None:
            return await _recorded(session, row, claimed, step, then, timezone=timezone)
    raise RacedError()


async def load(
    session: Session,
    user_id: UUID,
    task_id: UUID,
    day: date,
    occurrence: date | None = None,
    *,
    expected_version: int | None = None,
) -> TaskRow:
    """Return the task with what `is_repeat` needs to know; raises as `task_rows.load`."""
    return await task_rows.load(
        session,
        user_id,
        task_id,
        statement=ASKED,
        expected_version=expected_version,
        asked_day=day,
        asked_occurrence=occurrence,
    )


def is_repeat(row: TaskRow, day: date, occurrence: date | None = None) -> bool:
    """Tell whether a completion on `day` would be one that happened already."""
    if row["completed_at"] is not None:
        return True
    if occurrence is not None:
        return bool(row["is_done_for"])
    return row["rule"] is not None and row["due_on"] > day and row["is_done_on"]


def _columns(row: TaskRow, step: Step, then: When) -> dict[str, Any]:
    if step.due is not None:
        return dict(step.columns)
    state = "pending" if row["state"] == "cancelled" else row["state"]
    return {"completed_at": then.at, "state": state}


async def _recorded(
    session: Session, row: TaskRow, claimed: TaskRow, step: Step, then: When, *, timezone: str
) -> Completion:
    before: dict[str, Any] = {}
    touched: list[Touched] = []
    if step.due is not None:
        before = {name: plain(row[name]) for name in KEPT}
        if row["has_subtasks"] and (done := await _done_below(session, row)):
            before["subtasks"] = done
            opened = await _open_below(session, row)
            touched = await zone_moves.follow_again(session, row["user_id"], opened, timezone)
    key = await key_of(session, row)
    draft = occurrences.drafted(row, "completed", then, key=key, before=before)
    is_first = _is_first(row, key)
    round_ = 1 if is_first else await _round(session, draft)
    if round_ is None:
        # The date was completed before and set anew: the task moves on, the day counts once.
        old = _image(row, claimed, touched, before)
        tasks.record(
            session, claimed, "task.updated", touched=touched, before=old, fields=["due_date"]
        )
    still_open = await _open_subtasks(session, row) if row["has_subtasks"] else 0
    if round_ is None:
        return Completion(claimed, scheduled_on=row["due_on"], next_due=step.due, touched=touched)
    return Completion(
        task=claimed,
        occurrence_id=draft["id"],
        key=key,
        round=round_,
        draft=draft if is_first else None,
        then=then,
        scheduled_on=row["due_on"],
        next_due=step.due,
        subtasks_open=still_open,
        touched=touched,
    )


def _is_first(row: TaskRow, key: str) -> bool:
    """Tell, of a task that was loaded and then claimed unchanged, that no occurrence of it was ever completed as `key`.

    Keys grow with the dates of a series; one that does not has to be looked for.
    """
    last: str | None = row["last_key"]
    return last is None or last < key


async def keep_receipt(
    session: Session, done: Completion, receipt: Mapping[str, Any], *, xp: int = 0
) -> None:
    """Store what a completion brought: what it told then, and the XP that statistics add up.

    An occurrence that was not written yet is written with it. Raises `RacedError`.
    """
    if done.draft is not None:
        whole = {**done.draft, "receipt": dict(receipt), "xp": xp}
        if await occurrences.write(session, whole) is None:
            raise RacedError()  # an import brought the same date meanwhile
    elif done.occurrence_id is not None:
        await occurrences.keep_receipt(session, done.occurrence_id, receipt, xp=xp)


async def _round(session: Session, draft: Mapping[str, Any]) -> int | None:
    written = await occurrences.write(session, draft)
    return None if written is None else int(written.round)


def _image(row: TaskRow, claimed: TaskRow, touched: list[Touched], before: dict[str, Any]) -> Image:
    """Return what a completion replaced that is no occurrence."""
    old = {name: row[name] for name in (*KEPT, "completed_at") if row[name] != claimed[name]}
    opened = {id_ for _, id_, _ in touched}
    done = [(id_, at) for id_, at in before.get("subtasks", []) if UUID(id_) in opened]
    subtasks = (images.was("task", [UUID(id_)], {"completed_at": at}) for id_, at in done)
    return images.together(images.was("task", [row["id"]], old), *subtasks)


async def key_of(session: Session, row: TaskRow) -> str:
    """A subtask of a series is done once per round, which is named by the date the series stands at."""
    if row["parent_task_id"] is None or row["rule"] is not None:
        return occurrences.key_of(row["due_on"])
    above = task_lineage.ancestors_of(row["user_id"], row["parent_task_id"])
    nearest = select(above.c.due_on).where(above.c.rule.is_not(None)).order_by(above.c.step)
    series = await session.scalar(nearest.limit(1))
    return occurrences.key_of(series or row["due_on"])


async def _open_subtasks(session: Session, row: TaskRow) -> int:
    statement = select(func.count()).where(*_below(row), queries.is_open())
    return await session.scalar(statement) or 0


def _below(row: TaskRow) -> list[ColumnElement[bool]]:
    tree = task_lineage.subtree_of(row["user_id"], row["id"])
    return [
        TASKS.c.user_id == row["user_id"],
        TASKS.c.id.in_(select(tree.c.id).where(tree.c.step > 1)),
        TASKS.c.deleted_at.is_(None),
    ]


async def _done_below(session: Session, row: TaskRow) -> list[tuple[str, str]]:
    done = await session.execute(
        select(TASKS.c.id, TASKS.c.completed_at).where(
            *_below(row), TASKS.c.completed_at.is_not(None)
        )
    )
    return [(str(found.id), found.completed_at.isoformat()) for found in done]


async def _open_below(session: Session, row: TaskRow) -> list[Touched]:
    opened = await session.execute(
        update(TASKS)
        .where(*_below(row), TASKS.c.completed_at.is_not(None))
        .values(
            completed_at=None,
            state="pending",
            version=TASKS.c.version + 1,
            updated_at=clock.now(),
        )
        .returning(TASKS.c.id, TASKS.c.version)
    )
    return [("task", found.id, found.version) for found in opened]


def plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value
