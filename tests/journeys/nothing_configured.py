"""Somebody with a server of their own and nothing else: no Redis, no PostgreSQL, no worker, no secret of their making."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from httpx2 import AsyncClient, Response
from icalendar import Calendar

from tests.scale.house import SERVER_READY
from tests.scale.programs import Program
from tests.support import copies, postgres, receiver, smtp
from tests.support.receiver import Receiver
from tests.support.rows import Person
from tests.support.smtp import SmtpServer

API = "/api/v1"
PASSWORD = "correct-horse-battery-9"
EMAIL = "ada@example.org"
KEPT = ("PATH", "PYTHONPATH", "LANG", "TMPDIR", "VIRTUAL_ENV")
READY_S = 40
# What was begun by a process that was killed is taken over when its lease ends.
SEEN_WITHIN_S = 75.0
FIRST_TRY_S = 0.5

type Between = Callable[[], Awaitable[None]]


@dataclass
class Home:
    """The server, whoever lives there, and the machines around it: one that takes mail, one that takes webhooks."""

    program: Program
    url: str
    receiver: Receiver
    smtp: SmtpServer
    http: AsyncClient
    headers: dict[str, str] = field(default_factory=dict)
    secret: str = ""
    calendar: str = ""
    copy: copies.Copy | None = None
    told_seq: int = 0
    mails: int = 0
    kills: int = 0

    @property
    def client(self) -> Any:
        return cast(Any, self.http)

    @property
    def person(self) -> Person:
        return cast(Person, self)

    async def ask(self, method: str, path: str, body: Any = None) -> Response:
        answer = await self.http.request(method, path, json=body, headers=self.headers)
        assert answer.is_success, answer.text
        return answer

    async def move_in(self) -> None:
        body = {"email": EMAIL, "password": PASSWORD}
        told = (await self.ask("POST", f"{API}/auth/register", body)).json()
        self.headers = {"Authorization": f"Bearer {told['access_token']}"}
        hook = {"url": self.receiver.url(), "events": ["task.*"]}
        self.secret = (await self.ask("POST", f"{API}/webhooks", hook)).json()["secret"]
        self.calendar = (await self.ask("POST", f"{API}/calendar/token")).json()["url"]
        self.copy = copies.Copy(self.client, self.person)

    async def add(self, title: str) -> str:
        body = {"title": title, "due_date": "2031-05-01"}
        made: str = (await self.ask("POST", f"{API}/tasks", body)).json()["id"]
        return made

    async def kill(self) -> None:
        """Take the server away as a power cut would, and start it again."""
        self.kills += 1
        self.program.kill()
        await self.start()

    async def start(self) -> None:
        self.program.start()
        await self.program.wait_until_ready(READY_S)


async def see_a_webhook(home: Home, between: Between) -> None:
    task = await home.add("Told to a webhook")
    await between()

    def arrived() -> bool:
        bodies = [message.verify(home.secret) for message in home.receiver.messages]
        return any(cast(Any, body)["subject"]["id"] == task for body in bodies)

    await _until(arrived)


async def see_a_live_event(home: Home, between: Between) -> None:
    task = await home.add("Heard live")
    await between()
    async with asyncio.timeout(SEEN_WITHIN_S):
        path = f"{API}/events/stream?since={home.told_seq}"
        async with home.http.stream("GET", path, headers=home.headers) as stream:
            async for line in stream.aiter_lines():
                if line.startswith("id:"):
                    home.told_seq = int(line.removeprefix("id:"))
                if line.startswith("data:") and task in line:
                    return
    raise AssertionError("the stream ended before the event")


async def see_a_mail(home: Home, between: Between) -> None:
    """Somebody new asks for a code each time: one address is not sent many. Meanwhile the mail server is away.

    Its first try is over when the server is killed: that of a lost sender is known only when its lease ends.
    """
    home.mails += 1
    email = f"friend{home.mails}@example.org"
    await home.smtp.refuse()
    await home.ask("POST", f"{API}/auth/send-code", {"email": email})
    await asyncio.sleep(FIRST_TRY_S)
    await between()
    await home.smtp.listen()
    await _until(lambda: any(message["To"] == email for message in home.smtp.messages))


async def see_a_sync(home: Home, between: Between) -> None:
    task = await home.add("Synced")
    await between()
    assert home.copy is not None
    await home.copy.catch_up()
    assert task in home.copy.things["tasks"]
    assert home.copy.things["tasks"] == (await copies.listed(home.client, home.person))["tasks"]


async def see_the_calendar(home: Home, between: Between) -> None:
    await home.add("In the calendar")
    await between()
    answer = await home.http.get(home.calendar)
    assert answer.headers["content-type"].startswith("text/calendar")
    read = Calendar.from_ical(answer.content)
    assert "In the calendar" in {str(each.get("summary")) for each in read.walk("VEVENT")}


SEEN = (see_a_webhook, see_a_live_event, see_a_mail, see_a_sync, see_the_calendar)


async def _until(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(SEEN_WITHIN_S):
        while not done():  # noqa: ASYNC110 - filled by servers of the test
            await asyncio.sleep(0.02)


@asynccontextmanager
async def moved_in(folder: Path) -> AsyncIterator[Home]:
    """Lend a home with one person in it."""
    async with receiver.receiving() as hooks, smtp.server() as mail:
        # These two are on the loopback here, which has to be allowed; elsewhere they are on the internet.
        around = {
            "SMTP_HOST": mail.host,
            "SMTP_PORT": str(mail.port),
            "WEBHOOK_ALLOWED_NETWORKS": receiver.NETWORKS,
        }
        program, url = _server(folder, around)
        async with AsyncClient(base_url=url, timeout=30, trust_env=False) as http:
            home = Home(program, url, hooks, mail, http)
            try:
                await home.start()
                await home.move_in()
                yield home
            finally:
                if program.runs:
                    with suppress(Exception):
                        program.stop()
                    program.kill()


def _server(folder: Path, around: dict[str, str]) -> tuple[Program, str]:
    port = postgres.free_port()
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    environment = kept | around | {"HOME": str(folder)}
    command = [sys.executable, "-m", "questlog.cli", "server", "run", "--port", str(port)]
    log = folder / "server.log"
    program = Program("server", "server", command, environment, log, SERVER_READY)
    return program, f"http://127.0.0.1:{port}"
