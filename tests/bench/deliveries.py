"""How soon endpoints are told, how many messages go out in a second, and what dead ones do to the others (L-09)."""

import asyncio
import itertools
import json
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

import click
import httpx2
import uvloop

from tests.bench import load
from tests.support import endpoints, postgres, receiver, world
from tests.support.receiver import Message, Receiver
from tests.support.rows import Person
from tests.support.server import RunningServer, running_server

AIM_LATE_S = 1.0
AIM_PER_S = 200
AIM_BESIDE_DEAD_S = 2.0
CALM, PER_S = 100, 20
BURST, ENDPOINTS = 300, 10
PRESSURE, AIM_MIB = 100_000, 50
OWNERS, DEAD, WELL, STORIES = 5, 18, 2, 20

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Pressed:
    slower: float
    mib: float


@dataclass(frozen=True)
class Owner:
    url: str
    person: Person

    @property
    def headers(self) -> dict[str, str]:
        return self.person.headers

    async def subscribe(self, address: str) -> None:
        body = {"url": address, "events": ["task.created"]}
        async with httpx2.AsyncClient() as client:
            answer = await client.post(
                f"{self.url}/api/v1/webhooks", json=body, headers=self.headers
            )
            answer.raise_for_status()

    def request(self) -> bytes:
        body = json.dumps({"title": "Tell everybody"}).encode()
        return load.request("POST", "/api/v1/tasks", self.headers, body)


async def _owner(url: str) -> Owner:
    person = {
        "email": f"told{next(_numbers)}@example.org",
        "password": "correct-horse-battery-9",
    }
    async with httpx2.AsyncClient() as client:
        answer = await client.post(f"{url}/api/v1/auth/register", json=person, timeout=30)
        answer.raise_for_status()
    made = answer.json()
    headers = {"Authorization": f"Bearer {made['access_token']}"}
    return Owner(url, Person(UUID(made["user"]["id"]), person["email"], "UTC", headers))


async def show(name: str, address: str, data_dir: Path) -> None:
    """Print the figures of one database."""
    networks = {"WEBHOOK_ALLOWED_NETWORKS": receiver.NETWORKS, "LOG_LEVEL": "warning"}
    with running_server(address, data_dir, **networks) as server:
        async with receiver.receiving() as hook:
            late = await _one_at_a_time(server.url, server.port, hook)
            rate = await _all_at_once(server.url, server.port, hook)
            first, later = await _beside_the_dead(server.url, server.port, hook)
            pressed = await _under_pressure(server, address, data_dir)
    click.echo(f"\n{name}: from commit to delivery")
    _line("one at a time, p95", late, "s", is_good=late < AIM_LATE_S)
    _line(f"{BURST * ENDPOINTS} at once", rate, "per s", is_good=rate >= AIM_PER_S)
    _line("beside 90 % that just died, p95", first, "s", is_good=first < AIM_BESIDE_DEAD_S)
    _line("beside 90 % that are dead, p95", later, "s", is_good=later < AIM_BESIDE_DEAD_S)
    _line(f"list's p99 with {PRESSURE:,} owed", pressed.slower, "times", is_good=pressed.slower < 2)
    _line("memory it takes", pressed.mib, "MiB", is_good=pressed.mib < AIM_MIB)


def _line(what: str, figure: float, unit: str, *, is_good: bool) -> None:
    click.echo(f"{what:34}{figure:9.2f} {unit}{'' if is_good else ' (misses its aim)'}")


async def _one_at_a_time(url: str, port: int, hook: Receiver) -> float:
    owner = await _owner(url)
    await owner.subscribe(hook.url("/calm"))
    for _ in range(CALM):
        await load.burst(port, owner.request, total=1, clients=1)
        await asyncio.sleep(1 / PER_S)
    await _until(hook, "/calm", CALM)
    return _p95(hook.at("/calm"))


async def _all_at_once(url: str, port: int, hook: Receiver) -> float:
    owner = await _owner(url)
    for number in range(ENDPOINTS):
        await owner.subscribe(hook.url(f"/burst/{number}"))
    before = len(hook.messages)
    await load.burst(port, owner.request, total=BURST, clients=8)
    await hook.count(before + BURST * ENDPOINTS, within=120)
    arrived = hook.messages[before:]
    return len(arrived) / (arrived[-1].at - arrived[0].at)


async def _beside_the_dead(url: str, port: int, hook: Receiver) -> tuple[float, float]:
    """Return how late the healthy ones are told while nobody knows yet who is dead, and afterwards."""
    hook.answers["/dead"] = receiver.hanging(60)
    owners = [await _owner(url) for _ in range(OWNERS)]
    for owner in owners:
        for number in range(DEAD + WELL):
            await owner.subscribe(hook.url("/dead" if number < DEAD else "/well"))
    figures = []
    for _ in range(2):
        seen = len(hook.at("/well"))
        for _ in range(STORIES):
            for owner in owners:
                await load.burst(port, owner.request, total=1, clients=1)
            await asyncio.sleep(0.2)
        await _until(hook, "/well", seen + STORIES * OWNERS * WELL)
        figures.append(_p95(hook.at("/well")[seen:]))
        await asyncio.sleep(12)  # until the first tries have timed out
    return figures[0], figures[1]


async def _under_pressure(server: RunningServer, address: str, data_dir: Path) -> Pressed:
    """Owe a dead endpoint very much, and ask for lists meanwhile (F-21)."""
    owner = await _owner(server.url)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        nobody = taken.getsockname()[1]
    await owner.subscribe(f"http://127.0.0.1:{nobody}/")
    lists = load.request("GET", "/api/v1/tasks?limit=50", owner.headers)
    calm = await load.burst(server.port, lambda: lists, total=2000, clients=4)
    before = _memory(server.process.pid)
    async with world.opened(world.settings(address, data_dir)) as database:
        for _ in range(PRESSURE // 1000):
            await endpoints.happen(database, owner.person, *["task.created"] * 1000)
    pressed = await load.burst(server.port, lambda: lists, total=4000, clients=4)
    grown = _memory(server.process.pid) - before
    return Pressed(pressed.quantile(0.99) / calm.quantile(0.99), grown)


def _memory(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


async def _until(hook: Receiver, path: str, count: int) -> None:
    async with asyncio.timeout(120):
        while len(hook.at(path)) < count:  # noqa: ASYNC110 - other paths are told meanwhile
            await asyncio.sleep(0.05)


def _p95(messages: Sequence[Message]) -> float:
    skew = time.time() - asyncio.get_running_loop().time()
    late = sorted(each.at + skew - _happened(each) for each in messages)
    return late[int(0.95 * (len(late) - 1))]


def _happened(message: Message) -> float:
    return datetime.fromisoformat(json.loads(message.body)["created_at"]).timestamp()


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--only", type=click.Choice(["sqlite", "postgresql"]), help="One database only.")
def main(folder: Path, only: str | None) -> None:
    """Measure deliveries on both databases, with files in FOLDER."""
    if only != "postgresql":
        uvloop.run(show("SQLite", f"sqlite:///{folder.resolve()}/questlog.db", folder))
    if only != "sqlite":
        with postgres.server(durable=True) as server:
            address = server.create_database()
            world.build_postgresql(address)
            uvloop.run(show("PostgreSQL", address, folder))


if __name__ == "__main__":
    main()
