"""The shape of a user's goals: who hangs under whom, how deep, and how much of each is done.

Pure. `Parents` maps every live goal to the one it hangs under, or to None.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from questlog.core.exceptions import ValidationError

MAX_DEPTH = 5

type Parents = Mapping[UUID, UUID | None]


class GoalCycleError(ValidationError):
    code = "goal_cycle"
    default_message = "A goal cannot hang under itself or under one of its own sub-goals."


class GoalTooDeepError(ValidationError):
    code = "goal_too_deep"
    default_message = "Goals can be nested five deep."


@dataclass(frozen=True)
class TaskCount:
    """How many tasks serve one pair of goals: their own, and the one of their project; `goals` lacks Nones."""

    goals: frozenset[UUID]
    done: int
    total: int


@dataclass(frozen=True)
class GoalProgress:
    """Open series are not in `total`: they never end. Subtasks are; cancelled tasks and the trash are not."""

    id: UUID
    done: int
    total: int

    @property
    def ratio(self) -> float:
        """The part that is done, from 0 to 1; 0 when there is nothing to do."""
        return round(self.done / self.total, 4) if self.total else 0.0


def chain(parents: Parents, goal_id: UUID) -> Iterator[UUID]:
    """Yield a goal and what it hangs under, nearest first; at most `MAX_DEPTH` of them."""
    current: UUID | None = goal_id
    for _ in range(MAX_DEPTH):
        if current is None:
            return
        yield current
        current = parents.get(current)


def check_move(parents: Parents, moved: UUID, parent: UUID) -> None:
    """Raise unless `moved`, with all that hangs under it, may hang under `parent`."""
    above = list(chain(parents, parent))
    if moved in above:
        raise GoalCycleError(pointer="/body/parent_goal_id")
    if len(above) + height(parents, moved) > MAX_DEPTH:
        raise GoalTooDeepError(pointer="/body/parent_goal_id")


def may_move(parents: Parents, moved: UUID, parent: UUID) -> bool:
    try:
        check_move(parents, moved, parent)
    except (GoalCycleError, GoalTooDeepError):
        return False
    return True


def height(parents: Parents, goal_id: UUID) -> int:
    """Return how many levels a goal and its sub-goals make up: 1 for a goal without any."""
    children = children_of(parents)
    level, levels = [goal_id], 0
    while level and levels <= MAX_DEPTH:
        level, levels = [child for goal in level for child in children[goal]], levels + 1
    return levels


def children_of(parents: Parents) -> Mapping[UUID | None, list[UUID]]:
    """Return the sub-goals of each goal, and under None the goals at the top, in the order of `parents`."""
    children: defaultdict[UUID | None, list[UUID]] = defaultdict(list)
    for goal, parent in parents.items():
        children[parent if parent in parents else None].append(goal)
    return children


def progress(parents: Parents, counts: Iterable[TaskCount]) -> dict[UUID, GoalProgress]:
    """Return the progress of every goal; a task that reaches a goal on two ways counts once."""
    done: defaultdict[UUID, int] = defaultdict(int)
    total: defaultdict[UUID, int] = defaultdict(int)
    for count in counts:
        reached = {goal for start in count.goals for goal in chain(parents, start)}
        for goal in reached:
            done[goal] += count.done
            total[goal] += count.total
    return {goal: GoalProgress(goal, done[goal], total[goal]) for goal in parents}
