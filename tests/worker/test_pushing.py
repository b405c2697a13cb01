"""Pushes: what is sent to a phone, when, and when not."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from questlog.automation import notification_settings
from questlog.automation.job_models import Job, NotificationSettings
from questlog.core.config import Settings
from questlog.core.db import Database, Session
from questlog.flows.remind import PUSH
from questlog.planning import tasks
from questlog.worker import reminding
from questlog.worker.house import House
from questlog.worker.reminding import PushFailedError
from questlog.worker.ticking import Ticker
from tests.support import receiver as receivers
from tests.support import world
from tests.support.canaries import Canaries
from tests.support.make import Make, Person
from tests.support.moving_clock import MovingClock, at
from tests.support.receiver import Receiver
from tests.support.reminding import (
    LONG_AGO,
    NOON,
    due_task,
    reader,
    remind_of,
    rows,
    send,
    tick_off,
)
from tests.support.smtp import SmtpServer
from tests.support.working import do_what_is_due

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


async def push_to(push_house: House, user: Person, url: str, **wanted: Any) -> None:
    await push_house.database.write(
        notification_settings.change,
        user.id,
        {"push_url": url, "reminders_by_push": True, **wanted},
        keyring=push_house.keyring,
    )


async def due_push(house: House, make: Make, phone: Receiver) -> Job:
    """Return the push that reminds a new user's phone of a task."""
    user = await make.user()
    await push_to(house, user, phone.url())
    await remind_of(make, user, await due_task(make, user))
    await reminding.remind(house, {})
    job: Job
    (job,) = await pushes(house)
    return job


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
    phone.answer = receivers.status(answer)
    job = await due_push(push_house, make, phone)

    with pytest.raises(PushFailedError, match=f"^{answer}$"):
        await reminding.push(push_house, job.args)


@pytest.mark.parametrize("answer", [400, 401, 403, 404, 410, 413])
async def test_a_push_that_is_refused_is_given_up(
    push_house: House, make: Make, phone: Receiver, answer: int
) -> None:
    phone.answer = receivers.status(answer)
    job = await due_push(push_house, make, phone)

    await reminding.push(push_house, job.args)

    assert len(phone.messages) == 1


async def test_a_push_never_goes_to_a_network_that_is_closed(
    push_house: House, house: House, make: Make, phone: Receiver
) -> None:
    job = await due_push(push_house, make, phone)

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
    await push_house.database.write(tick_off, task)

    await reminding.push(push_house, jobs[user.id])
    await reminding.push(push_house, jobs[done.id])
    moving_clock.stop_at(NOON + timedelta(hours=25))
    await reminding.push(push_house, jobs[late.id])

    assert phone.messages == []


async def test_a_push_that_is_tried_again_heeds_the_quiet_hours(
    push_house: House, make: Make, phone: Receiver, moving_clock: MovingClock
) -> None:
    user = await make.user()
    await push_to(push_house, user, phone.url(), quiet_from="12:01", quiet_to="13:00")
    await remind_of(make, user, await due_task(make, user))
    phone.answer = receivers.status(503)
    await reminding.remind(push_house, {})
    await do_what_is_due(push_house)
    phone.answer = receivers.status(200)

    counts = []
    for minutes in (10, 59, 60):
        moving_clock.stop_at(NOON + timedelta(minutes=minutes))
        await do_what_is_due(push_house)
        counts.append(len(phone.messages))

    assert counts == [1, 1, 2]


async def test_pushes_that_the_quiet_hours_put_off_all_come_afterwards(
    push_house: House, make: Make, phone: Receiver, moving_clock: MovingClock
) -> None:
    user = await make.user()
    await push_to(push_house, user, phone.url(), quiet_from="12:05", quiet_to="20:00")
    dentist = await due_task(make, user, at("2026-06-02T21:00:00"), title="Dentist")
    train = await due_task(make, user, at("2026-06-02T21:10:00"), title="Train")
    for task, minutes in ((dentist, 540), (dentist, 539), (train, 549)):
        await remind_of(make, user, task, minutes_before=minutes)
    await reminding.remind(push_house, {})
    moving_clock.stop_at(NOON + timedelta(minutes=1))
    await reminding.remind(push_house, {})

    moving_clock.stop_at(NOON + timedelta(minutes=6))
    await do_what_is_due(push_house)
    quiet = len(phone.messages)
    moving_clock.stop_at(at("2026-06-02T20:00:01"))
    await do_what_is_due(push_house)

    assert quiet == 0
    assert sorted(message.body.decode() for message in phone.messages) == [
        "Dentist, due today at 21:00",
        "Dentist, due today at 21:00\nTrain, due today at 21:10",
    ]


async def test_a_date_that_was_moved_in_the_quiet_hours_is_not_pushed(
    push_house: House, make: Make, phone: Receiver, moving_clock: MovingClock
) -> None:
    user = await make.user()
    await push_to(push_house, user, phone.url(), quiet_from="11:00", quiet_to="20:00")
    task = await due_task(make, user)
    await remind_of(make, user, task)
    await reminding.remind(push_house, {})

    later = {"due_date": NOON + timedelta(days=30)}
    await push_house.database.write(tasks.change, user.id, task.id, later, timezone="UTC")
    moving_clock.stop_at(at("2026-06-02T20:00:01"))
    await do_what_is_due(push_house)

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
    await session.execute(update(NotificationSettings).values(rounds_set_at=LONG_AGO))
