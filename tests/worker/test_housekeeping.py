"""What is deleted when it is over."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from questlog.automation.models import Mail
from questlog.core import clock
from questlog.core.config import Settings
from questlog.core.db import Database, Session
from questlog.identity import email_codes, users
from questlog.identity.attempts import SignInLimits
from questlog.identity.front_desk import FrontDesk
from questlog.identity.models import SignInSession, User
from questlog.worker import housekeeping, mailing
from tests.support.make import Make
from tests.support.moving_clock import MovingClock
from tests.support.post import ask_for_a_code
from tests.support.smtp import SmtpServer

ADDRESS = "ada@example.org"


async def test_what_is_over_is_swept_away(
    database: Database, mail_settings: Settings, smtp: SmtpServer, moving_clock: MovingClock
) -> None:
    await ask_for_a_code(database, mail_settings)
    await mailing.send_waiting(database, mail_settings)
    moving_clock.move(days=8)

    await housekeeping.sweep(database)

    async with database.reader() as session:
        for table in ("mails", "email_codes", "attempt_counts"):
            found = await session.execute(select(Mail.metadata.tables[table]))
            assert found.all() == [], table


async def test_a_sweep_that_fails_holds_up_no_other_and_no_erasing(
    database: Database,
    desk: FrontDesk,
    make: Make,
    moving_clock: MovingClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    user = await make.user()
    await database.write(users.delete, user.id)
    moving_clock.move(days=90)

    async def broken(_session: Session) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(housekeeping, "SWEEPS", (broken, *housekeeping.SWEEPS))
    await housekeeping.keep_house(database, desk.keyring)

    async with database.reader() as session:
        for table in (SignInSession, User):
            assert (await session.scalars(select(table))).all() == []


async def test_uses_are_written_once_more_at_the_end(
    database: Database, desk: FrontDesk, make: Make
) -> None:
    user = await make.user()
    token = user.headers["Authorization"].removeprefix("Bearer ")
    await desk.presence.authenticate(database, token)
    stop = asyncio.Event()
    loop = asyncio.create_task(housekeeping.write_uses_forever(database, desk, stop))
    await asyncio.sleep(0)

    stop.set()
    await loop

    assert desk.presence._used == {}


def test_the_limits_are_those_of_the_parameters() -> None:
    limits = SignInLimits()

    assert (limits.login_per_account.most, limits.login_per_account.seconds) == (10, 300)
    assert (limits.code_per_email.most, limits.mails_per_email.most) == (20, 5)
    assert timedelta(minutes=5) == email_codes.LIFE
    assert clock.now().tzinfo is not None


async def test_the_last_use_is_stored_later_when_the_database_was_away(
    database: Database,
    make: Make,
    desk: FrontDesk,
    moving_clock: MovingClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    user = await make.user()
    token = user.headers["Authorization"].removeprefix("Bearer ")
    session_id = desk.access_tokens.read(token).session_id
    moving_clock.move(minutes=3)
    await desk.presence.authenticate(database, token)
    used = moving_clock.now()

    async def away(*_: object) -> None:
        raise OperationalError("UPDATE", {}, Exception("away"))

    with monkeypatch.context() as patch:
        patch.setattr(database, "write", away)
        with pytest.raises(OperationalError):
            await desk.presence.write_uses(database)
    await desk.presence.write_uses(database)

    async with database.reader() as session:
        stored = await session.get_one(SignInSession, session_id)
    assert abs(stored.last_used_at - used) < timedelta(seconds=1)
