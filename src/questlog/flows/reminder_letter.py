"""What a mail or a push about due reminders says: the tasks that still stand as they did, when it is sent."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from questlog.automation.mail import Letter
from questlog.core import clock
from questlog.core.db import Session
from questlog.flows.letter_words import SHORT, one_line
from questlog.flows.mailed_tasks import COLUMNS, Line, is_for, line_of
from questlog.identity.letters import Content
from questlog.identity.models import User
from questlog.planning.readiness import open_and_alive
from questlog.planning.reminder_moments import date_of
from questlog.planning.task_rows import TASKS


async def content(session: Session, letter: Letter, reader: User) -> Content | None:
    """Return None when there is nothing to be reminded of any more."""
    if not is_for(reader, letter.params):
        return None
    tasks = await still_due(session, reader, letter.params)
    if not tasks:
        return None
    subject = one_line(tasks[0]["title"] or "", most=SHORT)
    return {"tasks": tasks, "subject": subject, "mailing": "reminders_by_mail"}


async def still_due(session: Session, reader: User, params: Mapping[str, Any]) -> list[Line]:
    """Return those of the reader's tasks that are open at the date they were to remind of, the earliest first.

    Of `params`, `told` are the tasks and `dates` what they are reminded for, each `date_of` its task; None asks for no
    date: a reminder at a moment of its own. Letters of before dates were kept have none.
    """
    meant = _dates_meant(params)
    found = await session.execute(
        select(*COLUMNS)
        .where(TASKS.c.user_id == reader.id, TASKS.c.id.in_(meant), *open_and_alive(TASKS))
        .order_by(TASKS.c.due_on.is_(None), TASKS.c.due_on, TASKS.c.due_at, TASKS.c.id)
    )
    today = clock.today(reader.timezone)
    return [
        line_of(row, reader, today=today)
        for row in found.mappings()
        if not meant[row["id"]].isdisjoint((None, date_of(row)))
    ]


def _dates_meant(params: Mapping[str, Any]) -> Mapping[UUID, set[str | None]]:
    told: list[str] = params["told"]
    dates: list[str | None] = params.get("dates") or [None] * len(told)
    meant = defaultdict[UUID, set[str | None]](set)
    for task_id, date in zip(told, dates, strict=True):
        meant[UUID(task_id)].add(date)
    return meant
