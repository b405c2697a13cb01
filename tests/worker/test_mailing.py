"""Mail on its way: tried a few times, never too late, never twice at once (F-25)."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import select

from questlog.automation import mail
from questlog.automation.models import Mail
from questlog.core.config import Settings
from questlog.core.db import Database, Session
from questlog.identity import email_codes
from questlog.identity.front_desk import FrontDesk
from questlog.main import create_app
from questlog.worker import mailing
from tests.conftest import CHEAP
from tests.support import smtp as faults
from tests.support.doors import client_from
from tests.support.make import Make
from tests.support.moving_clock import MovingClock
from tests.support.post import ask_for_a_code
from tests.support.smtp import Fault, SmtpServer

ADDRESS = "ada@example.org"


async def rows(database: Database) -> list[Mail]:
    async with database.reader() as session:
        return list(await session.scalars(select(Mail).order_by(Mail.id)))


async def test_a_mail_is_sent_at_once_when_it_is_committed(
    database: Database, mail_settings: Settings, smtp: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailing, "POLL_S", 60)
    stop = asyncio.Event()
    loop = asyncio.create_task(mailing.run_forever(database, mail_settings, stop))
    await asyncio.sleep(0.05)

    await ask_for_a_code(database, mail_settings)
    await smtp.message(1, within=2)

    stop.set()
    await loop
    (row,) = await rows(database)
    assert row.sent_at is not None
    assert (row.attempts, row.last_error) == (1, None)


async def test_a_mail_that_another_process_wrote_is_found(
    database: Database, mail_settings: Settings, smtp: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailing, "POLL_S", 0.05)
    stop = asyncio.Event()
    await ask_for_a_code(database, mail_settings)

    loop = asyncio.create_task(mailing.run_forever(database, mail_settings, stop))
    await smtp.message(1, within=2)

    stop.set()
    await loop
    assert smtp.recipients == [[ADDRESS]]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (faults.temporary(), "refused"),
        (faults.temporary(at="RCPT"), "refused"),
        (faults.dropped(), "unreachable"),
    ],
)
async def test_f25_a_fault_that_may_pass_is_tried_again(
    database: Database,
    mail_settings: Settings,
    smtp: SmtpServer,
    moving_clock: MovingClock,
    fault: Fault,
    reason: str,
) -> None:
    smtp.faults = [fault, fault]
    await ask_for_a_code(database, mail_settings)
    await mailing.send_waiting(database, mail_settings)
    at_once = await mailing.send_waiting(database, mail_settings)
    (failed,) = await rows(database)
    moving_clock.move(seconds=6)
    await mailing.send_waiting(database, mail_settings)
    moving_clock.move(seconds=21)

    await mailing.send_waiting(database, mail_settings)

    (row,) = await rows(database)
    assert at_once == 0
    assert failed.last_error == reason
    assert len(smtp.messages) == 1
    assert (row.attempts, row.sent_at is not None) == (3, True)


async def test_f25_a_server_that_is_down_is_tried_again(
    database: Database, mail_settings: Settings, smtp: SmtpServer, moving_clock: MovingClock
) -> None:
    await ask_for_a_code(database, mail_settings)
    await smtp.refuse()
    await mailing.send_waiting(database, mail_settings)
    (failed,) = await rows(database)
    await smtp.listen()
    moving_clock.move(seconds=6)

    await mailing.send_waiting(database, mail_settings)

    assert failed.last_error == "unreachable"
    assert len(smtp.messages) == 1


async def test_f25_a_refusal_for_good_is_not_tried_again(
    database: Database, mail_settings: Settings, smtp: SmtpServer, moving_clock: MovingClock
) -> None:
    smtp.faults = [faults.permanent()]
    await ask_for_a_code(database, mail_settings)
    await mailing.send_waiting(database, mail_settings)
    moving_clock.move(minutes=1)

    taken = await mailing.send_waiting(database, mail_settings)

    (row,) = await rows(database)
    assert taken == 0
    assert (row.failed_at is not None, row.last_error) == (True, "rejected")
    assert smtp.messages == []


async def test_f25_a_code_that_expired_is_not_mailed(
    database: Database, mail_settings: Settings, smtp: SmtpServer, moving_clock: MovingClock
) -> None:
    await ask_for_a_code(database, mail_settings)
    moving_clock.move(minutes=5, seconds=1)

    await mailing.send_waiting(database, mail_settings)

    (row,) = await rows(database)
    assert (row.sent_at, row.last_error) == (None, "expired")
    assert smtp.messages == []


async def test_f25_the_last_try_is_within_the_life_of_the_code(
    database: Database, mail_settings: Settings, smtp: SmtpServer, moving_clock: MovingClock
) -> None:
    smtp.faults = [faults.temporary()] * 20
    await ask_for_a_code(database, mail_settings)

    for _ in range(100):
        await mailing.send_waiting(database, mail_settings)
        moving_clock.move(seconds=5)

    (row,) = await rows(database)
    assert 3 <= row.attempts <= 5
    assert row.failed_at is not None
    assert row.failed_at < row.created_at + email_codes.LIFE
    assert smtp.messages == []


async def test_two_postmen_send_every_mail_once(
    database: Database, mail_settings: Settings, smtp: SmtpServer
) -> None:
    for number in range(12):
        await ask_for_a_code(database, mail_settings, f"user{number}@example.org")

    await asyncio.gather(*(mailing.send_waiting(database, mail_settings) for _ in range(4)))

    assert len(smtp.recipients) == 12
    assert len({recipient for (recipient,) in smtp.recipients}) == 12


async def test_a_mail_whose_sender_died_is_taken_up_by_the_next(
    database: Database, mail_settings: Settings, smtp: SmtpServer, moving_clock: MovingClock
) -> None:
    await ask_for_a_code(database, mail_settings)
    await database.write(mail.claim, 8)
    early = await mailing.send_waiting(database, mail_settings)
    moving_clock.move(seconds=61)

    late = await mailing.send_waiting(database, mail_settings)

    assert (early, late) == (0, 1)
    assert len(smtp.messages) == 1


async def test_a_mail_of_a_change_that_failed_does_not_exist(database: Database) -> None:
    async def broken(session: Session) -> None:
        await mail.enqueue(session, "code", ADDRESS, locale="en", params={}, expires_at=None)
        raise LookupError("the step after it")

    with pytest.raises(LookupError):
        await database.write(broken)

    assert await rows(database) == []


async def test_a_letter_that_cannot_be_written_keeps_no_other_waiting_and_is_given_up(
    database: Database, mail_settings: Settings, smtp: SmtpServer, moving_clock: MovingClock
) -> None:
    odd: dict[str, Any] = {"locale": "en", "params": {}, "expires_at": None}
    await database.write(mail.enqueue, "of_a_newer_version", ADDRESS, **odd)
    await ask_for_a_code(database, mail_settings)

    for _ in range(mailing.MOST_TRIES_TO_WRITE + 2):
        await mailing.send_waiting(database, mail_settings)
        moving_clock.move(minutes=20)

    unwritten, sent = await rows(database)
    assert sent.sent_at is not None
    assert unwritten.failed_at is not None
    assert (unwritten.attempts, unwritten.last_error) == (mailing.MOST_TRIES_TO_WRITE, "unwritten")


async def test_what_waits_is_counted(
    database: Database, mail_settings: Settings, smtp: SmtpServer
) -> None:
    await ask_for_a_code(database, mail_settings)

    before = await database.read(mail.backlog)
    await mailing.send_waiting(database, mail_settings)
    after = await database.read(mail.backlog)

    assert (before.waiting, before.oldest_at is not None) == (1, True)
    assert (after.waiting, after.oldest_at) == (0, None)


async def test_f25_ready_tells_of_mail_that_does_not_get_away(
    database: Database, mail_settings: Settings, moving_clock: MovingClock
) -> None:
    desk = FrontDesk(mail_settings, cost=CHEAP)
    app = create_app(mail_settings, database, desk)
    await ask_for_a_code(database, mail_settings)
    async with client_from(app, "127.0.0.1") as client:
        early = await client.get("/ready")
        moving_clock.move(seconds=61)

        late = await client.get("/ready")

    assert early.json()["checks"]["mail"] == "ok"
    assert late.json()["checks"]["mail"].startswith("1 waiting, the oldest since ")
    assert late.json()["checks"]["database"] == "ok"
    desk.close()


async def test_without_a_mail_server_the_loop_waits_to_be_stopped(
    database: Database, settings: Settings
) -> None:
    stop = asyncio.Event()
    loop = asyncio.create_task(mailing.run_forever(database, settings, stop))
    await asyncio.sleep(0)

    stop.set()

    await asyncio.wait_for(loop, 1)


async def test_a_mail_shows_nothing_of_its_reader_as_html(
    database: Database, mail_settings: Settings, smtp: SmtpServer, make: Make
) -> None:
    await make.user(email=ADDRESS, locale="ru", name="<script>alert(1)</script>")
    await ask_for_a_code(database, mail_settings)

    await mailing.send_waiting(database, mail_settings)

    message = smtp.messages[0]
    html = message.get_body(("html",))
    assert html is not None
    assert "<script" not in html.get_content()
    assert 'lang="ru"' in html.get_content()
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["To"] == ADDRESS
