"""Goals in the trash, and back."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from questlog.automation.models import Event
from questlog.core import clock
from questlog.core.db import Base, Database
from questlog.core.pagination import PageRequest
from questlog.planning import goal_trash, goals
from questlog.planning.goal_queries import GoalFilter
from questlog.planning.goals import GoalNotFoundError
from questlog.planning.models import Goal, Project, Task
from questlog.planning.ownership import NotYoursError
from tests.support.make import Make, Person


async def everything(database: Database, user: Person) -> Mapping[UUID, Mapping[str, Any]]:
    """Every row of a user's plan by id, but for the versions, which only grow."""
    found: dict[UUID, Mapping[str, Any]] = {}
    async with database.reader() as session:
        for model in (Goal, Project, Task):
            table = model.__table__
            rows = await session.execute(select(table).where(table.c.user_id == user.id))
            for row in rows:
                found[row.id] = {**row._mapping, "version": None}
    return found


async def row_of(database: Database, model: type[Base], id_: UUID) -> Any:
    async with database.reader() as session:
        return await session.get_one(model, id_)


async def test_a_deleted_goal_lets_go_of_what_hung_under_it(database: Database, make: Make) -> None:
    user = await make.user()
    goal = await make.goal(user, title="Gone")
    below = await make.goal(user, title="Below", parent_goal_id=goal.id)
    project = await make.project(user, goal_id=goal.id)
    task = await make.task(user, goal_id=goal.id)

    await database.write(goal_trash.delete, user.id, goal.id)

    assert (await row_of(database, Goal, below.id)).parent_goal_id is None
    assert (await row_of(database, Project, project.id)).goal_id is None
    assert (await row_of(database, Task, task.id)).goal_id is None
    async with database.reader() as session:
        [event] = await session.scalars(select(Event).where(Event.user_id == user.id))
    assert event.type == "goal.deleted"
    assert event.touched == [
        ["goal", str(goal.id), 2],
        ["goal", str(below.id), 2],
        ["project", str(project.id), 2],
        ["task", str(task.id), 2],
    ]


async def test_a_restored_goal_leaves_everything_as_it_was(database: Database, make: Make) -> None:
    user = await make.user()
    top = await make.goal(user)
    goal = await make.goal(user, parent_goal_id=top.id)
    await make.goal(user, parent_goal_id=goal.id)
    project = await make.project(user, goal_id=goal.id)
    await make.task(user, goal_id=goal.id)
    await make.task(user, project_id=project.id)
    before = await everything(database, user)

    for first, second in ((goal, top), (top, goal)):
        await database.write(goal_trash.delete, user.id, first.id)
        await database.write(goal_trash.delete, user.id, second.id)
        await database.write(goal_trash.restore, user.id, first.id)
        await database.write(goal_trash.restore, user.id, second.id)

        assert await everything(database, user) == before


async def test_what_was_hung_elsewhere_meanwhile_stays_there(
    database: Database, make: Make
) -> None:
    user = await make.user()
    goal, other = await make.goal(user), await make.goal(user)
    moved = await make.goal(user, parent_goal_id=goal.id)
    freed = await make.goal(user, parent_goal_id=goal.id)
    await database.write(goal_trash.delete, user.id, goal.id)
    await database.write(goals.change, user.id, moved.id, {"parent_goal_id": other.id})
    await database.write(goals.change, user.id, freed.id, {"parent_goal_id": None})

    await database.write(goal_trash.restore, user.id, goal.id)

    assert (await row_of(database, Goal, moved.id)).parent_goal_id == other.id
    assert (await row_of(database, Goal, freed.id)).parent_goal_id is None


async def test_s088_a_restore_closes_no_circle(database: Database, make: Make) -> None:
    user = await make.user()
    top = await make.goal(user)
    goal = await make.goal(user, parent_goal_id=top.id)
    below = await make.goal(user, parent_goal_id=goal.id)
    await database.write(goal_trash.delete, user.id, goal.id)
    await database.write(goals.change, user.id, top.id, {"parent_goal_id": below.id})

    await database.write(goal_trash.restore, user.id, goal.id)

    shape = await database.read(goals.shape, user.id)
    assert shape == {below.id: None, top.id: below.id, goal.id: top.id}


async def test_s088_a_restore_makes_nothing_too_deep(database: Database, make: Make) -> None:
    user = await make.user()
    goal = await make.goal(user)
    below = await make.goal(user, parent_goal_id=goal.id)
    await database.write(goal_trash.delete, user.id, goal.id)
    above = below.id
    for _ in range(4):
        above = (await make.goal(user, parent_goal_id=above)).id

    await database.write(goal_trash.restore, user.id, goal.id)

    shape = await database.read(goals.shape, user.id)
    assert (shape[goal.id], shape[below.id]) == (None, None)


async def test_restoring_twice_changes_nothing_more(database: Database, make: Make) -> None:
    user = await make.user()
    goal = await make.goal(user)
    await database.write(goal_trash.delete, user.id, goal.id)

    first = await database.write(goal_trash.restore, user.id, goal.id)
    second = await database.write(goal_trash.restore, user.id, goal.id)

    assert (first.deleted_at, first.version, second.version) == (None, 3, 3)


async def test_s089_a_goal_in_the_trash_is_absent_everywhere_else(
    database: Database, make: Make
) -> None:
    user = await make.user()
    goal = await make.goal(user, deleted_at=clock.now())

    for verb, arguments in (
        (goals.get, ()),
        (goals.change, ({"title": "Back"},)),
        (goals.complete, ()),
        (goal_trash.delete, ()),
    ):
        with pytest.raises(GoalNotFoundError):
            await database.write(verb, user.id, goal.id, *arguments)

    listed = await database.read(goals.page, user.id, GoalFilter(), PageRequest())
    in_trash = await database.read(goals.page, user.id, GoalFilter(trash=True), PageRequest())
    assert listed.items == []
    assert [row["id"] for row in in_trash.items] == [goal.id]


async def test_s078_nobody_else_deletes_or_restores(database: Database, make: Make) -> None:
    owner, other = await make.user(), await make.user()
    alive, gone = await make.goal(owner), await make.goal(owner, deleted_at=clock.now())

    with pytest.raises(NotYoursError):
        await database.write(goal_trash.delete, other.id, alive.id)
    with pytest.raises(NotYoursError):
        await database.write(goal_trash.restore, other.id, gone.id)

    assert (await row_of(database, Goal, alive.id)).deleted_at is None
    assert (await row_of(database, Goal, gone.id)).deleted_at is not None
