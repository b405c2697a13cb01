"""Two real providers, a server that knows both, and a browser."""

import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from questlog.core.config import Settings
from questlog.core.db import Database
from questlog.identity.front_desk import FrontDesk
from questlog.identity.models import SignInSession, User
from questlog.main import create_app
from tests.conftest import CHEAP
from tests.support import oidc_provider, world
from tests.support.browser import HOME, Browser
from tests.support.oidc_provider import OidcProvider
from tests.support.sql import count_rows

PAGE = "https://app.example.org/signed-in"

type MakeApp = Callable[..., FastAPI]


@pytest.fixture
async def google() -> AsyncIterator[OidcProvider]:
    async with oidc_provider.running() as provider:
        yield provider


@pytest.fixture
async def home() -> AsyncIterator[OidcProvider]:
    """Another provider, with other keys and other habits."""
    async with oidc_provider.running(algorithm="ES256", client_id="quest") as provider:
        provider.metadata["token_endpoint_auth_methods_supported"] = ["client_secret_post"]
        yield provider


@pytest.fixture
def make_app(
    database_address: str,
    tmp_path: Path,
    database: Database,
    google: OidcProvider,
    home: OidcProvider,
) -> MakeApp:
    """Build a server that knows both providers; keywords are further settings."""

    def build(*, of_home: dict[str, Any] | None = None, **extra: str) -> FastAPI:
        values = {
            "PUBLIC_URL": HOME,
            "GOOGLE_CLIENT_ID": google.client_id,
            "GOOGLE_CLIENT_SECRET": google.client_secret,
            "GOOGLE_ISSUER": google.issuer,
            "OIDC_PROVIDERS": json.dumps([home.configured("home", **(of_home or {}))]),
            "OIDC_REDIRECT_URLS": PAGE,
        }
        settings: Settings = world.settings(database_address, tmp_path, **(values | extra))
        return create_app(settings, database, FrontDesk(settings, cost=CHEAP))

    return build


@pytest.fixture
def app(make_app: MakeApp) -> FastAPI:
    return make_app()


@pytest.fixture
async def browser(app: FastAPI) -> AsyncIterator[Browser]:
    async with Browser(app) as browser:
        yield browser


async def nobody_came_in(database: Database) -> bool:
    return await count_rows(database, SignInSession) == await count_rows(database, User) == 0
