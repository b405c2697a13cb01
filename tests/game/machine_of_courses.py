"""More of a life to play at random: a course with a boss in each week, and changes that are undone (G-23)."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from questlog.core.exceptions import QuestlogError
from questlog.core.ids import new_id
from questlog.flows.task_changes import TaskChange
from tests.game.learned import course_of
from tests.game.machine import Game
from tests.game.reference_courses import CourseBook
from tests.game.reference_deeds import DIFFICULTY, What, level_of


class Learning(Game):
    """A player who also learns, changes their mind and takes that back."""

    def begin_to_learn(self) -> None:
        self.course = self.run(course_of(self.player))
        self.book = CourseBook(self.reference)

    @precondition(lambda self: self.undoable)
    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        """Undo a completion or a reopening, unless something later is in the way."""
        self.arena.told("undo")
        chosen = data.draw(st.sampled_from(self.undoable))
        self.undoable.remove(chosen)
        done, event_id, was_reopened = chosen
        try:
            self.run(self.player.undo(event_id))
        except QuestlogError:
            return
        if isinstance(done, int):
            (self.book.complete if was_reopened else self.book.reopen)(done)
        elif was_reopened:
            self.reference.do((done.id, done.at), done.what)
            done.done.append(done.at)
        else:
            self.reference.take_back((done.id, done.done.pop()))

    # a course with a boss in each week

    @precondition(lambda self: not self.book.is_taken)
    @rule()
    def take_the_course(self) -> None:
        self.arena.told("take_the_course")
        self.run(self.course.enroll())
        self.book.take()

    @precondition(lambda self: self.book.is_taken)
    @rule()
    def leave_the_course(self) -> None:
        self.arena.told("leave_the_course")
        self.run(self.course.leave())
        self.book.leave()

    @precondition(lambda self: self.book.is_taken and self.book.open)
    @rule(count=st.sampled_from([1, 1, 3, 7]))
    def do_the_next_lessons(self, count: int) -> None:
        self.arena.told("do_the_next_lessons")
        for number in self.book.open[:count]:
            self._follow_lesson(number, self.run(self.course.complete(number)))

    @precondition(lambda self: self.book.is_taken and self.book.done)
    @rule(data=st.data())
    def reopen_a_lesson(self, data: st.DataObject) -> None:
        self.arena.told("reopen_a_lesson")
        number = data.draw(st.sampled_from([self.book.done[-1], *self.book.done]))
        self._follow_lesson(number, self.run(self.course.reopen(number)))

    # what is learned otherwise

    @rule(base=st.sampled_from([20, 25, 40]), difficulty=st.sampled_from(list(DIFFICULTY)))
    def take_a_lesson(self, base: int, difficulty: str) -> None:
        self._learn("lesson", base, {"lessons_completed": 1}, difficulty=difficulty)

    @rule(correct=st.integers(0, 7))
    def take_a_quiz(self, correct: int) -> None:
        counts = {"quizzes_passed": int(correct >= 5), "perfect_quizzes": int(correct == 7)}
        lost = min(7 - correct, self.reference.life.hearts)
        self._learn("quiz", 10 + correct, counts, hearts=-lost)

    @rule(count=st.sampled_from([1, 5, 20]))
    def review(self, count: int) -> None:
        for number in range(1, count + 1):
            ends = number % 5 == 0
            self._learn("review", 2, {"review_sessions": int(ends)}, hearts=int(ends))

    # how

    def _follow_lesson(self, number: int, change: TaskChange) -> None:
        before = level_of(self.reference.xp)
        receipt = change.receipt or {}
        move = self.book.reopen if "kept" in receipt else self.book.complete
        moved = move(number)
        self.remember(number, receipt)
        self.compare(receipt, moved, before)

    def _learn(
        self,
        kind: str,
        base: int,
        counts: dict[str, int],
        *,
        difficulty: str = "normal",
        hearts: int = 0,
    ) -> None:
        self.arena.told(kind)
        earned = self.run(
            self.player.learn(kind, base=base, difficulty=difficulty, counts=counts, hearts=hearts)
        )
        what = What(kind, base, difficulty, counts=counts, hearts=hearts)
        moved = self.reference.do(new_id(), what)
        assert (earned.xp, earned.gold) == (moved.xp, moved.gold)
