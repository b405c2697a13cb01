"""Looking back at a week, once: what was achieved, what was difficult, what to do otherwise, and goals for the next week.

It is made when somebody asks for it, of the last week that is over by their days, and stays as it was made or edited.
The goals it sets are judged when the next one is made.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, cast
from uuid import UUID
from weakref import WeakValueDictionary

from sqlalchemy import Table, select, update
from sqlalchemy import delete as delete_rows
from sqlalchemy.dialects import postgresql, sqlite

from questlog.automation import events
from questlog.coach import facts as known
from questlog.coach import review_writing, weekly_goals
from questlog.coach.asking import Mind
from questlog.coach.facts import WEEK, Facts, last_full_week
from questlog.coach.models import Retrospective
from questlog.coach.review_writing import Review
from questlog.coach.slow_reading import slowly
from questlog.coach.toolbox import Who
from questlog.coach.weekly_goals import Goal
from questlog.core import clock
from questlog.core.db import Database, Session
from questlog.core.exceptions import NotFoundError, PreconditionFailedError
from questlog.core.ids import new_id
from questlog.core.pagination import PageRequest, Slice, SortKey
from questlog.planning.lists import WireRow, page_of

KEPT = cast(Table, Retrospective.__table__)
SHOWN = tuple(column for column in KEPT.c if column.name != "user_id")
NEWEST_FIRST = (SortKey(KEPT.c.week_on, descending=True), SortKey(KEPT.c.id, descending=True))
GOALS = "weekly_goals"
# Who asks while one is being made waits for it: a week costs one question to the model in each process.
MAKING: WeakValueDictionary[tuple[UUID, date], asyncio.Lock] = WeakValueDictionary()

type Shown = dict[str, Any]


class RetrospectiveNotFoundError(NotFoundError):
    code = "retrospective_not_found"
    default_message = "There is no retrospective of this week."


@dataclass(frozen=True, slots=True)
class Known:
    """What a retrospective is made of: the facts of its week, and the goals set the week before, judged by them."""

    facts: Facts
    last_goals: list[Goal]


async def weekly_retrospective(database: Database, mind: Mind | None, who: Who) -> Shown:
    """Return the retrospective of the last week that is over, and make it when there is none yet."""
    week_on = last_full_week(clock.today(who.timezone))
    found = await database.read(find, who.user_id, week_on)
    if found is not None:
        return found
    async with MAKING.setdefault((who.user_id, week_on), asyncio.Lock()):
        found = await database.read(find, who.user_id, week_on)
        return await _made(database, mind, who, week_on) if found is None else found


async def _made(database: Database, mind: Mind | None, who: Who, week_on: date) -> Shown:
    what = await slowly(database, look_back, who.user_id, week_on, timezone=who.timezone)
    said = await review_writing.retrospective(database, mind, who, what.facts, what.last_goals)
    return await database.write(_keep, who, week_on, what, said)


async def look_back(session: Session, user_id: UUID, week_on: date, *, timezone: str) -> Known:
    """Return what is known of a week."""
    facts = await known.week_facts(session, user_id, week_on, timezone=timezone)
    set_before = await _goals_of(session, user_id, week_on - WEEK)
    goals = await weekly_goals.judged(session, user_id, set_before, facts)
    return Known(facts, goals)


async def find(session: Session, user_id: UUID, day: date) -> Shown | None:
    """Return the retrospective of the week with this day in it, with the goals of the week before."""
    found = await session.execute(_of_week(user_id, _monday(day)))
    row = found.one_or_none()
    if row is None:
        return None
    last_goals = await _goals_of(session, user_id, row.week_on - WEEK)
    return {**row._mapping, "last_goals": last_goals}


async def get(session: Session, user_id: UUID, day: date) -> Shown:
    """Raises `RetrospectiveNotFoundError`."""
    found = await find(session, user_id, day)
    if found is None:
        raise RetrospectiveNotFoundError()
    return found


async def page(session: Session, user_id: UUID, request: PageRequest) -> Slice[WireRow]:
    """Return what was made, the newest week first, without the facts."""
    shown = (column for column in SHOWN if column.name != "facts")
    mine = select(*shown).where(KEPT.c.user_id == user_id)
    return await page_of(session, mine, NEWEST_FIRST, request)


async def change(
    session: Session,
    user_id: UUID,
    day: date,
    changes: Mapping[str, Any],
    *,
    expected_version: int | None = None,
) -> Shown:
    """Replace sections by what the user says.

    A goal whose text stays keeps its measure, and whether it was met unless that is said too.

    Raises `RetrospectiveNotFoundError`, `PreconditionFailedError`.
    """
    held = await _hold(session, user_id, day, expected_version)
    values = dict(changes)
    if GOALS in values:
        values[GOALS] = weekly_goals.edited(held[GOALS], values[GOALS])
    changed = {name: value for name, value in values.items() if held[name] != value}
    if changed:
        now = clock.now()
        version = held["version"] + 1
        written = {**changed, "edited_at": now, "updated_at": now, "version": version}
        await session.execute(update(KEPT).where(KEPT.c.id == held["id"]).values(written))
        _record(session, user_id, "updated", {**held, "version": version}, fields=sorted(changed))
    return await get(session, user_id, day)


async def delete(
    session: Session, user_id: UUID, day: date, *, expected_version: int | None = None
) -> None:
    """Forget a retrospective. That of the last week is made anew when it is asked for.

    Raises `RetrospectiveNotFoundError`, `PreconditionFailedError`.
    """
    held = await _hold(session, user_id, day, expected_version)
    await session.execute(delete_rows(KEPT).where(KEPT.c.id == held["id"]))
    _record(session, user_id, "deleted", held)


async def _keep(session: Session, who: Who, week_on: date, what: Known, said: Review) -> Shown:
    """Store what was made, unless somebody was quicker: then theirs stands."""
    who.sign(session)
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    now = clock.now()
    row: Shown = {
        "id": new_id(),
        "user_id": who.user_id,
        "week_on": week_on,
        "facts": what.facts,
        **said.content,
        "source": said.source,
        "model": said.model,
        "trouble": said.trouble,
        "removed": said.removed,
        "created_at": now,
        "updated_at": now,
        "version": 1,
    }
    made = dialect.insert(KEPT).values(row).on_conflict_do_nothing().returning(KEPT.c.id)
    if await session.scalar(made) is not None:
        await _keep_judgement(session, who.user_id, week_on - WEEK, what.last_goals)
        _record(session, who.user_id, "made", row, source=said.source)
    return await get(session, who.user_id, week_on)


async def _keep_judgement(
    session: Session, user_id: UUID, week_on: date, goals: list[Goal]
) -> None:
    """Store whether the goals were met; who edited them meanwhile has said so themselves."""
    found = await session.execute(_of_week(user_id, week_on).with_for_update())
    row = found.one_or_none()
    if row is None:
        return
    met = {one["text"]: one["met"] for one in goals}
    judged = [
        one if one["met"] is not None else {**one, "met": met.get(one["text"])}
        for one in row.weekly_goals
    ]
    if judged != row.weekly_goals:
        moved = {"updated_at": clock.now(), "version": row.version + 1}
        await session.execute(
            update(KEPT).where(KEPT.c.id == row.id).values(weekly_goals=judged, **moved)
        )


async def _hold(session: Session, user_id: UUID, day: date, expected_version: int | None) -> Shown:
    found = await session.execute(_of_week(user_id, _monday(day)).with_for_update())
    row = found.one_or_none()
    if row is None:
        raise RetrospectiveNotFoundError()
    if expected_version is not None and row.version != expected_version:
        raise PreconditionFailedError()
    return dict(row._mapping)


async def _goals_of(session: Session, user_id: UUID, week_on: date) -> list[Goal]:
    mine = (KEPT.c.user_id == user_id, KEPT.c.week_on == week_on)
    return list(await session.scalar(select(KEPT.c.weekly_goals).where(*mine)) or [])


def _of_week(user_id: UUID, week_on: date) -> Any:
    return select(*SHOWN).where(KEPT.c.user_id == user_id, KEPT.c.week_on == week_on)


def _monday(day: date) -> date:
    return day - day.weekday() * known.ONE_DAY


def _record(session: Session, user_id: UUID, what: str, row: Shown, **more: Any) -> None:
    payload = {"week_on": row["week_on"].isoformat(), **more}
    subject = ("retrospective", row["id"])
    touched = [("retrospective", row["id"], row["version"])]
    events.record(
        session, user_id, f"retrospective.{what}", subject, payload=payload, touched=touched
    )
