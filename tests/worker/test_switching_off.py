"""Trying again, giving up, and telling the owner (S-137, S-138)."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from questlog.automation import (
    delivery_claims,
    delivery_schedule,
    notification_settings,
    relay,
)
from questlog.automation.audit_models import AuditEntry
from questlog.automation.delivery_results import SwitchOff
from questlog.automation.events import EVENTS
from questlog.automation.models import Mail
from questlog.core import clock
from questlog.core.config import Settings
from questlog.core.db import Database
from questlog.flows.switch_off_webhook import switch_off
from questlog.worker import mailing
from questlog.worker.house import House
from tests.support import endpoints, world
from tests.support.invariants import check_invariants
from tests.support.make import Make
from tests.support.moving_clock import MovingClock
from tests.support.receiver import Receiver, status
from tests.support.reminding import reader
from tests.support.sending import sender, subscribed
from tests.support.smtp import SmtpServer
from tests.support.sql import count_rows


async def test_s138_eight_tries_on_the_schedule_and_then_it_is_failed(
    house: House,
    make: Make,
    hook: Receiver,
    moving_clock: MovingClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(delivery_schedule, "SPREAD", 0)
    user, _ = await subscribed(house, make, hook.url())
    await endpoints.happen(house.database, user)
    hook.answer = status(503)
    begun, states = clock.now(), list[str]()
    moving_clock.stop_at(begun)

    for pause in (timedelta(0), *delivery_schedule.PAUSES):
        if pause:
            moving_clock.stop_at(clock.now() + pause - timedelta(seconds=1))
            await endpoints.carry(house.database, sender(house))  # too early
            moving_clock.stop_at(clock.now() + timedelta(seconds=1))
        await endpoints.carry(house.database, sender(house))
        (row,) = await endpoints.deliveries(house.database)
        states.append(row.state)

    assert states == ["waiting"] * 7 + ["failed"]
    waits = [each.started_at - begun for each in await endpoints.attempts(house.database)]
    hours = [round(wait.total_seconds() / 3600, 2) for wait in waits]
    assert hours == [0, 0, 0.08, 0.58, 2.58, 7.58, 17.58, 27.58]


async def test_s138_after_120_hours_of_nothing_but_failures_it_is_switched_off(
    house: House, make: Make, hook: Receiver, moving_clock: MovingClock
) -> None:
    user, endpoint = await subscribed(house, make, hook.url())
    other = await endpoints.add(house.database, house.keyring, user, hook.url("/other"))
    hook.answers["/hook"] = status(500)
    for _ in range(6):
        await endpoints.happen(house.database, user)
        await endpoints.carry(house.database, sender(house))
        moving_clock.move(hours=23)
    before = await endpoints.webhook(house.database, endpoint.id)
    await endpoints.carry(house.database, sender(house))

    await endpoints.carry(house.database, sender(house))

    after = await endpoints.webhook(house.database, endpoint.id)
    assert (before.disabled_at, after.disabled_reason) == (None, "failing")
    assert after.version == before.version + 1
    rows = await endpoints.deliveries(house.database)
    assert "waiting" not in {row.state for row in rows if row.webhook_id == endpoint.id}
    told = [json.loads(each.body) for each in hook.at("/other")]
    assert told[-1]["type"] == "webhook.disabled"
    assert told[-1]["data"] == {"host": f"127.0.0.1:{hook.port}", "reason": "failing"}
    assert (await endpoints.webhook(house.database, other.id)).disabled_at is None
    await check_invariants(house.database)


async def test_s138_one_success_begins_the_count_anew(
    house: House, make: Make, hook: Receiver, moving_clock: MovingClock
) -> None:
    user, endpoint = await subscribed(house, make, hook.url())
    for hour in range(0, 240, 20):
        hook.answer = status(200 if hour == 100 else 500)
        await endpoints.happen(house.database, user)
        await endpoints.carry(house.database, sender(house))
        moving_clock.move(hours=20)

    row = await endpoints.webhook(house.database, endpoint.id)

    assert (row.disabled_at, row.failing_since is None) == (None, False)


async def test_s138_a_failure_after_days_without_a_try_begins_the_count_anew(
    house: House, make: Make, hook: Receiver, moving_clock: MovingClock
) -> None:
    user, endpoint = await subscribed(house, make, hook.url())
    hook.answer = status(500)
    await endpoints.happen(house.database, user)
    for _ in range(delivery_schedule.MOST_ATTEMPTS):
        await endpoints.carry(house.database, sender(house))
        moving_clock.move(hours=13)
    moving_clock.move(days=6)

    await endpoints.happen(house.database, user)
    await endpoints.carry(house.database, sender(house))

    row = await endpoints.webhook(house.database, endpoint.id)
    assert row.disabled_at is None
    assert clock.now() - row.failing_since < timedelta(hours=1)


async def test_a_try_that_our_own_restart_cut_short_is_no_failure_of_the_endpoint(
    house: House, make: Make, hook: Receiver, moving_clock: MovingClock
) -> None:
    user, endpoint = await subscribed(house, make, hook.url())
    hook.answer = status(500)
    await endpoints.happen(house.database, user)
    await endpoints.carry(house.database, sender(house))
    moving_clock.move(days=6)
    cut_short = await house.database.write(delivery_claims.claim, 10)
    await house.database.write(delivery_claims.release, cut_short)

    await endpoints.carry(house.database, sender(house))

    row = await endpoints.webhook(house.database, endpoint.id)
    assert (len(cut_short), row.disabled_at) == (1, None)
    assert clock.now() - row.failing_since < timedelta(hours=1)


async def test_an_address_that_is_not_accepted_any_more_can_be_switched_off(
    house: House, make: Make
) -> None:
    user = await make.user()
    long_ago = clock.now() - timedelta(hours=121)
    endpoint = await endpoints.add(
        house.database, house.keyring, user, "https://example.org:22/", failing_since=long_ago
    )
    for _ in range(2):
        await endpoints.happen(house.database, user)
        await endpoints.carry(house.database, sender(house))
        moved = relay.WEBHOOKS.update().values(failing_since=long_ago)
        async with house.database.writer() as session:
            await session.execute(moved.where(relay.WEBHOOKS.c.disabled_at.is_(None)))

    async with house.database.reader() as session:
        told = await session.scalar(select(EVENTS.c.payload).order_by(EVENTS.c.seq.desc()).limit(1))
    row = await endpoints.webhook(house.database, endpoint.id)
    assert (row.disabled_reason, told) == ("failing", {"host": "?", "reason": "failing"})


@pytest.mark.parametrize("locale", ["en", "ru"])
async def test_s137_410_switches_off_and_writes_to_the_owner(
    house: House, make: Make, hook: Receiver, locale: str
) -> None:
    user = await reader(make, locale=locale)
    endpoint = await endpoints.add(house.database, house.keyring, user, hook.url())
    await endpoints.happen(house.database, user, "task.created", "task.updated", "task.completed")
    hook.answer = status(410)

    await endpoints.carry(house.database, sender(house))
    await endpoints.carry(house.database, sender(house))

    row = await endpoints.webhook(house.database, endpoint.id)
    states = sorted(each.state for each in await endpoints.deliveries(house.database))
    async with house.database.reader() as session:
        (letter,) = await session.scalars(select(Mail))
        audited = list(await session.scalars(select(AuditEntry.action)))
        last = await session.scalar(select(EVENTS.c.type).order_by(EVENTS.c.seq.desc()).limit(1))
    assert (row.disabled_reason, last, audited) == (
        "gone",
        "webhook.disabled",
        ["webhook.disabled"],
    )
    assert set(states) <= {"failed", "cancelled"}
    assert (letter.template, letter.to_address, letter.locale) == (
        "webhook_disabled",
        user.email,
        locale,
    )


@pytest.mark.parametrize(
    ("locale", "subject", "why"),
    [
        ("en", "was switched off", "answered 410"),
        ("ru", "отключён", "ответил 410"),
    ],
)
async def test_the_letter_says_which_webhook_and_why_and_how_to_get_no_more_of_them(
    database: Database,
    database_address: str,
    tmp_path: Path,
    make: Make,
    smtp: SmtpServer,
    locale: str,
    subject: str,
    why: str,
) -> None:
    user = await reader(make, locale=locale)
    server = {"SMTP_HOST": smtp.host, "SMTP_PORT": str(smtp.port), "SMTP_TLS": "none"}
    settings = world.settings(database_address, tmp_path, **server)
    address = "https://hooks.example.org:8443/secret"
    endpoint = await endpoints.add(
        database, settings.tokens.keyring(), user, address, description="Büro <b>"
    )
    await database.write(switch_off, SwitchOff(user.id, endpoint.id, "gone"))

    await mailing.send_waiting(database, settings)

    message = await smtp.message(1, within=5)
    text, html = (part.get_content() for part in message.iter_parts())
    assert subject in message["Subject"]
    assert why in text
    assert "hooks.example.org:8443" in text
    assert "secret" not in text.partition("unsubscribe")[0]
    assert "Büro &lt;b&gt;" in html
    assert message["List-Unsubscribe"]


async def test_who_wants_no_such_letters_gets_none(
    database: Database, make: Make, settings: Settings
) -> None:
    user = await make.user()
    await database.write(notification_settings.switch_off, user.id, "webhook_notices")
    endpoint = await endpoints.add(
        database, settings.tokens.keyring(), user, "https://hooks.example.org/"
    )

    switched = await database.write(switch_off, SwitchOff(user.id, endpoint.id, "failing"))
    again = await database.write(switch_off, SwitchOff(user.id, endpoint.id, "failing"))

    assert (switched, again) == (True, False)
    assert await count_rows(database, Mail) == 0
