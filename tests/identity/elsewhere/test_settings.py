"""What the settings say about providers, and what housekeeping leaves of their sign-ins."""

import json
from typing import Any

import pytest

from questlog.core.config import SettingsError, load_settings
from questlog.core.db import Database
from questlog.identity.door_models import ExchangeCode, OidcAttempt
from questlog.worker import housekeeping
from tests.identity.elsewhere.conftest import PAGE
from tests.support import world
from tests.support.browser import Browser
from tests.support.moving_clock import MovingClock
from tests.support.sql import count_rows

HOME = {
    "name": "home",
    "issuer": "https://id.example.org/realms/home",
    "client_id": "questlog",
    "client_secret": "from-the-provider",
}
GOOGLE = {"GOOGLE_CLIENT_ID": "id", "GOOGLE_CLIENT_SECRET": "secret"}


def refusal(*providers: dict[str, Any], **environ: str) -> str:
    values = {"SECRET_KEY": world.SECRET, "OIDC_PROVIDERS": json.dumps(providers), **environ}
    with pytest.raises(SettingsError) as caught:
        load_settings(values, env_file=None)
    return str(caught.value)


def test_google_comes_first_and_others_follow() -> None:
    values = {"SECRET_KEY": world.SECRET, "OIDC_PROVIDERS": json.dumps([HOME]), **GOOGLE}

    providers = load_settings(values, env_file=None).oidc.all_providers

    assert [provider.name for provider in providers] == ["google", "home"]
    assert providers[0].issuer == "https://accounts.google.com"


def test_a_name_stands_for_one_provider() -> None:
    assert "are named home" in refusal(HOME, HOME)
    assert "are named google" in refusal({**HOME, "name": "google"}, **GOOGLE)


def test_scopes_without_openid_are_refused() -> None:
    assert "needs `openid`" in refusal({**HOME, "scopes": ["email"]})


def test_an_open_issuer_is_refused_in_production() -> None:
    said = refusal({**HOME, "issuer": "http://id.example.org"}, ENVIRONMENT="production")

    assert "The issuer of home is not encrypted" in said


async def test_housekeeping_deletes_what_never_came_back(
    browser: Browser, database: Database, moving_clock: MovingClock
) -> None:
    await browser.leave()
    await browser.sign_in(redirect_to=PAGE)
    await housekeeping.sweep(database)
    kept = await count_rows(database, OidcAttempt), await count_rows(database, ExchangeCode)
    moving_clock.move(minutes=11)

    await housekeeping.sweep(database)

    assert kept == (1, 1)
    assert await count_rows(database, OidcAttempt) == await count_rows(database, ExchangeCode) == 0
