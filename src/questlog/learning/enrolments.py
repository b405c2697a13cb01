"""Enrolments: who takes which course, and what of it is still to come."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Executable, Select, func, insert, select, update

from questlog.automation import events
from questlog.automation.events import Touched
from questlog.core import clock, lines
from questlog.core.db import Session
from questlog.core.exceptions import AlreadyExistsError, NotFoundError
from questlog.core.ids import new_id
from questlog.core.prepared import prepared
from questlog.identity.models import User
from questlog.learning.lessons import COMPLETIONS, COURSES, ENROLMENTS, LESSONS, STANDING, WEEKS

type EnrolmentRow = dict[str, Any]

AT_ONCE = 100


class CourseNotFoundError(NotFoundError):
    code = "course_not_found"
    default_message = "There is no such course."


class AlreadyEnrolledError(AlreadyExistsError):
    code = "already_enrolled"
    default_message = "You take this course already."


class NotEnrolledError(NotFoundError):
    code = "not_enrolled"
    default_message = "You do not take this course."


@dataclass(frozen=True)
class LessonToCome:
    id: UUID
    title: str
    difficulty: str
    minutes: int


async def hold_course(session: Session, course_id: UUID) -> None:
    """Let nobody else enrol in a course, leave it or change it until the commit. Raises `CourseNotFoundError`.

    Then tasks are locked, then enrolments: in the order in which a completion takes them.
    """
    held = select(COURSES.c.id).where(COURSES.c.id == course_id).with_for_update(key_share=True)
    if await session.scalar(held) is None:
        raise CourseNotFoundError()


async def begin(
    session: Session,
    user_id: UUID,
    course_id: UUID,
    *,
    starts_on: date,
    skipped_weekdays: Collection[int] = (),
) -> EnrolmentRow:
    """Let somebody take a course, or take up again one they left; what they did of it counts.

    Raises `CourseNotFoundError`, `AlreadyEnrolledError`. The course is held until the commit: two enrolments of one
    user meet there, and no lesson is added unnoticed.
    """
    await hold_course(session, course_id)
    row = await claim(session, user_id, course_id)
    if row is not None and row["state"] != "left":
        raise AlreadyEnrolledError()
    now = clock.now()
    fresh = {
        "starts_on": starts_on,
        "skipped_weekdays": sorted(skipped_weekdays),
        "state": "active",
        "finished_at": None,
        "left_at": None,
        "updated_at": now,
    }
    if row is not None:
        return await _written(session, row, fresh)
    new = {
        "id": new_id(),
        "user_id": user_id,
        "course_id": course_id,
        "project_id": None,
        "created_at": now,
        "version": 1,
        **fresh,
    }
    await session.execute(insert(ENROLMENTS), [new])
    return new


async def leave(session: Session, user_id: UUID, course_id: UUID) -> EnrolmentRow:
    """Take a course no more. What was done of it stays done. Raises `NotEnrolledError`."""
    row = await claim(session, user_id, course_id)
    if row is None or row["state"] == "left":
        raise NotEnrolledError()
    now = clock.now()
    return await _written(session, row, {"state": "left", "left_at": now, "updated_at": now})


async def claim(session: Session, user_id: UUID, course_id: UUID) -> EnrolmentRow | None:
    """Return somebody's enrolment, locked: nothing they do counts for the course until the commit."""
    mine = (ENROLMENTS.c.user_id == user_id, ENROLMENTS.c.course_id == course_id)
    await lines.wait(session, user_id)
    found = (await session.execute(select(ENROLMENTS).where(*mine).with_for_update())).one_or_none()
    return None if found is None else dict(found._mapping)


async def settle_in(session: Session, row: EnrolmentRow, project_id: UUID) -> EnrolmentRow:
    """Note the project the lessons are planned in."""
    return await _written(session, row, {"project_id": project_id})


async def refresh_state(session: Session, row: EnrolmentRow, *, is_done: bool) -> EnrolmentRow:
    """A course that got new lessons goes on; one whose last open lesson was taken out is finished."""
    state = "finished" if is_done else "active"
    if row["state"] in ("left", state):
        return row
    finished_at = clock.now() if is_done else None
    return await _written(session, row, {"state": state, "finished_at": finished_at})


async def taking(session: Session, course_id: UUID, *, after: UUID) -> list[UUID]:
    """Return some of those who take a course or have finished it, in the order of their ids, behind `after`."""
    behind = ENROLMENTS.c.user_id > after
    some = _learners(ENROLMENTS.c.user_id, course_id).where(behind).order_by(ENROLMENTS.c.user_id)
    return list(await session.scalars(some.limit(AT_ONCE)))


async def count_taking(session: Session, course_id: UUID) -> int:
    """Return how many take a course or have finished it."""
    counted = await session.scalar(_learners(func.count(), course_id))
    return counted or 0


async def zone_of_learner(session: Session, user_id: UUID, course_id: UUID) -> str | None:
    """Return the time zone of somebody who takes a course or has finished it; None when they do not."""
    mine = ENROLMENTS.c.user_id == user_id
    zone: str | None = await session.scalar(_learners(User.timezone, course_id).where(mine))
    return zone


def _learners(column: Any, course_id: UUID) -> Select[Any]:
    """To whose account is being erased nothing comes any more."""
    return (
        select(column)
        .select_from(ENROLMENTS)
        .join(User, User.id == ENROLMENTS.c.user_id)
        .where(
            ENROLMENTS.c.course_id == course_id,
            ENROLMENTS.c.state != "left",
            User.erasing_since.is_(None),
        )
    )


async def to_come(session: Session, user_id: UUID, course_id: UUID) -> list[LessonToCome]:
    """Return the lessons of a course that are not done, in their order."""
    found = await session.execute(*_to_come(user_id, course_id))
    return [LessonToCome(*row) for row in found]


def record(
    session: Session,
    row: Mapping[str, Any],
    type_: str,
    *,
    touched: Sequence[Touched] = (),
    **facts: Any,
) -> None:
    """Tell the event log what became of somebody's course."""
    events.record(
        session,
        row["user_id"],
        type_,
        ("course", row["course_id"]),
        payload=facts,
        touched=touched,
    )


async def _written(session: Session, row: EnrolmentRow, changed: Mapping[str, Any]) -> EnrolmentRow:
    values = {"updated_at": clock.now(), **changed}
    mine = (ENROLMENTS.c.user_id == row["user_id"], ENROLMENTS.c.id == row["id"])
    version = await session.scalar(
        update(ENROLMENTS)
        .where(*mine)
        .values(**values, version=ENROLMENTS.c.version + 1)
        .returning(ENROLMENTS.c.version)
    )
    return {**row, **values, "version": version}


@prepared
def _to_come(user_id: UUID, course_id: UUID) -> Executable:
    is_done = (COMPLETIONS.c.lesson_id == LESSONS.c.id) & (COMPLETIONS.c.user_id == user_id)
    return (
        select(LESSONS.c.id, LESSONS.c.title, LESSONS.c.difficulty, LESSONS.c.minutes)
        .join(WEEKS, WEEKS.c.id == LESSONS.c.week_id)
        .outerjoin(COMPLETIONS, is_done)
        .where(LESSONS.c.course_id == course_id, STANDING, COMPLETIONS.c.lesson_id.is_(None))
        .order_by(WEEKS.c.number, LESSONS.c.day, LESSONS.c.id)
    )
