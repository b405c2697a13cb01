"""`questlog server run`: it starts, or says in one line why not; it ends when it is told to."""

import json
import os
import signal
import socket
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import httpx2
import pytest
from click.testing import CliRunner

from questlog.cli import root
from tests.support.server import RunningServer, running_server
from tests.support.worker_processes import children


def test_it_says_where_it_is_when_it_is_ready(served: RunningServer) -> None:
    answer = httpx2.get(f"{served.url}/ready", trust_env=False)

    assert answer.json()["checks"]["migrations"] == "ok"
    assert "server" not in answer.headers


def test_s150_it_makes_private_files(tmp_path: Path) -> None:
    data = tmp_path / "new" / "data"

    with running_server(f"sqlite:///{data / 'questlog.db'}", tmp_path, DATA_DIR=str(data)):
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in data.iterdir()}

    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    assert modes["questlog.db"] == 0o600
    assert modes["questlog.db-wal"] == 0o600


def test_localhost_is_one_port_on_all_its_addresses(tmp_path: Path) -> None:
    with running_server(
        f"sqlite:///{tmp_path / 'q.db'}", tmp_path / "data", "--host", "localhost"
    ) as server:
        ports = {
            line.rpartition(":")[2] for line in server.log().splitlines() if "ready at" in line
        }

    assert len(ports) == 1


def test_f30_sigterm_ends_an_idle_server_quickly(small: RunningServer) -> None:
    started = time.monotonic()

    small.stop()

    assert time.monotonic() - started < 3
    assert "Traceback" not in small.log()


def test_f30_a_request_on_its_way_is_still_answered(small: RunningServer) -> None:
    with half_a_request(small) as connection:
        small.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)

        connection.sendall(b'"b@example.org"}')
        answer = connection.recv(65536)

    assert answer.startswith(b"HTTP/1.1 422")
    small.process.wait(5)


def test_f30_a_client_that_went_away_holds_nothing_up(small: RunningServer) -> None:
    with half_a_request(small):
        small.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
    started = time.monotonic()

    small.process.wait(15)

    assert time.monotonic() - started < 2


def test_f31_a_second_sigterm_ends_it_at_once(small: RunningServer) -> None:
    with half_a_request(small):
        small.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        assert small.process.poll() is None

        started = time.monotonic()
        small.stop()

    assert time.monotonic() - started < 1


def test_several_processes_share_one_port(database_address: str, tmp_path: Path) -> None:
    with running_server(database_address, tmp_path / "data", "--workers", "2") as server:
        answers = [
            httpx2.get(f"{server.url}/health", trust_env=False).status_code for _ in range(20)
        ]
        workers = children(server.process.pid)

    assert answers == [200] * 20
    assert len(workers) == 2
    assert [pid for pid in workers if alive(pid)] == []


def test_f34_a_worker_that_dies_is_replaced(tmp_path: Path) -> None:
    with running_server(
        f"sqlite:///{tmp_path / 'q.db'}", tmp_path / "data", "--workers", "2"
    ) as server:
        first = children(server.process.pid)
        os.kill(first[0], signal.SIGKILL)
        wait_until(lambda: len(set(children(server.process.pid)) - set(first)) == 1)
        answer = httpx2.get(f"{server.url}/health", trust_env=False)

    assert answer.status_code == 200


def test_f31_workers_do_not_outlive_their_supervisor(tmp_path: Path) -> None:
    with running_server(
        f"sqlite:///{tmp_path / 'q.db'}", tmp_path / "data", "--workers", "2"
    ) as server:
        workers = children(server.process.pid)
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait()
        wait_until(lambda: not any(alive(pid) for pid in workers))

    assert len(workers) == 2


def test_it_starts_again_when_the_source_changes(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'q.db'}"

    with running_server(address, tmp_path / "data", "--reload") as server:
        answer = httpx2.get(f"{server.url}/health", trust_env=False)

    assert answer.status_code == 200


def test_its_routes_are_listed(tmp_path: Path) -> None:
    settings = {"DATABASE_URL": f"sqlite:///{tmp_path / 'q.db'}", "DATA_DIR": str(tmp_path)}

    found = CliRunner().invoke(root, ["server", "routes", "--json"], env=settings)
    shown = CliRunner().invoke(root, ["server", "routes"], env=settings)

    route = {"method": "GET", "path": "/api/v1/tasks/{task_id}", "name": "get_task"}
    assert route in json.loads(found.stdout)
    assert "  ".join(route.values()).split() in [line.split() for line in shown.stdout.splitlines()]


@pytest.fixture
def small(tmp_path: Path) -> Iterator[RunningServer]:
    """A server on SQLite, for what has nothing to do with the database."""
    with running_server(f"sqlite:///{tmp_path / 'questlog.db'}", tmp_path) as running:
        yield running


def half_a_request(server: RunningServer) -> socket.socket:
    """Send a request but for the end of its body, which makes it one with a wrong password field."""
    url = httpx2.URL(server.url)
    connection = socket.create_connection((url.host, url.port or 80), timeout=10)
    body = b'{"email": "b@example.org", "surplus": '
    length = len(body) + len(b'"b@example.org"}')
    connection.sendall(
        b"POST /api/v1/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        b"Content-Length: %d\r\n\r\n" % length + body
    )
    time.sleep(0.3)
    return connection


def alive(pid: int) -> bool:
    with suppress(OSError):
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def wait_until(condition: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)
