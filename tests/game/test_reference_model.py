"""G-23: random operations move the real player and the reference alike, on both databases."""

import itertools

import pytest

from questlog.core.config import Settings
from tests.game.random_play import arena, play
from tests.support.invariants import check_invariants
from tests.support.moving_clock import MovingClock

OPERATIONS, LIFE = 300, 40


@pytest.mark.usefixtures("database_address")
def test_g23_the_game_agrees_with_its_rules_after_every_operation(
    settings: Settings, moving_clock: MovingClock
) -> None:
    done: list[str] = []

    with arena(settings, moving_clock, done.append) as here:
        for seed in itertools.takewhile(lambda _: len(done) < OPERATIONS, itertools.count()):
            play(here, lives=2, operations=LIFE, seed=seed)

        here.run(check_invariants(here.database))
    assert len(set(done)) > 12, "some kinds of operation were never tried"
