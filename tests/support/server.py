"""A real server in a process of its own, started the way people start it."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from tests.support import canaries

START_SECONDS = 30
STOP_SECONDS = 15
SECRET = "a-secret-of-the-tests-that-is-long-enough"
READY = re.compile(r"^Questlog is ready at (http://\S+)$", re.MULTILINE)


@dataclass
class RunningServer:
    """`environment` is what a command needs to speak to the same database and settings."""

    url: str
    process: subprocess.Popen[bytes]
    log_file: Path
    environment: dict[str, str] = field(repr=False)

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def log(self) -> str:
        return self.log_file.read_text(encoding="utf-8", errors="replace")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal to the server and return its exit code."""
        self.process.send_signal(how)
        return self.process.wait(STOP_SECONDS)

    def kill(self) -> None:
        """Take it away, its workers with it, as a power cut would."""
        _kill_all(self.process)


def environment(database_url: str, data_dir: Path, **env: str) -> dict[str, str]:
    """Return the variables of a process with these settings and nothing of the developer's own."""
    settings = {
        "DATABASE_URL": database_url,
        "DATA_DIR": str(data_dir),
        "SECRET_KEY": SECRET,
        "RATE_LIMIT_ENABLED": "false",
        "QUESTLOG_HOME": str(data_dir / "home"),
    }
    kept = ("PATH", "PYTHONPATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV")
    passed = {
        name: value
        for name, value in os.environ.items()
        if name in kept or name.startswith(("COVERAGE", "COV_"))
    }
    return passed | settings | env


@contextmanager
def running_server(
    database_url: str, data_dir: Path, *arguments: str, module: str = "questlog.cli", **env: str
) -> Iterator[RunningServer]:
    """Start `questlog server run` on a free port, wait until `/ready` says yes, and stop it at the end.

    The database must be migrated, or be an SQLite file, which the server migrates. `arguments` are more of the
    command's own, such as `--workers 2`; `env` more settings. A log that tells a secret fails the test (S-146).
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    variables = environment(database_url, data_dir, **env)
    log_file = data_dir / f"server-{time.monotonic_ns()}.log"
    command = [sys.executable, "-m", module, "server", "run", "--port", "0", *arguments]
    with log_file.open("wb") as log:
        process = subprocess.Popen(
            command,
            env=variables,
            cwd=data_dir,
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    server = RunningServer("", process, log_file, variables)
    try:
        server.url = _address(server)
        yield server
    finally:
        if process.poll() is None:
            process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            _kill_all(process)
            raise
        finally:
            _kill_all(process)
    told = canaries.heard_in(server.log(), variables)
    assert not told, f"the log of a server tells {', '.join(told)}"


def _address(server: RunningServer) -> str:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        found = READY.search(server.log())
        if found and _is_ready(found[1]):
            return found[1]
        if server.process.poll() is not None:
            break
        time.sleep(0.05)
    raise RuntimeError(f"the server did not start:\n{server.log()[-4000:]}")


def _is_ready(url: str) -> bool:
    try:
        return httpx2.get(f"{url}/ready", timeout=5, trust_env=False).is_success
    except httpx2.TransportError:
        return False


def _kill_all(process: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    finally:
        process.wait(STOP_SECONDS)
