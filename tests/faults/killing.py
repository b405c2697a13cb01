"""F-01: a server is killed in mid-write, again and again, and nothing it acknowledged is lost.

Every client keeps a journal of what was acknowledged: the oracle. What was under way at the kill may have happened or
not (a failed commit means "unknown"), so only the other objects are compared.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from httpx2 import AsyncClient, HTTPError, Limits

from tests.support import world
from tests.support.invariants import check_invariants
from tests.support.server import RunningServer, running_server

API = "/api/v1"
WRITES_BEFORE = (8, 50)
POLL_S, LONGEST_WRITE_S = 0.001, 0.02


@dataclass
class Journal:
    """What one client was told. `unsure` are ids whose last request got no answer."""

    tasks: dict[str, dict[str, Any]] = field(default_factory=dict)
    unsure: set[str] = field(default_factory=set)
    acknowledged: int = 0


@dataclass
class KillReport:
    kills: int = 0
    acknowledged: int = 0
    lost: list[str] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)
    slowest_start: float = 0.0

    def __str__(self) -> str:
        return (
            f"{self.kills} kills, {self.acknowledged} acknowledged writes, {len(self.lost)} lost, "
            f"{len(self.unexpected)} unexpected answers, slowest restart {self.slowest_start:.1f} s"
        )


async def kill_again_and_again(
    address: str,
    data_dir: Path,
    *,
    times: int,
    clients: int = 6,
    seed: int = 1,
    tell: Callable[[KillReport], None] = lambda _report: None,
) -> KillReport:
    """Run the story `times` times on one migrated database and return what was seen; `tell` hears of every kill."""
    report = KillReport()
    chance = random.Random(seed)
    journals = [Journal() for _ in range(clients)]
    people: list[dict[str, str]] = []
    for _ in range(times):
        began = time.monotonic()
        with server_for(address, data_dir) as server:
            report.slowest_start = max(report.slowest_start, time.monotonic() - began)
            async with _clients(server, people, journals) as writers:
                running = [asyncio.create_task(writer) for writer in writers]
                await _some_writes(journals, running, chance)
                server.kill()
                for outcome in await asyncio.gather(*running):
                    report.unexpected += outcome
            report.kills += 1
            report.acknowledged = sum(journal.acknowledged for journal in journals)
            tell(report)
    with server_for(address, data_dir) as server:
        for person, journal in zip(people, journals, strict=True):
            report.lost += await _compare(server, person, journal)
    async with world.opened(world.settings(address, data_dir)) as database:
        await check_invariants(database)
    return report


async def _some_writes(
    journals: list[Journal], running: list[asyncio.Task[list[str]]], chance: random.Random
) -> None:
    """Wait for some writes, and then a moment more, so that a kill falls anywhere in the next ones."""
    enough = sum(journal.acknowledged for journal in journals) + chance.randint(*WRITES_BEFORE)
    while sum(journal.acknowledged for journal in journals) < enough:
        if all(writer.done() for writer in running):
            return
        await asyncio.sleep(POLL_S)
    await asyncio.sleep(chance.uniform(0, LONGEST_WRITE_S))


def server_for(address: str, data_dir: Path) -> AbstractContextManager[RunningServer]:
    """Start it as it is meant to run: one process on SQLite, two on PostgreSQL."""
    workers = "1" if address.startswith("sqlite") else "2"
    return running_server(
        address, data_dir, "--workers", workers, ACCESS_TOKEN_EXPIRE_MINUTES="600"
    )


@asynccontextmanager
async def _clients(
    server: RunningServer, people: list[dict[str, str]], journals: list[Journal]
) -> AsyncIterator[list[Any]]:
    async with AsyncClient(
        base_url=server.url, limits=Limits(max_connections=50), timeout=10
    ) as http:
        if not people:
            for number in range(len(journals)):
                people.append(await _register(http, number))
        writers = [
            _write(http, await _signed_in(http, person), journal)
            for person, journal in zip(people, journals, strict=True)
        ]
        yield writers


async def _register(http: AsyncClient, number: int) -> dict[str, str]:
    person = {"email": f"writer{number}@example.org", "password": "correct-horse-battery-9"}
    answer = await http.post(f"{API}/auth/register", json=person)
    answer.raise_for_status()
    return person


async def _signed_in(http: AsyncClient, person: dict[str, str]) -> dict[str, str]:
    if "token" not in person:
        answer = await http.post(
            f"{API}/auth/login", json={k: person[k] for k in ("email", "password")}
        )
        answer.raise_for_status()
        person["token"] = answer.json()["access_token"]
    return {"Authorization": f"Bearer {person['token']}"}


async def _write(http: AsyncClient, headers: dict[str, str], journal: Journal) -> list[str]:
    """Write until the server is gone; return answers that should not have been."""
    unexpected: list[str] = []
    turn = 0
    while True:
        turn += 1
        method, path, body, task_id = _next_request(journal, turn)
        if task_id:
            journal.unsure.add(task_id)
        try:
            answer = await http.request(method, path, json=body, headers=headers)
        except HTTPError:
            return unexpected
        if answer.status_code >= 300:
            unexpected.append(f"{method} {path}: {answer.status_code} {answer.text}")
            return unexpected
        journal.acknowledged += 1
        if method == "DELETE":
            journal.tasks[task_id or ""]["deleted"] = True
        else:
            found = answer.json()
            journal.tasks[found["id"]] = {"title": found["title"], "completed": found["completed"]}
        journal.unsure.discard(task_id or "")


def _next_request(journal: Journal, turn: int) -> tuple[str, str, Any, str | None]:
    living = [
        id_
        for id_, task in journal.tasks.items()
        if "deleted" not in task and id_ not in journal.unsure
    ]
    if turn % 4 == 1 or not living:
        return "POST", f"{API}/tasks", {"title": f"Task {journal.acknowledged}"}, None
    task_id = living[-1]
    if turn % 4 == 2:
        return "POST", f"{API}/tasks/{task_id}/complete", None, task_id
    if turn % 4 == 3:
        return "PATCH", f"{API}/tasks/{task_id}", {"title": f"Renamed {turn}"}, task_id
    return "DELETE", f"{API}/tasks/{living[0]}", None, living[0]


async def _compare(server: RunningServer, person: dict[str, str], journal: Journal) -> list[str]:
    lost = []
    async with AsyncClient(base_url=server.url, timeout=10) as http:
        headers = await _signed_in(http, person)
        for task_id, expected in journal.tasks.items():
            if task_id in journal.unsure:
                continue
            answer = await http.get(f"{API}/tasks/{task_id}", headers=headers)
            if "deleted" in expected:
                if answer.status_code != 404:
                    lost.append(f"{task_id} is back from the trash")
                continue
            found = {name: answer.json().get(name) for name in expected}
            if found != expected:
                lost.append(f"{task_id}: {found}, acknowledged {expected}")
    return lost
