"""What is done, fought and striven for in the reference of the game, and what it is worth (domain § 4)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from math import floor

from tests.game.reference_bosses import Boss
from tests.game.reference_content import Aim, Key, Pursued

DIFFICULTY = {
    "trivial": Fraction(1, 2),
    "normal": Fraction(1),
    "hard": Fraction(3, 2),
    "boss": Fraction(2),
}
HALF, POTION = Fraction(1, 2), Fraction(3, 2)
COMPLETIONS = ("task", "lesson")
COUNTED_AS = {"task": "tasks_completed", "goal": "goals_completed", "review": "reviews_done"}


def level_of(xp: int) -> int:
    """Level L takes floor(100 · L^1.2) to finish."""
    level, needed = 1, 100
    while xp >= needed:
        level += 1
        needed += floor(100 * level**1.2)
    return level


@dataclass(eq=False)
class Striving:
    """A quest or a challenge somebody is on: what was done after the deed of number `since` counts for it."""

    rule: Pursued
    round: int
    since: int
    fallen_before: int
    started: date
    ends: date | None
    done: set[str] = field(default_factory=set)
    state: str = "active"
    ended: date | None = None
    freezes: int = 0
    """What its prize really was: nobody holds more than two."""


@dataclass(frozen=True)
class What:
    """Something to be done; `counts` are counters it moves besides its own."""

    kind: str = "task"
    base: int = 10
    difficulty: str = "normal"
    is_subtask: bool = False
    is_ahead: bool = False
    in_project: bool = False
    counts: Mapping[str, int] = field(default_factory=dict)
    hearts: int = 0


@dataclass(eq=False)
class Deed:
    """Something done; `number` and `day` are those of the first time it was."""

    what: What
    number: int
    day: date
    xp: int
    gold: int
    stands: bool = True
    boss: Boss | None = None
    """The one that lost `damage` to it and did not get it back."""
    damage: int = 0
    dealt: int = 0
    """How much of it the last time, which is what its receipt told."""
    felled: Boss | None = None
    reached: list[tuple[Striving, Aim]] = field(default_factory=list)
    won: list[Striving] = field(default_factory=list)

    @property
    def makes_a_day(self) -> bool:
        return self.what.kind in COMPLETIONS and self.xp > 0

    def counters(self) -> dict[Key, int]:
        moved: dict[Key, int] = {("xp_earned", ""): self.xp}
        moved |= {(name, ""): count for name, count in self.what.counts.items()}
        if self.what.kind in COUNTED_AS:
            moved[COUNTED_AS[self.what.kind], ""] = 1
        if self.what.kind == "task":
            moved["tasks_completed", f"difficulty={self.what.difficulty}"] = 1
            moved["tasks_completed", "has_project=true"] = int(self.what.in_project)
        return moved


@dataclass(frozen=True)
class Moved:
    """What one deed, or taking one back, changed in all; `damage` is what a boss lost."""

    xp: int = 0
    gold: int = 0
    damage: int = 0
    is_new: bool = False
