"""Endpoints that do not answer as they should (S-131, S-137)."""

import time

import pytest

from questlog.core.config import Settings
from questlog.worker.house import House
from tests.support import endpoints, receiver
from tests.support.make import Make
from tests.support.receiver import Answer, Receiver, status
from tests.support.sending import sender, subscribed


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
