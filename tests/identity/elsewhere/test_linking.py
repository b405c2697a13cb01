"""Linking providers to one's account while signed in, and taking them off again."""

import asyncio
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import Response
from sqlalchemy import select

from questlog.automation.audit_models import AuditEntry
from questlog.automation.models import Event, Mail
from questlog.core import clock
from questlog.core.db import Database
from questlog.identity.door_models import ExternalIdentity
from tests.identity.elsewhere.conftest import PAGE, MakeApp
from tests.support.browser import Browser
from tests.support.doors import bearer, log_in, register
from tests.support.make import Make
from tests.support.oidc_provider import OidcProvider
from tests.support.sql import count_rows

IDENTITIES = "/api/v1/identities"


async def link(browser: Browser, who: dict[str, str], provider: str = "google", **body: Any) -> str:
    """Ask to link a provider and return where that sends the browser."""
    answer = await browser.client.post(
        f"{IDENTITIES}/{provider}/link", headers=who, json=body or None
    )
    assert answer.status_code == 200, answer.text
    return str(answer.json()["authorization_url"])


async def linked(browser: Browser, who: dict[str, str], provider: str = "google") -> Response:
    return await browser.come_back(await browser.agree(await link(browser, who, provider)))


async def identities(browser: Browser, who: dict[str, str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await browser.client.get(IDENTITIES, headers=who)).json()[
        "items"
    ]
    return found


async def unlink(browser: Browser, who: dict[str, str], identity_id: str) -> Response:
    return await browser.client.delete(f"{IDENTITIES}/{identity_id}", headers=who)


async def test_an_identity_is_linked_and_signs_in_from_then_on(
    browser: Browser, database: Database
) -> None:
    tokens = await register(browser.client, "grace@example.org")

    answer = await linked(browser, bearer(tokens))
    again = await browser.sign_in()

    shown = answer.json()
    assert set(shown) == {
        "id",
        "provider",
        "issuer",
        "subject",
        "email",
        "created_at",
        "last_used_at",
    }
    assert (shown["provider"], shown["email"]) == ("google", "ada@example.org")
    assert again.json()["user"]["id"] == tokens["user"]["id"]
    assert again.json()["user"]["email"] == "grace@example.org"
    async with database.reader() as session:
        types = (await session.scalars(select(Event.type).order_by(Event.seq))).all()
        told = (await session.scalars(select(AuditEntry.action))).all()
    assert types.count("identity.linked") == told.count("identity.linked") == 1


async def test_linking_ends_at_the_page_without_a_code(browser: Browser, make: Make) -> None:
    user = await make.user()
    address = await link(browser, user.headers, redirect_to=PAGE)

    answer = await browser.come_back(await browser.agree(address))

    assert answer.headers["location"] == f"{PAGE}?linked=google"


async def test_linking_twice_changes_nothing(
    browser: Browser, make: Make, database: Database
) -> None:
    user = await make.user()
    answers = [await linked(browser, user.headers) for _ in range(2)]

    assert answers[0].json()["id"] == answers[1].json()["id"]
    assert await count_rows(database, ExternalIdentity) == 1


async def test_somebody_elses_identity_is_not_linked(
    browser: Browser, make: Make, database: Database
) -> None:
    one, other = await make.user(), await make.user()
    await linked(browser, one.headers)

    answer = await linked(browser, other.headers)

    assert (answer.status_code, answer.json()["code"]) == (409, "identity_taken")
    assert await identities(browser, other.headers) == []


async def test_a_link_is_finished_in_the_browser_that_began_it(
    app: FastAPI, browser: Browser, make: Make, database: Database
) -> None:
    mallory = await make.user()
    address = await link(browser, mallory.headers)
    async with Browser(app) as victim:
        answer = await victim.come_back(await victim.agree(address))

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_state")
    assert await count_rows(database, ExternalIdentity) == 0


async def test_s067_a_link_under_way_ends_when_the_owner_proves_the_address(
    app: FastAPI, browser: Browser, home: OidcProvider, database: Database
) -> None:
    squatter = await register(browser.client)
    home.person = {"sub": "mallory"}
    address = await browser.agree(await link(browser, bearer(squatter), "home"))
    async with Browser(app) as owner:
        tokens = (await owner.sign_in()).json()

    late = await browser.come_back(address)

    assert tokens["user"]["id"] == squatter["user"]["id"]
    assert (late.status_code, late.json()["code"]) == (400, "invalid_state")
    assert await count_rows(database, ExternalIdentity) == 1


async def test_a_code_under_way_ends_with_the_sessions(browser: Browser) -> None:
    tokens = (await browser.sign_in()).json()
    arrived = await browser.sign_in(redirect_to=PAGE)

    ended = await browser.client.delete("/api/v1/sessions", headers=bearer(tokens))
    late = await browser.exchange(arrived)

    assert (ended.status_code, late.status_code) == (204, 401)


async def test_linking_needs_somebody_signed_in_and_a_listed_page(
    browser: Browser, make: Make
) -> None:
    user = await make.user()
    nobody = await browser.client.post(f"{IDENTITIES}/google/link")
    evil = await browser.client.post(
        f"{IDENTITIES}/google/link",
        headers=user.headers,
        json={"redirect_to": "https://evil.example.com"},
    )
    nowhere = await browser.client.post(f"{IDENTITIES}/nowhere/link", headers=user.headers)

    assert (nobody.status_code, evil.status_code, nowhere.status_code) == (401, 400, 404)


async def test_s070_the_last_way_in_stays(browser: Browser) -> None:
    who = bearer((await browser.sign_in()).json())
    identity_id = (await identities(browser, who))[0]["id"]

    answer = await unlink(browser, who, identity_id)

    assert (answer.status_code, answer.json()["code"]) == (409, "last_way_in")
    assert len(await identities(browser, who)) == 1
    assert (await browser.sign_in()).status_code == 200


async def test_s070_an_address_that_mail_reaches_is_a_way_in(make_app: MakeApp) -> None:
    async with Browser(make_app(SMTP_HOST="mail.example.org")) as browser:
        who = bearer((await browser.sign_in()).json())
        identity_id = (await identities(browser, who))[0]["id"]

        answer = await unlink(browser, who, identity_id)

    assert answer.status_code == 204


async def test_s070_with_a_password_the_identity_can_go(
    browser: Browser, database: Database
) -> None:
    tokens = await register(browser.client, "grace@example.org")
    who = bearer(tokens)
    identity_id = (await linked(browser, who)).json()["id"]

    answer = await unlink(browser, who, identity_id)

    assert answer.status_code == 204
    assert await identities(browser, who) == []
    assert (await log_in(browser.client, "grace@example.org")).status_code == 200
    stranger = (await browser.sign_in()).json()["user"]
    assert stranger["id"] != tokens["user"]["id"]
    async with database.reader() as session:
        assert "identity.unlinked" in (await session.scalars(select(AuditEntry.action))).all()


async def test_s070_of_two_identities_unlinked_at_once_one_stays(
    browser: Browser, home: OidcProvider, database: Database
) -> None:
    home.person = {"sub": "42"}
    who = bearer((await browser.sign_in()).json())
    await linked(browser, who, "home")
    ids = [each["id"] for each in await identities(browser, who)]

    answers = await asyncio.gather(*(unlink(browser, who, each) for each in ids))

    assert sorted(answer.status_code for answer in answers) == [204, 409]
    assert await count_rows(database, ExternalIdentity) == 1


async def test_s070_a_passkey_is_a_way_in(browser: Browser, make: Make) -> None:
    user = await make.user()
    mine = await make.identity(user)
    await make.passkey(user)

    answer = await unlink(browser, user.headers, str(mine.id))

    assert answer.status_code == 204


async def test_foreign_and_unknown_identities(browser: Browser, make: Make) -> None:
    user, other = await make.user(), await make.user()
    theirs = await make.identity(other)

    foreign = await unlink(browser, user.headers, str(theirs.id))
    unknown = await unlink(browser, user.headers, str(user.id))

    assert (foreign.status_code, foreign.json()["code"]) == (403, "not_your_identity")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "identity_not_found")


@pytest.mark.parametrize("locale", ["en", "ru"])
async def test_the_owner_hears_of_links_by_mail(
    make_app: MakeApp, make: Make, database: Database, locale: str
) -> None:
    user = await make.user(locale=locale, email_verified_at=clock.now())
    async with Browser(make_app(SMTP_HOST="mail.example.org")) as browser:
        identity_id = (await linked(browser, user.headers)).json()["id"]
        await unlink(browser, user.headers, identity_id)

    async with database.reader() as session:
        mails = (await session.scalars(select(Mail).order_by(Mail.id))).all()
    assert [(mail.to_address, mail.locale) for mail in mails] == [(user.email, locale)] * 2
    assert [mail.params for mail in mails] == [
        {"provider": "Google", "change": "linked"},
        {"provider": "Google", "change": "unlinked"},
    ]
