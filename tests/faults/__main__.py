"""`make faults`: the long forms of the fault cases."""

import asyncio
import tempfile
from pathlib import Path

import click

from tests.faults.killing import kill_again_and_again
from tests.support import postgres, world


@click.command()
@click.option(
    "--times",
    default=100,
    show_default=True,
    help="How often the server is killed, on each database.",
)
@click.option("--seed", default=1, show_default=True)
def main(times: int, seed: int) -> None:
    """Kill the server in mid-write and look for lost writes (F-01)."""
    failed = False
    with tempfile.TemporaryDirectory() as folder, postgres.server(durable=True) as server:
        places = {
            "SQLite": f"sqlite:///{folder}/questlog.db",
            "PostgreSQL": server.create_database(),
        }
        for name, address in places.items():
            report = asyncio.run(
                kill_again_and_again(address, Path(folder), times=times, seed=seed)
            )
            click.echo(f"F-01 {name}: {report}")
            for line in [*report.lost, *report.unexpected][:20]:
                click.echo(f"  {line}")
            failed |= bool(report.lost or report.unexpected)
    raise SystemExit(1 if failed else 0)


if __name__ == "__main__":
    main()
