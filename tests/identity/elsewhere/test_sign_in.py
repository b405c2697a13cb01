"""Out to a provider and back: what must come back, in which browser, and how often."""

import asyncio
from urllib.parse import parse_qsl, urlsplit

import pytest
from fastapi import FastAPI
from httpx2 import Response
from sqlalchemy import select

from questlog.core.db import Database
from questlog.identity.door_models import OidcAttempt
from questlog.identity.models import SignInSession, User
from tests.identity.elsewhere.conftest import MakeApp, nobody_came_in
from tests.support.browser import Browser
from tests.support.doors import whoami
from tests.support.moving_clock import MovingClock
from tests.support.oidc_provider import ABSENT, OidcProvider
from tests.support.sql import count_rows


def refused(answer: Response, code: str = "invalid_state") -> None:
    assert (answer.status_code, answer.json()["code"]) == (400, code), answer.text


async def test_a_newcomer_signs_in_with_google(browser: Browser, database: Database) -> None:
    answer = await browser.sign_in()

    tokens = answer.json()
    assert answer.status_code == 200
    assert (tokens["user"]["email"], tokens["user"]["name"]) == ("ada@example.org", "Ada Lovelace")
    assert tokens["user"]["email_verified"] is True
    assert (await whoami(browser.client, tokens)).status_code == 200
    async with database.reader() as session:
        assert await session.scalar(select(SignInSession.door)) == "oidc:google"
    assert not browser.client.cookies


async def test_the_addresses_of_document_003_answer(browser: Browser) -> None:
    away = await browser.client.get("/api/oauth/google/login")
    address = urlsplit(await browser.agree(away))
    answer = await browser.client.get(f"/api/oauth/google/callback?{address.query}")

    assert (away.status_code, answer.status_code) == (302, 200)


async def test_the_providers_are_listed_with_their_buttons(browser: Browser) -> None:
    listed = (await browser.client.get("/api/v1/oauth/providers")).json()["items"]

    assert [(each["name"], each["label"]) for each in listed] == [
        ("google", "Google"),
        ("home", "Home"),
    ]
    answer = await browser.client.get(listed[1]["login_url"])
    assert answer.status_code == 302


async def test_two_providers_at_once_in_one_browser(browser: Browser, home: OidcProvider) -> None:
    home.person = {"sub": "42", "email": "grace@example.org", "email_verified": True}
    at_google, at_home = await browser.leave("google"), await browser.leave("home")

    second = await browser.come_back(await browser.agree(at_home))
    first = await browser.come_back(await browser.agree(at_google))

    assert second.json()["user"]["email"] == "grace@example.org"
    assert first.json()["user"]["email"] == "ada@example.org"
    assert home.secret_came_in == "form"


async def test_an_answer_for_one_provider_is_none_for_another(
    browser: Browser, database: Database
) -> None:
    address = await browser.agree(await browser.leave("google"))

    answer = await browser.come_back(address.replace("/google/", "/home/"))

    refused(answer)
    assert await nobody_came_in(database)


async def test_an_unknown_provider_is_404(browser: Browser) -> None:
    answers = [await browser.leave(name) for name in ("nowhere", "Google", "x" * 40)]

    assert [answer.status_code for answer in answers] == [404, 404, 404]


@pytest.mark.parametrize("state", [None, "", "made-up", "x" * 500])
async def test_s060_a_callback_without_a_state_of_ours_opens_nothing(
    browser: Browser, database: Database, state: str | None
) -> None:
    address = await browser.agree(await browser.leave())

    answer = await browser.come_back(address, state=state)

    refused(answer)
    assert await nobody_came_in(database)


async def test_s060_a_state_is_good_once(browser: Browser, database: Database) -> None:
    address = await browser.agree(await browser.leave())
    cookies = dict(browser.client.cookies)
    first = await browser.come_back(address)
    browser.client.cookies.update(cookies)

    second = await browser.come_back(address)

    assert first.status_code == 200
    refused(second)
    assert await count_rows(database, SignInSession) == 1


async def test_s060_another_browsers_state_is_burnt(
    app: FastAPI, browser: Browser, database: Database
) -> None:
    address = await browser.agree(await browser.leave())
    async with Browser(app) as victim:
        await victim.leave()
        theirs = await victim.come_back(address)

    mine = await browser.come_back(address)

    refused(theirs)
    refused(mine)
    assert await nobody_came_in(database)
    assert await count_rows(database, OidcAttempt) == 1  # the victim's own


async def test_s060_eleven_minutes_are_too_long(
    browser: Browser, database: Database, moving_clock: MovingClock
) -> None:
    address = await browser.agree(await browser.leave())
    moving_clock.move(minutes=11)

    answer = await browser.come_back(address)

    refused(answer)
    assert await nobody_came_in(database)
    assert await count_rows(database, OidcAttempt) == 0


async def test_s060_the_same_callback_twice_at_once_opens_one_session(
    browser: Browser, database: Database
) -> None:
    address = await browser.agree(await browser.leave())

    answers = await asyncio.gather(*(browser.come_back(address) for _ in range(8)))

    assert sorted(answer.status_code for answer in answers) == [200, *[400] * 7]
    assert await count_rows(database, SignInSession) == 1
    assert await count_rows(database, User) == 1


async def test_one_newcomer_in_two_browsers_at_once_is_one_user(
    app: FastAPI, database: Database
) -> None:
    browsers = [Browser(app) for _ in range(6)]
    addresses = [await one.agree(await one.leave()) for one in browsers]

    answers = await asyncio.gather(
        *(one.come_back(address) for one, address in zip(browsers, addresses, strict=True))
    )

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["user"]["id"] for answer in answers}) == 1
    assert await count_rows(database, User) == 1
    for one in browsers:
        await one.client.aclose()


async def test_s061_what_the_provider_is_asked(browser: Browser, database: Database) -> None:
    asked = [
        dict(parse_qsl(urlsplit((await browser.leave()).headers["location"]).query))
        for _ in range(2)
    ]

    for each in asked:
        assert each["response_type"] == "code"
        assert each["code_challenge_method"] == "S256"
        assert each["scope"] == "openid email profile"
        assert each["redirect_uri"] == "http://testserver/api/v1/oauth/google/callback"
        assert min(len(each[name]) for name in ("state", "nonce", "code_challenge")) >= 43
    for name in ("state", "nonce", "code_challenge"):
        assert asked[0][name] != asked[1][name]
    async with database.reader() as session:
        kept = (await session.scalars(select(OidcAttempt.state_digest))).all()
    assert not {each["state"] for each in asked} & set(kept)


async def test_s061_the_cookie_is_this_hosts_alone_where_there_is_https(make_app: MakeApp) -> None:
    app = make_app(PUBLIC_URL="https://testserver")

    async with Browser(app, "https://testserver") as browser:
        away = await browser.leave()
        answer = await browser.come_back(await browser.agree(away))

    cookie = away.headers["set-cookie"]
    assert cookie.startswith("__Host-questlog-oidc-")
    for part in ("HttpOnly", "Secure", "Path=/", "SameSite=lax", "Max-Age=600"):
        assert part in cookie
    assert "Domain" not in cookie
    assert answer.status_code == 200


async def test_s063_a_code_is_good_once(browser: Browser, database: Database) -> None:
    used = query_of_address(await browser.agree(await browser.leave()))["code"]
    address = await browser.agree(await browser.leave())
    other = await browser.agree(await browser.leave())
    assert (await browser.come_back(address)).status_code == 200

    answer = await browser.come_back(other, code=query_of_address(address)["code"])
    swapped = await browser.come_back(await browser.agree(await browser.leave()), code=used)

    refused(answer, "sign_in_failed")
    refused(swapped, "sign_in_failed")  # PKCE: a code answers the question it was asked with
    assert await count_rows(database, SignInSession) == 1


def query_of_address(address: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(address).query))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"code": None, "error": "access_denied"}, "access_denied"),
        ({"code": None, "error": "server_error", "error_description": "<b>"}, "sign_in_failed"),
        ({"code": None}, "sign_in_failed"),
        ({"code": ""}, "sign_in_failed"),
        ({"error": "access_denied"}, "sign_in_failed"),
        ({"iss": "https://evil.example.com"}, "sign_in_failed"),
    ],
)
async def test_s063_what_is_no_good_answer_opens_nothing(
    browser: Browser, database: Database, changes: dict[str, str | None], code: str
) -> None:
    address = await browser.agree(await browser.leave())

    answer = await browser.come_back(address, **changes)

    refused(answer, code)
    assert await nobody_came_in(database)
    assert await count_rows(database, OidcAttempt) == 0


async def test_a_provider_that_names_itself_must_do_so(
    browser: Browser, google: OidcProvider
) -> None:
    google.metadata["authorization_response_iss_parameter_supported"] = True
    named = await browser.sign_in()

    unnamed = await browser.come_back(await browser.agree(await browser.leave()), iss=None)

    assert named.status_code == 200
    refused(unnamed, "sign_in_failed")


async def test_a_token_without_optional_claims_is_enough(
    browser: Browser, google: OidcProvider
) -> None:
    google.claims = {"name": ABSENT, "aud": ["questlog"], "azp": "questlog", "nbf": 0}

    answer = await browser.sign_in()

    assert answer.json()["user"]["name"] == ""
