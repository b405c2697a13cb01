"""Let hypothesis play: so many random operations on one database, held against the reference after each."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import hypothesis
import uvloop
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import get_state_machine_test

from questlog.core.config import Settings
from tests.game.machine import Arena
from tests.game.machine_of_courses import Learning
from tests.support import world
from tests.support.moving_clock import MovingClock

PHASES = (Phase.generate, Phase.shrink)


@contextmanager
def arena(
    its: Settings, clock: MovingClock, told: Callable[[str], None] = lambda _: None
) -> Iterator[Arena]:
    """Open the database on a loop of its own: a state machine does not know how to wait."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        opening = world.opened(its)
        database = runner.run(opening.__aenter__())
        try:
            yield Arena(database, clock, runner, told)
        finally:
            runner.run(opening.__aexit__(None, None, None))


def play(
    where: Arena, *, lives: int, operations: int, seed: int, phases: tuple[Phase, ...] = PHASES
) -> None:
    """Play so many lives of so many operations each; raises what the first disagreement raised, made small."""

    class Here(Learning):
        def __init__(self) -> None:
            super().__init__(where)

    chosen = settings(
        max_examples=lives,
        stateful_step_count=operations,
        phases=phases,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    hypothesis.seed(seed)(get_state_machine_test(Here, settings=chosen))()
