"""Which tasks a calendar shows."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Select, or_, select

from questlog.core import clock
from questlog.core.db import Session
from questlog.core.prepared import prepared
from questlog.planning import queries, task_answers
from questlog.planning.task_rows import TASKS

MOST = 2000
DONE_SHOWN_FOR = timedelta(days=30)
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(8999, 12, 31)


async def shown(session: Session, user_id: UUID, today: date) -> Sequence[RowMapping]:
    """Return the user's open tasks and those completed in the last 30 days, `MOST` at most.

    Dated ones come first, and of them those that are not overdue.
    """
    found = await session.execute(*_shown(user_id, clock.now() - DONE_SHOWN_FOR, today, MOST))
    return found.mappings().all()


@prepared
def _shown(user_id: UUID, done_since: datetime, today: date, most: int) -> Select[Any]:
    columns = TASKS.c
    return (
        select(*task_answers.TYPED_COLUMNS)
        .where(
            columns.user_id == user_id,
            columns.deleted_at.is_(None),
            or_(queries.is_open(), columns.completed_at >= done_since),
            or_(columns.due_on.is_(None), columns.due_on.between(FIRST_DAY, LAST_DAY)),
        )
        .order_by(
            columns.completed_at.is_not(None),
            columns.due_on.is_(None),
            columns.due_on < today,
            columns.due_on,
            columns.id,
        )
        .limit(most)
    )
