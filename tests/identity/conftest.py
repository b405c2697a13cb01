"""A server that sends mail, for the tests that read it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient

from questlog.core.config import Settings
from questlog.core.db import Database
from questlog.identity.front_desk import FrontDesk
from questlog.main import create_app
from questlog.worker import mailing
from tests.conftest import CHEAP
from tests.support import world
from tests.support.doors import client_from
from tests.support.smtp import SmtpServer


@pytest.fixture
def mail_settings(database_address: str, tmp_path: Path, smtp: SmtpServer) -> Settings:
    return world.settings(
        database_address,
        tmp_path,
        SMTP_HOST=smtp.host,
        SMTP_PORT=str(smtp.port),
        SMTP_TLS="none",
        SMTP_FROM="Questlog <quests@example.org>",
        PUBLIC_URL="https://quest.example.org",
    )


@pytest.fixture
def mail_app(mail_settings: Settings, database: Database) -> FastAPI:
    return create_app(mail_settings, database, FrontDesk(mail_settings, cost=CHEAP))


@pytest.fixture
async def mail_client(mail_app: FastAPI) -> AsyncIterator[AsyncClient]:
    """A client of a server that has an SMTP server."""
    async with client_from(mail_app, "127.0.0.1") as client:
        yield client


@pytest.fixture
async def postman(database: Database, mail_settings: Settings) -> AsyncIterator[None]:
    """The loop that sends mail, running."""
    stop = asyncio.Event()
    loop = asyncio.create_task(mailing.run_forever(database, mail_settings, stop))
    await asyncio.sleep(0)
    yield
    stop.set()
    await loop
