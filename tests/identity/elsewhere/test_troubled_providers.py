"""Providers that are slow, broken or hostile: an answer comes within ten seconds, and the house goes on."""

import asyncio
import time

import pytest

from questlog.core.db import Database
from questlog.identity import oidc_providers
from questlog.identity.models import SignInSession, User
from tests.support.browser import Browser
from tests.support.oidc_provider import Answer, OidcProvider, public_jwk
from tests.support.sql import count_rows

HUGE = Answer(size=50 * 1024 * 1024)
TROUBLES = [
    Answer(500),
    Answer(302, headers={"Location": "http://127.0.0.1:1/"}),
    Answer(204, body=b""),
    Answer(body=b"<html>Sorry</html>"),
    Answer(body=b"[]"),
    Answer(body=b"[" * 100_000),
    Answer(body=b"\xff\xfe"),
    Answer(body=b"\x1f\x8b\x08", headers={"Content-Encoding": "gzip"}),
    HUGE,
]


@pytest.mark.parametrize("place", ["discovery", "keys", "token"])
@pytest.mark.parametrize("trouble", TROUBLES, ids=range(len(TROUBLES)))
async def test_s071_a_broken_provider_is_503(
    browser: Browser, google: OidcProvider, database: Database, place: str, trouble: Answer
) -> None:
    if place != "discovery":
        address = await browser.agree(await browser.leave())
    google.instead[place] = trouble
    began = time.monotonic()

    answer = await (browser.leave() if place == "discovery" else browser.come_back(address))

    assert (answer.status_code, answer.json()["code"]) == (503, "provider_unavailable")
    assert int(answer.headers["retry-after"]) > 0
    assert time.monotonic() - began < 9
    assert await count_rows(database, SignInSession) == await count_rows(database, User) == 0


async def test_s071_a_slow_provider_holds_up_nobody(
    browser: Browser,
    google: OidcProvider,
    home: OidcProvider,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("questlog.identity.oidc_providers.PATIENCE_S", 2.0)
    home.person = {"sub": "grace", "email": "grace@example.org", "email_verified": True}
    google.instead["discovery"] = Answer(seconds=30)
    began = time.monotonic()

    async with asyncio.TaskGroup() as group:
        slow = [group.create_task(browser.leave("google")) for _ in range(40)]
        await asyncio.sleep(0.05)
        quick = await browser.sign_in("home")
        still_waiting = [not task.done() for task in slow]

    assert quick.status_code == 200
    assert all(still_waiting)
    assert {task.result().status_code for task in slow} == {503}
    assert time.monotonic() - began < 9
    google.instead.clear()
    assert (await browser.sign_in("google")).status_code == 200


def test_s071_the_patience_with_a_provider_is_below_ten_seconds() -> None:
    assert oidc_providers.PATIENCE_S < 10


async def test_s071_a_provider_that_trickles_is_given_up(
    browser: Browser, google: OidcProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("questlog.identity.oidc_providers.PATIENCE_S", 0.5)
    address = await browser.agree(await browser.leave())
    google.instead["token"] = Answer(seconds=30)
    began = time.monotonic()

    answer = await browser.come_back(address)

    assert answer.status_code == 503
    assert time.monotonic() - began < 9


async def test_a_provider_that_is_not_there_is_503(browser: Browser, google: OidcProvider) -> None:
    await google.close()

    assert (await browser.leave()).status_code == 503


@pytest.mark.parametrize(
    "lie",
    [
        {"issuer": "https://evil.example.com"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": "https://id.example.org/\r\nSet-Cookie: a=b"},
        {"token_endpoint": "file:///etc/passwd"},
        {"jwks_uri": None},
    ],
)
async def test_a_discovery_document_that_lies_is_503(
    browser: Browser, google: OidcProvider, lie: dict[str, object]
) -> None:
    google.metadata.update(lie)

    answer = await browser.leave()

    assert (answer.status_code, answer.json()["code"]) == (503, "provider_unavailable")


@pytest.mark.parametrize(("endpoint", "door"), [("token_endpoint", "token"), ("jwks_uri", "keys")])
async def test_s134_a_discovery_document_leads_nobody_inside(
    browser: Browser, google: OidcProvider, endpoint: str, door: str
) -> None:
    google.metadata[endpoint] = google.issuer.replace("127.0.0.1", "localhost") + f"/{door}"

    answer = await browser.sign_in()

    assert (answer.status_code, answer.json()["code"]) == (503, "provider_unavailable")
    assert door not in google.asked


async def test_a_wrong_client_secret_is_the_operators_trouble(
    browser: Browser, google: OidcProvider
) -> None:
    google.client_secret = "changed at the provider"

    assert (await browser.sign_in()).status_code == 503


async def test_s054_keys_that_are_known_serve_while_the_provider_does_not_publish_them(
    browser: Browser, google: OidcProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    ahead, real = [0.0], time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: real() + ahead[0])
    assert (await browser.sign_in()).status_code == 200
    google.instead["keys"] = Answer(500)

    answers = []
    for minutes in (9, 50, 59):
        ahead[0] = minutes * 60.0
        answers.append((await browser.sign_in()).status_code)

    assert answers == [200, 200, 200]
    assert google.asked.count("keys") > 1


async def test_s055_a_key_the_provider_withdrew_opens_nothing_after_ten_minutes(
    browser: Browser, google: OidcProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    ahead, real = [0.0], time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: real() + ahead[0])
    assert (await browser.sign_in()).status_code == 200
    google.keys = [public_jwk("RS256", 2)]
    ahead[0] = 600.0

    answer = await browser.sign_in()

    assert (answer.status_code, answer.json()["code"]) == (400, "sign_in_failed")
