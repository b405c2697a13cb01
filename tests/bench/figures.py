"""One line a figure: what was found, and whether it is what it should be."""

import contextlib
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import uvloop

from tests.support import postgres, world


def tell(
    id_: str,
    what: str,
    figure: float,
    unit: str,
    *,
    most: float | None = None,
    least: float | None = None,
) -> None:
    """Print a figure with its aim: no more than `most`, no less than `least`."""
    is_met = (most is None or figure <= most) and (least is None or figure >= least)
    aim = f"<= {most:g}" if most is not None else f">= {least:g}" if least is not None else ""
    click.echo(
        f"{id_:6}{what:58}{figure:10.1f} {unit:8}{aim:>9}{'' if is_met else '  (misses its aim)'}"
    )


@dataclass(frozen=True)
class Ground:
    """One database to measure on: its name, the server's own arguments, where it is and where files go."""

    name: str
    arguments: tuple[str, ...]
    address: str
    folder: Path


@contextlib.contextmanager
def grounds(only: str | None) -> Iterator[Iterator[Ground]]:
    """Yield the databases in turn: SQLite with one process, PostgreSQL with two."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))

        def each() -> Iterator[Ground]:
            if only != "postgresql":
                yield Ground("SQLite", (), f"sqlite:///{folder}/questlog.db", folder / "sqlite")
            if only != "sqlite":
                server = stack.enter_context(postgres.server(durable=True))
                address = server.create_database()
                world.build_postgresql(address)
                yield Ground("PostgreSQL", ("--workers", "2"), address, folder / "postgresql")

        yield each()


def on_each(only: str | None, show: Callable[[Ground], Awaitable[None]]) -> None:
    """Run `show` on each database in turn, each time in a loop of its own."""

    async def shown(ground: Ground) -> None:
        await show(ground)

    with grounds(only) as databases:
        for ground in databases:
            uvloop.run(shown(ground))


def only_option(command: click.decorators.FC) -> click.decorators.FC:
    return click.option(
        "--only", type=click.Choice(["sqlite", "postgresql"]), help="One database only."
    )(command)
