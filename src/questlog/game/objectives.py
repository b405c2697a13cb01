"""Objectives: how far one has come, and when it is reached. Pure."""

from collections.abc import Iterable, Mapping

from questlog.game.metrics import Counters
from questlog.game.rules import Objective, QuestStep

# What a player is rather than has done: it counts as it stands, whenever the objective began.
STANDING = frozenset({"streak_days", "days_with_product"})


def baseline(objectives: Iterable[Objective], values: Counters) -> dict[str, int]:
    """Return what the metrics of objectives count before they begin; what is 0, or counts as it stands, is left out."""
    keys = {one.key for one in objectives if one.metric not in STANDING}
    return {key: values[key] for key in sorted(keys) if values.get(key)}


def progress(objective: Objective, values: Counters, before: Counters) -> int:
    """Return how far one has come since `before` was the baseline: from 0 to the target."""
    counted = values.get(objective.key, 0) - before.get(objective.key, 0)
    return min(max(counted, 0), objective.target)


def is_reached(objective: Objective, values: Counters, before: Counters) -> bool:
    return progress(objective, values, before) == objective.target


def reached_steps(
    steps: Iterable[QuestStep], values: Counters, before: Counters, done: Iterable[str] = ()
) -> list[str]:
    """Return the codes of a quest's reached steps in their order. One that was reached stays reached."""
    kept = set(done)
    return [step.code for step in steps if step.code in kept or is_reached(step, values, before)]


def progress_of_steps(
    steps: Iterable[QuestStep], values: Counters, before: Counters, done: Iterable[str] = ()
) -> Mapping[str, int]:
    """Return how far each step of a quest has come, by code."""
    kept = set(done)
    return {
        step.code: step.target if step.code in kept else progress(step, values, before)
        for step in steps
    }
