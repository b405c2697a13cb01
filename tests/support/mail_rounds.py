"""People in Berlin who want mails, and the rounds that make and send them."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import insert, select

from questlog.automation.job_models import Job, NotificationSettings
from questlog.automation.notification_settings import DEFAULTS
from questlog.core.config import Settings
from questlog.core.db import Database, Session
from questlog.flows import daily_digest, weekly_review
from questlog.worker import mailing, reminding
from questlog.worker.house import House
from tests.support.make import Make, Person
from tests.support.moving_clock import MovingClock, at

# A Tuesday; eight o'clock in Berlin.
EIGHT = at("2026-06-02T06:00:00")
TODAY = date(2026, 6, 2)
LONG_AGO = at("2026-01-01T00:00:00")
DAY, WEEK = daily_digest.ROUND, weekly_review.ROUND


@pytest.fixture
def house(database: Database, mail_settings: Settings, moving_clock: MovingClock) -> House:
    moving_clock.stop_at(EIGHT)
    return House(database, mail_settings)


async def reader(make: Make, *, wants: dict[str, Any], **more: Any) -> Person:
    """Make somebody in Berlin who wants mails."""
    user = await make.user(**{"email_verified_at": LONG_AGO, "timezone": "Europe/Berlin", **more})

    async def save(session: Session) -> None:
        row = {**DEFAULTS, "user_id": user.id, "created_at": LONG_AGO, "updated_at": LONG_AGO}
        await session.execute(insert(NotificationSettings).values({**row, **wants}))

    await make.database.write(save)
    return user


async def slots(database: Database) -> list[str | None]:
    async with database.reader() as session:
        return list(await session.scalars(select(Job.slot).order_by(Job.slot)))


async def carry_out(house: House) -> None:
    """Make the jobs, do them all as after a crash twice, and send what was written."""
    await reminding.make_mail_jobs(house, {})
    async with house.database.reader() as session:
        jobs = list(await session.scalars(select(Job)))
    for job in jobs:
        await reminding.ON_DEMAND[job.name](house, job.args)
        await reminding.ON_DEMAND[job.name](house, job.args)
    await mailing.send_waiting(house.database, house.settings)


def text_of(message: Any) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    text: str = body.get_content().replace("\r\n", "\n")
    return text
