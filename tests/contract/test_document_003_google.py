"""Document 003's two addresses of Google, walked as printed, with a provider of ours standing in for it."""

from pathlib import Path
from urllib.parse import urlsplit

from questlog.core.db import Database
from questlog.identity.front_desk import FrontDesk
from questlog.main import create_app
from tests.conftest import CHEAP
from tests.support import oidc_provider, world
from tests.support.browser import HOME, Browser


async def test_document_003_google(
    database_address: str, database: Database, tmp_path: Path
) -> None:
    async with oidc_provider.running() as google:
        settings = world.settings(
            database_address,
            tmp_path,
            PUBLIC_URL=HOME,
            GOOGLE_CLIENT_ID=google.client_id,
            GOOGLE_CLIENT_SECRET=google.client_secret,
            GOOGLE_ISSUER=google.issuer,
        )
        app = create_app(settings, database, FrontDesk(settings, cost=CHEAP))
        for root in ("/api/v1", "/api"):
            async with Browser(app) as browser:
                away = await browser.client.get(f"{root}/oauth/google/login")
                back = urlsplit(await browser.agree(away))
                callback = f"{root}/oauth/google/callback?{back.query}"

                answer = await browser.client.get(callback)

                assert away.status_code == 302
                assert back.path == "/api/v1/oauth/google/callback"
                assert answer.status_code == 200
                assert set(answer.json()) == {
                    "access_token",
                    "refresh_token",
                    "token_type",
                    "expires_in",
                    "user",
                }
