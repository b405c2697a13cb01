"""The daily digest and the weekly review: who gets which, when, and once."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from questlog.automation import jobs, notification_settings
from questlog.automation.job_models import NotificationSettings
from questlog.automation.models import Mail
from questlog.core.config import Settings
from questlog.core.db import Database, Session
from questlog.core.ids import new_id
from questlog.flows.mail_rounds import make_jobs
from questlog.worker import mailing, reminding
from questlog.worker.house import House
from tests.support import smtp as faults
from tests.support.mail_rounds import (
    DAY,
    EIGHT,
    LONG_AGO,
    TODAY,
    WEEK,
    carry_out,
    house,
    reader,
    slots,
)
from tests.support.make import Make
from tests.support.moving_clock import MovingClock, at
from tests.support.reminding import move_to_mars
from tests.support.smtp import SmtpServer

__all__ = ["house"]


async def test_a_digest_is_made_at_its_hour_by_the_readers_clock_and_once_a_day(
    house: House, make: Make, database: Database, moving_clock: MovingClock
) -> None:
    user = await reader(make, wants={"daily_digest": True})
    moving_clock.stop_at(EIGHT - timedelta(seconds=1))
    early = await make_jobs(database, DAY)
    moving_clock.stop_at(EIGHT)

    made = [await make_jobs(database, DAY) for _ in range(3)]

    assert (early, made) == (0, [1, 0, 0])
    assert await slots(database) == [f"{user.id}:2026-06-02"]


async def test_a_zone_that_is_unknown_here_keeps_nobody_else_from_the_digest(
    house: House, make: Make, database: Database
) -> None:
    odd, well = [await reader(make, wants={"daily_digest": True}) for _ in range(2)]
    await database.write(move_to_mars, odd)

    made = await make_jobs(database, DAY)

    assert made == 1
    assert await slots(database) == [f"{well.id}:2026-06-02"]


async def test_a_reader_whom_the_database_refuses_keeps_nobody_else_from_the_digest(
    house: House, make: Make, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd, *well = [await reader(make, wants={"daily_digest": True}) for _ in range(3)]
    real = jobs.enqueue

    async def enqueue(session: Session, *rest: Any, **more: Any) -> Any:
        refused = {"user_id": new_id()} if more["user_id"] == odd.id else {}
        return await real(session, *rest, **{**more, **refused})

    monkeypatch.setattr(jobs, "enqueue", enqueue)
    made = await make_jobs(database, DAY)

    assert made == 2
    assert await slots(database) == sorted(f"{user.id}:2026-06-02" for user in well)


async def test_ten_schedulers_make_each_digest_once(
    house: House, make: Make, database: Database
) -> None:
    for _ in range(3):
        await reader(make, wants={"daily_digest": True})

    made = await asyncio.gather(*(make_jobs(database, DAY) for _ in range(10)))

    assert sum(made) == 3


async def test_a_job_that_runs_twice_at_once_writes_one_mail(
    house: House, make: Make, database: Database, smtp: SmtpServer
) -> None:
    user = await reader(make, wants={"daily_digest": True})
    await make.task(user, due_on=TODAY)
    args = {"user_id": str(user.id), "day": TODAY.isoformat()}

    await asyncio.gather(
        *(reminding.send_daily_digest(house, args) for _ in range(5)), return_exceptions=True
    )

    async with database.reader() as session:
        mails = (await session.scalars(select(Mail))).all()
    assert len(mails) == 1


async def test_after_a_pause_the_newest_is_made_and_no_other(
    house: House, make: Make, database: Database, moving_clock: MovingClock
) -> None:
    user = await reader(make, wants={"daily_digest": True})
    moving_clock.stop_at(EIGHT + timedelta(days=3, hours=11))

    await make_jobs(database, DAY)

    assert await slots(database) == [f"{user.id}:2026-06-05"]


async def test_who_switches_it_on_after_its_hour_gets_the_next_one(
    house: House, make: Make, database: Database, moving_clock: MovingClock
) -> None:
    await reader(make, wants={"daily_digest": True, "rounds_set_at": EIGHT + timedelta(minutes=1)})
    moving_clock.stop_at(EIGHT + timedelta(minutes=2))
    today = await make_jobs(database, DAY)
    moving_clock.stop_at(EIGHT + timedelta(days=1))

    tomorrow = await make_jobs(database, DAY)

    assert (today, tomorrow) == (0, 1)


async def test_what_changes_nothing_about_digests_loses_none(
    house: House, make: Make, database: Database, moving_clock: MovingClock
) -> None:
    user = await reader(make, wants={"daily_digest": True, "rounds_set_at": LONG_AGO})
    moving_clock.stop_at(EIGHT + timedelta(seconds=20))
    quiet = {"webhook_notices": False, "quiet_from": "22:00", "quiet_to": "07:00"}
    await database.write(notification_settings.change, user.id, quiet, keyring=house.keyring)

    assert await make_jobs(database, DAY) == 1


async def test_who_moves_the_hour_of_the_digest_gets_the_next_one(
    house: House, make: Make, database: Database, moving_clock: MovingClock
) -> None:
    user = await reader(make, wants={"daily_digest": True, "digest_at": "12:00"})
    moving_clock.stop_at(EIGHT + timedelta(minutes=1))
    earlier = {"digest_at": "08:00"}
    await database.write(notification_settings.change, user.id, earlier, keyring=house.keyring)
    today = await make_jobs(database, DAY)
    moving_clock.stop_at(EIGHT + timedelta(days=1))

    assert (today, await make_jobs(database, DAY)) == (0, 1)


async def test_a_digest_that_was_missed_over_midnight_is_made_up_for(
    house: House, make: Make, database: Database, moving_clock: MovingClock
) -> None:
    user = await reader(make, wants={"daily_digest": True, "digest_at": "22:30"})
    midnight = at("2026-06-02T22:00:00")

    moving_clock.stop_at(midnight + timedelta(minutes=10))
    made = await make_jobs(database, DAY)

    assert (made, await slots(database)) == (1, [f"{user.id}:2026-06-02"])


async def test_a_digest_whose_quiet_hours_end_after_midnight_is_of_the_day_it_is_read_on(
    house: House, make: Make, smtp: SmtpServer, moving_clock: MovingClock
) -> None:
    quiet = {"digest_at": "22:30", "quiet_from": "22:00", "quiet_to": "07:00"}
    user = await reader(make, wants={"daily_digest": True, **quiet})
    await make.task(user, title="Tomorrow", due_on=TODAY + timedelta(days=1))

    moving_clock.stop_at(at("2026-06-02T20:30:00"))
    await carry_out(house)
    in_quiet = len(smtp.messages)
    moving_clock.stop_at(at("2026-06-03T05:00:00"))
    await carry_out(house)

    (message,) = smtp.messages
    assert (in_quiet, message["Subject"]) == (0, "Your day: Wednesday, 3 June")


async def test_a_digest_that_is_tried_again_heeds_the_quiet_hours(
    house: House, make: Make, smtp: SmtpServer, moving_clock: MovingClock, database: Database
) -> None:
    quiet = {"quiet_from": "08:10", "quiet_to": "09:00"}
    user = await reader(make, wants={"daily_digest": True, **quiet})
    await make.task(user, due_on=TODAY)
    smtp.faults = [faults.temporary(at="RCPT")]
    await carry_out(house)

    moving_clock.stop_at(EIGHT + timedelta(minutes=15))
    await mailing.send_waiting(database, house.settings)
    in_quiet = len(smtp.messages)
    moving_clock.stop_at(EIGHT + timedelta(hours=1))
    await mailing.send_waiting(database, house.settings)

    assert (in_quiet, len(smtp.messages)) == (0, 1)


@pytest.mark.parametrize(
    "odd",
    [{"email_verified_at": None}, {"deactivated_at": EIGHT}],
    ids=["address not proved", "closed"],
)
async def test_who_cannot_be_mailed_gets_no_digest(
    house: House, make: Make, database: Database, odd: dict[str, Any]
) -> None:
    await reader(make, wants={"daily_digest": True, "weekly_review": True}, **odd)

    assert await make_jobs(database, DAY) == 0


async def test_without_a_mail_server_nothing_is_made(
    make: Make, database: Database, settings: Settings, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(EIGHT)
    user = await reader(make, wants={"daily_digest": True})
    house = House(database, settings)

    await reminding.make_mail_jobs(house, {})
    await reminding.send_daily_digest(house, {"user_id": str(user.id), "day": "2026-06-02"})

    assert await slots(database) == []


async def test_a_digest_waits_for_the_end_of_the_quiet_hours(
    house: House, make: Make, smtp: SmtpServer, moving_clock: MovingClock
) -> None:
    user = await reader(
        make, wants={"daily_digest": True, "quiet_from": "22:00", "quiet_to": "09:00"}
    )
    await make.task(user, due_on=TODAY)

    await carry_out(house)
    early = len(smtp.messages)
    moving_clock.stop_at(EIGHT + timedelta(hours=1))
    await mailing.send_waiting(house.database, house.settings)

    assert (early, len(smtp.messages)) == (0, 1)


async def test_who_switches_it_off_meanwhile_gets_none(
    house: House, make: Make, database: Database, smtp: SmtpServer
) -> None:
    user = await reader(make, wants={"daily_digest": True})
    await make.task(user, due_on=TODAY)
    await make_jobs(database, DAY)
    await reminding.send_daily_digest(house, {"user_id": str(user.id), "day": TODAY.isoformat()})

    await database.write(_switch_off)
    await mailing.send_waiting(database, house.settings)

    assert smtp.messages == []


async def _switch_off(session: Session) -> None:
    await session.execute(update(NotificationSettings).values(daily_digest=False))


async def test_a_review_is_due_on_its_day_and_made_up_for_within_two(
    house: House, make: Make, database: Database, moving_clock: MovingClock
) -> None:
    user = await reader(make, wants={"weekly_review": True, "review_weekday": 0})
    today = await make_jobs(database, WEEK)
    again = await make_jobs(database, WEEK)
    moving_clock.stop_at(EIGHT + timedelta(days=8))

    too_late = await make_jobs(database, WEEK)

    assert (today, again, too_late) == (1, 0, 0)
    assert await slots(database) == [f"{user.id}:2026-06-01"]
