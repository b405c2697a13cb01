"""How somebody wishes to be told, over HTTP."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient

from questlog.automation import notification_settings
from questlog.core.db import Database
from questlog.core.security import Keyring
from tests.support.make import Make
from tests.support.wishes import SETTINGS, kept

TOPIC = "https://ntfy.example.org/a-topic-nobody-guesses"


async def test_who_never_said_is_reminded_by_mail_and_nothing_else(
    client: AsyncClient, make: Make, database: Database
) -> None:
    user = await make.user()

    answer = await client.get(SETTINGS, headers=user.headers)

    assert answer.json() == {
        "reminders_by_mail": True,
        "reminders_by_push": False,
        "daily_digest": False,
        "weekly_review": False,
        "webhook_notices": True,
        "digest_at": "08:00",
        "review_weekday": 0,
        "quiet_from": None,
        "quiet_to": None,
        "push_host": None,
        "mail_to": None,
        "version": 0,
    }
    assert await kept(database) == []


async def test_what_is_wished_is_kept_and_the_rest_stays(client: AsyncClient, make: Make) -> None:
    user = await make.user()

    first = await client.patch(
        SETTINGS, json={"daily_digest": True, "digest_at": "07:30"}, headers=user.headers
    )
    second = await client.patch(
        SETTINGS, json={"quiet_from": "22:00", "quiet_to": "07:00"}, headers=user.headers
    )
    again = await client.patch(SETTINGS, json={"daily_digest": True}, headers=user.headers)

    assert (first.json()["version"], second.json()["version"]) == (1, 2)
    assert again.json() == second.json()
    assert "Event-Id" not in again.headers
    assert second.json()["digest_at"] == "07:30"
    assert (await client.get(SETTINGS, headers=user.headers)).json() == second.json()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"digest_at": "24:00"}, "validation_error"),
        ({"digest_at": "7:30"}, "validation_error"),
        ({"digest_at": "07:30\n"}, "validation_error"),
        ({"review_weekday": 7}, "validation_error"),
        ({"daily_digest": "yes"}, "validation_error"),
        ({"daily_digest": None}, "validation_error"),
        ({"quiet_from": "22:00"}, "quiet_hours_incomplete"),
        ({"quiet_from": "22:00", "quiet_to": "22:00"}, "quiet_hours_incomplete"),
        ({"reminders_by_push": True}, "no_push_address"),
        ({"push_url": None, "reminders_by_push": True}, "no_push_address"),
        ({"push_url": "ftp://ntfy.example.org/x"}, "unsafe_url"),
        ({"push_url": "http://127.0.0.1/topic"}, "unsafe_url"),
        ({"push_url": "http://169.254.169.254/latest"}, "unsafe_url"),
        ({"push_url": "http://[::1]/topic"}, "unsafe_url"),
        ({"push_url": "http://user:pass@ntfy.example.org/x"}, "unsafe_url"),
    ],
)
async def test_what_cannot_be_is_refused_and_leaves_nothing(
    client: AsyncClient, make: Make, database: Database, body: dict[str, Any], code: str
) -> None:
    user = await make.user()

    answer = await client.patch(SETTINGS, json=body, headers=user.headers)

    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert await kept(database) == []


async def test_the_address_of_pushes_is_sealed_and_never_told(
    client: AsyncClient, make: Make, app: FastAPI, database: Database
) -> None:
    user = await make.user()

    answer = await client.patch(
        SETTINGS, json={"push_url": TOPIC, "reminders_by_push": True}, headers=user.headers
    )
    export = await client.get("/api/v1/users/me/export", headers=user.headers)

    (row,) = await kept(database)
    wishes = await database.read(notification_settings.of, user.id)
    assert answer.json()["push_host"] == "ntfy.example.org"
    assert "nobody-guesses" not in answer.text + export.text
    assert row.push_url is not None
    assert b"nobody-guesses" not in row.push_url
    assert notification_settings.push_address(app.state.keyring, wishes) == TOPIC


async def test_an_address_that_is_taken_away_takes_the_pushes_with_it(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user()
    on = {"push_url": TOPIC, "reminders_by_push": True}
    await client.patch(SETTINGS, json=on, headers=user.headers)
    same = await client.patch(SETTINGS, json=on, headers=user.headers)

    off = await client.patch(SETTINGS, json={"push_url": None}, headers=user.headers)

    assert same.json()["version"] == 1
    assert (off.json()["push_host"], off.json()["reminders_by_push"]) == (None, False)


async def test_a_sealed_address_in_somebody_elses_row_opens_nothing(
    app: FastAPI, make: Make, database: Database
) -> None:
    user, other = await make.user(), await make.user()
    wishes = await database.write(
        notification_settings.change, user.id, {"push_url": TOPIC}, keyring=app.state.keyring
    )
    stolen = notification_settings.Wishes(
        **{
            **{name: getattr(wishes, name) for name in wishes.__dataclass_fields__},
            "user_id": other.id,
        }
    )

    assert notification_settings.push_address(app.state.keyring, stolen) is None


async def test_what_an_old_key_sealed_is_sealed_anew(make: Make, database: Database) -> None:
    user = await make.user()
    old, new = Keyring("o" * 32), Keyring("n" * 32, "o" * 32)
    await database.write(notification_settings.change, user.id, {"push_url": TOPIC}, keyring=old)

    done = await database.write(notification_settings.reseal, new)
    again = await database.write(notification_settings.reseal, new)

    wishes = await database.read(notification_settings.of, user.id)
    assert (done, again) == (1, 0)
    assert notification_settings.push_address(Keyring("n" * 32), wishes) == TOPIC


async def test_ten_first_wishes_at_once_are_all_kept(
    make: Make, app: FastAPI, database: Database
) -> None:
    user = await make.user()
    names = ("daily_digest", "weekly_review")

    await asyncio.gather(
        *(
            database.write(
                notification_settings.change, user.id, {name: True}, keyring=app.state.keyring
            )
            for name in names * 5
        )
    )

    (row,) = await kept(database)
    assert (row.daily_digest, row.weekly_review, row.version) == (True, True, 2)


async def test_an_older_version_is_not_changed(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    tag = (await client.get(SETTINGS, headers=user.headers)).headers["ETag"]
    held = user.headers | {"If-Match": tag}
    first = await client.patch(SETTINGS, json={"daily_digest": True}, headers=held)

    second = await client.patch(SETTINGS, json={"daily_digest": False}, headers=held)

    assert (first.status_code, second.status_code) == (200, 412)


async def test_no_key_changes_how_somebody_is_told(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    key = await make.key(user, "tasks:read", "tasks:write")

    read = await client.get(SETTINGS, headers=key.headers)
    changed = await client.patch(SETTINGS, json={"push_url": TOPIC}, headers=key.headers)

    assert (read.status_code, changed.status_code) == (403, 403)


async def test_the_address_of_mails_is_shown_when_it_was_proved(
    client: AsyncClient, make: Make, app: FastAPI
) -> None:
    proved = await make.user(email_verified_at=datetime(2026, 1, 1, tzinfo=UTC))
    other = await make.user()
    app.state.settings = app.state.settings.model_copy(
        update={"mail": app.state.settings.mail.model_copy(update={"host": "smtp.example.org"})}
    )

    answers = [await client.get(SETTINGS, headers=each.headers) for each in (proved, other)]

    assert [each.json()["mail_to"] for each in answers] == [proved.email, None]
