"""What is known of a stretch of somebody's days: every number the coach may say comes from here, counted in SQL.

Days are the user's. Completions are counted as the statistics count them: each date of a series on the day it was done,
what was taken back not at all, what was deleted since still. What is open and overdue is counted as the lists count it,
now; what was left undone, as of the end of the days, as far as it is still known: see `_left_undone`. Ten statements,
however much there is.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Table, and_, case, func, or_, select

from questlog.core import clock
from questlog.core.db import Session
from questlog.game import state
from questlog.game.days import midnight_of
from questlog.planning import queries
from questlog.planning.models import Project
from questlog.planning.queries import OCCURRENCES
from questlog.planning.readiness import open_and_alive
from questlog.planning.task_rows import TASKS

PROJECTS = cast(Table, Project.__table__)
ONE_DAY, WEEK = timedelta(days=1), timedelta(days=7)
WEEKS_BEFORE, HOURS = 4, 24
FEW, MANY = 5, 10
LONGEST_TITLE = 120
# A title is quoted in what is said of it, so that it has no quotation marks of its own.
QUOTES = str.maketrans(dict.fromkeys('“”„«»"', "'"))

type Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Span:
    """Days from `first` to `last`, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


def last_full_week(today: date) -> date:
    """Return the Monday of the last week that is over."""
    return today - timedelta(days=today.weekday()) - WEEK


async def week_facts(session: Session, user_id: UUID, week_on: date, *, timezone: str) -> Facts:
    """Return what is known of the week that begins on the Monday `week_on`."""
    return await facts_of(session, user_id, Span(week_on, week_on + 6 * ONE_DAY), timezone=timezone)


async def productivity_facts(session: Session, user_id: UUID, days: int, *, timezone: str) -> Facts:
    """Return what is known of the last `days` days, today among them."""
    today = clock.today(timezone)
    span = Span(today - (days - 1) * ONE_DAY, today)
    return await facts_of(session, user_id, span, timezone=timezone)


async def facts_of(session: Session, user_id: UUID, span: Span, *, timezone: str) -> Facts:
    """Return plain JSON. Shares are whole percents; what cannot be counted is None."""
    today = clock.today(timezone)
    by_day = await _by_day(session, user_id, span)
    done = sum(row.count_done for row in by_day)
    player = await state.load(session, user_id, timezone=timezone)
    return {
        "first_day": span.first.isoformat(),
        "last_day": span.last.isoformat(),
        "days": span.days,
        "done": done,
        "xp": sum(row.xp for row in by_day),
        "active_days": len(by_day),
        "per_day": _per_day(by_day, span),
        **_rhythm(by_day, await _by_hour(session, user_id, span)),
        **_on_time(by_day),
        "by_project": await _by_project(session, user_id, span),
        **await _delayed(session, user_id, span),
        "finished": await _finished(session, user_id, span),
        **await _open_now(session, user_id, today),
        **await _left_undone(session, user_id, span, timezone),
        "streak": player["streak"],
        "best_streak": player["best_streak"],
        "level": player["level"],
        **_trend(done, span, await _weeks_before(session, user_id, span)),
    }


def _within(user_id: UUID, span: Span, *columns: Any) -> Any:
    done = queries.completed_of(user_id, *columns)
    return done.where(OCCURRENCES.c.done_on.between(span.first, span.last))


async def _by_day(session: Session, user_id: UUID, span: Span) -> Sequence[Row[Any]]:
    day, planned = OCCURRENCES.c.done_on, OCCURRENCES.c.scheduled_on
    columns = (
        func.count().label("count_done"),
        func.sum(OCCURRENCES.c.xp).label("xp"),
        func.count(planned).label("planned"),
        func.sum(case((day <= planned, 1), else_=0)).label("on_time"),
    )
    found = await session.execute(_within(user_id, span, day, *columns).group_by(day).order_by(day))
    return found.all()


def _per_day(rows: Sequence[Row[Any]], span: Span) -> list[Facts]:
    counts = {row.done_on: row.count_done for row in rows}
    days = (span.first + number * ONE_DAY for number in range(span.days))
    return [{"date": day.isoformat(), "done": counts.get(day, 0)} for day in days]


async def _by_hour(session: Session, user_id: UUID, span: Span) -> Counter[int]:
    hour = OCCURRENCES.c.done_hour
    counted = _within(user_id, span, hour, func.count().label("count_done"))
    found = await session.execute(counted.where(hour.is_not(None)).group_by(hour))
    return Counter({row.done_hour: row.count_done for row in found})


def _rhythm(rows: Sequence[Row[Any]], hours: Counter[int]) -> Facts:
    """Weekdays count from 1, Monday; the earliest of several equals is the best."""
    weekdays: Counter[int] = Counter()
    for row in rows:
        weekdays[row.done_on.isoweekday()] += row.count_done
    return {
        "by_weekday": [weekdays[day] for day in range(1, 8)],
        "by_hour": [hours[hour] for hour in range(HOURS)],
        "best_weekday": _best(weekdays),
        "best_hour": _best(hours),
    }


def _best(counts: Counter[int]) -> Facts | None:
    if not counts:
        return None
    part = min(counts, key=lambda each: (-counts[each], each))
    return {"number": part, "done": counts[part]}


def _on_time(rows: Sequence[Row[Any]]) -> Facts:
    planned, on_time = sum(row.planned for row in rows), sum(row.on_time for row in rows)
    share = round(100 * on_time / planned) if planned else None
    return {"planned": planned, "on_time": on_time, "on_time_percent": share}


async def _by_project(session: Session, user_id: UUID, span: Span) -> list[Facts]:
    """The projects most was done for; what belongs to none stands under no title."""
    project, number = OCCURRENCES.c.project_id, func.count().label("count_done")
    mine = (PROJECTS.c.id == project) & (PROJECTS.c.user_id == user_id)
    counted = _within(user_id, span, project, PROJECTS.c.title, number).outerjoin(PROJECTS, mine)
    found = await session.execute(
        counted.group_by(project, PROJECTS.c.title)
        .order_by(number.desc(), project.is_(None), project)
        .limit(MANY)
    )
    return [{"title": _short(row.title), "done": row.count_done} for row in found]


async def _delayed(session: Session, user_id: UUID, span: Span) -> Facts:
    """How often something was skipped or put off, and what was put off most."""
    counts = Counter[str]()
    titles = Counter[str]()
    delayed = queries.occurrences_of(
        user_id, OCCURRENCES.c.outcome, OCCURRENCES.c.title, func.count().label("times")
    ).where(
        OCCURRENCES.c.outcome != "completed",
        OCCURRENCES.c.done_on.between(span.first, span.last),
    )
    for row in await session.execute(delayed.group_by(OCCURRENCES.c.outcome, OCCURRENCES.c.title)):
        counts[row.outcome] += row.times
        if row.outcome == "postponed":
            titles[row.title] += row.times
    most = sorted(titles.items(), key=lambda pair: (-pair[1], pair[0]))[:FEW]
    return {
        "skipped": counts["skipped"],
        "postponed": counts["postponed"],
        "postponed_most": [{"title": _short(title), "times": times} for title, times in most],
    }


async def _finished(session: Session, user_id: UUID, span: Span) -> list[str]:
    """The titles of what was done, the weightiest first."""
    worth = OCCURRENCES.c.xp
    found = await session.execute(
        _within(user_id, span, OCCURRENCES.c.title)
        .order_by(
            worth.desc(),
            OCCURRENCES.c.priority.desc(),
            OCCURRENCES.c.done_at.desc(),
            OCCURRENCES.c.id,
        )
        .limit(MANY)
    )
    return list(dict.fromkeys(_short(row.title) or "" for row in found))


async def _open_now(session: Session, user_id: UUID, today: date) -> Facts:
    listed = (*open_and_alive(TASKS), TASKS.c.parent_task_id.is_(None))
    mine = (TASKS.c.user_id == user_id, *listed)
    late = TASKS.c.due_on < today
    counted = select(func.count(), func.sum(case((late, 1), else_=0))).where(*mine)
    whole, overdue = (await session.execute(counted)).one()
    oldest = select(TASKS.c.id, TASKS.c.title, TASKS.c.due_on).where(*mine, late)
    rows = await session.execute(oldest.order_by(TASKS.c.due_on, TASKS.c.id).limit(FEW))
    return {
        "open_now": whole,
        "overdue_now": int(overdue or 0),
        "overdue_longest": [
            {
                "task_id": str(row.id),
                "title": _short(row.title),
                "due": row.due_on.isoformat(),
            }
            for row in rows
        ],
    }


async def _left_undone(session: Session, user_id: UUID, span: Span, timezone: str) -> Facts:
    """What was due and not done when the days ended; of days that go on, when yesterday did.

    What was there then counts, in the trash by now or not. Not kept is when a task was cancelled, and which date it had
    before its date was edited: cancelled, moved on or gone from the trash for good, it counts as never having been late.
    """
    end = min(span.last, clock.today(timezone) - ONE_DAY)
    over = midnight_of(end + ONE_DAY, timezone)
    listed = (
        TASKS.c.user_id == user_id,
        TASKS.c.parent_task_id.is_(None),
        TASKS.c.created_at < over,
        or_(TASKS.c.deleted_at.is_(None), TASKS.c.deleted_at >= over),
        TASKS.c.state != "cancelled",
    )
    within = case((was_late(user_id, end, since=span.first), 1), else_=0)
    counted = select(func.count(), func.sum(within)).where(*listed, was_late(user_id, end))
    whole, missed = (await session.execute(counted)).one()
    return {"overdue_at_end": whole, "due_not_done": int(missed or 0)}


def was_late(user_id: UUID, end: date, *, since: date = date.min) -> ColumnElement[bool]:
    """A task was due by the end of a day and not done then, whether it is done or put off by now.

    A date that was moved by editing counts as it is now, so that what was moved on was never late: the old one is not kept.
    """
    later = select(OCCURRENCES.c.task_id).where(
        OCCURRENCES.c.user_id == user_id,
        OCCURRENCES.c.done_on > end,
        OCCURRENCES.c.scheduled_on.between(since, end),
        OCCURRENCES.c.reopened_at.is_(None),
    )
    is_open = and_(TASKS.c.completed_at.is_(None), TASKS.c.due_on.between(since, end))
    return or_(is_open, TASKS.c.id.in_(later))


async def _weeks_before(session: Session, user_id: UUID, span: Span) -> list[Facts]:
    """The four weeks before, the nearest first."""
    day = OCCURRENCES.c.done_on
    before = Span(span.first - WEEKS_BEFORE * WEEK, span.first - ONE_DAY)
    found = await session.execute(_within(user_id, before, day, func.count()).group_by(day))
    counts = {row[0]: row[1] for row in found}
    weeks = []
    for number in range(1, WEEKS_BEFORE + 1):
        first = span.first - number * WEEK
        done = [counts[on] for on in (first + n * ONE_DAY for n in range(7)) if on in counts]
        weeks.append({"first_day": first.isoformat(), "done": sum(done), "active_days": len(done)})
    return weeks


def _trend(done: int, span: Span, weeks: list[Facts]) -> Facts:
    """Hold a stretch against the four weeks before it, each as completions in a week."""
    before = sum(week["done"] for week in weeks)
    per_week, usual = 7 * done / span.days, before / WEEKS_BEFORE
    change = round(100 * (per_week - usual) / usual) if before else None
    return {
        "weeks_before": weeks,
        "done_in_four_weeks_before": before,
        "per_week": round(per_week, 1),
        "per_week_before": round(usual, 1),
        "change_percent": change,
    }


def _short(title: str | None) -> str | None:
    if title is None:
        return None
    line = " ".join(title.translate(QUOTES).split())
    return line if len(line) <= LONGEST_TITLE else f"{line[: LONGEST_TITLE - 1]}…"
