"""The weekly review: what was done in the seven days before, and what the next seven hold."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import Select, Table, and_, func, select

from questlog.automation import notification_settings
from questlog.automation.mail import Letter
from questlog.core import clock
from questlog.core.db import Session
from questlog.flows.letter_words import SHORT, day_of, one_line, span
from questlog.flows.mail_rounds import Round
from questlog.flows.mailed_tasks import is_for, lines_of
from questlog.game import state
from questlog.identity.letters import Content
from questlog.identity.models import User
from questlog.planning.models import Occurrence, Project
from questlog.planning.task_rows import TASKS

TEMPLATE: Final = "weekly_review"
WEEK, ONE_DAY = timedelta(days=7), timedelta(days=1)
MOST_PROJECTS = 5
DONE = cast(Table, Occurrence.__table__)
PROJECTS = cast(Table, Project.__table__)
PROJECT_OF = and_(PROJECTS.c.user_id == DONE.c.user_id, PROJECTS.c.id == DONE.c.project_id)


def newest(settings: Mapping[Any, Any], today: date) -> date:
    """Return the last day of reviews that is not after `today`."""
    return today - timedelta(days=(today.weekday() - settings["review_weekday"]) % 7)


ROUND = Round(TEMPLATE, newest, timedelta(days=2))


async def content(session: Session, letter: Letter, reader: User) -> Content | None:
    """Return what stands in the review of the week before its day; None when there was nothing and nothing comes."""
    wishes = await notification_settings.of(session, reader.id)
    if not (wishes.weekly_review and is_for(reader, letter.params)):
        return None
    day, today = date.fromisoformat(letter.params["day"]), clock.today(reader.timezone)
    done = await _done(session, reader.id, day - WEEK, day)
    before = await _done(session, reader.id, day - 2 * WEEK, day - WEEK)
    ahead = await lines_of(
        session, reader, TASKS.c.due_on >= day, TASKS.c.due_on < day + WEEK, today=today
    )
    overdue = await lines_of(session, reader, TASKS.c.due_on < day, today=today)
    total = sum(done.values())
    if not (total or ahead.total or overdue.total):
        return None
    best = max(done, key=lambda each: (done[each], each), default=None)
    player = await state.load(session, reader.id, timezone=reader.timezone)
    return {
        "week": span(day - WEEK, day - ONE_DAY, locale=reader.locale),
        "done": total,
        "before": sum(before.values()),
        "best_day": best and day_of(best, locale=reader.locale),
        "best": done[best] if best else 0,
        "projects": await _projects(session, reader.id, day - WEEK, day),
        "streak": player["streak"],
        "level": player["level"],
        "overdue": overdue.total,
        "ahead": ahead,
        "review": None,
        "mailing": TEMPLATE,
    }


def _completed(user_id: UUID, first: date, end: date, *columns: Any) -> Select[Any]:
    return select(*columns, func.count().label("count")).where(
        DONE.c.user_id == user_id,
        DONE.c.outcome == "completed",
        DONE.c.reopened_at.is_(None),
        DONE.c.done_on >= first,
        DONE.c.done_on < end,
    )


async def _done(session: Session, user_id: UUID, first: date, end: date) -> dict[date, int]:
    """Return how many were completed on each day that had any."""
    found = await session.execute(
        _completed(user_id, first, end, DONE.c.done_on).group_by(DONE.c.done_on)
    )
    return {row.done_on: row.count for row in found}


async def _projects(
    session: Session, user_id: UUID, first: date, end: date
) -> list[dict[str, Any]]:
    """Return where most was done, by the names of the projects."""
    number = func.count()
    found = await session.execute(
        _completed(user_id, first, end, PROJECTS.c.title)
        .join(PROJECTS, PROJECT_OF)
        .group_by(PROJECTS.c.id, PROJECTS.c.title)
        .order_by(number.desc(), PROJECTS.c.id)
        .limit(MOST_PROJECTS)
    )
    return [{"title": one_line(row.title, most=SHORT), "count": row[1]} for row in found]
