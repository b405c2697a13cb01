"""How far goals have come."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from questlog.core.db import Database
from questlog.core.ids import new_id
from questlog.planning import goal_progress, goals
from questlog.planning.goal_progress import ProjectShare
from questlog.planning.goals import GoalNotFoundError
from questlog.planning.models import Goal
from questlog.planning.ownership import NotYoursError
from tests.support.make import Make, Person
from tests.support.sql import count_statements

DONE = datetime(2026, 11, 20, 12, tzinfo=UTC)


async def chain_of(database: Database, user: Person, goal: Goal) -> list[tuple[UUID, int, int]]:
    found = await database.read(goal_progress.of_chain, user.id, goal.id)
    return [(step.id, step.done, step.total) for step in found]


async def test_a_chain_counts_goals_their_projects_and_sub_goals(
    database: Database, make: Make
) -> None:
    user = await make.user()
    year = await make.goal(user)
    quarter = await make.goal(user, parent_goal_id=year.id)
    sibling = await make.goal(user, parent_goal_id=year.id)
    project = await make.project(user, goal_id=quarter.id)
    await make.task(user, goal_id=quarter.id, completed_at=DONE)
    await make.task(user, project_id=project.id)
    await make.task(user, goal_id=sibling.id)

    found = await chain_of(database, user, quarter)

    assert found == [(quarter.id, 1, 2), (year.id, 1, 3)]


async def test_a_task_counts_once_though_its_project_serves_the_goal_too(
    database: Database, make: Make
) -> None:
    user = await make.user()
    goal = await make.goal(user)
    other = await make.goal(user, parent_goal_id=goal.id)
    project = await make.project(user, goal_id=goal.id)
    await make.task(user, goal_id=goal.id, project_id=project.id)
    await make.task(user, goal_id=other.id, project_id=project.id, completed_at=DONE)

    assert await chain_of(database, user, goal) == [(goal.id, 1, 2)]
    assert await chain_of(database, user, other) == [(other.id, 1, 1), (goal.id, 1, 2)]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"rule": "FREQ=DAILY"}, (0, 0)),
        ({"rule": "FREQ=DAILY", "completed_at": DONE}, (1, 1)),
        ({"state": "cancelled"}, (0, 0)),
        ({"state": "in_progress"}, (0, 1)),
        ({"deleted_at": DONE}, (0, 0)),
        ({"completed_at": DONE}, (1, 1)),
    ],
)
async def test_what_counts_towards_a_goal(
    database: Database, make: Make, fields: dict[str, Any], expected: tuple[int, int]
) -> None:
    user = await make.user()
    goal = await make.goal(user)
    await make.task(user, goal_id=goal.id, **fields)

    assert await chain_of(database, user, goal) == [(goal.id, *expected)]


async def test_subtasks_count(database: Database, make: Make) -> None:
    user = await make.user()
    goal = await make.goal(user)
    parent = await make.task(user, goal_id=goal.id)
    await make.task(user, goal_id=goal.id, parent_task_id=parent.id, depth=2, completed_at=DONE)

    assert await chain_of(database, user, goal) == [(goal.id, 1, 2)]


async def test_the_chain_can_begin_at_a_project(database: Database, make: Make) -> None:
    user = await make.user()
    goal = await make.goal(user)
    serving = await make.project(user, goal_id=goal.id)
    alone = await make.project(user)
    await make.task(user, project_id=serving.id)

    found = await database.read(goal_progress.of_chain, user.id, None, project_id=serving.id)
    nothing = await database.read(goal_progress.of_chain, user.id, None, project_id=alone.id)

    assert [(step.id, step.total) for step in found] == [(goal.id, 1)]
    assert nothing == []


async def test_a_chain_costs_one_statement(database: Database, make: Make) -> None:
    user = await make.user()
    above = None
    for _ in range(5):
        above = (await make.goal(user, parent_goal_id=above)).id
        await make.task(user, goal_id=above)

    with count_statements(database) as statements:
        found = await database.read(goal_progress.of_chain, user.id, above)

    assert [step.total for step in found] == [1, 2, 3, 4, 5]
    assert len(statements) == 1


async def test_s082_nobody_else_counts(database: Database, make: Make) -> None:
    owner, other = await make.user(), await make.user()
    goal = await make.goal(owner)
    await make.task(owner, goal_id=goal.id)

    assert await chain_of(database, other, goal) == []
    with pytest.raises(NotYoursError):
        await database.read(goal_progress.of_goal, other.id, goal.id)
    with pytest.raises(GoalNotFoundError):
        await database.read(goal_progress.of_goal, other.id, new_id())


async def test_a_report_says_which_projects_it_comes_from(database: Database, make: Make) -> None:
    user = await make.user()
    goal = await make.goal(user)
    quarter = await make.goal(user, parent_goal_id=goal.id)
    house = await make.project(user, title="House", goal_id=quarter.id)
    await make.task(user, project_id=house.id, completed_at=DONE)
    await make.task(user, project_id=house.id, goal_id=goal.id)
    await make.task(user, goal_id=goal.id)

    report = await database.read(goal_progress.of_goal, user.id, goal.id)

    assert (report.done, report.total, report.ratio) == (1, 3, 0.3333)
    assert report.projects == [
        ProjectShare(house.id, "House", 1, 2),
        ProjectShare(None, None, 0, 1),
    ]


async def test_the_tree_nests_goals_in_order_and_counts_branches(
    database: Database, make: Make
) -> None:
    user, other = await make.user(), await make.user()
    later = await make.goal(user, title="Later", position=9000.0)
    first = await make.goal(user, title="First")
    below = await make.goal(user, title="Below", parent_goal_id=first.id)
    project = await make.project(user, goal_id=below.id)
    await make.task(user, project_id=project.id, completed_at=DONE)
    await make.task(user, goal_id=later.id)
    await make.goal(other)

    with count_statements(database) as statements:
        found = await database.read(goal_progress.tree, user.id)

    assert [(node["title"], node["done"], node["total"]) for node in found] == [
        ("First", 1, 1),
        ("Later", 0, 1),
    ]
    assert [node["title"] for node in found[0]["children"]] == ["Below"]
    assert found[0]["children"][0]["ratio"] == 1.0
    assert len(statements) == 2


async def test_the_tree_agrees_with_the_chain(database: Database, make: Make) -> None:
    user = await make.user()
    top = await make.goal(user)
    below = await make.goal(user, parent_goal_id=top.id)
    project = await make.project(user, goal_id=top.id)
    served: list[dict[str, Any]] = [
        {"goal_id": below.id},
        {"project_id": project.id, "goal_id": below.id},
        {},
    ]
    for fields in served:
        await make.task(user, **fields)
        await make.task(user, completed_at=DONE, **fields)

    tree = await database.read(goal_progress.tree, user.id)

    [node] = tree
    [child] = node["children"]
    assert await chain_of(database, user, below) == [
        (below.id, child["done"], child["total"]),
        (top.id, node["done"], node["total"]),
    ]
    assert await database.read(goals.shape, user.id) == {top.id: None, below.id: top.id}
