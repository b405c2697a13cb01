"""Completing a lesson: by its task, or by its quiz. Both doors come here, so a lesson is paid for once."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from questlog.core.db import Session
from questlog.game import earning, weeks
from questlog.game.deeds import Deed
from questlog.game.earning import Earned
from questlog.learning import lessons, week_bosses
from questlog.learning.lessons import LessonDone


@dataclass(frozen=True)
class LessonPaid:
    done: LessonDone
    earned: Earned

    def receipt(self) -> dict[str, Any]:
        """Return the lesson's part of a receipt."""
        return {
            "id": str(self.done.id),
            "code": self.done.code,
            "title": self.done.title,
            "course": self.done.course,
            "done": self.done.progress.done,
            "total": self.done.progress.total,
            "week_completed": self.done.is_week_done,
            "course_completed": self.done.is_course_done,
        }


async def complete_lesson(
    session: Session,
    user_id: UUID,
    lesson_id: UUID,
    *,
    cause_id: UUID,
    via: str,
    local_day: date,
    timezone: str,
    is_backdated: bool = False,
) -> LessonPaid | None:
    """Mark a lesson done and pay for it, once; None when it was done before. `cause_id` and `via` as in `lessons`."""
    done = await lessons.complete_lesson(
        session, user_id, lesson_id, cause_id=cause_id, via=via, local_day=local_day
    )
    if done is None:
        return None
    deed = deed_of(done, cause_id, is_task=via == "task", is_backdated=is_backdated)
    earned = await earning.earn(session, user_id, deed, timezone=timezone)
    if done.is_week_done:
        await meet_boss(session, user_id, done.course_id, timezone=timezone)
    return LessonPaid(done, earned)


def deed_of(done: LessonDone, cause_id: UUID, *, is_task: bool, is_backdated: bool = False) -> Deed:
    """Return what a lesson is to the game. Finishing a week or a course brings its badge, and counts, once.

    Ticking its task counts as a task done, too; passing its quiz alone does not.
    """
    counts = {"lessons_completed": 1}
    if is_task:
        counts["tasks_completed"] = 1
    badges = []
    if done.is_week_done:
        counts["weeks_completed"] = 1
        week = (done.course, done.course_title, done.week_number, done.week_title)
        badges.append(week_badge(*week))
    if done.is_course_done:
        counts["courses_completed"] = 1
        badges.append(course_badge(done.course, done.course_title))
    return Deed(
        kind="lesson",
        source_id=done.id,
        key="once",
        cause_id=cause_id,
        title=done.title,
        base=done.xp_reward,
        difficulty=done.difficulty,
        is_backdated=is_backdated,
        course=done.course,
        counts=counts,
        badges=badges,
    )


def week_badge(course: str, course_title: str, number: int, title: str) -> tuple[str, str, str]:
    """Return the badge of a week, as a `Deed` brings it; `course` is a slug."""
    return f"week/{course}/{number}", f"{course_title}: {title}", "weeks_completed"


def course_badge(course: str, title: str) -> tuple[str, str, str]:
    return f"course/{course}", title, "courses_completed"


async def meet_boss(session: Session, user_id: UUID, course_id: UUID, *, timezone: str) -> None:
    """Let the boss of the week that is current now step forward, and those of other weeks go."""
    current = await week_bosses.current(session, user_id, course_id)
    await weeks.follow(session, user_id, current, timezone=timezone)
