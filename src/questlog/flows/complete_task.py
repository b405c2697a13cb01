"""Completing a task: the one place that knows everything that follows from it.

The steps run in one transaction, in this order, which is also the order in which rows are locked: the task, its
subtasks; the lesson it stands for; the player with ledger, level, streak, boss, quests, challenges and badges; then the
goals are counted, the occurrence is written with its receipt, and the event is recorded. (A date that may have been
completed before has its occurrence written first, right after the subtasks.) What happens later starts from the event,
after the commit.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from questlog.core.db import Session
from questlog.flows import rewards
from questlog.flows.task_changes import TaskChange
from questlog.planning import completions, dependencies, goal_progress, occurrences, tasks
from questlog.planning.completions import Completion
from questlog.planning.goal_tree import GoalProgress


async def complete_task(
    session: Session,
    user_id: UUID,
    task_id: UUID,
    *,
    timezone: str,
    occurrence: date | None = None,
    on: str | None = None,
    expected_version: int | None = None,
) -> TaskChange:
    """Complete the date a task stands at, once; a repeat answers the task as it is and an empty receipt.

    `occurrence` names the date that is meant, `on` is "yesterday" or None. Raises `TaskNotFoundError`,
    `NotYoursError`, `PreconditionFailedError`, `OccurrenceMovedError`, `TooLateForYesterdayError`.
    """
    done = await completions.complete(
        session,
        user_id,
        task_id,
        timezone=timezone,
        occurrence=occurrence,
        on=on,
        expected_version=expected_version,
    )
    if done.occurrence_id is None:
        return TaskChange(done.task, {})
    event_id = _record(session, done, done.occurrence_id)
    earned, lesson = await rewards.pay_task(session, user_id, done, timezone=timezone)
    receipt = {
        **earned.receipt(),
        "lesson": None if lesson is None else lesson.receipt(),
        **await _planned(session, done),
        "event_id": str(event_id),
    }
    await completions.keep_receipt(session, done, receipt, xp=earned.xp)
    return TaskChange(done.task, receipt)


async def _planned(session: Session, done: Completion) -> dict[str, Any]:
    """Return what a receipt says of the plans: what comes next, how far the goals are, what is free to be done."""
    task = done.task
    goals = await goal_progress.of_chain(
        session, task["user_id"], task["goal_id"], project_id=task["project_id"]
    )
    planned: dict[str, Any] = {
        "next_due": _text(done.next_due),
        "subtasks_open": done.subtasks_open,
        "goals": shares(goals),
    }
    if task["is_blocker"] and done.next_due is None:
        freed = await dependencies.freed_by(session, task["user_id"], task["id"])
        planned["unblocked"] = [str(id_) for id_ in freed]
    return planned


def shares(goals: Sequence[GoalProgress]) -> list[dict[str, Any]]:
    """Return how far goals have come as a receipt keeps it."""
    return [{"id": str(goal.id), "done": goal.done, "total": goal.total} for goal in goals]


def _record(session: Session, done: Completion, occurrence_id: UUID) -> UUID:
    return tasks.record(
        session,
        done.task,
        "task.completed",
        touched=[*done.touched, occurrences.touched(occurrence_id)],
        occurrence_id=str(occurrence_id),
        scheduled_on=_text(done.scheduled_on),
        next_due=_text(done.next_due),
    )


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
