"""`make soak`: the game against its reference for 100 000 random operations on each database (G-23)."""

import random
import tempfile
import time
from collections import Counter
from pathlib import Path

import click
import pytest
from sqlalchemy import text

from questlog.core.db import Session
from tests.game.machine import Arena
from tests.game.random_play import arena, play
from tests.soak import steady as steadily
from tests.support import postgres, world
from tests.support.invariants import check_invariants
from tests.support.moving_clock import MovingClock

LIVES, LIFE = 10, 100
TOLD_EVERY = 1_000


class Tally:
    """Counts operations by name and says from time to time how far it has come."""

    def __init__(self, name: str, wanted: int) -> None:
        self.name, self.wanted = name, wanted
        self.counts: Counter[str] = Counter()
        self.began = time.monotonic()

    def __call__(self, operation: str) -> None:
        self.counts[operation] += 1
        if self.done % TOLD_EVERY == 0:
            click.echo(f"  {self.name}: {self.done} of {self.wanted}, {self.rate:.0f}/s", err=True)

    @property
    def done(self) -> int:
        return self.counts.total()

    @property
    def rate(self) -> float:
        return self.done / (time.monotonic() - self.began)


@click.command()
@click.option("--operations", default=100_000, show_default=True, help="On each database.")
@click.option("--only", type=click.Choice(["sqlite", "postgresql"]), help="One database only.")
@click.option("--seed", type=int, help="Of an earlier run, to repeat it.")
@click.option("--steady", type=float, help="Instead: so many minutes at half strength (L-08).")
@click.pass_context
def main(
    context: click.Context,
    operations: int,
    only: str | None,
    seed: int | None,
    steady: float | None,
) -> None:
    """Play at random until so many operations agreed with the reference, then check every book."""
    if steady is not None:
        context.invoke(steadily.main, minutes=steady, only=only)
        return
    seed = random.randrange(2**32) if seed is None else seed
    click.echo(f"seed {seed}")
    random.seed(seed)
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        home, clock = Path(folder), MovingClock(patch)
        if only != "postgresql":
            path = world.build_sqlite(home / "questlog.db")
            _soak("SQLite", f"sqlite:///{path}", home, clock, operations)
        if only != "sqlite":
            with postgres.server() as server:
                address = server.create_database()
                world.build_postgresql(address)
                _soak("PostgreSQL", address, home, clock, operations)


def _soak(name: str, address: str, home: Path, clock: MovingClock, operations: int) -> None:
    tally = Tally(name, operations)
    with arena(world.settings(address, home), clock, tally) as here:
        while tally.done < operations:
            play(here, lives=LIVES, operations=LIFE, seed=random.randrange(2**32))
            here.run(check_invariants(here.database))
            here.run(_empty(here))
    click.echo(f"{name}: {tally.done} operations agreed, {tally.rate:.0f} per second")
    for operation, count in tally.counts.most_common():
        click.echo(f"  {count:8}  {operation}")


async def _empty(here: Arena) -> None:
    async def delete(session: Session) -> None:
        for statement in world.deletions():
            await session.execute(text(statement))

    await here.database.write(delete)


if __name__ == "__main__":
    main()
