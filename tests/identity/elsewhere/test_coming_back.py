"""Where people come back to, and the one-time code they bring instead of tokens."""

import asyncio

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from questlog.core.db import Database
from questlog.identity.door_models import ExchangeCode, OidcAttempt
from questlog.identity.models import SignInSession
from questlog.identity.oidc_attempts import challenge_of
from tests.identity.elsewhere.conftest import PAGE, MakeApp, nobody_came_in
from tests.support.browser import Browser, query_of
from tests.support.doors import whoami
from tests.support.moving_clock import MovingClock
from tests.support.sql import count_rows


@pytest.mark.parametrize(
    "wanted",
    [
        "//evil.example.com",
        "https://evil.example.com",
        "/\\evil.example.com",
        "https://app.example.org.evil.com/signed-in",
        "javascript:alert(1)",
        "https://app.example.org/signed-in\r\nSet-Cookie: a=b",
        "https://app.example.org@evil.example.com/signed-in",
        "https://app.example.org/signed-in@evil",
        "https://app.example.org/signed-in/../other",
        "https://app.example.org/signed-in?next=https://evil.example.com",
        "HTTPS://APP.example.org/signed-in",
        "https://app.example.org:443/signed-in",
        "http://app.example.org/signed-in",
        "/",
    ],
)
async def test_s064_only_listed_pages_are_come_back_to(
    browser: Browser, database: Database, wanted: str
) -> None:
    answer = await browser.leave(redirect_to=wanted)

    assert "location" not in answer.headers
    assert answer.status_code in (400, 422)
    assert await count_rows(database, OidcAttempt) == 0


async def test_s065_a_page_gets_a_code_and_never_a_token(
    browser: Browser, database: Database
) -> None:
    arrived = await browser.sign_in(redirect_to=PAGE)
    tokens = await browser.exchange(arrived)

    assert arrived.status_code == 302
    assert arrived.headers["location"].startswith(f"{PAGE}?code=")
    assert set(query_of(arrived)) == {"code"}
    assert arrived.headers["referrer-policy"] == "no-referrer"
    assert arrived.headers["cache-control"] == "no-store"
    assert tokens.status_code == 200
    assert tokens.headers["cache-control"] == "no-store"
    assert tokens.json()["access_token"] not in arrived.text + str(arrived.headers)
    assert (await whoami(browser.client, tokens.json())).status_code == 200


async def test_s065_the_code_is_good_once_for_a_minute_and_lies_hashed(
    browser: Browser, database: Database, moving_clock: MovingClock
) -> None:
    arrived = await browser.sign_in(redirect_to=PAGE)
    code = query_of(arrived)["code"]
    async with database.reader() as session:
        kept = (await session.scalars(select(ExchangeCode.code_digest))).all()
    answers = await asyncio.gather(*(browser.exchange(arrived) for _ in range(6)))
    late = await browser.sign_in(redirect_to=PAGE)
    moving_clock.move(seconds=61)

    too_late = await browser.exchange(late)

    assert code not in kept
    assert sorted(answer.status_code for answer in answers) == [200, *[401] * 5]
    assert (too_late.status_code, too_late.json()["code"]) == (401, "invalid_exchange_code")
    assert await count_rows(database, SignInSession) == 1


async def test_s065_a_page_of_this_server_exchanges_in_the_same_browser_only(
    make_app: MakeApp,
) -> None:
    app = make_app(FRONTEND_URL="http://testserver")
    async with Browser(app) as browser, Browser(app) as thief:
        arrived = await browser.sign_in()
        stolen = await thief.exchange(arrived)
        burnt = await browser.exchange(arrived)
        good = await browser.exchange(await browser.sign_in())

    assert (stolen.status_code, burnt.status_code, good.status_code) == (401, 401, 200)


async def test_s065_a_page_elsewhere_can_tie_the_code_to_a_secret_of_its_own(
    browser: Browser,
) -> None:
    secret = "a-secret-that-the-page-keeps-in-its-own-session"
    query = {"redirect_to": PAGE, "exchange_challenge": challenge_of(secret)}

    without = await browser.exchange(await browser.sign_in(**query))
    wrong = await browser.exchange(await browser.sign_in(**query), verifier="x" * 43)
    right = await browser.exchange(await browser.sign_in(**query), verifier=secret)

    assert (without.status_code, wrong.status_code, right.status_code) == (401, 401, 200)


async def test_a_browser_that_comes_back_in_vain_is_told_on_its_page(
    app: FastAPI, database: Database
) -> None:
    async with Browser(app, accept="text/html") as browser:
        address = await browser.agree(await browser.leave(redirect_to=PAGE))
        answer = await browser.come_back(address, code=None, error="access_denied")

    assert answer.headers["location"] == f"{PAGE}?error=access_denied"
    assert await nobody_came_in(database)
