"""Finishing a week or a course without doing anything: the lessons that were left were taken out of it."""

from uuid import UUID

from questlog.core.db import Session
from questlog.flows.complete_lesson import course_badge, week_badge
from questlog.game import badges, earning
from questlog.game.deeds import Deed
from questlog.learning import finished_parts
from questlog.learning.finished_parts import Part


async def finish_parts(session: Session, user_id: UUID, course_id: UUID, *, timezone: str) -> None:
    """Give the badges, and count, what somebody has finished of a course and has no badge for; a repeat gives nothing.

    To be called while their enrolment is held.
    """
    deeds = {part: _deed_of(part) for part in await _finished(session, user_id, course_id)}
    codes = [code for deed in deeds.values() for code, _, _ in deed.badges]
    has = await badges.held(session, user_id, codes)
    for part, deed in deeds.items():
        if has.isdisjoint(code for code, _, _ in deed.badges):
            finished_parts.record(session, user_id, part)
            await earning.earn(session, user_id, deed, timezone=timezone)


async def _finished(session: Session, user_id: UUID, course_id: UUID) -> list[Part]:
    return await finished_parts.of_course(session, user_id, course_id)


def _deed_of(part: Part) -> Deed:
    badge = (
        course_badge(part.course, part.course_title)
        if part.number is None
        else week_badge(part.course, part.course_title, part.number, part.title)
    )
    _, title, counter = badge
    return Deed(
        kind="course",
        source_id=part.id,
        key="once",
        cause_id=part.id,
        title=title,
        base=0,
        course=part.course,
        counts={counter: 1},
        badges=[badge],
    )
