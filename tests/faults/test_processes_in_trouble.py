"""F-30 to F-34: processes that are ended, interrupted, starved, held up or frozen."""

import asyncio
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx2
import pytest
from httpx2 import AsyncClient

from questlog.core import schema
from tests.support import server as servers
from tests.support import world
from tests.support.server import RunningServer, running_server

API = "/api/v1"
WHO = {"email": "ada@example.org", "password": "correct-horse-battery-9"}
MIB = 1024 * 1024


def workers_of(server: RunningServer) -> set[int]:
    """Return the server's worker processes; one more child keeps track of its semaphores."""
    pid = server.process.pid
    found = set()
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split():
        with suppress(OSError):
            if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes():
                found.add(int(child))
    return found


# Where tests run in the background, their children ignore what a terminal sends.
HEARING = """
import runpy, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
runpy.run_module("questlog.cli", run_name="__main__", alter_sys=True)
"""


def signed_in(server: RunningServer, door: str = "register") -> dict[str, str]:
    answer = httpx2.post(f"{server.url}{API}/auth/{door}", json=WHO, trust_env=False, timeout=30)
    assert answer.is_success, answer.text
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def health(server: RunningServer) -> int:
    with suppress(httpx2.TransportError):
        return httpx2.get(f"{server.url}/health", trust_env=False, timeout=2).status_code
    return 0


def wait_for(condition: object, seconds: float) -> float:
    began = time.monotonic()
    while not condition():  # type: ignore[operator]
        assert time.monotonic() - began < seconds
        time.sleep(0.05)
    return time.monotonic() - began


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_f31_a_signal_in_mid_migration_leaves_all_or_nothing(
    how: signal.Signals, tmp_path: Path
) -> None:
    file = tmp_path / "new.db"
    variables = servers.environment(f"sqlite:///{file}", tmp_path)
    command = [sys.executable, "-c", HEARING, "server", "run", "--port", "0"]
    process = subprocess.Popen(
        command,
        env=variables,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    wait_for(lambda: file.with_name("new.db-wal").exists() or process.poll() is not None, 60)

    process.send_signal(how)
    try:
        process.communicate(timeout=30)
    finally:
        process.kill()

    async def revision() -> str | None:
        async with world.opened(world.settings(f"sqlite:///{file}", tmp_path)) as database:
            return await schema.current_revision(database)

    assert asyncio.run(revision()) in (None, schema.head_revision())
    with running_server(f"sqlite:///{file}", tmp_path / "data") as server:
        assert signed_in(server)


def test_f34_a_process_that_hangs_is_replaced_and_nobody_is_signed_out(
    database_address: str, tmp_path: Path
) -> None:
    with running_server(database_address, tmp_path / "data", "--workers", "2") as server:
        headers = signed_in(server)
        before = workers_of(server)
        frozen = min(before)

        os.kill(frozen, signal.SIGSTOP)
        seconds = wait_for(lambda: frozen not in workers_of(server), 30)
        wait_for(lambda: len(workers_of(server)) == 2, 30)
        wait_for(lambda: health(server) == 200, 30)
        answers = {
            httpx2.get(f"{server.url}{API}/tasks", headers=headers, trust_env=False).status_code
            for _ in range(10)
        }

    assert seconds < 10
    assert answers == {200}


def test_f30_a_process_that_hangs_does_not_keep_the_others_from_ending(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'q.db'}"
    with running_server(address, tmp_path / "data", "--workers", "2") as server:
        os.kill(min(workers_of(server)), signal.SIGSTOP)
        began = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(30)

    assert time.monotonic() - began < 20


def test_f32_few_files_may_be_open_and_it_comes_back(database_address: str, tmp_path: Path) -> None:
    with running_server(database_address, tmp_path / "data") as server, ExitStack() as crowd:
        headers = signed_in(server)
        resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (128, 128))
        for _ in range(300):
            with suppress(OSError):
                crowd.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=2))
        time.sleep(1)
        crowd.close()
        seconds = wait_for(lambda: health(server) == 200, 30)
        answer = httpx2.post(
            f"{server.url}{API}/tasks", json={"title": "after"}, headers=headers, trust_env=False
        )

    assert seconds < 10
    assert answer.status_code == 201


def test_f32_little_memory_is_503_and_it_comes_back(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'q.db'}"
    with running_server(address, tmp_path / "data", MAX_IMPORT_BYTES=str(64 * MIB)) as server:
        headers = signed_in(server)
        used = _data_bytes(server.process.pid)
        resource.prlimit(
            server.process.pid, resource.RLIMIT_DATA, (used + 48 * MIB, resource.RLIM_INFINITY)
        )
        body = b'{"text": "' + b"a" * (30 * MIB) + b'"}'

        def send(_: int) -> int:
            try:
                return httpx2.post(
                    f"{server.url}{API}/imports",
                    content=body,
                    headers=headers | {"Content-Type": "application/json"},
                    trust_env=False,
                    timeout=60,
                ).status_code
            except httpx2.TransportError:
                return 0

        with ThreadPoolExecutor(6) as senders:
            statuses = set(senders.map(send, range(6)))
        wait_for(lambda: health(server) == 200, 30)
        answer = httpx2.post(
            f"{server.url}{API}/tasks", json={"title": "after"}, headers=headers, trust_env=False
        )

    assert statuses <= {0, 413, 422, 503}
    assert answer.status_code == 201


def _data_bytes(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmData:"):
            return int(line.split()[1]) * 1024
    raise AssertionError(pid)


async def test_f32_no_thread_to_hash_with_is_503(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise RuntimeError("can't start new thread")

    await client.post(f"{API}/auth/register", json=WHO)
    with monkeypatch.context() as starved:
        starved.setattr(ThreadPoolExecutor, "submit", refused)
        refusal = await client.post(f"{API}/auth/login", json=WHO)
    again = await client.post(f"{API}/auth/login", json=WHO)

    assert (refusal.status_code, "Retry-After" in refusal.headers) == (503, True)
    assert again.status_code == 200


async def test_f33_sixty_four_who_sign_in_do_not_hold_up_the_others(
    database_address: str, tmp_path: Path
) -> None:
    """The figure is one for `make bench` on a quiet machine; here nobody may wait for the hashes."""
    with running_server(database_address, tmp_path / "data", METRICS_ENABLED="true") as server:
        signed_in(server)
        async with AsyncClient(base_url=server.url, timeout=60) as client:
            began = time.monotonic()
            logins = [
                asyncio.create_task(client.post(f"{API}/auth/login", json=WHO)) for _ in range(64)
            ]
            waits = []
            while not all(login.done() for login in logins):
                asked = time.monotonic()
                assert (await client.get("/health")).status_code == 200
                waits.append(time.monotonic() - asked)
                await asyncio.sleep(0.01)
            took = time.monotonic() - began
            statuses = {(await login).status_code for login in logins}
            metrics = (await client.get("/metrics")).text

    assert statuses <= {200, 429}
    assert sorted(waits)[len(waits) // 2] < took / 4
    assert "questlog_event_loop_lag_seconds_bucket" in metrics
