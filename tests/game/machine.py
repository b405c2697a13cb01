"""Random operations on one player of the real game and on the reference, which must agree after each (G-23)."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from questlog.core.db import Database
from questlog.core.ids import new_id
from questlog.flows.task_changes import TaskChange
from questlog.game import recompute
from tests.game import reference_content
from tests.game.books import check_books
from tests.game.played import Played, sign_in
from tests.game.reference import PRICES, Reference
from tests.game.reference_deeds import DIFFICULTY, Moved, What, level_of
from tests.game.reference_view import shown
from tests.support.moving_clock import MovingClock

CONTENT = reference_content.read()
BEGINS = datetime(2026, 11, 23, 9, tzinfo=UTC)
# Without changes of clock: those have a table of their own in `test_days.py`.
ZONES = ["UTC", "Asia/Kathmandu", "Pacific/Kiritimati", "Pacific/Pago_Pago"]
HOURS = st.sampled_from([1, 3, 5, 10, 20, 24, 24, 24, 30, 49, 100, 800])
DUE = st.sampled_from([None, None, -2, 0, 0, 1, 5])
KEPT_FOR = timedelta(days=30)
PLACES = st.sampled_from(["inbox", "inbox", "project", "parent"])
REMEMBERED = 8


@dataclass
class Arena:
    """Where a machine plays; `run` runs a coroutine to its end, `told` hears of every operation."""

    database: Database
    clock: MovingClock
    runner: asyncio.Runner
    told: Callable[[str], None] = lambda _: None

    def run[Result](self, work: Coroutine[Any, Any, Result]) -> Result:
        return self.runner.run(work)


@dataclass
class Task:
    """A task as the machine knows it: the date it stands at, and the dates that stand completed, the last one last."""

    id: UUID
    what: What
    at: date | None
    repeats: bool = False
    done: list[Any] = field(default_factory=list)


class Game(RuleBasedStateMachine):
    """One player; whatever is done is done to the real one and to the reference.

    `undoable` are the last changes of tasks that stand once, and of lessons, by their number: with the event that undoes
    each, and whether it was a reopening.
    """

    def __init__(self, arena: Arena) -> None:
        super().__init__()
        self.arena, self.run = arena, arena.run
        self.tasks: list[Task] = []
        self.trash: list[Task] = []
        self.goals: dict[UUID, bool] = {}
        self.undoable: list[tuple[Task | int, UUID, bool]] = []

    @initialize(zone=st.sampled_from(ZONES))
    def sign_up(self, zone: str) -> None:
        self.now = BEGINS
        self.arena.clock.stop_at(self.now)
        email = f"{new_id().hex}@example.org"
        self.player: Played = self.run(sign_in(self.arena.database, email=email, zone=zone))
        self.reference = Reference(self.now, zone, CONTENT)
        self.places: dict[str, dict[str, Any]] = {
            "inbox": {},
            "project": {"project_id": self.run(self.player.project())},
            "parent": {"parent_task_id": self.run(self.player.add())["id"]},
        }
        self.begin_to_learn()

    def begin_to_learn(self) -> None:
        """What else there is to play with."""

    # tasks

    @rule(
        difficulty=st.sampled_from(list(DIFFICULTY)), due=DUE, place=PLACES, repeats=st.booleans()
    )
    def add(self, difficulty: str, due: int | None, place: str, repeats: bool) -> None:
        self.arena.told("add")
        self._add(difficulty, due, place, repeats=repeats)

    @rule(difficulty=st.sampled_from(list(DIFFICULTY)), due=DUE, place=PLACES)
    def add_and_complete(self, difficulty: str, due: int | None, place: str) -> None:
        self.arena.told("add_and_complete")
        self._complete(self._add(difficulty, due, place))

    @rule(count=st.sampled_from([2, 3, 3, 4, 33]))
    def have_a_busy_day(self, count: int) -> None:
        self.arena.told("have_a_busy_day")
        for _ in range(count):
            self._complete(self._add("normal", None, "project"))

    @precondition(lambda self: self.tasks)
    @rule(data=st.data())
    def complete(self, data: st.DataObject) -> None:
        self.arena.told("complete")
        self._complete(data.draw(st.sampled_from(self.tasks)))

    @precondition(lambda self: self.tasks)
    @rule(data=st.data())
    def reopen(self, data: st.DataObject) -> None:
        self.arena.told("reopen")
        self._reopen(data.draw(st.sampled_from(self.tasks)))

    @precondition(lambda self: self.tasks)
    @rule(data=st.data())
    def toggle(self, data: st.DataObject) -> None:
        self.arena.told("toggle")
        task = data.draw(st.sampled_from(self.tasks))
        self._follow(task, self.run(self.player.toggle(task.id)))

    @precondition(lambda self: len(self.tasks) > 1)
    @rule(count=st.integers(2, 12))
    def reopen_and_complete_the_last(self, count: int) -> None:
        self.arena.told("reopen_and_complete_the_last")
        chosen = self.tasks[-count:]
        for task in reversed(chosen):
            self._reopen(task)
        for task in chosen:
            self._complete(task)

    @precondition(lambda self: self.tasks)
    @rule(data=st.data())
    def throw_away(self, data: st.DataObject) -> None:
        self.arena.told("throw_away")
        task = data.draw(st.sampled_from(self.tasks))
        self.run(self.player.throw_away(task.id))
        self.tasks.remove(task)
        self.trash.append(task)
        self.thrown_away_at = self.now

    @precondition(lambda self: self.trash and self.now - self.thrown_away_at < KEPT_FOR)
    @rule()
    def restore(self) -> None:
        self.arena.told("restore")
        task = self.trash.pop()
        self.trash.clear()  # what lay there longer may be gone
        self.run(self.player.restore(task.id))
        self.tasks.append(task)

    # the rest of a life

    @rule(hours=HOURS)
    def wait(self, hours: int) -> None:
        self.arena.told("wait")
        self.now += timedelta(hours=hours)
        self.arena.clock.stop_at(self.now)
        self.run(self.player.settle())
        self.reference.wait_until(self.now)

    @rule(item=st.sampled_from(list(PRICES)))
    def buy(self, item: str) -> None:
        self.arena.told("buy")
        assert self.run(self.player.buy(item)) == self.reference.buy(item)

    @rule(code=st.sampled_from(CONTENT.challenges))
    def join(self, code: str) -> None:
        self.arena.told("join")
        assert self.run(self.player.join(code)) == self.reference.join(code)

    @rule()
    def reach_a_goal(self) -> None:
        """Only a goal with something done under it counts."""
        self.arena.told("reach_a_goal")
        goal = self.run(self.player.goal())
        self._complete(self._add("normal", None, "inbox", goal_id=goal))
        self.run(self.player.reach(goal))
        self.reference.do(goal, What("goal", base=0))
        self.goals[goal] = True

    @precondition(lambda self: self.goals)
    @rule(data=st.data())
    def change_ones_mind_about_a_goal(self, data: st.DataObject) -> None:
        self.arena.told("change_ones_mind_about_a_goal")
        goal = data.draw(st.sampled_from(list(self.goals)))
        self.goals[goal] = not self.goals[goal]
        if self.goals[goal]:
            self.run(self.player.reach(goal))
            self.reference.do(goal, What("goal", base=0))
        else:
            self.run(self.player.unreach(goal))
            self.reference.take_back(goal)

    # after each of them

    @invariant()
    def both_agree(self) -> None:
        seen = self.run(self.player.shown())
        assert seen == shown(self.reference)

    @invariant()
    def books_are_right(self) -> None:
        self.run(check_books(self.arena.database, self.player.id))

    def teardown(self) -> None:
        """`questlog game recompute --check` has nothing to say."""
        if hasattr(self, "player"):
            assert self.run(self.arena.database.write(recompute.compare, self.player.id)) == []

    # how

    def _add(
        self, difficulty: str, due: int | None, place: str, *, repeats: bool = False, **more: Any
    ) -> Task:
        fields = {"difficulty": difficulty, **self.places[place], **more}
        if due is not None:
            fields["due_date"] = (self.reference.life.day + timedelta(days=due)).isoformat()
            fields |= {"recurrence": "daily"} if repeats and place != "parent" else {}
        made = self.run(self.player.add(**fields))
        what = What(
            difficulty=difficulty, is_subtask=place == "parent", in_project=place == "project"
        )
        task = Task(made["id"], what, made["due_on"], repeats="recurrence" in fields)
        self.tasks.append(task)
        return task

    def _complete(self, task: Task) -> None:
        is_done = None in task.done or (task.done and task.done[-1] == task.at)
        change = self.run(self.player.complete(task.id))
        assert not (is_done and change.receipt)
        self._follow(task, change)

    def _reopen(self, task: Task) -> None:
        change = self.run(self.player.reopen(task.id))
        assert task.done or not change.receipt
        self._follow(task, change)

    def _follow(self, task: Task, change: TaskChange) -> None:
        """Let the reference do what the change says was done: whether a task was done is no matter of the game."""
        before = level_of(self.reference.xp)
        receipt = change.receipt
        if not receipt:
            return
        if "kept" in receipt:
            moved = self.reference.take_back((task.id, task.done.pop()))
        else:
            is_ahead = task.at is not None and task.at > self.reference.life.day
            moved = self.reference.do((task.id, task.at), replace(task.what, is_ahead=is_ahead))
            task.done.append(task.at)
        task.at = change.task["due_on"]
        if not task.repeats:
            self.remember(task, receipt)
        self.compare(receipt, moved, before)

    def remember(self, done: Task | int, receipt: Mapping[str, Any]) -> None:
        self.undoable.append((done, UUID(receipt["event_id"]), "kept" in receipt))
        del self.undoable[:-REMEMBERED]

    def compare(self, receipt: Mapping[str, Any], moved: Moved, before: int) -> None:
        assert (receipt["xp"], receipt["gold"]) == (moved.xp, moved.gold)
        assert receipt["boss"]["damage"] == moved.damage
        assert (receipt["level_before"], receipt["level_after"]) == (
            before,
            level_of(self.reference.xp),
        )
        assert receipt["streak"] == self.reference.life.streak
