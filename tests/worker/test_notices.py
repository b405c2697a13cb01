"""The mail that a webhook was switched off: to whom, how often, and when."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from questlog.automation import notification_settings
from questlog.automation.delivery_results import SwitchOff
from questlog.automation.models import Mail
from questlog.automation.webhook_models import Webhook
from questlog.core.db import Database, Session
from questlog.flows.switch_off_webhook import switch_off
from questlog.worker import mailing
from questlog.worker.house import House
from tests.support.make import Make, Person
from tests.support.moving_clock import MovingClock
from tests.support.reminding import LONG_AGO, NOON, reader
from tests.support.smtp import SmtpServer


async def goes(database: Database, user: Person, webhook_id: UUID) -> None:
    async def step(session: Session) -> None:
        on = {"disabled_at": None, "disabled_reason": None}
        await session.execute(update(Webhook).where(Webhook.id == webhook_id).values(on))
        await switch_off(session, SwitchOff(webhook_id=webhook_id, user_id=user.id, reason="gone"))

    await database.write(step)


async def mails(database: Database) -> Sequence[Mail]:
    async with database.reader() as session:
        return (await session.scalars(select(Mail).order_by(Mail.created_at))).all()


@pytest.mark.parametrize(
    "odd",
    [{"email_verified_at": None}, {"email_verified_at": LONG_AGO, "deactivated_at": LONG_AGO}],
    ids=["address not proved", "closed"],
)
async def test_who_cannot_be_mailed_gets_no_notice(
    make: Make, database: Database, odd: dict[str, Any]
) -> None:
    user = await make.user(**odd)
    webhook = await make.webhook(user, description="Buy at https://evil.example")

    await goes(database, user, webhook.id)

    assert await mails(database) == []


async def test_an_endpoint_that_goes_again_and_again_is_told_of_once_a_day(
    make: Make, database: Database, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(NOON)
    user = await reader(make)
    often, other = await make.webhook(user), await make.webhook(user)
    for _ in range(3):
        await goes(database, user, often.id)
    await goes(database, user, other.id)
    of_the_day = len(await mails(database))

    moving_clock.move(days=1)
    await goes(database, user, often.id)

    assert (of_the_day, len(await mails(database))) == (2, 3)


async def test_a_notice_waits_for_the_end_of_the_quiet_hours(
    make: Make, mail_settings: Any, database: Database, moving_clock: MovingClock, smtp: SmtpServer
) -> None:
    moving_clock.stop_at(NOON)
    house = House(database, mail_settings)
    user = await reader(make)
    quiet = {"quiet_from": "11:00", "quiet_to": "14:00"}
    await database.write(notification_settings.change, user.id, quiet, keyring=house.keyring)

    await goes(database, user, (await make.webhook(user)).id)
    await mailing.send_waiting(database, mail_settings)
    in_quiet = len(smtp.messages)
    moving_clock.stop_at(NOON + timedelta(hours=2))
    await mailing.send_waiting(database, mail_settings)

    assert (in_quiet, len(smtp.messages)) == (0, 1)
