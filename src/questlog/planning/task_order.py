"""The orders of a list of tasks."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func

from questlog.core.pagination import SortKey
from questlog.planning.queries import TASKS

# What has no date sorts behind what has one, in both directions and on both engines.
LAST_DAY, FIRST_DAY = date(9999, 12, 31), date(1, 1, 1)
LAST_MOMENT = datetime.fromisoformat("9999-12-31T00:00:00+00:00")
FIRST_MOMENT = datetime.fromisoformat("0001-01-02T00:00:00+00:00")


def order_of(sort: str, *, descending: bool) -> list[SortKey]:
    """The keys of an order; the id ends each, so creation decides between equals."""
    day, instant = (FIRST_DAY, FIRST_MOMENT) if descending else (LAST_DAY, LAST_MOMENT)
    keys: dict[str, tuple[ColumnElement[Any], ...]] = {
        "position": (TASKS.c.position,),
        "due": (
            func.coalesce(TASKS.c.due_on, day),
            func.coalesce(TASKS.c.due_at, instant),
        ),
        "start": (func.coalesce(TASKS.c.start_on, day),),
        "deadline": (func.coalesce(TASKS.c.deadline_on, day),),
        "priority": (TASKS.c.priority,),
        "created": (TASKS.c.created_at,),
        "updated": (TASKS.c.updated_at,),
        "title": (TASKS.c.title_key,),
        "completed": (func.coalesce(TASKS.c.completed_at, instant),),
    }
    return [SortKey(column, descending) for column in (*keys[sort], TASKS.c.id)]
