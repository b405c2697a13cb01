from pathlib import Path

import pytest

from questlog.core.config import Settings
from tests.support import world
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
