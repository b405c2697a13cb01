"""How somebody is told, over HTTP; and the way out at the end of each mail."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient
from sqlalchemy import select

from questlog.automation import notification_settings, unsubscribing
from questlog.automation.job_models import NotificationSettings
from questlog.core.db import Database
from questlog.core.ids import new_id
from questlog.core.security import Keyring
from questlog.flows.erase_account import erase
from questlog.identity import users
from tests.support.make import Make

SETTINGS = "/api/v1/notifications/settings"
TOPIC = "https://ntfy.example.org/a-topic-nobody-guesses"
ONE_CLICK = {"Content-Type": "application/x-www-form-urlencoded"}
BROWSER = {"Accept": "text/html,application/xhtml+xml"}


async def kept(database: Database) -> list[NotificationSettings]:
    async with database.reader() as session:
        return list(await session.scalars(select(NotificationSettings)))


def link_for(app: FastAPI, user_id: Any, mailing: notification_settings.Mailing) -> str:
    return unsubscribing.ADDRESS + unsubscribing.token_for(app.state.keyring, user_id, mailing)


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


@pytest.mark.parametrize("mailing", unsubscribing.MAILINGS)
async def test_one_click_switches_one_kind_of_mail_off(
    client: AsyncClient,
    make: Make,
    app: FastAPI,
    database: Database,
    mailing: notification_settings.Mailing,
) -> None:
    user = await make.user()
    on = {"daily_digest": True, "weekly_review": True}
    await client.patch(SETTINGS, json=on, headers=user.headers)
    link = link_for(app, user.id, mailing)

    looked = await client.get(link)
    before = await client.get(SETTINGS, headers=user.headers)
    clicked = await client.post(link, content="List-Unsubscribe=One-Click", headers=ONE_CLICK)
    again = await client.post(link)

    (row,) = await kept(database)
    assert (looked.status_code, clicked.status_code, again.status_code) == (200, 200, 200)
    assert before.json()[mailing] is True
    assert [name for name in unsubscribing.MAILINGS if not getattr(row, name)] == [mailing]
    assert clicked.json() == again.json() == {"mailing": mailing, "subscribed": False}


async def test_a_browser_sees_a_question_and_acts_by_a_button(
    client: AsyncClient, make: Make, app: FastAPI, database: Database
) -> None:
    user = await make.user()
    link = link_for(app, user.id, "reminders_by_mail")
    russian = BROWSER | {"Accept-Language": "ru"}

    page = await client.get(link, headers=russian)
    untouched = await kept(database)
    done = await client.post(link, headers=russian | ONE_CLICK)

    assert page.headers["content-type"].startswith("text/html")
    assert "<form method=post>" in page.text
    assert "Больше не присылать эти письма?" in page.text
    assert "form-action 'self'" in page.headers["content-security-policy"]
    assert untouched == []
    assert "<form" not in done.text
    assert "Эти письма больше не придут" in done.text


async def test_a_link_that_was_changed_is_none(
    client: AsyncClient, make: Make, app: FastAPI
) -> None:
    user = await make.user()
    link = link_for(app, user.id, "daily_digest")
    other = Keyring("somebody-else-s-key-of-32-letters")
    forged = unsubscribing.ADDRESS + unsubscribing.token_for(other, user.id, "daily_digest")
    broken = link[:-1] + ("A" if link[-1] != "A" else "B")

    answers = [await client.post(each) for each in (forged, broken)]

    assert [(each.status_code, each.json()["code"]) for each in answers] == [
        (404, "unsubscribe_link_invalid")
    ] * 2


async def test_a_link_of_an_account_that_is_gone_is_none(
    client: AsyncClient, make: Make, app: FastAPI, database: Database
) -> None:
    user = await make.user()
    link = link_for(app, user.id, "daily_digest")
    await database.write(users.delete, user.id)
    closing = await client.post(link)
    await erase(database, user.id)

    gone = await client.post(link)
    nobody = await client.post(link_for(app, new_id(), "daily_digest"))

    assert [each.status_code for each in (closing, gone, nobody)] == [404] * 3


async def test_links_tell_nothing_and_are_never_alike(make: Make, app: FastAPI) -> None:
    user = await make.user()

    one, other = (link_for(app, user.id, "daily_digest") for _ in range(2))

    assert one != other
    assert user.id.hex not in one


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
