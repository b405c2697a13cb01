"""Messages on their way to real endpoints, good ones and bad ones (S-131, S-135, S-137, S-138, F-17, F-30)."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from httpx2 import AsyncClient
from sqlalchemy import select

from questlog.automation import (
    delivery_schedule,
    delivery_sending,
    notification_settings,
    webhook_secrets,
)
from questlog.automation.audit_models import AuditEntry
from questlog.automation.delivery_claims import Sending
from questlog.automation.delivery_results import Result, SwitchOff
from questlog.automation.events import EVENTS
from questlog.automation.models import Mail
from questlog.automation.relay import DELIVERIES, WEBHOOKS
from questlog.core import clock
from questlog.core.config import Settings
from questlog.core.db import Database
from questlog.flows.switch_off_webhook import switch_off
from questlog.worker import delivering, mailing, relaying
from questlog.worker.delivering import Courier, Send
from questlog.worker.house import House
from tests.support import endpoints, receiver, world
from tests.support.endpoints import Endpoint
from tests.support.invariants import check_invariants
from tests.support.make import Make
from tests.support.moving_clock import MovingClock
from tests.support.receiver import Answer, Receiver, status
from tests.support.rows import Person
from tests.support.smtp import SmtpServer
from tests.support.sql import count_rows


@pytest.fixture
async def hook() -> AsyncIterator[Receiver]:
    async with receiver.receiving() as found:
        yield found


@pytest.fixture
def house(database: Database, database_address: str, tmp_path: Path) -> House:
    """May call this machine."""
    networks = {"WEBHOOK_ALLOWED_NETWORKS": receiver.NETWORKS}
    return House(database, world.settings(database_address, tmp_path, **networks), grace_s=0.5)


def sender(house: House, *, timeout_s: float = 5) -> Send:
    async def send(sending: Sending) -> Result:
        networks = house.settings.webhooks.allowed_networks
        return await delivery_sending.send(
            sending, house.keyring, allowed=networks, timeout_s=timeout_s
        )

    return send


async def subscribed(house: House, make: Make, url: str) -> tuple[Person, Endpoint]:
    user = await make.user()
    return user, await endpoints.add(house.database, house.keyring, user, url)


async def test_an_event_arrives_at_once_signed_and_whole(
    house: House, make: Make, hook: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "POLL_S", 60)
    user, endpoint = await subscribed(house, make, hook.url())
    stop = asyncio.Event()
    loop = asyncio.create_task(delivering.run_forever(house, stop))
    await asyncio.sleep(0.1)

    (event_id,) = await endpoints.happen(house.database, user, payload={"title": "Ünï ☃"})
    message = await hook.message(1, within=2)

    stop.set()
    await loop
    told = message.verify(endpoint.secret)
    assert (told["id"], told["type"], told["data"]) == (
        str(event_id),
        "task.created",
        {"title": "Ünï ☃"},
    )
    (row,) = await endpoints.deliveries(house.database)
    assert (row.state, str(row.id), row.body.encode()) == ("delivered", message.id, message.body)
    await check_invariants(house.database)


async def test_what_another_process_committed_is_found(
    house: House, make: Make, hook: Receiver, database: Database
) -> None:
    user, _ = await subscribed(house, make, hook.url())
    await endpoints.happen(database, user)
    stop = asyncio.Event()

    loop = asyncio.create_task(delivering.run_forever(house, stop))
    await hook.message(1, within=3)

    stop.set()
    await loop


async def test_s135_every_try_has_the_same_id_and_bytes_and_a_fresh_timestamp(
    house: House, make: Make, hook: Receiver, moving_clock: MovingClock
) -> None:
    user, endpoint = await subscribed(house, make, hook.url())
    await endpoints.happen(house.database, user)
    hook.answer = status(500)
    await endpoints.carry(house.database, sender(house))
    moving_clock.move(seconds=7)
    hook.answer = status(204)

    await endpoints.carry(house.database, sender(house))

    first, second = hook.messages
    assert (first.id, first.body) == (second.id, second.body)
    assert int(second.headers["webhook-timestamp"]) - int(first.headers["webhook-timestamp"]) >= 6
    assert first.verify(endpoint.secret) == second.verify(endpoint.secret)


async def test_s135_two_secrets_sign_while_they_overlap(
    house: House, make: Make, hook: Receiver, moving_clock: MovingClock
) -> None:
    user, endpoint = await subscribed(house, make, hook.url())
    new = webhook_secrets.make()
    sealed = webhook_secrets.seal(house.keyring, user.id, endpoint.id, new)
    async with house.database.writer() as session:
        await session.execute(
            WEBHOOKS.update().values(
                secret=sealed,
                previous_secret=WEBHOOKS.c.secret,
                previous_until=clock.now() + timedelta(hours=24),
            )
        )
    await endpoints.happen(house.database, user)
    await endpoints.carry(house.database, sender(house))
    moving_clock.move(hours=25)
    await endpoints.happen(house.database, user)

    await endpoints.carry(house.database, sender(house))

    both, newest = hook.messages
    assert len(both.headers["webhook-signature"].split()) == 2
    assert both.verify(endpoint.secret) == both.verify(webhook_secrets.spelled(new))
    assert len(newest.headers["webhook-signature"].split()) == 1


@pytest.mark.parametrize(
    ("answer", "state", "word", "code"),
    [
        (status(200), "delivered", None, 200),
        (status(204), "delivered", None, 204),
        (status(301, "Location: http://127.0.0.1:1/"), "waiting", "bad_status", 301),
        (status(302, "Location: /other"), "waiting", "bad_status", 302),
        (status(307, "Location: /other"), "waiting", "bad_status", 307),
        (status(308, "Location: /other"), "waiting", "bad_status", 308),
        (status(400), "waiting", "bad_status", 400),
        (status(404), "waiting", "bad_status", 404),
        (status(410), "failed", "gone", 410),
        (status(429, "Retry-After: 600"), "waiting", "bad_status", 429),
        (status(500, body=b"oh\0no"), "waiting", "bad_status", 500),
        (receiver.reset, "waiting", "reset", None),
        (receiver.garbage, "waiting", "reset", None),
        (receiver.hanging(20), "waiting", "too_slow", None),
        (receiver.slow_head, "waiting", "too_slow", None),
        (receiver.endless, "delivered", None, 200),
        (receiver.bomb, "delivered", None, 200),
    ],
)
async def test_s137_only_2xx_is_success_and_nothing_hangs(
    house: House,
    make: Make,
    hook: Receiver,
    answer: Answer,
    state: str,
    word: str | None,
    code: int | None,
) -> None:
    user, _ = await subscribed(house, make, hook.url())
    await endpoints.happen(house.database, user)
    hook.answer = answer
    began = time.monotonic()

    await endpoints.carry(house.database, sender(house, timeout_s=0.5))

    (row,) = [
        each for each in await endpoints.deliveries(house.database) if each.event_type[:4] == "task"
    ]
    (attempt,) = await endpoints.attempts(house.database)
    assert (row.state, attempt.failure, attempt.status) == (state, word, code)
    assert len((attempt.answer or "").encode()) <= 3 * 4096
    assert len(hook.messages) == 1
    assert time.monotonic() - began < 4


async def test_s137_an_endpoint_that_speaks_no_tls(
    house: House, make: Make, hook: Receiver
) -> None:
    hook.interrupts = True
    user, _ = await subscribed(house, make, hook.url().replace("http:", "https:"))
    await endpoints.happen(house.database, user)

    await endpoints.carry(house.database, sender(house))

    (attempt,) = await endpoints.attempts(house.database)
    assert (attempt.failure, hook.messages) == ("tls", [])


async def test_s131_a_blocked_address_gets_not_one_byte_and_tells_none(
    house: House, make: Make, hook: Receiver, settings: Settings
) -> None:
    user, _ = await subscribed(house, make, hook.url())
    await endpoints.happen(house.database, user)

    await endpoints.carry(house.database, sender(House(house.database, settings)))

    (attempt,) = await endpoints.attempts(house.database)
    assert (attempt.failure, attempt.answer, hook.messages) == ("blocked_address", None, [])


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


@pytest.mark.parametrize("locale", ["en", "ru"])
async def test_s137_410_switches_off_and_writes_to_the_owner(
    house: House, make: Make, hook: Receiver, locale: str
) -> None:
    user = await make.user(locale=locale)
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


async def test_a_secret_that_cannot_be_read_sends_nothing_and_blames_nobody(
    house: House, make: Make, hook: Receiver
) -> None:
    user = await make.user()
    endpoint = await endpoints.add(
        house.database, house.keyring, user, hook.url(), secret=b"sealed by another key"
    )
    await endpoints.happen(house.database, user)

    await endpoints.carry(house.database, sender(house))

    (attempt,) = await endpoints.attempts(house.database)
    row = await endpoints.webhook(house.database, endpoint.id)
    assert (attempt.failure, row.failing_since, hook.messages) == ("unsigned", None, [])


async def test_endpoints_that_hang_keep_nobody_waiting(
    house: House, make: Make, hook: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(delivering.PLACES, "prompt", 10)
    hook.answers["/dead"] = receiver.hanging(3)
    dead = [await subscribed(house, make, hook.url("/dead")) for _ in range(18)]
    well = [await subscribed(house, make, hook.url("/well")) for _ in range(2)]
    stop = asyncio.Event()
    loop = asyncio.create_task(delivering.run_forever(house, stop))
    began = time.monotonic()

    for user, _ in [*dead, *well]:
        await endpoints.happen(house.database, user, "task.created", "task.updated")
    async with asyncio.timeout(5):
        while len(hook.at("/well")) < 4:  # noqa: ASYNC110 - other messages arrive between
            await asyncio.sleep(0.01)
    seconds = time.monotonic() - began

    stop.set()
    await loop
    assert seconds < 2


async def test_s142_no_more_than_four_requests_at_once_to_one_endpoint(
    house: House, make: Make, hook: Receiver
) -> None:
    user, _ = await subscribed(house, make, hook.url())
    hook.answer = receiver.hanging(0.05)
    await endpoints.happen(house.database, user, *["task.created"] * 30)
    stops = [asyncio.Event(), asyncio.Event()]

    loops = [asyncio.create_task(delivering.run_forever(house, stop)) for stop in stops]
    await hook.count(30, within=10)

    for stop in stops:
        stop.set()
    await asyncio.gather(*loops)
    assert hook.most_at_once <= 4
    assert len({message.id for message in hook.messages}) == 30


async def test_f17_who_is_killed_between_sending_and_writing_sends_again_with_the_same_id(
    house: House, make: Make, hook: Receiver, moving_clock: MovingClock
) -> None:
    user, _ = await subscribed(house, make, hook.url())
    await endpoints.happen(house.database, user)
    real = sender(house)

    async def killed_before_it_writes(sending: Sending) -> Result:
        await real(sending)
        raise SystemError("killed")

    with suppress(SystemError):
        await endpoints.carry(house.database, killed_before_it_writes)
    moving_clock.move(seconds=61)

    await endpoints.carry(house.database, real)

    first, second = hook.messages
    lost, last = await endpoints.attempts(house.database)
    assert first.id == second.id
    assert (lost.failure, last.failure) == ("unknown", None)


async def test_f30_the_end_waits_a_little_and_gives_the_rest_back(
    house: House, make: Make, hook: Receiver
) -> None:
    hook.answers["/slow"] = receiver.hanging(30)
    hook.answers["/soon"] = receiver.hanging(0.2)
    slow, _ = await subscribed(house, make, hook.url("/slow"))
    soon, _ = await subscribed(house, make, hook.url("/soon"))
    stop = asyncio.Event()
    loop = asyncio.create_task(delivering.run_forever(house, stop))
    await endpoints.happen(house.database, slow)
    await endpoints.happen(house.database, soon)
    await hook.count(2)

    stop.set()
    await asyncio.wait_for(loop, 3)

    rows = {row.user_id: row for row in await endpoints.deliveries(house.database)}
    assert rows[soon.id].state == "delivered"
    assert (rows[slow.id].state, rows[slow.id].lease, rows[slow.id].attempts) == (
        "waiting",
        None,
        0,
    )


async def test_a_database_that_is_away_stops_no_loop(
    house: House, make: Make, hook: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    user, _ = await subscribed(house, make, hook.url())
    courier = Courier(house.database, sender(house))
    async with house.database.writer() as session:
        await session.execute(DELIVERIES.delete())
    read = house.database.read

    async def away(*_args: object, **_kwargs: object) -> None:
        raise OSError("away")

    monkeypatch.setattr(house.database, "read", away)
    pause = await courier.safe_round()
    monkeypatch.setattr(house.database, "read", read)
    await endpoints.happen(house.database, user)

    await courier.safe_round()
    await courier.done()

    assert pause == delivering.POLL_S
    assert len(hook.messages) == 1


async def test_the_metrics_say_what_waits(
    database: Database, make: Make, client: AsyncClient, settings: Settings
) -> None:
    user = await make.user()
    keyring = settings.tokens.keyring()
    await endpoints.add(database, keyring, user, "https://example.org/hook")
    await endpoints.happen(database, user, "task.created", "task.updated")
    await relaying.catch_up(database)
    await endpoints.happen(database, user)

    page = (await client.get("/metrics")).text

    assert "questlog_webhooks_waiting 2.0" in page
    assert "questlog_webhooks_behind 1.0" in page
    assert "questlog_webhooks_full 0.0" in page


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
    user = await make.user(locale=locale)
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
