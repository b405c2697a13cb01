"""What a mail or a push about due reminders says: the tasks that are still open when it is sent."""

from collections.abc import Iterable
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
from questlog.planning.task_rows import TASKS


async def content(session: Session, letter: Letter, reader: User) -> Content | None:
    """Return None when there is nothing to be reminded of any more."""
    if not is_for(reader, letter.params):
        return None
    tasks = await still_open(session, reader, map(UUID, letter.params["told"]))
    if not tasks:
        return None
    subject = one_line(tasks[0]["title"] or "", most=SHORT)
    return {"tasks": tasks, "subject": subject, "mailing": "reminders_by_mail"}


async def still_open(session: Session, reader: User, task_ids: Iterable[UUID]) -> list[Line]:
    """Return those of the reader's tasks that are open, the earliest first."""
    today = clock.today(reader.timezone)
    found = await session.execute(
        select(*COLUMNS)
        .where(TASKS.c.user_id == reader.id, TASKS.c.id.in_(set(task_ids)), *open_and_alive(TASKS))
        .order_by(TASKS.c.due_on.is_(None), TASKS.c.due_on, TASKS.c.due_at, TASKS.c.id)
    )
    return [line_of(row, reader, today=today) for row in found.mappings()]
