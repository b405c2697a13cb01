"""What completing a task would bring at this moment: the numbers its receipt would have. Nothing is written."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from questlog.core import clock
from questlog.core.db import Session
from questlog.core.exceptions import UnknownReferenceError
from questlog.core.ids import new_id
from questlog.flows import rewards
from questlog.flows.complete_lesson import deed_of as deed_of_lesson
from questlog.game import earning, state
from questlog.game.deeds import Deed
from questlog.learning import lesson_previews
from questlog.planning import completions, occurrences
from questlog.planning.completions import Completion
from questlog.planning.occurrences import OCCURRENCES
from questlog.planning.ownership import NotYoursError
from questlog.planning.task_rows import TaskNotFoundError, TaskRow

NOTHING: dict[str, Any] = {
    "xp": 0,
    "gold": 0,
    "boss": None,
    "challenges": [],
    "quests": [],
    "badges": [],
    "capped": False,
}


async def preview_reward(
    session: Session, user_id: UUID, task_id: UUID, *, timezone: str
) -> dict[str, Any]:
    """Return the game's part of the receipt that completing a task would have; `pays` is False for a repeat.

    Raises `UnknownReferenceError`: a query names the task.
    """
    today = clock.today(timezone)
    try:
        row = await completions.load(session, user_id, task_id, today)
    except (TaskNotFoundError, NotYoursError) as error:
        raise UnknownReferenceError(pointer="/query/task_id") from error
    deed = None if completions.is_repeat(row, today) else await _deed(session, row, timezone)
    if deed is not None:
        earned = await earning.foresee(session, user_id, deed, timezone=timezone)
        if earned.is_new:
            return {"task_id": task_id, "pays": True, **earned.receipt()}
    stands = await state.load(session, user_id, timezone=timezone)
    same = {"level_before": stands["level"], "level_after": stands["level"]}
    return {"task_id": task_id, "pays": False, **NOTHING, **same, "streak": stands["streak"]}


async def _deed(session: Session, row: TaskRow, timezone: str) -> Deed | None:
    key = await completions.key_of(session, row)
    if await _stands(session, row, key):
        return None
    if row["lesson_id"] is None:
        done = Completion(
            row,
            key=key,
            then=occurrences.when(None, timezone),
            scheduled_on=row["due_on"],
        )
        return rewards.deed_of(done, new_id())
    lesson = await lesson_previews.foresee(session, row["user_id"], row["lesson_id"])
    return None if lesson is None else deed_of_lesson(lesson, new_id(), is_task=True)


async def _stands(session: Session, row: TaskRow, key: str) -> bool:
    """Tell whether this date was completed before and set anew: then the task moves on and nothing is paid."""
    done = select(OCCURRENCES.c.id).where(
        OCCURRENCES.c.user_id == row["user_id"],
        OCCURRENCES.c.task_id == row["id"],
        OCCURRENCES.c.key == key,
        OCCURRENCES.c.outcome == "completed",
        OCCURRENCES.c.reopened_at.is_(None),
    )
    return await session.scalar(done) is not None
