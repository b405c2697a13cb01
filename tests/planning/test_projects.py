"""Projects: starting, changing, archiving, ordering and counting them."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from questlog.automation.models import Event
from questlog.core import clock
from questlog.core.db import Database
from questlog.core.exceptions import PreconditionFailedError, UnknownReferenceError
from questlog.core.ids import new_id
from questlog.core.pagination import PageRequest
from questlog.planning import projects, tasks
from questlog.planning.ownership import NotYoursError
from questlog.planning.positions import Neighbour
from questlog.planning.project_queries import ProjectFilter
from questlog.planning.projects import ProjectNotFoundError
from questlog.planning.queries import TaskFilter
from tests.support.make import Make, Person
from tests.support.sql import count_statements

DONE = datetime(2026, 11, 20, 12, tzinfo=UTC)


async def titles(database: Database, user: Person, **wanted: Any) -> list[str]:
    page = await database.read(projects.page, user.id, ProjectFilter(**wanted), PageRequest())
    return [row["title"] for row in page.items]


async def told(database: Database, user: Person) -> list[str]:
    async with database.reader() as session:
        mine = select(Event.type).where(Event.user_id == user.id).order_by(Event.seq)
        return list(await session.scalars(mine))


async def test_a_new_project_goes_to_the_end(database: Database, make: Make) -> None:
    user = await make.user()
    goal = await make.goal(user)
    await make.project(user, title="First", position=4096.0)

    project = await database.write(projects.create, user.id, "Second", goal_id=goal.id)

    assert await titles(database, user) == ["First", "Second"]
    assert await titles(database, user, goal_id=goal.id) == ["Second"]
    assert (project.version, await told(database, user)) == (1, ["project.created"])


async def test_s080_a_goal_of_somebody_else_reads_like_a_missing_one(
    database: Database, make: Make
) -> None:
    owner, other = await make.user(), await make.user()
    foreign, gone = await make.goal(owner), await make.goal(other, deleted_at=clock.now())
    mine = await make.project(other)

    refusals = []
    for goal_id in (foreign.id, gone.id, new_id()):
        with pytest.raises(UnknownReferenceError) as created:
            await database.write(projects.create, other.id, "New", goal_id=goal_id)
        with pytest.raises(UnknownReferenceError) as changed:
            await database.write(projects.change, other.id, mine.id, {"goal_id": goal_id})
        refusals += [created.value, changed.value]

    assert {(error.message, error.pointer) for error in refusals} == {
        ("There is nothing of yours with this id.", "/body/goal_id")
    }
    assert await titles(database, other) == [mine.title]


async def test_a_project_is_changed_once_for_each_version(database: Database, make: Make) -> None:
    user = await make.user()
    project = await make.project(user)

    outcomes = await asyncio.gather(
        *(
            database.write(
                projects.change, user.id, project.id, {"title": title}, expected_version=1
            )
            for title in ("One", "Two", "Three")
        ),
        return_exceptions=True,
    )

    refused = [outcome for outcome in outcomes if isinstance(outcome, PreconditionFailedError)]
    assert len(refused) == 2
    assert (await database.read(projects.get, user.id, project.id)).version == 2


async def test_archiving_takes_out_of_sight_and_is_told_once(
    database: Database, make: Make
) -> None:
    user = await make.user()
    project = await make.project(user, title="Old")

    for _ in range(2):
        archived = await database.write(projects.archive, user.id, project.id)

    assert archived.archived
    assert (await titles(database, user), await titles(database, user, archived=True)) == (
        [],
        ["Old"],
    )
    assert await told(database, user) == ["project.archived"]


async def test_a_change_can_archive_and_bring_back(database: Database, make: Make) -> None:
    user = await make.user()
    project = await make.project(user)
    await database.write(projects.change, user.id, project.id, {"archived": True, "title": "Old"})

    back = await database.write(projects.change, user.id, project.id, {"archived": False})

    assert (back.archived_at, back.title) == (None, "Old")
    assert await told(database, user) == [
        "project.updated",
        "project.archived",
        "project.unarchived",
    ]


async def test_projects_are_put_in_order(database: Database, make: Make) -> None:
    user = await make.user()
    one, two, three = [await make.project(user, title=title) for title in ("1", "2", "3")]

    await database.write(projects.place, user.id, three.id, Neighbour(one.id, is_before=False))
    await database.write(projects.place, user.id, one.id, Neighbour(two.id, is_before=True))

    assert await titles(database, user) == ["3", "2", "1"]


async def test_counts_agree_with_the_lists_they_count(database: Database, make: Make) -> None:
    user, other = await make.user(), await make.user()
    busy, archived, empty = [await make.project(user) for _ in range(3)]
    await database.write(projects.archive, user.id, archived.id)
    parent = await make.task(user, project_id=busy.id)
    await make.task(user, project_id=busy.id, parent_task_id=parent.id, depth=2)
    await make.task(user, project_id=busy.id, completed_at=DONE)
    await make.task(user, project_id=busy.id, state="cancelled")
    await make.task(user, project_id=busy.id, deleted_at=DONE)
    await make.task(user, project_id=archived.id, state="in_progress")
    await make.task(other, project_id=(await make.project(other)).id)

    with count_statements(database) as statements:
        counts = await database.read(projects.task_counts, user.id)

    assert counts == {busy.id: 2, archived.id: 1, empty.id: 0}
    assert len(statements) == 1
    for project_id, count in counts.items():
        wanted = TaskFilter(project_id=project_id, completed=False, include_subtasks=True)
        listed = await database.read(
            tasks.page, user.id, wanted, PageRequest(), today=clock.today("UTC")
        )
        assert len(listed.items) == count


async def test_s078_a_foreign_project_is_forbidden_and_a_missing_one_not_found(
    database: Database, make: Make
) -> None:
    owner, other = await make.user(), await make.user()
    project = await make.project(owner)

    for verb, arguments in (
        (projects.change, ({"title": "Mine"},)),
        (projects.archive, ()),
        (projects.unarchive, ()),
        (projects.get, ()),
    ):
        with pytest.raises(NotYoursError):
            await database.write(verb, other.id, project.id, *arguments)
        with pytest.raises(ProjectNotFoundError):
            await database.write(verb, other.id, new_id(), *arguments)

    assert (await database.read(projects.get, owner.id, project.id)).version == 1
