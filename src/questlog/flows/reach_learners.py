"""Bringing a course's newer content to those who take it: one after another, each in a transaction of their own.

The content is stored by then, and a job knows what changed (`flows/import_course.py`). Each learner is held against the
course as it is now, so of two newer contents it does not matter which one arrives first.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Self
from uuid import UUID

import structlog

from questlog.automation import job_notes, jobs
from questlog.automation.events import Touched
from questlog.core import clock
from questlog.core.db import Database, Session
from questlog.core.ids import new_id
from questlog.flows import course_tasks
from questlog.flows.complete_lesson import meet_boss
from questlog.flows.finish_parts import finish_parts
from questlog.game import weeks
from questlog.learning import courses, enrolments, week_bosses
from questlog.learning.course_imports import CourseImported
from questlog.learning.enrolments import EnrolmentRow, LessonToCome
from questlog.planning import lesson_tasks

REACH = "reach_learners"
NOBODY = UUID(int=0)
BREATH_S = 0.01

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Edition:
    """What a newer content changed. `renamed` are lessons with the title they had."""

    course_id: UUID
    added: frozenset[UUID]
    removed: frozenset[UUID]
    renamed: Mapping[UUID, str]
    came_at: datetime

    @classmethod
    def of(cls, args: Mapping[str, Any]) -> Self:
        return cls(
            UUID(args["course_id"]),
            frozenset(map(UUID, args["added"])),
            frozenset(map(UUID, args["removed"])),
            {UUID(id_): title for id_, title in args["renamed"].items()},
            datetime.fromisoformat(args["came_at"]),
        )


async def begin(session: Session, imported: CourseImported) -> UUID:
    """Note for whoever works that learners are to be reached; return the job's id."""
    job_id = new_id()
    args = {
        "job_id": str(job_id),
        "course_id": str(imported.course_id),
        "added": [str(id_) for id_ in imported.added],
        "removed": [str(id_) for id_ in imported.removed],
        "renamed": {str(id_): title for id_, title in imported.renamed.items()},
        "came_at": clock.now().isoformat(),
        "after": str(NOBODY),
    }
    await jobs.enqueue(session, REACH, args, job_id=job_id)
    return job_id


async def catch_up(database: Database) -> bool:
    """Reach everybody who is still to be reached, without a worker; return whether that was all of them.

    Whose job was given up is not reached, and is counted as such.
    """
    is_all = True
    for job_id in await database.read(job_notes.waiting, REACH):
        try:
            await reach_all(database, job_id)
        except Exception as error:  # the content is in, and the job stays for whoever works next
            log.warning("learners_not_reached", job=str(job_id), error=type(error).__name__)
            is_all = False
    is_over = is_all and not await database.read(job_notes.waiting, REACH)
    return is_over and not await database.read(job_notes.is_any_dead, REACH)


async def reach_all(database: Database, job_id: UUID) -> None:
    """Go on with a job until nobody is left of it.

    After each learner the others have the database for as long as that took. However many go on with a job at once, and
    wherever one of them dies, nobody is reached twice. Who cannot be reached gets a job of their own.
    """
    while learners := await database.read(_next, job_id):
        for user_id in learners:
            began = time.monotonic()
            await _reach_one(database, job_id, user_id)
            await asyncio.sleep(max(BREATH_S, time.monotonic() - began))
    await database.write(job_notes.close, job_id)


async def _next(session: Session, job_id: UUID) -> list[UUID]:
    args = await job_notes.read(session, job_id)
    if args is None:
        return []
    after, course_id = UUID(args["after"]), UUID(args["course_id"])
    if "only" in args:
        only = UUID(args["only"])
        return [only] if only > after else []
    return await enrolments.taking(session, course_id, after=after)


async def _reach_one(database: Database, job_id: UUID, user_id: UUID) -> None:
    try:
        await database.write(_reach_next, job_id, user_id)
    except Exception as error:  # told, and nobody else waits for it
        if not await database.write(_put_aside, job_id, user_id):
            raise
        log.warning("learner_not_reached", user=str(user_id), error=type(error).__name__)


async def _reach_next(session: Session, job_id: UUID, user_id: UUID) -> None:
    args = await job_notes.hold(session, job_id)
    if args is None or user_id <= UUID(args["after"]):
        return
    await _reach(session, Edition.of(args), user_id)
    await job_notes.note(session, job_id, {**args, "after": str(user_id)})


async def _put_aside(session: Session, job_id: UUID, user_id: UUID) -> bool:
    """Give somebody a job of their own, and let the others' go on; False when this is theirs already."""
    args = await job_notes.hold(session, job_id)
    if args is None or "only" in args:
        return False
    if user_id > UUID(args["after"]):
        own = new_id()
        theirs = {**args, "job_id": str(own), "only": str(user_id)}
        due_at = clock.now() + jobs.FIRST_PAUSE
        await jobs.enqueue(session, REACH, theirs, due_at=due_at, user_id=user_id, job_id=own)
        await job_notes.note(session, job_id, {**args, "after": str(user_id)})
    return True


async def _reach(session: Session, edition: Edition, user_id: UUID) -> None:
    """Raises nothing for who left the course meanwhile, or whose account is being erased."""
    course_id = edition.course_id
    await enrolments.hold_course(session, course_id)
    timezone = await enrolments.zone_of_learner(session, user_id, course_id)
    if timezone is None:
        return
    touched = await _tidy(session, edition, user_id)
    # From here on no lesson is finished unnoticed.
    row = await enrolments.claim(session, user_id, course_id)
    if row is None:
        return
    course = await courses.head_of(session, course_id)
    to_come = await enrolments.to_come(session, user_id, course_id)
    new = await _unplanned(session, edition, user_id, to_come)
    touched += await _append(session, row, course.title, new, timezone)
    await enrolments.refresh_state(session, row, is_done=not to_come)
    if touched:
        facts = {"title": course.title, "course": course.slug, "lessons": len(new)}
        enrolments.record(session, row, "course.updated", touched=touched, **facts)
    await finish_parts(session, user_id, course_id, timezone=timezone)
    await meet_boss(session, user_id, course_id, timezone=timezone)
    await weeks.rename(session, user_id, await week_bosses.names(session, course_id))


async def _tidy(session: Session, edition: Edition, user_id: UUID) -> list[Touched]:
    """Give open tasks the titles that hold now, and throw away those of lessons that are gone by now."""
    titles = await courses.standing_titles(session, edition.course_id)
    renamed = {id_: (old, titles[id_]) for id_, old in edition.renamed.items() if id_ in titles}
    gone = [id_ for id_ in edition.removed if id_ not in titles]
    touched = await lesson_tasks.rename(session, user_id, renamed) if renamed else []
    return touched + (await lesson_tasks.throw_away(session, user_id, gone) if gone else [])


async def _unplanned(
    session: Session, edition: Edition, user_id: UUID, to_come: Sequence[LessonToCome]
) -> list[LessonToCome]:
    """Return the new lessons, without those that an enrolment or another newer content has planned."""
    new = [lesson for lesson in to_come if lesson.id in edition.added]
    if not new:
        return []
    ids = [lesson.id for lesson in new]
    planned = await lesson_tasks.planned(session, user_id, ids, since=edition.came_at)
    return [lesson for lesson in new if lesson.id not in planned]


async def _append(
    session: Session, row: EnrolmentRow, title: str, lessons: list[LessonToCome], timezone: str
) -> list[Touched]:
    if not lessons:
        return []
    known = await courses.lesson_ids_of(session, row["course_id"])
    last = await lesson_tasks.last_day(session, row["user_id"], known)
    start = _day_after(last, clock.today(timezone))
    project_id, made = await course_tasks.home(session, row, title)
    await enrolments.settle_in(session, row, project_id)
    return made + await course_tasks.plan(
        session, row, project_id, lessons, start=start, timezone=timezone
    )


def _day_after(last: date | None, today: date) -> date:
    return today if last is None else max(today, last + timedelta(days=1))
