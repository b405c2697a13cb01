"""How much a task calls for being done next: a sum of parts, each of which can be shown and explained. Pure.

The model is Taskwarrior's urgency (https://taskwarrior.org/docs/urgency/), a sum of weighted values: due dates weigh
12 and rise from 14 days before to 7 days after the day, what others wait for 8, priorities up to 6, what was begun 4,
age up to 2, a project 1. Ours has a deadline besides the due date, a goal besides the project, and knows how much time
there is.

Everything is counted in whole hundredths of a point, in steps, so that a database ranks exactly as this module does.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

type Name = Literal[
    "due", "deadline", "blocking", "priority", "started", "fits", "age", "goal", "project"
]
type Steps = Sequence[tuple[int, int]]
"""From a number of days to points, highest first: who has reached the days has the points."""

POINT = 100
WEIGHTS: Mapping[Name, int] = {
    "due": 12,
    "deadline": 10,
    "blocking": 8,
    "priority": 6,
    "fits": 5,
    "started": 4,
    "age": 2,
    "goal": 1,
    "project": 1,
}
LEAST_PERCENT = 20
"""What a date that is far away counts."""
AHEAD = 14
"""So many days before it a date begins to press."""
YEAR = 365
AGE_STEPS = 20
PRIORITY_PERCENT: Mapping[int, int] = {0: 0, 1: 30, 2: 65, 3: 85, 4: 100}


def _rising(weight: int, full_at: int) -> Steps:
    """Points by the days a date is past: from `LEAST_PERCENT` at `AHEAD` days before it to all of them at `full_at`."""
    span, most = full_at + AHEAD, weight * POINT
    least = most * LEAST_PERCENT // 100
    return [
        (past, least + (most - least) * (past + AHEAD) // span)
        for past in range(full_at, -AHEAD, -1)
    ]


DUE_STEPS = _rising(WEIGHTS["due"], full_at=7)
DEADLINE_STEPS = _rising(WEIGHTS["deadline"], full_at=0)
AGE_POINTS: Steps = [
    (YEAR * step // AGE_STEPS, WEIGHTS["age"] * POINT * step // AGE_STEPS)
    for step in range(AGE_STEPS, 0, -1)
]
PRIORITY_POINTS: Mapping[int, int] = {
    priority: WEIGHTS["priority"] * percent for priority, percent in PRIORITY_PERCENT.items()
}


def far(name: Literal["due", "deadline"]) -> int:
    """Return the points of a date further ahead than all steps."""
    return WEIGHTS[name] * LEAST_PERCENT


@dataclass(frozen=True)
class Present:
    """When it is, where the user lives, and how many minutes there are, if that is known."""

    now: datetime
    today: date
    minutes: int | None = None


@dataclass(frozen=True)
class Facts:
    """What of a task counts. `waiting` is how many open tasks wait for it."""

    created_at: datetime
    due_on: date | None = None
    deadline_on: date | None = None
    priority: int = 0
    started: bool = False
    waiting: int = 0
    duration: int | None = None
    has_goal: bool = False
    has_project: bool = False


@dataclass(frozen=True)
class Part:
    """`points` are hundredths, out of `weight` whole ones; `fact` is the number that the words tell."""

    name: Name
    points: int
    fact: int = 0

    @property
    def weight(self) -> int:
        return WEIGHTS[self.name]

    @property
    def value(self) -> float:
        """From 0 to 1; -1 for what does not fit."""
        return round(self.points / (self.weight * POINT), 4)

    @property
    def contribution(self) -> float:
        return self.points / POINT


def parts_of(facts: Facts, present: Present) -> list[Part]:
    """Return what adds to a task's urgency or takes from it, the heaviest first."""
    found = [part for part in _parts(facts, present) if part.points]
    return sorted(found, key=lambda part: -abs(part.points))


def total(parts: Sequence[Part]) -> int:
    """Return the urgency in hundredths."""
    return sum(part.points for part in parts)


def _parts(facts: Facts, present: Present) -> Iterator[Part]:
    if facts.due_on is not None:
        past = (present.today - facts.due_on).days
        yield Part("due", _reached(DUE_STEPS, past, far("due")), past)
    if facts.deadline_on is not None:
        past = (present.today - facts.deadline_on).days
        yield Part("deadline", _reached(DEADLINE_STEPS, past, far("deadline")), past)
    yield Part("priority", PRIORITY_POINTS[facts.priority], facts.priority)
    if facts.waiting:
        yield Part("blocking", WEIGHTS["blocking"] * POINT, facts.waiting)
    if facts.started:
        yield Part("started", WEIGHTS["started"] * POINT)
    if facts.duration is not None and present.minutes is not None:
        yield Part("fits", fit(facts.duration, present.minutes), facts.duration)
    age = present.now - facts.created_at
    yield Part("age", _reached(AGE_POINTS, age // timedelta(days=1), 0), age.days)
    if facts.has_goal:
        yield Part("goal", WEIGHTS["goal"] * POINT)
    if facts.has_project:
        yield Part("project", WEIGHTS["project"] * POINT)


def _reached(steps: Steps, days: int, otherwise: int) -> int:
    return next((points for least, points in steps if days >= least), otherwise)


def fit(duration: int, minutes: int) -> int:
    """Return the points of a task that takes `duration`: the more of the time it uses the better, unless it is too long."""
    most = WEIGHTS["fits"] * POINT
    least = most * LEAST_PERCENT // 100
    return least + (most - least) * duration // minutes if duration <= minutes else -most
