"""What the game looks like at a terminal: bars, hearts, rewards."""

from collections.abc import Mapping
from typing import Any

import click

WIDTH = 20
FULL, EMPTY = "█", "░"
HEART, NO_HEART = "♥", "♡"


def bar(has: int, of: int, *, color: str = "green") -> str:
    """Return a bar filled to `has` of `of`; what is begun is never empty, and what is missing never full."""
    filled = WIDTH * has // of if of else 0
    if 0 < has < of:
        filled = min(max(filled, 1), WIDTH - 1)
    return click.style(FULL * filled, fg=color) + EMPTY * (WIDTH - filled)


def hearts(has: int, of: int) -> str:
    return click.style(HEART * has, fg="red") + NO_HEART * max(of - has, 0)


def place(one: Mapping[str, Any], has: str = "progress", of: str = "target") -> str:
    return f"{one[has]} of {one[of]}"


def rewarded(reward: Mapping[str, int]) -> str:
    """Return what something brings: `50 XP, 30 gold, 1 streak freeze`."""
    freezes = reward.get("streak_freezes", 0)
    parts = [
        f"{reward['xp']} XP" if reward.get("xp") else "",
        f"{reward['gold']} gold" if reward.get("gold") else "",
        f"{freezes} streak freeze{'s' if freezes > 1 else ''}" if freezes else "",
    ]
    return ", ".join(part for part in parts if part) or "honour"
