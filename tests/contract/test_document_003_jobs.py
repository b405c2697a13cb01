"""Document 003's background tasks as printed: the code, the two commands, and the readiness of Redis."""

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx2
from sqlalchemy import select

from questlog.automation.job_models import Heartbeat, Job
from questlog.core.db import Database
from questlog.worker import schedule
from tests.support import valkey
from tests.support.server import environment, running_server
from tests.support.smtp import SmtpServer
from tests.support.workers import running_worker

PRINTED_TASK = """
from questlog.worker.taskiq_app import broker
from questlog.worker.tasks.examples import send_email

@broker.task
async def send_greeting_task(to: str, subject: str, body: str):
    \"\"\"Send an email asynchronously.\"\"\"
    await send_email(to, subject, body)
"""
PRINTED_CALL = """
import asyncio
from questlog.worker.tasks.examples import send_email_task

async def main():
    await send_email_task.kiq("user@example.com", "Hello", "Body text")

asyncio.run(main())
"""


async def test_document_003_background_tasks(
    database: Database, database_address: str, tmp_path: Path, smtp: SmtpServer
) -> None:
    tasks = tmp_path / "tasks"
    tasks.mkdir()
    (tasks / "greetings.py").write_text(PRINTED_TASK)
    with valkey.server() as redis:
        mail = {"SMTP_HOST": smtp.host, "SMTP_PORT": str(smtp.port), "SMTP_TLS": "none"}
        settings = {"REDIS_URL": redis, **mail}
        with (
            running_worker(
                database_address, tmp_path / "s", "taskiq", "scheduler", tasks=tasks, **settings
            ),
            running_worker(
                database_address, tmp_path / "w", "taskiq", "worker", tasks=tasks, **settings
            ),
            running_server(database_address, tmp_path / "api", **settings) as server,
        ):
            await asyncio.to_thread(
                subprocess.run,
                [sys.executable, "-c", PRINTED_CALL],
                env=environment(database_address, tmp_path, **settings),
                check=True,
                cwd=tmp_path,
            )
            await until(lambda: has(smtp, "Body text"))
            await until(lambda: is_done(database))
            ready = await asyncio.to_thread(httpx2.get, f"{server.url}/ready", timeout=5)
            kinds = await column(database, Heartbeat.kind)

    (letter,) = smtp.messages
    assert (letter["Subject"], smtp.recipients) == ("Hello", [["user@example.com"]])
    assert ready.json()["checks"]["redis"] == "ok"
    assert sorted(kinds) == ["scheduler", "worker"]
    made = [name for name in await column(database, Job.name) if name in schedule.WORK]
    assert set(made) >= {"keep_house", "roll_over"}


async def test_document_003_readiness_checks_redis(database_address: str, tmp_path: Path) -> None:
    with valkey.server() as redis, ExitStack() as later:
        server = later.enter_context(running_server(database_address, tmp_path, REDIS_URL=redis))
        with_it = await asyncio.to_thread(httpx2.get, f"{server.url}/ready", timeout=10)
        outlives_redis = later.pop_all()
    with outlives_redis:
        without = await asyncio.to_thread(httpx2.get, f"{server.url}/ready", timeout=10)

    assert (with_it.status_code, with_it.json()["checks"]["redis"]) == (200, "ok")
    assert without.status_code == 503
    assert "does not answer" in without.json()["checks"]["redis"]


async def has(smtp: SmtpServer, text: str) -> bool:
    return any(text in str(message.get_content()) for message in smtp.messages)


async def is_done(database: Database) -> bool:
    async with database.reader() as session:
        statement = select(Job.state).where(Job.name.contains("send_email_task"))
        return (await session.scalars(statement)).all() == ["done"]


async def column(database: Database, of: Any) -> list[Any]:
    async with database.reader() as session:
        return list((await session.scalars(select(of))).all())


async def until(holds: Callable[[], Awaitable[bool]], seconds: float = 30) -> None:
    async with asyncio.timeout(seconds):
        while not await holds():  # noqa: ASYNC110 - another process does what is waited for
            await asyncio.sleep(0.05)
