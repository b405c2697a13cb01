"""The way out at the end of each mail: one click, or a button in a browser."""

from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient

from questlog.automation import notification_settings, unsubscribing
from questlog.core.db import Database
from questlog.core.ids import new_id
from questlog.core.security import Keyring
from questlog.flows.erase_account import erase
from questlog.identity import users
from tests.support.make import Make
from tests.support.wishes import SETTINGS, kept

ONE_CLICK = {"Content-Type": "application/x-www-form-urlencoded"}
BROWSER = {"Accept": "text/html,application/xhtml+xml"}


def link_for(app: FastAPI, user_id: Any, mailing: notification_settings.Mailing) -> str:
    return unsubscribing.ADDRESS + unsubscribing.token_for(app.state.keyring, user_id, mailing)


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


async def test_a_link_tells_whether_there_is_still_something_to_switch_off(
    client: AsyncClient, make: Make, app: FastAPI
) -> None:
    user = await make.user()
    link = link_for(app, user.id, "reminders_by_mail")

    before = await client.get(link)
    await client.post(link)
    after = await client.get(link)
    page = await client.get(link, headers=BROWSER)

    told = [each.json()["subscribed"] for each in (before, after)]
    assert (told, "<form" in page.text) == ([True, False], False)


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
