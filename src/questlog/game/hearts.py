"""Hearts: lost, healed, and grown back one by one. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from questlog.game.rules import HeartRule


@dataclass(frozen=True, slots=True)
class Hearts:
    """`since` is when the next one began to grow back; None while none is missing."""

    count: int
    since: datetime | None = None


def of(player: Mapping[str, Any]) -> Hearts:
    return Hearts(player["hearts"], player["hearts_at"])


def grown(hearts: Hearts, now: datetime, rule: HeartRule) -> Hearts:
    """Return what there is at `now`: one more for each whole `regain_hours`, up to the most."""
    if hearts.count >= rule.max:
        return Hearts(hearts.count)
    if hearts.since is None:
        return Hearts(hearts.count, now)
    pace = timedelta(hours=rule.regain_hours)
    gained = max(0, (now - hearts.since) // pace)
    count = min(rule.max, hearts.count + gained)
    return Hearts(count, hearts.since + gained * pace if count < rule.max else None)


def moved(hearts: Hearts, by: int, now: datetime, rule: HeartRule) -> Hearts:
    """Return what there is after losing or healing some: never below 0, never more than the most.

    The one that is growing back already keeps the time it has grown.
    """
    most = max(rule.max, hearts.count)
    count = min(most, max(0, hearts.count + by))
    return Hearts(count, (hearts.since or now) if count < rule.max else None)


def shown(player: Mapping[str, Any], rule: HeartRule) -> int:
    """Return how many a player has to show: all, where they are switched off."""
    return rule.max if player["hearts_off"] else min(player["hearts"], rule.max)


def can_take_quiz(player: Mapping[str, Any]) -> bool:
    """A new quiz waits until there is a heart. `player` is settled."""
    return bool(player["hearts_off"] or player["hearts"])
