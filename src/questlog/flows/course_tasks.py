"""Turning lessons into tasks, one a day."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from questlog.automation.events import Touched
from questlog.core.db import Session
from questlog.learning import schedule
from questlog.learning.enrolments import EnrolmentRow, LessonToCome
from questlog.planning import lesson_tasks, projects
from questlog.planning.lesson_tasks import LessonTask


async def home(session: Session, row: EnrolmentRow, title: str) -> tuple[UUID, list[Touched]]:
    """Return the project of somebody's course; one that is gone is made anew under the course's name."""
    user_id, known = row["user_id"], row["project_id"]
    if known is not None:
        standing = await lesson_tasks.standing_project(session, user_id, known)
        if standing is not None:
            return standing, []
    made = await projects.create(session, user_id, title)
    return made.id, [("project", made.id, made.version)]


async def plan(
    session: Session,
    row: EnrolmentRow,
    project_id: UUID,
    lessons: Sequence[LessonToCome],
    *,
    start: date,
    timezone: str,
) -> list[Touched]:
    """Plan the lessons from `start` on, on the weekdays their learner did not leave out."""
    skipped: Any = row["skipped_weekdays"]
    days = schedule.days_from(start, len(lessons), skipped)
    planned = [
        LessonTask(lesson.id, lesson.title, day, lesson.minutes, lesson.difficulty)
        for lesson, day in zip(lessons, days, strict=True)
    ]
    return await lesson_tasks.plan(session, row["user_id"], project_id, planned, timezone=timezone)
