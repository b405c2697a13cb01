"""`make faults`: the long forms of the fault cases, with figures."""

import asyncio
import tempfile
from pathlib import Path

import click
import uvloop

from tests.faults import writers
from tests.faults.killing import KillReport, kill_again_and_again, server_for
from tests.support import postgres, world
from tests.support.postgres import PostgresServer
from tests.support.server import RunningServer

WRITERS, TURNS = 64, 60
SLOWEST_MS = 500
TOLD_EVERY = 10


@click.command()
@click.option(
    "--times",
    default=100,
    show_default=True,
    help="How often the server is killed, on each database.",
)
@click.option("--seed", default=1, show_default=True)
def main(times: int, seed: int) -> None:
    """Kill the server in mid-write and look for lost writes (F-01), then let 64 write at once."""
    failed = False
    with tempfile.TemporaryDirectory() as folder, postgres.server(durable=True) as server:
        for name in ("SQLite", "PostgreSQL"):
            home = Path(folder) / name
            home.mkdir()
            failed |= _kill(name, _empty_database(name, home / "f01", server), home, times, seed)
            failed |= _crowd(name, _empty_database(name, home / "crowd", server), home)
    raise SystemExit(1 if failed else 0)


def _empty_database(name: str, place: Path, server: PostgresServer) -> str:
    place.mkdir()
    on_sqlite = f"sqlite:///{place}/questlog.db"
    address = on_sqlite if name == "SQLite" else server.create_database()
    world.build(address, place)
    return address


def _kill(name: str, address: str, home: Path, times: int, seed: int) -> bool:
    def tell(so_far: KillReport) -> None:
        if so_far.kills % TOLD_EVERY == 0:
            click.echo(f"  {name}: {so_far}", err=True)

    report = asyncio.run(kill_again_and_again(address, home, times=times, seed=seed, tell=tell))
    click.echo(f"F-01 {name}: {report}")
    for line in [*report.lost, *report.unexpected][:20]:
        click.echo(f"  {line}")
    return bool(report.lost or report.unexpected)


def _crowd(name: str, address: str, home: Path) -> bool:
    with server_for(address, home) as server:
        seen = uvloop.run(_write_at_once(server))
    click.echo(f"{WRITERS} writers, {name}: {seen}")
    return bool(seen.failures) or seen.percentile(0.99) >= SLOWEST_MS


async def _write_at_once(server: RunningServer) -> writers.Written:
    async with writers.connected(server.url, WRITERS) as http:
        people = [await writers.register(http, f"writer{number}") for number in range(8)]
    await writers.write_at_once(server.port, people, writers=WRITERS, turns=2)  # warm
    return await writers.write_at_once(server.port, people, writers=WRITERS, turns=TURNS)


if __name__ == "__main__":
    main()
