"""A history of ninety days, and its numbers counted once more, in SQL of another make."""

import random
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import insert, text

from questlog.core.db import Database
from questlog.core.ids import new_id
from questlog.planning.models import Occurrence
from tests.support.make import Make, Person

TODAY = date(2026, 11, 25)
WEEK_ON = date(2026, 11, 16)
NOON = datetime.combine(TODAY, time(12), UTC)
TITLES = ("Read 20 pages", "Run 5 km", "Call 911 “now”", "Оплатить счёт №7", "Water the plants")


async def ninety_days(database: Database, make: Make, user: Person) -> None:
    """Give the user completions, delays and open tasks, always the same ones."""
    chance = random.Random(90)
    projects = [await make.project(user, title=title) for title in ("Home", "Course 101")]
    rows: list[dict[str, Any]] = []
    for back in range(90):
        day = TODAY - timedelta(days=back)
        for _ in range(chance.randrange(6)):
            rows.append(_row(user, day, chance, [None, *(one.id for one in projects)]))
    await _save(database, rows)
    for number in range(7):
        due = TODAY - timedelta(days=3 * number - 1)
        made = NOON - timedelta(days=90)
        task = await make.task(user, title=f"Open {number}", due_on=due, created_at=made)
        await make.task(user, title="A part of it", due_on=due, parent_task_id=task.id)


def _row(user: Person, day: date, chance: random.Random, projects: list[Any]) -> dict[str, Any]:
    outcome = chance.choice(["completed"] * 6 + ["skipped", "postponed"])
    hour = chance.choice([None, 8, 8, 9, 18, 21])
    taken_back = chance.random() < 0.1
    planned = chance.choice([None, day, day - timedelta(days=2), day + timedelta(days=1)])
    return {
        "id": new_id(),
        "user_id": user.id,
        "task_id": new_id(),
        "key": "once",
        "outcome": outcome,
        "done_at": datetime.combine(day, time(hour or 3), UTC),
        "done_on": day,
        "done_hour": hour,
        "scheduled_on": planned,
        "project_id": chance.choice(projects),
        "title": chance.choice(TITLES),
        "priority": chance.randrange(5),
        "xp": chance.randrange(40) if outcome == "completed" else 0,
        "reopened_at": NOON if taken_back else None,
        "before": {},
        "receipt": {},
    }


async def _save(database: Database, rows: list[dict[str, Any]]) -> None:
    async with database.writer() as session:
        await session.execute(insert(Occurrence), rows)


async def by_sql(database: Database, sql: str, user: Person, **values: Any) -> Any:
    """Run a counting statement and return its one row, or its only value."""
    found = {"me": str(user.id) if database.is_sqlite else user.id, **_plain(database, values)}
    async with database.reader() as session:
        row = (await session.execute(text(sql), found)).one()
    return row[0] if len(row) == 1 else tuple(row)


def _plain(database: Database, values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if database.is_sqlite and isinstance(value, date) else value
        for name, value in values.items()
    }
