"""What tasks and goals are to the game, and how what was paid follows what is put back or taken back."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import select

from questlog.core import clock
from questlog.core.db import Session
from questlog.flows.complete_lesson import LessonPaid, complete_lesson, meet_boss
from questlog.game import earning, taking_back
from questlog.game.content import content
from questlog.game.deeds import Deed
from questlog.game.earning import Earned
from questlog.game.taking_back import TakenBack
from questlog.learning import lessons, week_bosses
from questlog.planning import difficulty, goal_progress, goals
from questlog.planning.completions import Completion
from questlog.planning.models import Goal
from questlog.planning.occurrences import OCCURRENCES
from questlog.planning.task_rows import TASKS, TaskRow

NOTHING = Earned(is_new=False)


async def pay_task(
    session: Session, user_id: UUID, done: Completion, *, timezone: str
) -> tuple[Earned, LessonPaid | None]:
    """Pay for a completion. The task of a lesson completes the lesson, which is what is paid for."""
    if done.occurrence_id is None or done.then is None:
        return NOTHING, None
    if done.task["lesson_id"] is None:
        deed = deed_of(done, done.occurrence_id)
        first = done.round == 1
        return await earning.earn(session, user_id, deed, timezone=timezone, is_first=first), None
    paid = await complete_lesson(
        session,
        user_id,
        done.task["lesson_id"],
        cause_id=done.occurrence_id,
        via="task",
        local_day=done.then.day,
        timezone=timezone,
        is_backdated=done.then.hour is None,
    )
    return (NOTHING if paid is None else paid.earned), paid


def deed_of(done: Completion, occurrence_id: UUID) -> Deed:
    """Return what the completion of a task is to the game."""
    row = done.task
    return Deed(
        kind="task",
        source_id=row["id"],
        key=done.key,
        cause_id=occurrence_id,
        title=row["title"],
        base=content().rules.base_xp,
        difficulty=difficulty.paid_by(row, clock.now()),
        is_subtask=row["parent_task_id"] is not None,
        scheduled_on=done.scheduled_on,
        is_backdated=done.then is not None and done.then.hour is None,
        has_project=row["project_id"] is not None,
    )


async def take_back_task(
    session: Session, user_id: UUID, task: TaskRow, occurrence_id: UUID, *, timezone: str
) -> TakenBack:
    """Reverse what a completion brought; the lesson it completed is to be done again, and its week's boss is back."""
    if task["lesson_id"] is not None:
        course_id = await lessons.take_back(session, user_id, occurrence_id)
        if course_id is not None:
            await meet_boss(session, user_id, course_id, timezone=timezone)
    taken = await taking_back.take_back(session, user_id, occurrence_id, timezone=timezone)
    if taken.risen_week is not None:
        # The week of the boss that rose may be over by now, or its course left.
        its_course = await week_bosses.course_of(session, taken.risen_week)
        if its_course is not None:
            await meet_boss(session, user_id, its_course, timezone=timezone)
    return taken


async def complete_goal(
    session: Session,
    user_id: UUID,
    goal_id: UUID,
    *,
    timezone: str,
    expected_version: int | None = None,
) -> Goal:
    """Mark a goal reached. It counts in the game once, and only with a completed task under it (details.md § 1.8).

    Raises as `goals.complete`.
    """
    goal = await goals.complete(session, user_id, goal_id, expected_version=expected_version)
    report = await goal_progress.of_goal(session, user_id, goal_id)
    if report.done:
        deed = Deed(
            kind="goal",
            source_id=goal_id,
            key="once",
            cause_id=goal_id,
            title=goal.title,
            base=0,
        )
        await earning.earn(session, user_id, deed, timezone=timezone)
    return goal


async def reopen_goal(
    session: Session,
    user_id: UUID,
    goal_id: UUID,
    *,
    timezone: str,
    expected_version: int | None = None,
) -> Goal:
    """Take the completion of a goal back, in the game too. Raises as `goals.reopen`."""
    goal = await goals.reopen(session, user_id, goal_id, expected_version=expected_version)
    await taking_back.take_back(session, user_id, goal_id, timezone=timezone)
    return goal


async def follow_undo(
    session: Session,
    user_id: UUID,
    *,
    occurrences: Iterable[UUID],
    goals: Iterable[UUID],
    timezone: str,
) -> None:
    """Let the game follow what an undo put back: what stands again is paid again, what does not is taken back."""
    for row in await _states(session, user_id, list(occurrences)):
        stands = row.outcome == "completed" and row.reopened_at is None
        if stands and row.lesson_id is not None:
            await complete_lesson(
                session,
                user_id,
                row.lesson_id,
                cause_id=row.id,
                via="task",
                local_day=row.done_on,
                timezone=timezone,
                is_backdated=row.done_hour is None,
            )
        elif stands:
            await earning.restore(session, user_id, row.id, timezone=timezone)
        else:
            task: TaskRow = {"lesson_id": row.lesson_id}
            await take_back_task(session, user_id, task, row.id, timezone=timezone)
    for goal_id in goals:
        reached = await session.scalar(
            select(Goal.completed_at).where(Goal.id == goal_id, Goal.user_id == user_id)
        )
        follow: Any = taking_back.take_back if reached is None else earning.restore
        await follow(session, user_id, goal_id, timezone=timezone)


async def _states(session: Session, user_id: UUID, ids: list[UUID]) -> list[Any]:
    if not ids:
        return []
    found = await session.execute(
        select(
            OCCURRENCES.c.id,
            OCCURRENCES.c.outcome,
            OCCURRENCES.c.reopened_at,
            OCCURRENCES.c.done_on,
            OCCURRENCES.c.done_hour,
            TASKS.c.lesson_id,
        )
        .outerjoin(
            TASKS,
            (TASKS.c.id == OCCURRENCES.c.task_id) & (TASKS.c.user_id == OCCURRENCES.c.user_id),
        )
        .where(OCCURRENCES.c.user_id == user_id, OCCURRENCES.c.id.in_(ids))
        .order_by(OCCURRENCES.c.id)
    )
    return list(found)
