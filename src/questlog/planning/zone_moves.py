"""What somebody plans when they move to another zone: tasks with a time of day stand at the day it is there."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, select, update

from questlog.automation.events import Touched
from questlog.core import clock
from questlog.core.db import Session
from questlog.planning import task_dates
from questlog.planning.import_comparison import in_statements
from questlog.planning.task_rows import TASKS

DATES = ("due_on", "due_at", "due_time")
SET = (*DATES, "dated_at", "version")
ONE = update(TASKS).where(
    TASKS.c.user_id == bindparam("its_owner"), TASKS.c.id == bindparam("its_id")
)
NEW = {name: bindparam(f"new_{name}", type_=TASKS.c[name].type) for name in SET}


async def follow(session: Session, user_id: UUID, timezone: str) -> list[Touched]:
    """Let the user's open tasks, those in the trash as well, follow them to a zone; return what moved.

    A one-off keeps its instant and gets the day and the time it falls on there; a series keeps both and gets another
    instant. Tasks without a time stand at a day wherever one is. What is completed keeps the day it was done for, until
    it is reopened.
    """
    return await _follow(session, user_id, timezone)


async def follow_again(
    session: Session, user_id: UUID, touched: Sequence[Touched], timezone: str
) -> list[Touched]:
    """Let tasks that were opened follow as well; return `touched` with what moved."""
    ids = [id_ for kind, id_, _ in touched if kind == "task"]
    moved: list[Touched] = []
    for some in in_statements(ids):
        moved += await _follow(session, user_id, timezone, TASKS.c.id.in_(some))
    anew = {id_ for _, id_, _ in moved}
    return [*(one for one in touched if one[1] not in anew), *moved]


async def _follow(
    session: Session, user_id: UUID, timezone: str, *which: ColumnElement[bool]
) -> list[Touched]:
    timed = select(*(TASKS.c[name] for name in ("id", "rule", *SET))).where(
        TASKS.c.user_id == user_id,
        TASKS.c.completed_at.is_(None),
        TASKS.c.due_at.is_not(None),
        *which,
    )
    found = await session.execute(
        timed.order_by(TASKS.c.id).with_for_update(key_share=True, of=TASKS)
    )
    now = clock.now()
    moved: list[Touched] = []
    values: list[dict[str, Any]] = []
    for row in (dict(found_row._mapping) for found_row in found):
        columns = task_dates.in_zone(row, timezone)
        if not columns:
            continue
        version = row["version"] + 1
        dated = {"dated_at": now if "due_at" in columns else row["dated_at"]}
        new = {**{name: row[name] for name in DATES}, **columns, **dated, "version": version}
        its = {"its_owner": user_id, "its_id": row["id"]}
        values.append({**its, **{f"new_{name}": value for name, value in new.items()}})
        moved.append(("task", row["id"], version))
    if values:
        await session.execute(ONE.values({**NEW, "updated_at": now}), values)
    return moved
