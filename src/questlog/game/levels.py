"""Levels: a function of XP and of nothing else."""

from bisect import bisect_right
from functools import cache
from math import floor

from questlog.game.content import content

HIGHEST = 1000


@cache
def thresholds() -> list[int]:
    """Return the XP at which each level begins: `floor(base × L ** exponent)` more than the one before."""
    rule = content().rules.level
    sums = [0]
    for level in range(1, HIGHEST):
        sums.append(sums[-1] + floor(rule.base * level**rule.exponent))
    return sums


def level_of(xp: int) -> int:
    return bisect_right(thresholds(), max(xp, 0))


def xp_to_next_level(xp: int) -> int:
    """Return how much is missing; 0 on the highest level."""
    level = level_of(xp)
    return thresholds()[level] - xp if level < HIGHEST else 0
