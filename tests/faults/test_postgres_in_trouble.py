"""F-13 to F-15: PostgreSQL is restarted, hangs, or has no room; requests are told so, and nothing stays broken."""

import asyncio
import os
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from httpx2 import AsyncClient, Limits, Response, Timeout

from tests.support import postgres_cluster, world
from tests.support.invariants import check_invariants
from tests.support.postgres_cluster import Cluster
from tests.support.server import RunningServer, running_server

API = "/api/v1"
CLIENTS = 8


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL of this module's own: the run's is everybody's."""
    with postgres_cluster.cluster() as cluster:
        yield cluster


@pytest.fixture
def address(cluster: Cluster, tmp_path: Path) -> str:
    name = f"faults_{time.monotonic_ns()}"
    assert cluster.program("createdb", name).returncode == 0
    address = f"postgresql://postgres@127.0.0.1:{cluster.port}/{name}"
    world.build(address, tmp_path)
    return address


@dataclass
class Crowd:
    """Clients that write tasks as fast as they are answered, and keep what they were told."""

    client: AsyncClient
    headers: dict[str, str]
    acknowledged: list[str] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    slowest_s: float = 0
    stop: bool = False

    async def write(self, name: int) -> None:
        turn = 0
        while not self.stop:
            turn += 1
            began = time.monotonic()
            answer = await self.post(f"{name}-{turn}")
            self.slowest_s = max(self.slowest_s, time.monotonic() - began)
            self.statuses[answer.status_code] += 1
            if answer.status_code == 201:
                self.acknowledged.append(answer.json()["id"])
            else:
                assert "Retry-After" in answer.headers, answer.text
                await asyncio.sleep(0.02)

    async def post(self, title: str) -> Response:
        return await self.client.post(f"{API}/tasks", json={"title": title}, headers=self.headers)

    async def stored(self) -> set[str]:
        found: set[str] = set()
        url: str | None = f"{API}/tasks?limit=100"
        while url:
            answer = (await self.client.get(url, headers=self.headers)).json()
            found |= {task["id"] for task in answer["items"]}
            cursor = answer["next_cursor"]
            url = f"{API}/tasks?limit=100&cursor={cursor}" if cursor else None
        return found


@asynccontextmanager
async def crowd(server: RunningServer) -> AsyncIterator[Crowd]:
    limits = Limits(max_connections=100)
    async with AsyncClient(base_url=server.url, limits=limits, timeout=Timeout(40)) as client:
        person = {"email": "ada@example.org", "password": "correct-horse-battery-9"}
        answer = await client.post(f"{API}/auth/register", json=person)
        answer.raise_for_status()
        yield Crowd(client, {"Authorization": f"Bearer {answer.json()['access_token']}"})


@contextmanager
def served(address: str, tmp_path: Path, **env: str) -> Iterator[RunningServer]:
    with running_server(address, tmp_path / "data", **env) as server:
        yield server


def freeze(cluster: Cluster, how: signal.Signals) -> None:
    """Stop or continue every process of the server, as an overloaded machine would."""
    pid = cluster.process.pid
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    for process in [pid, *map(int, children)]:
        os.kill(process, how)


async def again(people: Crowd, count: int = 20) -> float:
    """Wait until `count` more writes are acknowledged; return how long the first of them took."""
    began, before = time.monotonic(), len(people.acknowledged)
    async with asyncio.timeout(30):
        while len(people.acknowledged) == before:  # noqa: ASYNC110 - filled by other tasks
            await asyncio.sleep(0.005)
        first = time.monotonic() - began
        while len(people.acknowledged) < before + count:  # noqa: ASYNC110
            await asyncio.sleep(0.005)
    return first


@asynccontextmanager
async def writing(people: Crowd) -> AsyncIterator[None]:
    """Let the clients write meanwhile, beginning with some that succeed."""
    writers = [asyncio.create_task(people.write(number)) for number in range(CLIENTS)]
    await again(people)
    yield
    people.stop = True
    await asyncio.gather(*writers)


async def test_f13_a_restart_fails_what_is_under_way_and_nothing_after(
    cluster: Cluster, address: str, tmp_path: Path
) -> None:
    with served(address, tmp_path) as server:
        async with crowd(server) as people, writing(people):
            cluster.crash()
            await asyncio.sleep(0.3)
            await asyncio.to_thread(cluster.start)
            recovered_s = await again(people)
            people.statuses.clear()
            await again(people)
            after = dict(people.statuses)
        async with AsyncClient(base_url=server.url) as people.client:
            lost = set(people.acknowledged) - await people.stored()

    async with world.opened(world.settings(address, tmp_path)) as database:
        await check_invariants(database)
    assert recovered_s < 5
    assert set(after) == {201}
    assert lost == set()
    assert "Traceback" not in server.log()


async def test_f13_connections_that_died_in_the_pool_fail_nobody(
    cluster: Cluster, address: str, tmp_path: Path
) -> None:
    """Nothing is under way while the server is away: nobody hears of it."""
    with served(address, tmp_path) as server:
        async with crowd(server) as people:
            await asyncio.gather(*(people.post(f"before {number}") for number in range(20)))
            cluster.crash()
            await asyncio.to_thread(cluster.start)
            await asyncio.sleep(0.2)
            async with AsyncClient(base_url=server.url, timeout=40) as people.client:
                answers = await asyncio.gather(
                    *(people.post(f"after {number}") for number in range(20))
                )

    assert {answer.status_code for answer in answers} == {201}


async def test_f14_a_server_that_hangs_is_503_until_it_goes_on(
    cluster: Cluster, address: str, tmp_path: Path
) -> None:
    limits = "options=-c%20statement_timeout%3D2s%20-c%20lock_timeout%3D1s"
    pool = {"DATABASE_POOL_TIMEOUT": "1", "DATABASE_POOL_SIZE": "2", "DATABASE_MAX_OVERFLOW": "2"}
    with served(f"{address}?{limits}", tmp_path, **pool) as server:
        async with crowd(server) as people, writing(people):
            freeze(cluster, signal.SIGSTOP)
            try:
                await asyncio.sleep(0.2)
                people.statuses.clear()
                health = [await timed(people.client, "/health") for _ in range(20)]
                ready = await timed(people.client, "/ready")
                await asyncio.sleep(5)
                hanging = dict(people.statuses)
            finally:
                freeze(cluster, signal.SIGCONT)
            recovered_s = await again(people)

    assert {status for status, _ in health} == {200}
    assert sorted(seconds for _, seconds in health)[-2] < 0.1
    assert (ready[0], ready[1] < 4) == (503, True)
    assert set(hanging) == {503}
    assert recovered_s < 5
    assert people.slowest_s < 8


async def timed(client: AsyncClient, path: str) -> tuple[int, float]:
    began = time.monotonic()
    answer = await client.get(path)
    return answer.status_code, time.monotonic() - began


async def test_f14_a_row_that_somebody_holds_is_503_and_no_500(
    cluster: Cluster, address: str, tmp_path: Path
) -> None:
    limits = "options=-c%20lock_timeout%3D300ms"
    with served(f"{address}?{limits}", tmp_path) as server:
        async with crowd(server) as people:
            task = (await people.post("held")).json()["id"]
            holder = await asyncpg.connect(address)
            async with holder.transaction():
                await holder.execute("SELECT 1 FROM tasks WHERE id = $1 FOR UPDATE", task)
                held = await people.client.post(
                    f"{API}/tasks/{task}/complete", headers=people.headers
                )
            await holder.close()
            free = await people.client.post(f"{API}/tasks/{task}/complete", headers=people.headers)

    assert (held.status_code, held.json()["code"]) == (503, "database_unavailable")
    assert "Retry-After" in held.headers
    assert (free.status_code, free.json()["completed"]) == (200, True)


async def test_f15_no_room_on_the_server_is_503_and_passes(
    cluster: Cluster, address: str, tmp_path: Path
) -> None:
    with served(address, tmp_path) as server:
        async with crowd(server) as people:
            taken = await take_all_places(cluster)
            try:
                crowded = await asyncio.gather(
                    *(people.post(f"crowded {number}") for number in range(40))
                )
            finally:
                for place in taken:
                    await place.close()
            await asyncio.sleep(0.2)
            free = await people.post("free")

    assert {answer.status_code for answer in crowded} <= {201, 503}
    assert all("Retry-After" in answer.headers for answer in crowded if answer.is_error)
    assert free.status_code == 201
    assert "Traceback" not in server.log()


async def take_all_places(cluster: Cluster) -> list[Any]:
    taken = []
    try:
        while True:
            taken.append(await asyncpg.connect(cluster.admin_dsn))
    except asyncpg.TooManyConnectionsError:
        return taken
