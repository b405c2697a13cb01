"""From the command to the first `/ready`, and from SIGTERM to the end with everything open (L-12)."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import click
import httpx2
from websockets.asyncio.client import connect

from tests.bench.figures import Ground, on_each, only_option, tell
from tests.support.server import environment, running_server

TRIES = 3
START_S, END_S = 2, 12
SOCKETS, STREAMS, HALF_REQUESTS = 50, 50, 50
HALF = b"POST /api/v1/auth/login HTTP/1.1\r\nHost: test\r\nContent-Length: 100\r\n\r\n{"


async def show(ground: Ground) -> None:
    """Print the figures of one database."""
    ground.folder.mkdir(parents=True, exist_ok=True)
    if ground.name == "SQLite":
        tell(
            "L-12",
            f"{ground.name}: ready, with an empty database",
            _start(ground),
            "s",
            most=START_S,
        )
    took = min(_start(ground) for _ in range(TRIES))
    tell("L-12", f"{ground.name}: ready, the best of {TRIES}", took, "s", most=START_S)
    with running_server(ground.address, ground.folder, *ground.arguments) as server:
        async with contextlib.AsyncExitStack() as stack:
            await _open_everything(stack, server.url, server.port)
            began = time.monotonic()
            server.process.send_signal(signal.SIGTERM)
            await asyncio.to_thread(server.process.wait, END_S * 2)
            tell(
                "L-12",
                f"{ground.name}: ended, with all open",
                time.monotonic() - began,
                "s",
                most=END_S,
            )


def _start(ground: Ground) -> float:
    """Return seconds from the start of the command to the first 200 of `/ready`."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    command = [sys.executable, "-m", "questlog.cli", "server", "run", "--port", str(port)]
    began = time.monotonic()
    with _running([*command, *ground.arguments], environment(ground.address, ground.folder)):
        while not _is_ready(port):
            time.sleep(0.005)
        return time.monotonic() - began


@contextlib.contextmanager
def _running(command: list[str], variables: dict[str, str]) -> Iterator[None]:
    none = subprocess.DEVNULL
    with subprocess.Popen(command, env=variables, stdout=none, stderr=none) as process:
        try:
            yield
        finally:
            process.terminate()
            process.wait(END_S * 2)


def _is_ready(port: int) -> bool:
    ask = b"GET /ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    try:
        with socket.create_connection(("127.0.0.1", port), 5) as peer:
            peer.sendall(ask)
            return b" 200 " in peer.recv(65536)[:20]
    except OSError:
        return False


async def _open_everything(stack: contextlib.AsyncExitStack, url: str, port: int) -> None:
    """Open sockets, streams that are never read, and requests that never come to their end."""
    person = {
        "email": f"end{os.urandom(4).hex()}@example.org",
        "password": "correct-horse-battery-9",
    }
    token = httpx2.post(f"{url}/api/v1/auth/register", json=person, timeout=30).json()[
        "access_token"
    ]
    headers = {"Authorization": f"Bearer {token}"}
    for _ in range(SOCKETS):
        opened = connect(
            f"ws://127.0.0.1:{port}/api/v1/ws/events", additional_headers=headers, proxy=None
        )
        await stack.enter_async_context(opened)
    follow = (
        f"GET /api/v1/events/stream HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {token}\r\n\r\n"
    )
    for request in [follow.encode()] * STREAMS + [HALF] * HALF_REQUESTS:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request)
        stack.callback(writer.close)
    await asyncio.sleep(1)


@click.command()
@only_option
def main(only: str | None) -> None:
    """Measure how soon a server is there, and how soon it is gone."""
    on_each(only, show)


if __name__ == "__main__":
    main()
