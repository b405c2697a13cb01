"""Telling people what is due: by real mail, by push, and as an event; once, and not in the quiet hours."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from httpx2 import AsyncClient
from sqlalchemy import func, insert, select, update

from questlog.automation import notification_settings
from questlog.automation.job_models import Job, NotificationSettings
from questlog.automation.models import Event, Mail
from questlog.automation.notification_settings import DEFAULTS
from questlog.core import clock
from questlog.core.config import Settings
from questlog.core.db import Database, Session
from questlog.core.ids import new_id
from questlog.flows.remind import PUSH, remind_all
from questlog.planning import tasks
from questlog.planning.models import Task
from questlog.planning.reminder_models import Reminder
from questlog.worker import mailing, reminding
from questlog.worker.house import House
from questlog.worker.reminding import PushFailedError
from questlog.worker.ticking import Ticker
from tests.support import receiver as receivers
from tests.support import world
from tests.support.canaries import Canaries
from tests.support.make import Make, Person
from tests.support.moving_clock import MovingClock, at
from tests.support.receiver import Receiver
from tests.support.smtp import SmtpServer
from tests.support.working import do_what_is_due

NOON = at("2026-06-02T12:00:00")
TODAY = date(2026, 6, 2)
LONG_AGO = at("2026-01-01T00:00:00")
TOPIC = "/secret-topic-Zk3v9"


@pytest.fixture
def house(database: Database, mail_settings: Settings, moving_clock: MovingClock) -> House:
    moving_clock.stop_at(NOON)
    return House(database, mail_settings)


@pytest.fixture
async def phone() -> AsyncIterator[Receiver]:
    async with receivers.receiving() as receiver:
        yield receiver


@pytest.fixture
def push_house(
    database: Database, database_address: str, tmp_path: Path, moving_clock: MovingClock
) -> House:
    moving_clock.stop_at(NOON)
    settings = world.settings(
        database_address, tmp_path, WEBHOOK_ALLOWED_NETWORKS=receivers.NETWORKS
    )
    return House(database, settings)


async def reader(make: Make, **more: Any) -> Person:
    """Make somebody who can be mailed."""
    return await make.user(email_verified_at=LONG_AGO, **more)


async def due_task(make: Make, user: Person, due: datetime = NOON, **more: Any) -> Task:
    return await make.task(user, due_on=due.date(), due_at=due, **more)


async def remind_of(make: Make, user: Person, task: Task, **more: Any) -> Reminder:
    return await make.reminder(
        user, task, **{"minutes_before": 30, "created_at": LONG_AGO, "updated_at": LONG_AGO, **more}
    )


async def wish(database: Database, user: Person, **wanted: Any) -> None:
    async def save(session: Session) -> None:
        row = {**DEFAULTS, "user_id": user.id, "created_at": LONG_AGO, "updated_at": LONG_AGO}
        await session.execute(insert(NotificationSettings).values({**row, **wanted}))

    await database.write(save)


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


async def test_a_reminder_is_an_event_with_what_others_need_to_know(
    house: House, make: Make, database: Database
) -> None:
    user = await reader(make)
    task = await due_task(make, user, title="Call Ann")
    reminder = await remind_of(make, user, task)

    await reminding.remind(house, {})

    (event,) = await rows(database, Event, Event.type == "reminder.due")
    assert (event.user_id, event.subject_id, event.actor) == (user.id, reminder.id, "system")
    assert event.payload == {
        "task_id": str(task.id),
        "title": "Call Ann",
        "due_date": "2026-06-02T12:00:00+00:00",
        "at": None,
        "minutes_before": 30,
    }


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


async def test_a_series_reminds_before_each_of_its_dates(
    house: House, make: Make, database: Database, moving_clock: MovingClock
) -> None:
    user = await reader(make)
    task = await make.task(user, due_on=TODAY, rule="FREQ=DAILY", rhythm_from=TODAY)
    await remind_of(make, user, task, minutes_before=0)
    told = []

    for day in range(3):
        moving_clock.stop_at(NOON + timedelta(days=day))
        told.append(await remind_all(database, sends_mail=False))
        told.append(await remind_all(database, sends_mail=False))
        await _complete(make, user, task)

    assert told == [1, 0, 1, 0, 1, 0]


async def _complete(make: Make, user: Person, task: Task) -> None:
    async def step(session: Session) -> None:
        await session.execute(
            update(Task).where(Task.id == task.id).values(due_on=clock.today("UTC") + timedelta(1))
        )

    await make.database.write(step)


async def test_a_task_that_is_moved_reminds_again(
    house: House, make: Make, database: Database
) -> None:
    user = await reader(make)
    task = await due_task(make, user)
    await remind_of(make, user, task)
    first = await remind_all(database, sends_mail=False)

    later = {"due_date": NOON + timedelta(minutes=20)}
    await database.write(tasks.change, user.id, task.id, later, timezone="UTC")
    again = await remind_all(database, sends_mail=False)

    assert (first, again) == (1, 1)


@pytest.mark.parametrize(
    "gone",
    [
        {"completed_at": NOON},
        {"deleted_at": NOON, "deletion_id": new_id()},
        {"state": "cancelled"},
    ],
)
async def test_nobody_is_reminded_of_what_is_done_or_given_up(
    house: House, make: Make, database: Database, gone: dict[str, Any]
) -> None:
    user = await reader(make)
    task = await due_task(make, user, **gone)
    await remind_of(make, user, task)
    await remind_of(make, user, task, minutes_before=None, at=NOON)

    assert await remind_all(database, sends_mail=True) == 0


async def test_a_closed_account_is_left_alone(house: House, make: Make, database: Database) -> None:
    user = await reader(make, deactivated_at=NOON)
    await remind_of(make, user, await due_task(make, user))

    assert await remind_all(database, sends_mail=True) == 0


async def test_after_a_day_without_a_server_old_reminders_are_let_be(
    house: House, make: Make, database: Database
) -> None:
    user = await reader(make)
    for hours in (23, 25):
        task = await due_task(make, user, NOON - timedelta(hours=hours))
        await remind_of(make, user, task, minutes_before=0)
        await remind_of(make, user, task, minutes_before=None, at=NOON - timedelta(hours=hours))

    assert await remind_all(database, sends_mail=False) == 2


async def test_ten_who_look_at_once_tell_once(house: House, make: Make, database: Database) -> None:
    user = await reader(make)
    for _ in range(5):
        await remind_of(make, user, await due_task(make, user))

    told = await asyncio.gather(*(remind_all(database, sends_mail=True) for _ in range(10)))

    assert sum(told) == 5
    async with database.reader() as session:
        events = select(func.count()).where(Event.type == "reminder.due")
        assert await session.scalar(events) == 5
        assert 1 <= (await session.scalar(select(func.count()).select_from(Mail)) or 0) <= 5


async def test_a_reminder_whose_round_broke_is_told_by_the_next(
    house: House, make: Make, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = await reader(make)
    await remind_of(make, user, await due_task(make, user))

    async def broken(*_: Any) -> None:
        raise LookupError("the step after the claim")

    with monkeypatch.context() as patch:
        patch.setattr(notification_settings, "of", broken)
        with pytest.raises(LookupError):
            await remind_all(database, sends_mail=True)
    left = await rows(database, Event, Event.type == "reminder.due")
    told = await remind_all(database, sends_mail=True)

    assert (left, told) == ([], 1)
    assert len(await rows(database, Mail)) == 1


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
    await database.write(_done, task)

    await send(house)

    assert smtp.messages == []


async def _done(session: Session, task: Task) -> None:
    await session.execute(update(Task).where(Task.id == task.id).values(completed_at=NOON))


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


async def push_to(push_house: House, user: Person, url: str, **wanted: Any) -> None:
    await push_house.database.write(
        notification_settings.change,
        user.id,
        {"push_url": url, "reminders_by_push": True, **wanted},
        keyring=push_house.keyring,
    )


async def pushes(house: House) -> list[Any]:
    return await rows(house.database, Job, Job.name == PUSH)


async def test_a_push_says_what_is_due_in_the_body(
    push_house: House, make: Make, phone: Receiver, canaries: Canaries
) -> None:
    user = await make.user(locale="ru")
    canaries.kept.add(TOPIC)
    canaries.went = True
    await push_to(push_house, user, phone.url(TOPIC))
    await remind_of(make, user, await due_task(make, user, title="Позвонить Ане"))

    await reminding.remind(push_house, {})
    (job,) = await pushes(push_house)
    await reminding.push(push_house, job.args)

    (message,) = phone.messages
    assert message.path == TOPIC
    assert message.body.decode() == "Позвонить Ане, срок: сегодня в 12:00"
    assert message.headers["title"] == "Questlog"
    assert message.headers["content-type"] == "text/plain; charset=utf-8"


async def test_a_push_waits_for_the_end_of_the_quiet_hours(
    push_house: House, make: Make, phone: Receiver
) -> None:
    user = await make.user()
    await push_to(push_house, user, phone.url(), quiet_from="11:00", quiet_to="13:00")
    await remind_of(make, user, await due_task(make, user))

    await reminding.remind(push_house, {})

    (job,) = await pushes(push_house)
    assert job.due_at == at("2026-06-02T13:00:00")


@pytest.mark.parametrize("answer", [500, 503, 429, 408])
async def test_a_push_that_fails_for_now_is_tried_again(
    push_house: House, make: Make, phone: Receiver, answer: int
) -> None:
    user = await make.user()
    phone.answer = receivers.status(answer)
    await push_to(push_house, user, phone.url())
    await remind_of(make, user, await due_task(make, user))
    await reminding.remind(push_house, {})
    (job,) = await pushes(push_house)

    with pytest.raises(PushFailedError, match=f"^{answer}$"):
        await reminding.push(push_house, job.args)


@pytest.mark.parametrize("answer", [400, 401, 403, 404, 410, 413])
async def test_a_push_that_is_refused_is_given_up(
    push_house: House, make: Make, phone: Receiver, answer: int
) -> None:
    user = await make.user()
    phone.answer = receivers.status(answer)
    await push_to(push_house, user, phone.url())
    await remind_of(make, user, await due_task(make, user))
    await reminding.remind(push_house, {})
    (job,) = await pushes(push_house)

    await reminding.push(push_house, job.args)

    assert len(phone.messages) == 1


async def test_a_push_never_goes_to_a_network_that_is_closed(
    push_house: House, house: House, make: Make, phone: Receiver
) -> None:
    user = await make.user()
    await push_to(push_house, user, phone.url())
    await remind_of(make, user, await due_task(make, user))
    await reminding.remind(push_house, {})
    (job,) = await pushes(push_house)

    await reminding.push(house, job.args)

    assert phone.messages == []


async def test_a_push_that_is_not_wanted_any_more_is_not_sent(
    push_house: House, make: Make, phone: Receiver, moving_clock: MovingClock
) -> None:
    user, late, done = await make.user(), await make.user(), await make.user()
    for each in (user, late, done):
        await push_to(push_house, each, phone.url())
        task = await due_task(make, each)
        await remind_of(make, each, task)
    await reminding.remind(push_house, {})
    jobs = {job.user_id: job.args for job in await pushes(push_house)}
    await push_house.database.write(
        notification_settings.change, user.id, {"push_url": None}, keyring=push_house.keyring
    )
    await push_house.database.write(_done, task)

    await reminding.push(push_house, jobs[user.id])
    await reminding.push(push_house, jobs[done.id])
    moving_clock.stop_at(NOON + timedelta(hours=25))
    await reminding.push(push_house, jobs[late.id])

    assert phone.messages == []


async def test_the_schedule_reminds_mails_and_pushes(
    database: Database,
    database_address: str,
    tmp_path: Path,
    make: Make,
    moving_clock: MovingClock,
    smtp: SmtpServer,
    phone: Receiver,
    canaries: Canaries,
) -> None:
    moving_clock.stop_at(at("2026-06-02T08:00:00"))
    extra = {"SMTP_HOST": smtp.host, "SMTP_PORT": str(smtp.port), "SMTP_TLS": "none"}
    settings = world.settings(
        database_address, tmp_path, WEBHOOK_ALLOWED_NETWORKS=receivers.NETWORKS, **extra
    )
    house = House(database, settings)
    canaries.kept.add(TOPIC)
    canaries.went = True
    user = await reader(make)
    await push_to(house, user, phone.url(TOPIC), daily_digest=True)
    await database.write(_wished_long_ago)
    task = await due_task(make, user, at("2026-06-02T08:10:00"), title="Call Ann")
    await remind_of(make, user, task)
    phone.answer = receivers.status(503)

    await Ticker().tick(database)
    await do_what_is_due(house)
    phone.answer = receivers.status(200)
    moving_clock.stop_at(at("2026-06-02T08:00:10"))
    await do_what_is_due(house)
    await send(house)

    assert [message.path for message in phone.messages] == [TOPIC, TOPIC]
    assert sorted(message["Subject"] for message in smtp.messages) == [
        "Reminder: Call Ann",
        "Your day: Tuesday, 2 June",
    ]


async def _wished_long_ago(session: Session) -> None:
    await session.execute(update(NotificationSettings).values(updated_at=LONG_AGO))
