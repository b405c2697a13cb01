"""Who holds a mail: one sender at a time, and a late one changes nothing."""

import asyncio
from datetime import timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy import insert, select, text

from questlog.automation import mail
from questlog.automation.models import Mail
from questlog.clients import smtp as client
from questlog.core import clock
from questlog.core.config import Settings
from questlog.core.db import Database, Session
from questlog.core.ids import new_id
from questlog.core.outside_settings import MailSettings
from questlog.worker import mailing
from tests.support.moving_clock import MovingClock
from tests.support.post import ask_for_a_code


async def waiting(session: Session, count: int) -> None:
    now = clock.now()
    rows = [
        {
            "id": new_id(),
            "to_address": "ada@example.org",
            "template": "code",
            "locale": "en",
            "params": {},
            "created_at": now,
            "due_at": now - timedelta(seconds=number),
        }
        for number in range(count)
    ]
    await session.execute(insert(Mail), rows)


async def test_a_handful_is_taken_however_many_wait(database: Database) -> None:
    async with database.writer() as session:
        await waiting(session, 100)
        await session.execute(text("ANALYZE mails"))

    taken = [await database.write(mail.claim, 8) for _ in range(3)]

    assert [len(each) for each in taken] == [8, 8, 8]
    assert len({letter.id for each in taken for letter in each}) == 24


async def test_a_sender_whose_lease_ran_out_changes_nothing(
    database: Database, moving_clock: MovingClock
) -> None:
    now = clock.now()
    moving_clock.stop_at(now)
    await database.write(waiting, 1)
    (slow,) = await database.write(mail.claim, 8)
    moving_clock.stop_at(now + mail.LEASE + timedelta(seconds=1))
    (quick,) = await database.write(mail.claim, 8)

    await database.write(mail.postpone, slow, "timeout")
    await database.write(mail.mark_failed, slow, "timeout")
    meanwhile = await database.write(mail.claim, 8)
    await database.write(mail.mark_sent, quick)
    await database.write(mail.mark_failed, slow, "timeout")

    async with database.reader() as session:
        row = await session.scalar(select(Mail))
    assert row is not None
    assert (meanwhile, row.attempts, row.failed_at, row.last_error) == ([], 2, None, None)
    assert row.sent_at is not None


async def test_a_slow_server_is_left_within_the_lease_of_a_mail(
    database: Database, mail_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def dawdle(_settings: MailSettings, _message: EmailMessage) -> None:
        await asyncio.sleep(60)

    monkeypatch.setattr(client, "_send", dawdle)
    monkeypatch.setattr(client, "WHOLE_S", 0.05)
    await ask_for_a_code(database, mail_settings)

    await asyncio.wait_for(mailing.send_waiting(database, mail_settings), 10)

    async with database.reader() as session:
        row = await session.scalar(select(Mail))
    assert row is not None
    assert (row.last_error, row.sent_at, row.leased_until) == ("timeout", None, None)


def test_the_time_for_a_mail_is_shorter_than_its_lease() -> None:
    left = mail.LEASE - timedelta(seconds=client.WHOLE_S)

    assert left >= timedelta(seconds=15)
