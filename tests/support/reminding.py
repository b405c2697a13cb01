"""What is due at noon, who is to be told, and what has been written of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from questlog.core.db import Database, Session
from questlog.identity.models import User
from questlog.planning.models import Task
from questlog.planning.reminder_models import Reminder
from questlog.worker import mailing
from questlog.worker.house import House
from tests.support.make import Make, Person
from tests.support.moving_clock import at

NOON = at("2026-06-02T12:00:00")
LONG_AGO = at("2026-01-01T00:00:00")


async def reader(make: Make, **more: Any) -> Person:
    """Make somebody who can be mailed."""
    return await make.user(email_verified_at=LONG_AGO, **more)


async def due_task(make: Make, user: Person, due: datetime = NOON, **more: Any) -> Task:
    """Make a task that has had its date for long."""
    return await make.task(
        user, **{"due_on": due.date(), "due_at": due, "dated_at": LONG_AGO, **more}
    )


async def remind_of(make: Make, user: Person, task: Task, **more: Any) -> Reminder:
    return await make.reminder(
        user, task, **{"minutes_before": 30, "created_at": LONG_AGO, "updated_at": LONG_AGO, **more}
    )


async def rows(database: Database, model: Any, *conditions: Any) -> list[Any]:
    async with database.reader() as session:
        return list(await session.scalars(select(model).where(*conditions).order_by(model.id)))


async def send(house: House) -> None:
    while await mailing.send_waiting(house.database, house.settings):
        pass


def text_of(message: Any) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    text: str = body.get_content()
    return text


async def tick_off(session: Session, task: Task) -> None:
    await session.execute(update(Task).where(Task.id == task.id).values(completed_at=NOON))


async def move_to_mars(session: Session, user: Person) -> None:
    """Let somebody live in a zone that is unknown here."""
    await session.execute(update(User).where(User.id == user.id).values(timezone="Mars/Phobos"))
