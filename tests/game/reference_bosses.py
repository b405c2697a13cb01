"""The bosses of the reference: the ladder, those of a course's weeks, and who stands, waits, fell or went away."""

from dataclasses import dataclass, field
from fractions import Fraction
from math import floor

from tests.game.reference_content import Rung

WEEK = -1
AGAIN = Fraction(3, 2)


@dataclass(eq=False)
class Boss:
    rung: Rung
    place: int
    round: int
    lost: int = 0
    seen: dict["Boss", int] = field(default_factory=dict)
    """What each other boss had lost when this one fell."""

    @property
    def hp(self) -> int:
        return floor(self.rung.hp * AGAIN ** (self.round - 1))


class Bosses:
    """`present` is the one that is faced; all that were ever met are known in the order in which they came."""

    def __init__(self, ladder: list[Rung]) -> None:
        self.ladder = ladder
        self.met: list[Boss] = []
        self.waiting: list[Boss] = []
        self.fallen: list[Boss] = []
        self.week: Rung | None = None
        self.present = self._new(ladder[0], 0, 1)

    def fall(self) -> Boss:
        felled = self.present
        self.fallen.append(felled)
        felled.seen = {boss: boss.lost for boss in self.met}
        self._step_forward(felled)
        return felled

    def rise(self, felled: Boss) -> bool:
        """Let one that fell stand again, unless another was hit since; the present one waits."""
        if any(boss.lost > felled.seen.get(boss, 0) for boss in self.met if boss is not felled):
            return False
        self.fallen.remove(felled)
        self.waiting.append(self.present)
        self.present = felled
        return True

    def follow(self, rung: Rung | None) -> None:
        """The week of that boss is current now: it comes, back with its wounds if it was there; those of other weeks go.

        None is a week without a boss, or none at all.
        """
        self.week = rung
        own = self.waiting
        self.waiting = [boss for boss in own if boss.place != WEEK or boss.rung == rung]
        if self.present.place == WEEK and self.present.rung != rung:
            self._step_forward(self.present)
        if rung is None:
            return
        known = next((boss for boss in self.met if boss.rung == rung), None)
        if known in (self.present, *self.waiting, *self.fallen):
            return
        self.waiting.append(self.present)
        self.present = known or self._new(rung, WEEK, 1)

    def _step_forward(self, left: Boss) -> None:
        """The boss of a week that waits comes first, then the lowest of the ladder that does, then a new one."""
        if self.waiting:
            first = min(self.waiting, key=lambda one: (one.place != WEEK, self.met.index(one)))
            self.waiting.remove(first)
            self.present = first
            return
        place = (left.place + 1) % len(self.ladder)
        self.present = self._new(self.ladder[place], place, left.round + (place == 0))

    def _new(self, rung: Rung, place: int, round_: int) -> Boss:
        boss = Boss(rung, place, round_)
        self.met.append(boss)
        return boss
