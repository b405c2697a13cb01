"""What objectives count: a key for each metric with its filter, and the value of each for a player. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import Any

type Counters = Mapping[str, int]


def key(metric: str, narrowed: Mapping[str, str | bool] | None = None) -> str:
    """Return the counter's name: `tasks_completed`, or `tasks_completed:difficulty=hard`."""
    parts = [f"{name}={str(value).lower()}" for name, value in sorted((narrowed or {}).items())]
    return ":".join([metric, *parts])


def added(counters: Counters, moved: Counters) -> dict[str, int]:
    """Return counters after a change; one that falls to 0 is left out."""
    names = {*counters, *moved}
    sums = {name: counters.get(name, 0) + moved.get(name, 0) for name in names}
    return {name: value for name, value in sums.items() if value}


def values(player: Mapping[str, Any]) -> dict[str, int]:
    """Return everything an objective can ask of a player: the counters, the streak and the days since sign-up."""
    return {
        **player["counters"],
        "streak_days": player["streak"],
        "days_with_product": days_between(player["began_on"], player["day_on"]) + 1,
    }


def days_between(first: date, last: date) -> int:
    return (last - first).days
