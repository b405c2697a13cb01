"""What was done, as the game sees it, and what it is worth. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from questlog.game import metrics
from questlog.game.rules import FILTERS, Rules

COMPLETIONS = frozenset({"task", "lesson"})
COUNTED_AS = {"task": "tasks_completed", "goal": "goals_completed", "review": "reviews_done"}
NO_FILTERS: Mapping[str, int] = {}


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing done. `key` tells its repetitions apart, `cause_id` is what taking it back names.

    `counts` are counters it moves besides its own; `badges` are (code, title, counter) it brings by
    itself, the first time: whoever has the badge is not counted again; `hearts` is what
    it heals or costs.
    """

    kind: str
    source_id: UUID
    key: str
    cause_id: UUID
    title: str
    base: int
    difficulty: str = "normal"
    is_subtask: bool = False
    scheduled_on: date | None = None
    is_backdated: bool = False
    has_project: bool = False
    course: str | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    badges: Sequence[tuple[str, str, str]] = ()
    hearts: int = 0
    moved: Mapping[str, int] | None = None
    """The counters it moved the first time, for one that is paid again."""

    @property
    def is_capped(self) -> bool:
        """The daily cap is for tasks one makes oneself."""
        return self.kind == "task"

    def is_ahead_of(self, today: date) -> bool:
        """Tell whether it was done before its date. `today` is the player's day, which no change of zone hurries."""
        return self.scheduled_on is not None and self.scheduled_on > today

    @property
    def is_completion(self) -> bool:
        return self.kind in COMPLETIONS

    def counters(self, xp: int) -> dict[str, int]:
        """Return what it adds to the counters when it is worth so much."""
        if self.moved is not None:
            return dict(self.moved)
        moved = {"xp_earned": xp, **self.counts}
        if self.kind in COUNTED_AS:
            moved[COUNTED_AS[self.kind]] = 1
        if self.kind == "task":
            moved[metrics.key("tasks_completed", {"difficulty": self.difficulty})] = 1
            if self.has_project:
                moved[metrics.key("tasks_completed", {"has_project": True})] = 1
        if self.course is not None:
            for name, count in self.counts.items():
                if "course" in FILTERS.get(name, ()):
                    moved[metrics.key(name, {"course": self.course})] = count
        return {name: value for name, value in moved.items() if value}


@dataclass(frozen=True, slots=True)
class Worth:
    """`factors` are those that were not 1, for the words of the ledger."""

    xp: int
    gold: int
    uses_potion: bool = False
    is_limited: bool = False
    """Less than it would have been without the daily limits."""
    factors: Mapping[str, float] = field(default_factory=dict)


def worth(
    deed: Deed, rules: Rules, *, today: date, paid_today: int, ahead_today: int, potion_left: int
) -> Worth:
    """Return XP and gold: `int(base × difficulty × subtask × potion × cap)`, rounded once (details.md § 2.1).

    `paid_today` own tasks were paid for on this day already, `ahead_today` completions ahead of their date.
    """
    factors: dict[str, float] = {}
    if deed.is_completion:
        factors["difficulty"] = rules.difficulty[deed.difficulty]  # type: ignore[index]
        factors["subtask"] = rules.subtask_factor if deed.is_subtask else 1
        factors["potion"] = _potion(rules) if potion_left else 1
    ahead_today = ahead_today if deed.is_ahead_of(today) else 0
    limit = _limit(deed, rules, paid_today, ahead_today)
    value = float(deed.base)
    for factor in (*factors.values(), limit):
        value *= factor
    xp = int(value)
    gold = xp // rules.gold_per_xp
    if deed.is_completion and xp and rules.difficulty[deed.difficulty] >= 1:  # type: ignore[index]
        gold = max(gold, 1)
    return Worth(
        xp=xp,
        gold=gold,
        uses_potion=bool(deed.is_completion and potion_left and xp),
        is_limited=limit < 1,
        factors={name: value for name, value in {**factors, "limit": limit}.items() if value != 1},
    )


def _limit(deed: Deed, rules: Rules, paid_today: int, ahead_today: int) -> float:
    if not deed.is_capped:
        return 1
    if ahead_today:
        return 0
    if paid_today < rules.cap.full:
        return 1
    return 0.5 if paid_today < rules.cap.full + rules.cap.half else 0


def _potion(rules: Rules) -> float:
    return next((item.factor for item in rules.shop if item.factor is not None), 1)


def told(deed: Deed, found: Worth, today: date) -> dict[str, Any]:
    """Return what the words of the ledger need."""
    details: dict[str, Any] = {"title": deed.title[:200], "base": deed.base}
    if deed.is_completion:
        details["difficulty"] = deed.difficulty
    if found.factors:
        details["factors"] = dict(found.factors)
    if deed.is_ahead_of(today):
        details["ahead"] = True
    if deed.is_backdated:
        details["backdated"] = True
    if deed.course is not None:
        details["course"] = deed.course
    return details
