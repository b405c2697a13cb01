"""F-25: the mail server is slow, away or talks nonsense, and nobody who asks for a code waits for it."""

import asyncio
import time
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from httpx2 import AsyncClient

from tests.support.server import RunningServer, running_server
from tests.support.smtp import Fault, SmtpServer, dropped, permanent, slow, temporary

API = "/api/v1"
WHO = {"email": "ada@example.org", "password": "correct-horse-battery-9"}


def mailing(
    address: str, tmp_path: Path, smtp: SmtpServer
) -> AbstractContextManager[RunningServer]:
    return running_server(
        address,
        tmp_path / "data",
        SMTP_HOST=smtp.host,
        SMTP_PORT=str(smtp.port),
        SMTP_FROM="Questlog <questlog@example.org>",
        SMTP_TLS="none",
    )


async def ask_for_code(server: RunningServer) -> float:
    async with AsyncClient(base_url=server.url, timeout=30) as client:
        (await client.post(f"{API}/auth/register", json=WHO)).raise_for_status()
        began = time.monotonic()
        answer = await client.post(f"{API}/auth/send-code", json={"email": WHO["email"]})
        took = time.monotonic() - began
        ready = await client.get("/ready")

    assert answer.status_code == 200
    assert "dev_code" not in answer.json()
    assert ready.status_code == 200
    return took


@pytest.mark.parametrize(
    "fault",
    [slow(5, at="RCPT"), slow(5), temporary(), permanent(), dropped()],
    ids=["slow", "slow-with-the-text", "4xx", "5xx", "drops"],
)
async def test_f25_who_asks_for_a_code_does_not_wait_for_the_mail_server(
    fault: Fault, tmp_path: Path, smtp: SmtpServer
) -> None:
    smtp.faults = [fault] * 3
    with mailing(f"sqlite:///{tmp_path / 'q.db'}", tmp_path, smtp) as server:
        took = await ask_for_code(server)

    assert took < 2


async def test_f25_a_slow_server_gets_a_mail_once_from_two_processes(
    tmp_path: Path, smtp: SmtpServer
) -> None:
    address = f"sqlite:///{tmp_path / 'q.db'}"
    smtp.faults = [slow(2), slow(2)]
    with mailing(address, tmp_path, smtp) as one, mailing(address, tmp_path, smtp):
        await ask_for_code(one)
        await smtp.message(1, within=30)
        await asyncio.sleep(3)

    subjects = [str(message["Subject"]) for message in smtp.messages]
    assert len(subjects) == len(set(subjects))


async def test_f25_a_server_that_is_away_is_told_of_and_comes_back(
    tmp_path: Path, smtp: SmtpServer
) -> None:
    await smtp.refuse()
    with mailing(f"sqlite:///{tmp_path / 'q.db'}", tmp_path, smtp) as server:
        took = await ask_for_code(server)
        await asyncio.sleep(1)
        await smtp.listen()
        letter = await smtp.message(1, within=60)

    assert took < 2
    assert letter["To"] == WHO["email"]
