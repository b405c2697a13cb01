"""Many people at once at a running server: who writes what, what they were told, and how long it took."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from httpx2 import AsyncClient, Limits, Response

API = "/api/v1"
TASKS = f"{API}/tasks"
PATIENCE_S = 30
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


async def write_at_once(
    http: AsyncClient, people: list[dict[str, str]], *, writers: int, turns: int
) -> Written:
    """Let `writers` of a few people make, complete, rename, reopen and delete tasks, each after its own turns."""
    seen = Written()
    each = (_write(http, people[number % len(people)], turns, seen) for number in range(writers))
    await asyncio.gather(*each)
    return seen


async def _write(http: AsyncClient, headers: dict[str, str], turns: int, seen: Written) -> None:
    task_id = ""
    for turn in range(turns):
        step = turn % 6
        if step in (0, 5):
            made = await _ask(seen, http, "POST", TASKS, headers, {"title": f"Task {turn}"})
            task_id = made.json()["id"]
        elif step == 1:
            await _ask(seen, http, "POST", f"{TASKS}/{task_id}/complete", headers)
        elif step == 2:
            body = {"title": f"Renamed {turn}", "priority": "high"}
            await _ask(seen, http, "PATCH", f"{TASKS}/{task_id}", headers, body)
        elif step == 3:
            await _ask(seen, http, "POST", f"{TASKS}/{task_id}/incomplete", headers)
        else:
            await _ask(seen, http, "DELETE", f"{TASKS}/{task_id}", headers)
            seen.tasks[task_id] = None


async def _ask(
    seen: Written,
    http: AsyncClient,
    *request: Any,
) -> Response:
    method, path, headers, *body = request
    began = time.perf_counter()
    answer = await http.request(method, path, headers=headers, json=body[0] if body else None)
    seen.seconds.append(time.perf_counter() - began)
    seen.statuses[answer.status_code] += 1
    if answer.is_success and answer.content:
        task = answer.json()
        seen.tasks[task["id"]] = {name: task[name] for name in ("title", "completed", "version")}
    return answer


async def read_back(http: AsyncClient, headers: dict[str, str]) -> dict[str, dict[str, Any]]:
    """Return all living tasks of one person, by id, as `Written` keeps them."""
    found: dict[str, dict[str, Any]] = {}
    cursor = ""
    while True:
        answer = await http.get(f"{TASKS}?limit=100{cursor}", headers=headers)
        answer.raise_for_status()
        page = answer.json()
        for task in page["items"]:
            found[task["id"]] = {name: task[name] for name in ("title", "completed", "version")}
        if page["next_cursor"] is None:
            return found
        cursor = f"&cursor={page['next_cursor']}"
