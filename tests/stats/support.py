"""What was done, put straight into the past."""

from datetime import UTC, date, datetime, time
from typing import Any

from questlog.core.db import Database
from questlog.core.ids import new_id
from questlog.planning.models import Occurrence
from tests.support.make import Person


async def done(database: Database, user: Person, day: date, **more: Any) -> None:
    """Record a completion at noon of `day`, of a task that need not exist any more."""
    values = {
        "task_id": new_id(),
        "key": "once",
        "outcome": "completed",
        "done_at": datetime.combine(day, time(12), UTC),
        "done_on": day,
        "done_hour": 12,
        "before": {},
        "receipt": {},
        "title": "Read a page",
        "priority": 0,
        "xp": 0,
        **more,
    }
    async with database.writer() as session:
        session.add(Occurrence(id=new_id(), user_id=user.id, **values))
