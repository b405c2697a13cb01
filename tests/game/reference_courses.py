"""A course of the school by the rules of the game: lessons, the badges of its weeks, and their bosses."""

from tests.game.reference import Reference
from tests.game.reference_content import Rung
from tests.game.reference_deeds import Moved, What

WEEKS, DAYS = 2, 7
LESSON_XP, QUIZ_XP, QUESTIONS = 20, 10, 2
COURSE = "course/towns"


class CourseBook:
    """What one player has done of it. `done` are the lessons that stand, in the order in which they were done."""

    def __init__(self, rules: Reference) -> None:
        self.rules = rules
        self.is_taken = False
        self.done: list[int] = []
        self.brought: dict[int, list[str]] = {}
        hp = DAYS * (LESSON_XP + QUIZ_XP + QUESTIONS) * 4 // 5
        self.rungs = [Rung(hp, hp * 2 // 5, f"towns/{week}") for week in range(1, WEEKS + 1)]

    @property
    def open(self) -> list[int]:
        return [number for number in range(WEEKS * DAYS) if number not in self.done]

    def take(self) -> None:
        self.is_taken = True
        self._meet()

    def leave(self) -> None:
        self.is_taken = False
        self._meet()

    def complete(self, number: int) -> Moved:
        """A week and the course bring their badges, and count, once: with the lesson that finished them first."""
        self.done.append(number)
        counts = {"lessons_completed": 1, "tasks_completed": 1}
        badges = []
        for badge, counter in self._finished(number):
            if badge not in self.rules.badges:
                badges.append(badge)
                counts[counter] = 1
        self.brought[number] = badges
        moved = self.rules.do(("lesson", number), What("lesson", LESSON_XP, counts=counts))
        self.rules.badges.update(badges)
        if self._finished(number):
            self._meet()
        return moved

    def reopen(self, number: int) -> Moved:
        self.done.remove(number)
        self._meet()
        moved = self.rules.take_back(("lesson", number))
        self.rules.badges.difference_update(self.brought.pop(number))
        return moved

    def _finished(self, number: int) -> list[tuple[str, str]]:
        """Return the badges and counters of what is whole with a lesson."""
        week = number // DAYS
        found = []
        if not any(one // DAYS == week for one in self.open):
            found.append((f"week/towns/{week + 1}", "weeks_completed"))
        if not self.open:
            found.append((COURSE, "courses_completed"))
        return found

    def _meet(self) -> None:
        """The current week is the first that has an open lesson."""
        rung = self.rungs[self.open[0] // DAYS] if self.is_taken and self.open else None
        self.rules.bosses.follow(rung)
