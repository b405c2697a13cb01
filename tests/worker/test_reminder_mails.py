"""Reminders by mail: to a proved address, in one mail, and not in the quiet hours."""

from datetime import timedelta
from typing import Any

import pytest
from httpx2 import AsyncClient
from sqlalchemy import insert

from questlog.automation import mail
from questlog.automation.job_models import NotificationSettings
from questlog.automation.models import Event, Mail
from questlog.automation.notification_settings import DEFAULTS
from questlog.core.config import Settings
from questlog.core.db import Database, Session
from questlog.flows.complete_task import complete_task
from questlog.flows.remind import remind_all
from questlog.planning import tasks
from questlog.worker import mailing, reminding
from questlog.worker.house import House
from tests.support.make import Make, Person
from tests.support.moving_clock import MovingClock, at
from tests.support.reminding import (
    LONG_AGO,
    NOON,
    due_task,
    reader,
    remind_of,
    rows,
    send,
    text_of,
    tick_off,
)
from tests.support.smtp import SmtpServer


@pytest.fixture
def house(database: Database, mail_settings: Settings, moving_clock: MovingClock) -> House:
    moving_clock.stop_at(NOON)
    return House(database, mail_settings)


async def wish(database: Database, user: Person, **wanted: Any) -> None:
    async def save(session: Session) -> None:
        row = {**DEFAULTS, "user_id": user.id, "created_at": LONG_AGO, "updated_at": LONG_AGO}
        await session.execute(insert(NotificationSettings).values({**row, **wanted}))

    await database.write(save)


async def test_a_reminder_comes_by_mail_when_its_time_has_come_and_once(
    house: House, make: Make, smtp: SmtpServer, moving_clock: MovingClock
) -> None:
    user = await reader(make, timezone="Europe/Berlin")
    task = await due_task(make, user, NOON + timedelta(minutes=31), title="Call Ann")
    await remind_of(make, user, task)

    await reminding.remind(house, {})
    early = len(await rows(house.database, Mail))
    moving_clock.stop_at(NOON + timedelta(minutes=1))
    await reminding.remind(house, {})
    await reminding.remind(house, {})
    await send(house)

    (message,) = smtp.messages
    assert early == 0
    assert message["Subject"] == "Reminder: Call Ann"
    assert "- Call Ann, due today at 14:31" in text_of(message)
    assert message["To"] == user.email


async def test_reminders_that_are_due_together_are_one_mail(
    house: House, make: Make, smtp: SmtpServer
) -> None:
    user = await reader(make, locale="ru")
    for title in ("Первая", "Вторая", "Третья"):
        await remind_of(make, user, await due_task(make, user, title=title))

    await reminding.remind(house, {})
    await send(house)

    (message,) = smtp.messages
    assert message["Subject"] == "Напоминание: Первая и ещё 2"
    assert text_of(message).count("\n- ") == 3
    assert "- Вторая, срок: сегодня в 12:00" in text_of(message)


async def test_nobody_is_mailed_at_an_address_that_was_not_proved(
    house: House, make: Make, database: Database
) -> None:
    user = await make.user(email="victim@example.org")
    await remind_of(make, user, await due_task(make, user))

    told = await remind_all(database, sends_mail=True)

    assert told == 1
    assert await rows(database, Mail) == []


async def test_a_task_that_is_done_before_the_mail_leaves_is_not_mailed(
    house: House, make: Make, database: Database, smtp: SmtpServer
) -> None:
    user = await reader(make)
    task = await due_task(make, user)
    await remind_of(make, user, task)
    await reminding.remind(house, {})
    await database.write(tick_off, task)

    await send(house)

    assert smtp.messages == []


async def test_in_quiet_hours_mail_waits_and_the_event_does_not(
    house: House, make: Make, database: Database, smtp: SmtpServer, moving_clock: MovingClock
) -> None:
    user = await reader(make, timezone="Europe/Berlin")
    await wish(database, user, quiet_from="13:00", quiet_to="15:30")
    await remind_of(make, user, await due_task(make, user))

    await reminding.remind(house, {})
    await send(house)
    quiet = len(smtp.messages)
    ready = await mailing.readiness(database)
    moving_clock.stop_at(at("2026-06-02T13:30:00"))
    await send(house)

    assert len(await rows(database, Event, Event.type == "reminder.due")) == 1
    assert (quiet, len(smtp.messages)) == (0, 1)
    assert ready == "ok"


async def test_a_date_that_is_done_or_moved_in_the_quiet_hours_is_not_mailed(
    house: House, make: Make, database: Database, smtp: SmtpServer, moving_clock: MovingClock
) -> None:
    user = await reader(make)
    await wish(database, user, quiet_from="11:00", quiet_to="20:00")
    daily: dict[str, Any] = {"rule": "FREQ=DAILY", "rhythm_from": NOON.date()}
    pill = await due_task(make, user, title="Take the pill", due_time="12:00:00", **daily)
    call = await due_task(make, user, title="Call Ann")
    train = await due_task(make, user, title="Train")
    for task in (pill, call, train):
        await remind_of(make, user, task)
    await remind_all(database, sends_mail=True)

    await database.write(complete_task, user.id, pill.id, timezone="UTC")
    next_month = {"due_date": NOON + timedelta(days=30)}
    await database.write(tasks.change, user.id, call.id, next_month, timezone="UTC")
    moving_clock.stop_at(at("2026-06-02T20:00:01"))
    await send(house)

    (message,) = smtp.messages
    assert message["Subject"] == "Reminder: Train"
    assert text_of(message).count("\n- ") == 1


async def test_a_moment_of_ones_own_is_mailed_whatever_became_of_the_date(
    house: House, make: Make, database: Database, smtp: SmtpServer
) -> None:
    user = await reader(make)
    task = await due_task(make, user, title="Call Ann")
    await remind_of(make, user, task, minutes_before=None, at=NOON)
    await remind_all(database, sends_mail=True)

    later = {"due_date": NOON + timedelta(days=30)}
    await database.write(tasks.change, user.id, task.id, later, timezone="UTC")
    await send(house)

    assert [message["Subject"] for message in smtp.messages] == ["Reminder: Call Ann"]


async def test_a_mail_that_was_written_before_dates_were_kept_is_sent(
    house: House, make: Make, database: Database, smtp: SmtpServer
) -> None:
    user = await reader(make)
    task = await due_task(make, user, title="Call Ann")
    params = {"user_id": str(user.id), "told": [str(task.id)]}
    await database.write(
        mail.enqueue, "reminder", user.email, locale="en", params=params, expires_at=None
    )

    await send(house)

    assert [message["Subject"] for message in smtp.messages] == ["Reminder: Call Ann"]


async def test_a_title_with_a_line_end_breaks_no_header(
    house: House, make: Make, smtp: SmtpServer
) -> None:
    user = await reader(make)
    title = "Call\nBcc: eve@example.org\n\n" + "very " * 60 + "long"
    await remind_of(make, user, await due_task(make, user, title=title))

    await reminding.remind(house, {})
    await send(house)

    (message,) = smtp.messages
    assert smtp.recipients == [[user.email]]
    assert message["Bcc"] is None
    assert message["Subject"].startswith("Reminder: Call Bcc: eve@example.org very")
    assert len(message["Subject"]) <= 120


async def test_each_mail_can_be_switched_off_in_one_click(
    house: House, make: Make, client: AsyncClient, smtp: SmtpServer
) -> None:
    user = await reader(make)
    await remind_of(make, user, await due_task(make, user))
    await reminding.remind(house, {})
    await send(house)
    link = smtp.messages[0]["List-Unsubscribe"].strip("<>")
    address = link.removeprefix(house.settings.http.base_url)

    looked = await client.get(address)
    clicked = await client.post(
        address,
        content="List-Unsubscribe=One-Click",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    settings = await client.get("/api/v1/notifications/settings", headers=user.headers)

    assert smtp.messages[0]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link in text_of(smtp.messages[0])
    assert looked.json() == {"mailing": "reminders_by_mail", "subscribed": True}
    assert clicked.json() == {"mailing": "reminders_by_mail", "subscribed": False}
    assert settings.json()["reminders_by_mail"] is False
