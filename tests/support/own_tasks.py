"""A house in which somebody has tasks of their own: those of one test."""

from collections.abc import AsyncIterator, Iterator

import pytest
from sqlalchemy import select

from questlog.automation.job_models import Job
from questlog.core.config import Settings
from questlog.core.db import Database
from questlog.worker import crafts, home, schedule, taskiq_app
from questlog.worker.house import House
from questlog.worker.taskiq_app import broker
from questlog.worker.timetable import Timetable

NOT_OURS = tuple(schedule.WORK)


@pytest.fixture
async def house(database: Database, settings: Settings) -> AsyncIterator[House]:
    await crafts.load()
    home.move_in(database)
    yield House(database, settings)
    await crafts.close()
    home.move_out(database)


@pytest.fixture(autouse=True)
def own_tasks() -> Iterator[None]:
    """Forget the tasks of a test."""
    before = dict(broker.local_task_registry)
    yield
    broker.local_task_registry.clear()
    broker.local_task_registry.update(before)
    taskiq_app.timetable = Timetable(broker)


async def rows(house: House) -> list[Job]:
    """Return the jobs of the test's own tasks."""
    async with house.database.reader() as session:
        statement = select(Job).where(Job.name.not_in(NOT_OURS)).order_by(Job.slot, Job.id)
        return list((await session.scalars(statement)).all())
