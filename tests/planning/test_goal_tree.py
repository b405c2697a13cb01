"""How goals hang together, without a database."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questlog.planning.goal_tree import (
    MAX_DEPTH,
    GoalCycleError,
    GoalProgress,
    GoalTooDeepError,
    TaskCount,
    chain,
    check_move,
    children_of,
    height,
    may_move,
    progress,
)

A, B, C, D, E, F = (UUID(int=number) for number in range(1, 7))
LADDER = {A: None, B: A, C: B, D: C, E: D}


def test_the_chain_of_a_goal_begins_with_itself() -> None:
    nearest_first = list(chain(LADDER, C))

    assert nearest_first == [C, B, A]


def test_the_chain_ends_even_in_a_circle() -> None:
    circle = {A: B, B: A}

    assert len(list(chain(circle, A))) == MAX_DEPTH


def test_height_counts_the_longest_branch() -> None:
    parents = {A: None, B: A, C: B, D: A}

    assert [height(parents, goal) for goal in (A, B, C, D)] == [3, 2, 1, 1]


@pytest.mark.parametrize("parent", [A, B, C])
def test_s088_a_goal_cannot_hang_under_itself_or_its_own(parent: UUID) -> None:
    with pytest.raises(GoalCycleError):
        check_move(LADDER, A, parent)


def test_s088_nothing_hangs_deeper_than_five() -> None:
    parents = {**LADDER, F: None}

    with pytest.raises(GoalTooDeepError):
        check_move(parents, F, E)

    assert may_move(parents, F, D)


def test_a_branch_is_moved_with_all_its_levels() -> None:
    parents = {A: None, B: A, C: B, D: None, E: D, F: E}

    assert not may_move(parents, D, C)
    assert may_move(parents, D, B)


def test_children_of_a_goal_that_is_gone_are_at_the_top() -> None:
    children = children_of({B: A, C: B})

    assert children[None] == [B]
    assert children[B] == [C]


def test_a_task_that_reaches_a_goal_on_two_ways_counts_once() -> None:
    counts = [TaskCount(frozenset({B, C}), done=1, total=2)]

    found = progress({A: None, B: A, C: A}, counts)

    assert found == {goal: GoalProgress(goal, 1, 2) for goal in (A, B, C)}


def test_a_goal_without_tasks_has_done_nothing_of_nothing() -> None:
    found = progress({A: None}, [])

    assert found[A].ratio == 0.0


GOALS = [UUID(int=number) for number in range(8)]


@given(
    st.lists(st.integers(0, 7), min_size=8, max_size=8),
    st.lists(st.tuples(st.sets(st.sampled_from(GOALS), min_size=1, max_size=2), st.booleans())),
)
def test_progress_is_what_walking_every_task_upwards_finds(
    hints: list[int], tasks: list[tuple[set[UUID], bool]]
) -> None:
    parents: dict[UUID, UUID | None] = dict.fromkeys(GOALS)
    for goal, hint in zip(GOALS, hints, strict=True):
        if may_move(parents, goal, GOALS[hint]):
            parents[goal] = GOALS[hint]

    found = progress(parents, [TaskCount(frozenset(g), int(done), 1) for g, done in tasks])

    for goal in GOALS:
        reaching = [done for goals, done in tasks if _reaches(parents, goals, goal)]
        assert found[goal] == GoalProgress(goal, sum(reaching), len(reaching))


def _reaches(parents: dict[UUID, UUID | None], starts: set[UUID], wanted: UUID) -> bool:
    current: UUID | None
    for start in starts:
        current = start
        while current is not None and current != wanted:
            current = parents[current]
        if current == wanted:
            return True
    return False
