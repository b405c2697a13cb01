"""Many people at once at a running server: who writes what, what they were told, and how long it took."""

import asyncio
import json
import re
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from httpx2 import AsyncClient, Limits

from tests.bench.load import request

API = "/api/v1"
TASKS = f"{API}/tasks"
PATIENCE_S = 30
NO_CONTENT, FIRST_REFUSAL = 204, 300
LENGTH = re.compile(rb"content-length: ?(\d+)")
KEPT = ("title", "completed", "version")
PASSWORD = "correct-horse-battery-9"


@dataclass
class Written:
    """What all writers saw: answers by status, seconds for each, and the tasks as they were last told."""

    statuses: Counter[int] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    tasks: dict[str, dict[str, Any] | None] = field(default_factory=dict)
    """By id; None for one that was deleted."""

    @property
    def failures(self) -> int:
        return sum(count for status, count in self.statuses.items() if status >= 500)

    def percentile(self, share: float) -> float:
        """Return within how many milliseconds that share of the requests was answered."""
        ranked = sorted(self.seconds)
        return ranked[min(int(len(ranked) * share), len(ranked) - 1)] * 1000

    def __str__(self) -> str:
        return (
            f"{len(self.seconds)} writes, {self.failures} answered 5xx, "
            f"p50 {self.percentile(0.5):.0f} ms, p99 {self.percentile(0.99):.0f} ms"
        )


@asynccontextmanager
async def connected(url: str, connections: int) -> AsyncIterator[AsyncClient]:
    limits = Limits(max_connections=connections, max_keepalive_connections=connections)
    async with AsyncClient(
        base_url=url, limits=limits, timeout=PATIENCE_S, trust_env=False
    ) as http:
        yield http


async def register(http: AsyncClient, name: str) -> dict[str, str]:
    """Open an account and return the headers of its requests."""
    body = {"email": f"{name}@example.org", "password": PASSWORD}
    answer = await http.post(f"{API}/auth/register", json=body)
    answer.raise_for_status()
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes


class Connection:
    """One connection that is kept open. So light that what is timed is the server and not its client."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def ask(self, message: bytes) -> Answer:
        self._writer.write(message)
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        length = LENGTH.search(head)
        body = await self._reader.readexactly(int(length[1])) if length else b""
        return Answer(int(head[9:12]), body)

    async def close(self) -> None:
        self._writer.close()
        await self._writer.wait_closed()


async def write_at_once(
    port: int, people: list[dict[str, str]], *, writers: int, turns: int
) -> Written:
    """Let `writers` of a few people make, complete, rename, reopen and delete tasks, each after its own turns."""
    seen = Written()
    each = (_write(port, people[number % len(people)], turns, seen) for number in range(writers))
    await asyncio.gather(*each)
    return seen


async def _write(port: int, headers: dict[str, str], turns: int, seen: Written) -> None:
    connection = Connection(*await asyncio.open_connection("127.0.0.1", port))
    task_id = ""
    for turn in range(turns):
        method, path, body = _turn(turn, task_id)
        content = None if body is None else json.dumps(body).encode()
        message = request(method, path, headers, content)
        began = time.perf_counter()
        answer = await asyncio.wait_for(connection.ask(message), PATIENCE_S)
        seen.seconds.append(time.perf_counter() - began)
        seen.statuses[answer.status] += 1
        if answer.status == NO_CONTENT:
            seen.tasks[task_id] = None
        elif answer.status < FIRST_REFUSAL:
            task = json.loads(answer.body)
            task_id = task["id"]
            seen.tasks[task_id] = {name: task[name] for name in KEPT}
    await connection.close()


def _turn(turn: int, task_id: str) -> tuple[str, str, dict[str, str] | None]:
    one = f"{TASKS}/{task_id}"
    return (
        ("POST", TASKS, {"title": f"Task {turn}"}),
        ("POST", f"{one}/complete", None),
        ("PATCH", one, {"title": f"Renamed {turn}", "priority": "high"}),
        ("POST", f"{one}/incomplete", None),
        ("DELETE", one, None),
        ("POST", TASKS, {"title": f"Task {turn}"}),
    )[turn % 6]


async def read_back(http: AsyncClient, headers: dict[str, str]) -> dict[str, dict[str, Any]]:
    """Return all living tasks of one person, by id, as `Written` keeps them."""
    found: dict[str, dict[str, Any]] = {}
    cursor = ""
    while True:
        answer = await http.get(f"{TASKS}?limit=100{cursor}", headers=headers)
        answer.raise_for_status()
        page = answer.json()
        for task in page["items"]:
            found[task["id"]] = {name: task[name] for name in KEPT}
        if page["next_cursor"] is None:
            return found
        cursor = f"&cursor={page['next_cursor']}"
