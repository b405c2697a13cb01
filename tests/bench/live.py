"""What a thousand open sockets cost, and how soon a listener at another process hears of a change (L-07)."""

import asyncio
import contextlib
import itertools
import json
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import httpx2
import uvloop
from websockets.asyncio.client import ClientConnection, connect

from questlog.main import create_app
from tests.support import postgres, valkey, world
from tests.support.make import Make, Person
from tests.support.server import RunningServer, running_server

USERS, EACH = 200, 5
CHANGES, PAUSE_S = 200, 0.02
AIM_MIB = 450
AIM_P95_S = 0.250
IDLE_S = 10.0
AT_ONCE = 50


@dataclass(frozen=True)
class Listening:
    user: Person
    sockets: list[ClientConnection]


async def show(name: str, address: str, data_dir: Path, **env: str) -> None:
    """Print the figures of one database, the writer and the listeners at servers of their own."""
    told = {"LOG_LEVEL": "warning", **env}
    with (
        running_server(address, data_dir, **told) as writer,
        running_server(address, data_dir, **told) as reader,
    ):
        before = memory_of(reader)
        users = await _people(address, data_dir)
        async with contextlib.AsyncExitStack() as stack:
            listening = await _connected(stack, reader, users)
            after = memory_of(reader)
            idle = await _idle(reader)
            late = await _late(writer, listening)
            p95 = statistics.quantiles(late, n=20)[-1]
            lines = (
                (f"{USERS * EACH} sockets", f"{after:.0f} MiB", after <= AIM_MIB),
                ("each socket", f"{(after - before) * 1024 / (USERS * EACH):.0f} KiB", True),
                ("idle", f"{idle:.1%} of a core", True),
                ("heard elsewhere, p50", f"{statistics.median(late) * 1000:.0f} ms", True),
                ("heard elsewhere, p95", f"{p95 * 1000:.0f} ms", p95 < AIM_P95_S),
            )
            for what, figure, is_met in lines:
                click.echo(
                    f"{name:22}{what:24}{figure:>16}{'' if is_met else '  (misses its aim)'}"
                )


def memory_of(server: RunningServer) -> float:
    """Return what a server holds in MiB."""
    status = Path(f"/proc/{server.process.pid}/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024


async def _people(address: str, data_dir: Path) -> list[Person]:
    settings = world.settings(address, data_dir)
    async with world.opened(settings) as database:
        make = Make(database, create_app(settings, database))
        names = (f"{data_dir.name}{number}@example.org" for number in range(USERS))
        return [await make.user(email=name) for name in names]


async def _connected(
    stack: contextlib.AsyncExitStack, server: RunningServer, users: list[Person]
) -> list[Listening]:
    url = f"ws://127.0.0.1:{server.port}/api/v1/ws/events"
    turn = asyncio.Semaphore(AT_ONCE)

    async def one(user: Person) -> Listening:
        async with turn:
            sockets = []
            for _ in range(EACH):
                opened = connect(
                    url, additional_headers=user.headers, ping_interval=None, proxy=None
                )
                sockets.append(await stack.enter_async_context(opened))
                await sockets[-1].recv()
            return Listening(user, sockets)

    return list(await asyncio.gather(*(one(user) for user in users)))


async def _idle(server: RunningServer) -> float:
    began, spent = time.monotonic(), _cpu_of(server)
    await asyncio.sleep(IDLE_S)
    return (_cpu_of(server) - spent) / (time.monotonic() - began)


def _cpu_of(server: RunningServer) -> float:
    fields = Path(f"/proc/{server.process.pid}/stat").read_text(encoding="ascii").split()
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


async def _late(writer: RunningServer, listening: list[Listening]) -> list[float]:
    """Return for each socket how long after a change was sent to one server it was heard at the other."""
    found: list[float] = []
    async with httpx2.AsyncClient(base_url=writer.url, trust_env=False) as client:
        for one in itertools.islice(itertools.cycle(listening), CHANGES):
            began = time.perf_counter()
            hearing = [asyncio.create_task(_heard(socket)) for socket in one.sockets]
            answer = await client.post(
                "/api/v1/tasks", json={"title": "Read"}, headers=one.user.headers
            )
            answer.raise_for_status()
            found += [moment - began for moment in await asyncio.gather(*hearing)]
            await asyncio.sleep(PAUSE_S)
    return found


async def _heard(socket: ClientConnection) -> float:
    while json.loads(await socket.recv())["type"] != "task.created":
        continue
    return time.perf_counter()


@contextlib.contextmanager
def _databases(folder: Path, only: str | None) -> Iterator[Iterator[tuple[str, str]]]:
    with contextlib.ExitStack() as stack:

        def each() -> Iterator[tuple[str, str]]:
            if only != "postgresql":
                yield "SQLite", f"sqlite:///{folder}/questlog.db"
            if only != "sqlite":
                server = stack.enter_context(postgres.server(durable=True))
                address = server.create_database()
                world.build_postgresql(address)
                yield "PostgreSQL", address

        yield each()


@click.command()
@click.option("--only", type=click.Choice(["sqlite", "postgresql"]), help="One database only.")
def main(only: str | None) -> None:
    """Measure sockets on both databases, without Redis and with it."""
    with tempfile.TemporaryDirectory() as folder, _databases(Path(folder), only) as databases:
        for name, address in databases:
            uvloop.run(show(f"{name}, polling", address, Path(folder) / "polling"))
            with valkey.server() as redis:
                uvloop.run(show(f"{name}, Redis", address, Path(folder) / "redis", REDIS_URL=redis))


if __name__ == "__main__":
    main()
