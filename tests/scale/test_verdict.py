"""The judge of `make scale` sees what it is there to see."""

import asyncio
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from standardwebhooks import Webhook

from tests.scale.doors import Account, Doors
from tests.scale.house import SERVER_READY
from tests.scale.people import Person
from tests.scale.programs import Program, keep_running
from tests.scale.verdict import Told, unheard, untold
from tests.support.receiver import Message

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SECRET = "whsec_" + "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXoxMjM0NTY="


@pytest.fixture
def ada() -> Person:
    return Person("ada", Doors([], Account(), 1), secret=SECRET)


def events(count: int) -> list[Any]:
    """Return the making of a webhook, and what happened since."""
    types = ["webhook.created", *["task.created"] * count]
    return [
        SimpleNamespace(id=f"e{seq}", seq=seq, type=type_, created_at=NOW)
        for seq, type_ in enumerate(types, 1)
    ]


def deliveries(*of: Any) -> list[Any]:
    done = NOW + timedelta(seconds=2)
    return [
        SimpleNamespace(id=f"d{event.seq}", event_id=event.id, state="delivered", done_at=done)
        for event in of
    ]


def received(*of: Any) -> list[Message]:
    """Return what an endpoint got, signed as it should be."""
    now = datetime.now(UTC)
    headers = [
        {
            "webhook-id": row.id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(SECRET).sign(row.id, now, "{}"),
        }
        for row in of
    ]
    return [Message("/ada", each, b"{}", time.monotonic()) for each in headers]


def test_events_that_were_told_are_counted_with_how_long_it_took(ada: Person) -> None:
    log = events(3)
    rows = deliveries(*log[1:])
    told = Told()

    lines = list(untold(ada, log, rows, received(*rows, rows[0]), told))

    assert lines == []
    assert (told.events, told.repeated, told.lags) == (3, 1, [2.0, 2.0, 2.0])


def test_each_way_of_not_telling_an_event_is_seen(ada: Person) -> None:
    log = events(4)
    rows = deliveries(*log[1:])
    rows[0].state = "waiting"
    without_its_row = [row for row in rows if row.event_id != "e3"]
    twice = SimpleNamespace(**{**vars(rows[3]), "id": "d9"})

    lines = list(untold(ada, log, [*without_its_row, twice], received(*rows[3:]), Told()))

    assert lines == [
        "INV-4: task.created 2 has ['waiting']",
        "INV-4: task.created 3 has []",
        "INV-4: task.created 4 is delivered, and nobody received it",
        "INV-4: task.created 5 has ['delivered', 'delivered']",
    ]


def test_what_should_not_have_been_told_is_seen(ada: Person) -> None:
    log = events(1)
    rows = deliveries(*log[1:])
    strange = deliveries(SimpleNamespace(id="e7", seq=7))

    lines = list(untold(ada, log, [*rows, *strange], received(*rows, *strange), Told()))
    other = list(untold(ada, log, rows, received(*rows, *strange), Told()))

    assert lines == ["INV-4: a delivery tells of e7, which is no event"]
    assert other == ["INV-4: d7 was received and is no delivery"]


def test_a_signature_that_is_wrong_is_seen(ada: Person) -> None:
    log = events(1)
    rows = deliveries(*log[1:])
    forged = [replace(each, body=b"{ }") for each in received(*rows)]

    lines = list(untold(ada, log, rows, forged, Told()))

    assert lines == ["INV-4: d2 is not signed as it should be"]


def test_events_that_were_not_heard_live_are_named(ada: Person) -> None:
    ada.heard = {1: "e1", 3: "another"}

    lines = list(unheard(ada, events(2)))
    ada.heard = {1: "e1", 2: "e2", 3: "e3"}

    assert lines == ["of 3 events, 2 were not heard live: [2, 3]"]
    assert list(unheard(ada, events(2))) == []
    assert list(unheard(ada, events(1))) == ["1 were heard and are none: [3]"]


def test_the_longest_silence_includes_the_one_that_lasted_to_the_end() -> None:
    account = Account(acknowledged=[1.0, 2.0, 2.5, 7.0])

    assert account.silence(1.5, 3.0) == 0.5
    assert account.silence(2.0, 12.0) == 5.0
    assert account.silence(8.0, 9.0) == 1.0


async def test_a_program_that_is_killed_is_started_again(tmp_path: Path) -> None:
    says = "print('Questlog is ready at x', flush=True); import time; time.sleep(60)"
    command = [sys.executable, "-c", says]
    program = Program("one", "server", command, {}, tmp_path / "log", SERVER_READY)
    program.start()
    await program.wait_until_ready(10)
    supervisor = asyncio.create_task(keep_running([program]))

    program.kill()
    was_ready = program.is_ready()
    await program.wait_until_ready(10)

    supervisor.cancel()
    program.kill()
    assert not was_ready
    assert program.starts == 2
