"""Which account a sign-in elsewhere opens: one's own, a new one, or none until the two are linked."""

from datetime import timedelta

import pytest
from sqlalchemy import QueuePool, select, update

from questlog.automation.models import Mail
from questlog.core import clock
from questlog.core.db import Database, Session
from questlog.identity.door_models import ExternalIdentity
from questlog.identity.models import User
from tests.identity.elsewhere.conftest import PAGE, MakeApp
from tests.support.browser import Browser
from tests.support.doors import bearer, code_for, log_in, refresh, register, verify, whoami
from tests.support.factors import add_totp
from tests.support.make import Make
from tests.support.oidc_provider import ABSENT, OidcProvider
from tests.support.sql import count_rows

VERIFIED_AT = clock.now() - timedelta(days=1)


@pytest.mark.parametrize("said", [False, "false", None, 0, 1, "yes", ABSENT])
async def test_s066_an_address_nobody_verified_opens_no_account_of_its_owner(
    browser: Browser, google: OidcProvider, make: Make, said: object
) -> None:
    victim = await make.user(email="ada@example.org", email_verified_at=VERIFIED_AT)
    google.claims = {"email_verified": said}

    answer = await browser.sign_in()

    user = answer.json()["user"]
    assert answer.status_code == 200
    assert user["id"] != str(victim.id)
    assert (user["email"], user["email_verified"]) == (None, False)


async def test_s066_without_a_verified_address_one_is_known_by_the_identity_alone(
    browser: Browser, google: OidcProvider, database: Database
) -> None:
    google.person = {"sub": "nameless"}

    first, second = await browser.sign_in(), await browser.sign_in()

    assert first.json()["user"]["id"] == second.json()["user"]["id"]
    assert await count_rows(database, User) == 1


async def test_s067_who_proves_the_address_gets_the_account_and_the_squatter_nothing(
    browser: Browser, home: OidcProvider, make: Make
) -> None:
    squatter = await register(browser.client)
    home.person = {"sub": "mallory"}
    link = await browser.client.post("/api/v1/identities/home/link", headers=bearer(squatter))
    linked = await browser.come_back(await browser.agree(link.json()["authorization_url"]))
    body = {"name": "backup", "scopes": ["tasks:read"]}
    key = await browser.client.post("/api/v1/api-keys", json=body, headers=bearer(squatter))
    assert (linked.status_code, key.status_code) == (200, 201)

    owner = (await browser.sign_in()).json()

    assert owner["user"]["id"] == squatter["user"]["id"]
    assert owner["user"]["email_verified"] is True
    assert (await whoami(browser.client, squatter)).status_code == 401
    assert (await refresh(browser.client, squatter["refresh_token"])).status_code == 401
    assert (await log_in(browser.client)).status_code == 401
    with_key = {"Authorization": f"Bearer {key.json()['key']}"}
    assert (await browser.client.get("/api/v1/tasks", headers=with_key)).status_code == 401
    elsewhere = (await browser.sign_in("home")).json()["user"]["id"]
    assert elsewhere != owner["user"]["id"]


async def test_s067_a_code_by_mail_drops_a_squatters_identity_too(
    browser: Browser, home: OidcProvider
) -> None:
    squatter = await register(browser.client)
    home.person = {"sub": "mallory"}
    link = await browser.client.post("/api/v1/identities/home/link", headers=bearer(squatter))
    await browser.come_back(await browser.agree(link.json()["authorization_url"]))

    owner = (await verify(browser.client, await code_for(browser.client))).json()

    assert owner["user"]["id"] == squatter["user"]["id"]
    listed = await browser.client.get("/api/v1/identities", headers=bearer(owner))
    assert listed.json()["items"] == []


@pytest.mark.parametrize("email", ["Ada@Example.org", "ada@example.org", "ADA@EXAMPLE.ORG"])
async def test_s068_a_verified_account_is_linked_by_its_owner_only(
    browser: Browser, google: OidcProvider, make: Make, database: Database, email: str
) -> None:
    await make.user(email="ada@example.org", email_verified_at=VERIFIED_AT)
    google.claims = {"email": email}

    answer = await browser.sign_in()

    assert (answer.status_code, answer.json()["code"]) == (409, "login_to_link")
    assert await count_rows(database, ExternalIdentity) == 0


async def test_s068_a_page_is_told_to_link(make_app: MakeApp, make: Make) -> None:
    await make.user(email="ada@example.org", email_verified_at=VERIFIED_AT)
    async with Browser(make_app(), accept="text/html") as browser:
        answer = await browser.sign_in(redirect_to=PAGE)

    assert answer.headers["location"] == f"{PAGE}?error=login_to_link"


async def test_s068_a_provider_trusted_with_it_links_and_the_owner_is_told(
    make_app: MakeApp, make: Make, home: OidcProvider, database: Database
) -> None:
    user = await make.user(email="ada@example.org", locale="ru", email_verified_at=VERIFIED_AT)
    app = make_app(of_home={"link_by_email": True}, SMTP_HOST="mail.example.org")

    async with Browser(app) as browser:
        answer = await browser.sign_in("home")
        at_google = await browser.sign_in("google")

    assert answer.json()["user"]["id"] == str(user.id)
    assert at_google.status_code == 409
    async with database.reader() as session:
        mail = (await session.scalars(select(Mail))).one()
    assert (mail.template, mail.to_address, mail.locale) == (
        "identity_changed",
        "ada@example.org",
        "ru",
    )
    assert mail.params == {"provider": "Home", "change": "linked"}


@pytest.mark.parametrize("verified_at", [VERIFIED_AT, None])
async def test_s068_an_account_with_a_second_factor_is_never_linked_by_its_address(
    make_app: MakeApp, make: Make, verified_at: object
) -> None:
    await make.user(email="ada@example.org", email_verified_at=verified_at, has_second_factor=True)
    app = make_app(of_home={"link_by_email": True})

    async with Browser(app) as browser:
        answer = await browser.sign_in("home")

    assert (answer.status_code, answer.json()["code"]) == (409, "login_to_link")


async def test_s069_the_identity_decides_and_the_address_stays(
    browser: Browser, google: OidcProvider, make: Make
) -> None:
    first = (await browser.sign_in()).json()
    await make.user(email="grace@example.org", email_verified_at=VERIFIED_AT)
    google.claims = {"email": "grace@example.org", "name": "Somebody Else"}

    second = (await browser.sign_in()).json()

    assert second["user"]["id"] == first["user"]["id"]
    assert second["user"]["email"] == "ada@example.org"
    assert second["user"]["name"] == "Ada Lovelace"
    listed = await browser.client.get("/api/v1/identities", headers=bearer(second))
    assert listed.json()["items"][0]["email"] == "grace@example.org"


async def test_s069_the_same_subject_at_another_provider_is_somebody_else(
    browser: Browser, google: OidcProvider, home: OidcProvider
) -> None:
    google.person = home.person = {"sub": "42"}

    one, other = await browser.sign_in("google"), await browser.sign_in("home")

    assert one.json()["user"]["id"] != other.json()["user"]["id"]


async def test_closed_registration_lets_in_whom_it_knows(
    make_app: MakeApp, database: Database, google: OidcProvider
) -> None:
    async with Browser(make_app()) as browser:
        known = await browser.sign_in()
    async with Browser(make_app(REGISTRATION_ENABLED="false")) as browser:
        again = await browser.sign_in()
        google.person = {"sub": "new", "email": "new@example.org", "email_verified": True}
        by_address = await browser.sign_in()
        google.person = {"sub": "newer"}
        by_identity = await browser.sign_in()

    assert (known.status_code, again.status_code) == (200, 200)
    for answer in (by_address, by_identity):
        assert (answer.status_code, answer.json()["code"]) == (403, "registration_closed")
    assert await count_rows(database, User) == 1


async def test_a_closed_account_stays_closed(browser: Browser, database: Database) -> None:
    arrived = await browser.sign_in(redirect_to=PAGE)

    async def close(session: Session) -> None:
        await session.execute(update(User).values(deactivated_at=clock.now()))

    await database.write(close)
    waiting = await browser.exchange(arrived)
    again = await browser.sign_in()

    assert waiting.status_code == 401
    assert (again.status_code, again.json()["code"]) == (403, "account_closed")


async def test_a_second_factor_is_asked_for_at_this_door_too(
    browser: Browser, database: Database
) -> None:
    tokens = (await browser.sign_in()).json()
    await add_totp(browser.client, tokens)

    straight = await browser.sign_in()
    exchanged = await browser.exchange(await browser.sign_in(redirect_to=PAGE))

    for answer in (straight, exchanged):
        assert (answer.status_code, answer.json()["code"]) == (401, "second_factor_required")
        assert answer.json()["details"]["ticket"]
        assert "access_token" not in answer.text


async def test_a_newcomer_speaks_the_browsers_language(make_app: MakeApp) -> None:
    async with Browser(make_app(), **{"accept-language": "ru"}) as browser:
        user = (await browser.sign_in()).json()["user"]

    assert user["locale"] == "ru"


async def test_a_name_is_cleaned_before_it_is_kept(browser: Browser, google: OidcProvider) -> None:
    google.claims = {"name": " A\u0000d\u202ea\n" + "x" * 500, "email": "no address at all"}

    user = (await browser.sign_in()).json()["user"]

    assert user["name"] == ("Ada" + "x" * 500)[:200]
    assert user["email"] is None


async def test_no_connection_is_held_while_a_provider_is_waited_for(
    browser: Browser, google: OidcProvider, database: Database
) -> None:
    address = await browser.agree(await browser.leave())
    pool = database.engine.sync_engine.pool
    assert isinstance(pool, QueuePool)
    held: list[int] = []
    google.watch = lambda: held.append(pool.checkedout())

    answer = await browser.come_back(address)

    assert answer.status_code == 200
    assert held == [0, 0]
