"""What difficulty a completion is paid by: raising it just before pays nothing (case G-18). Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

HELD_FOR = timedelta(hours=1)
RANKS: Mapping[str, int] = {"trivial": 0, "normal": 1, "hard": 2, "boss": 3}

type Changes = list[list[str]]


def noted(row: Mapping[str, Any], now: datetime) -> Changes:
    """Return `difficulty_changes` of a task whose difficulty is about to change; what is older than an hour goes."""
    return [*_recent(row, now), [now.isoformat(), row["difficulty"]]]


def paid_by(row: Mapping[str, Any], now: datetime) -> str:
    """Return the difficulty a task had an hour ago if it was raised since, else the one it has."""
    recent = _recent(row, now)
    now_is: str = row["difficulty"]
    then = recent[0][1] if recent else now_is
    return min(then, now_is, key=lambda name: RANKS[name])


def _recent(row: Mapping[str, Any], now: datetime) -> Changes:
    changes: Changes = row["difficulty_changes"] or []
    return [one for one in changes if datetime.fromisoformat(one[0]) > now - HELD_FOR]
