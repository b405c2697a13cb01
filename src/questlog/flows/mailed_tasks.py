"""Tasks as lines of a letter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from questlog.core import clock
from questlog.core.db import Session
from questlog.flows.letter_words import one_line, when
from questlog.identity.models import User
from questlog.planning.readiness import open_and_alive
from questlog.planning.task_rows import TASKS

MOST_LINES = 20
COLUMNS = (TASKS.c.id, TASKS.c.title, TASKS.c.due_on, TASKS.c.due_at)
type Line = dict[str, str | None]


@dataclass(frozen=True)
class Lines:
    """The first few of `total` tasks, each with its `title`, when it is `due` and its `time` of day."""

    shown: Sequence[Line]
    total: int

    @property
    def more(self) -> int:
        return self.total - len(self.shown)


async def lines_of(
    session: Session, reader: User, *conditions: ColumnElement[bool], today: date
) -> Lines:
    """Return the reader's open tasks that meet the conditions: the earliest first, and of a day those with a time."""
    mine = (TASKS.c.user_id == reader.id, *open_and_alive(TASKS), *conditions)
    total = await session.scalar(select(func.count()).select_from(TASKS).where(*mine)) or 0
    found = await session.execute(
        select(*COLUMNS)
        .where(*mine)
        .order_by(
            TASKS.c.due_on, TASKS.c.due_at.is_(None), TASKS.c.due_at, TASKS.c.position, TASKS.c.id
        )
        .limit(MOST_LINES)
    )
    return Lines([line_of(row, reader, today=today) for row in found.mappings()], total)


def line_of(task: Mapping[Any, Any], reader: User, *, today: date) -> Line:
    at = task["due_at"] and task["due_at"].astimezone(clock.zone(reader.timezone))
    on: date | None = at.date() if at else task["due_on"]
    return {
        "title": one_line(task["title"]),
        "due": None if on is None else when(on, at, today=today, locale=reader.locale),
        "time": f"{at:%H:%M}" if at else None,
    }


def is_for(reader: User, params: Mapping[str, Any]) -> bool:
    """Tell whether a letter about somebody's tasks may go to this reader: theirs, at an address they have proved."""
    return reader.id == UUID(params["user_id"]) and reader.email_verified
