"""Whatever is thrown away and in whatever order it comes back, in the end everything is as it was."""

import random
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from questlog.core.db import Database
from questlog.planning import goal_trash, project_trash
from questlog.planning.models import Goal, Project, Task
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


@pytest.mark.parametrize("seed", range(6))
async def test_throwing_away_and_restoring_leaves_everything_as_it_was(
    database: Database, make: Make, seed: int
) -> None:
    chance = random.Random(seed)
    user = await make.user()
    goals: list[Goal] = []
    for _ in range(6):
        above = chance.choice([None, *goals[:4]])
        goals.append(await make.goal(user, parent_goal_id=above.id if above else None))
    served = [None, *(goal.id for goal in goals)]
    projects = [await make.project(user, goal_id=chance.choice(served)) for _ in range(4)]
    for _ in range(12):
        project = chance.choice([None, *projects])
        place = {"project_id": project.id if project else None, "goal_id": chance.choice(served)}
        await make.task(user, **place)  # type: ignore[arg-type]  # the fields of a task, by name
    before = await everything(database, user)

    thrown: list[Goal | Project] = chance.sample([*goals, *projects], 7)
    for one in thrown:
        if isinstance(one, Goal):
            await database.write(goal_trash.delete, user.id, one.id)
        else:
            with_tasks = chance.random() < 0.5
            await database.write(project_trash.delete, user.id, one.id, with_tasks=with_tasks)
    chance.shuffle(thrown)
    for one in thrown:
        trash = goal_trash if isinstance(one, Goal) else project_trash
        await database.write(trash.restore, user.id, one.id)

    assert await everything(database, user) == before
