from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from questlog.core.config import Settings
from questlog.core.db import Database
from questlog.worker.house import House
from tests.support import receiver, world
from tests.support.receiver import Receiver
from tests.support.smtp import SmtpServer


@pytest.fixture
def mail_settings(database_address: str, tmp_path: Path, smtp: SmtpServer) -> Settings:
    return world.settings(
        database_address,
        tmp_path,
        SMTP_HOST=smtp.host,
        SMTP_PORT=str(smtp.port),
        SMTP_TLS="none",
    )


@pytest.fixture
async def hook() -> AsyncIterator[Receiver]:
    async with receiver.receiving() as found:
        yield found


@pytest.fixture
def house(database: Database, database_address: str, tmp_path: Path) -> House:
    """May call this machine."""
    networks = {"WEBHOOK_ALLOWED_NETWORKS": receiver.NETWORKS}
    return House(database, world.settings(database_address, tmp_path, **networks), grace_s=0.5)
