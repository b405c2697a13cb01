"""Projects in the trash, and back."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from questlog.automation.models import Event
from questlog.core import clock
from questlog.core.db import Database
from questlog.core.pagination import PageRequest
from questlog.planning import goal_trash, project_trash, projects, task_trash, tasks
from questlog.planning.models import Project, Task
from questlog.planning.ownership import NotYoursError
from questlog.planning.project_queries import ProjectFilter
from questlog.planning.projects import ProjectNotFoundError
from questlog.planning.queries import TaskFilter
from tests.support.make import Make, Person


async def everything(database: Database, user: Person) -> Mapping[UUID, Mapping[str, Any]]:
    """Every project and task of a user by id, but for the versions, which only grow."""
    found: dict[UUID, Mapping[str, Any]] = {}
    async with database.reader() as session:
        for model in (Project, Task):
            table = model.__table__
            rows = await session.execute(select(table).where(table.c.user_id == user.id))
            for row in rows:
                found[row.id] = {**row._mapping, "version": None}
    return found


async def inbox(database: Database, user: Person) -> list[str]:
    wanted, today = TaskFilter(inbox=True), clock.today("UTC")
    page = await database.read(tasks.page, user.id, wanted, PageRequest(), today=today)
    return [row["title"] for row in page.items]


async def test_tasks_of_a_deleted_project_fall_to_the_inbox(database: Database, make: Make) -> None:
    user = await make.user()
    project = await make.project(user)
    task = await make.task(user, title="Loose", project_id=project.id)

    await database.write(project_trash.delete, user.id, project.id)

    assert await inbox(database, user) == ["Loose"]
    async with database.reader() as session:
        [event] = await session.scalars(select(Event).where(Event.user_id == user.id))
    assert event.type == "project.deleted"
    assert event.touched == [["project", str(project.id), 2], ["task", str(task.id), 2]]


async def test_tasks_can_go_along(database: Database, make: Make) -> None:
    user = await make.user()
    project = await make.project(user)
    await make.task(user, project_id=project.id)

    await database.write(project_trash.delete, user.id, project.id, with_tasks=True)

    assert await inbox(database, user) == []


@pytest.mark.parametrize("with_tasks", [False, True])
async def test_a_restored_project_leaves_everything_as_it_was(
    database: Database, make: Make, with_tasks: bool
) -> None:
    user = await make.user()
    goal = await make.goal(user)
    project = await make.project(user, goal_id=goal.id, archived_at=clock.now())
    parent = await make.task(user, project_id=project.id)
    await make.task(user, project_id=project.id, parent_task_id=parent.id, depth=2)
    await make.task(user, project_id=project.id, completed_at=clock.now())
    gone = await make.task(user, project_id=project.id)
    await database.write(task_trash.throw_away, user.id, gone.id)
    await make.task(user)
    before = await everything(database, user)

    await database.write(project_trash.delete, user.id, project.id, with_tasks=with_tasks)
    await database.write(goal_trash.delete, user.id, goal.id)
    await database.write(goal_trash.restore, user.id, goal.id)
    restored = await database.write(project_trash.restore, user.id, project.id)

    assert await everything(database, user) == before
    assert (restored.deleted_at, restored.deletion_id) == (None, None)


async def test_what_found_another_place_meanwhile_stays_there(
    database: Database, make: Make
) -> None:
    user = await make.user()
    project, other = await make.project(user), await make.project(user)
    moved = await make.task(user, project_id=project.id)
    freed = await make.task(user, project_id=project.id)
    await database.write(project_trash.delete, user.id, project.id)
    await database.write(tasks.change, user.id, moved.id, {"project_id": other.id}, timezone="UTC")
    await database.write(tasks.change, user.id, freed.id, {"project_id": None}, timezone="UTC")

    await database.write(project_trash.restore, user.id, project.id)

    rows = await everything(database, user)
    assert (rows[moved.id]["project_id"], rows[freed.id]["project_id"]) == (other.id, None)


async def test_a_task_restored_alone_comes_home_with_its_project(
    database: Database, make: Make
) -> None:
    user = await make.user()
    project = await make.project(user)
    task = await make.task(user, title="Alone", project_id=project.id)
    await database.write(project_trash.delete, user.id, project.id, with_tasks=True)
    await database.write(task_trash.restore, user.id, task.id)
    assert await inbox(database, user) == ["Alone"]

    await database.write(project_trash.restore, user.id, project.id)

    assert (await everything(database, user))[task.id]["project_id"] == project.id


async def test_s089_a_project_in_the_trash_is_absent_everywhere_else(
    database: Database, make: Make
) -> None:
    user = await make.user()
    project = await make.project(user, deleted_at=clock.now())

    for verb, arguments in (
        (projects.get, ()),
        (projects.change, ({"title": "Back"},)),
        (projects.archive, ()),
        (project_trash.delete, ()),
    ):
        with pytest.raises(ProjectNotFoundError):
            await database.write(verb, user.id, project.id, *arguments)

    listed = await database.read(projects.page, user.id, ProjectFilter(), PageRequest())
    wanted = ProjectFilter(trash=True)
    in_trash = await database.read(projects.page, user.id, wanted, PageRequest())
    assert listed.items == []
    assert [row["id"] for row in in_trash.items] == [project.id]
    assert await database.read(projects.task_counts, user.id) == {}


async def test_s078_nobody_else_deletes_or_restores(database: Database, make: Make) -> None:
    owner, other = await make.user(), await make.user()
    alive, gone = await make.project(owner), await make.project(owner, deleted_at=clock.now())
    before = await everything(database, owner)

    with pytest.raises(NotYoursError):
        await database.write(project_trash.delete, other.id, alive.id, with_tasks=True)
    with pytest.raises(NotYoursError):
        await database.write(project_trash.restore, other.id, gone.id)

    assert await everything(database, owner) == before


async def test_the_trash_is_emptied_after_thirty_days(database: Database, make: Make) -> None:
    user = await make.user()
    long_ago = clock.now() - timedelta(days=31)
    goal = await make.goal(user, deleted_at=long_ago)
    project = await make.project(user, deleted_at=long_ago)
    await make.task(user, project_id=project.id, deleted_at=long_ago, deletion_id=goal.id)
    young = await make.project(user, deleted_at=clock.now())
    before = clock.now() - timedelta(days=30)
    with pytest.raises(ProjectNotFoundError):
        await database.write(project_trash.restore, user.id, project.id)

    waiting = await database.write(project_trash.purge, before=before)
    await database.write(task_trash.purge, before=before)
    gone = await database.write(project_trash.purge, before=before)
    goals_gone = await database.write(goal_trash.purge, before=before)

    assert (waiting, gone, goals_gone) == (0, 1, 1)
    assert list(await everything(database, user)) == [young.id]
