"""Throwing tasks away, taking them back, and forgetting them."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from questlog.core import clock
from questlog.core.db import Database
from questlog.core.exceptions import PreconditionFailedError, QuestlogError
from questlog.planning import project_trash, task_trash, tasks
from questlog.planning.models import Task
from questlog.planning.ownership import NotYoursError
from questlog.planning.task_rows import TASKS, TaskNotFoundError, TaskRow
from tests.support.make import Make
from tests.support.moving_clock import MovingClock
from tests.support.planner import Planner, planner


async def throw_away(me: Planner, task_id: UUID, **options: Any) -> None:
    await me.database.write(task_trash.throw_away, me.user.id, task_id, **options)


async def restore(me: Planner, task_id: UUID) -> TaskRow:
    return await me.database.write(task_trash.restore, me.user.id, task_id)


async def test_a_task_takes_its_subtasks_into_the_trash_and_back(
    database: Database, make: Make
) -> None:
    me = await planner(database, make)
    parent = await me.add("Parent")
    child = await me.add("Child", parent_task_id=str(parent["id"]))
    await me.add("Grandchild", parent_task_id=str(child["id"]))
    await me.add("Other")

    await throw_away(me, parent["id"])
    deleted = await me.last_event()
    away = await me.titles(include_subtasks=True)
    trash = await me.titles(trash=True)
    restored = await restore(me, parent["id"])

    assert away == ["Other"]
    assert trash == ["Parent"]
    assert len(deleted.touched) == 3
    assert (restored["deleted_at"], restored["version"]) == (None, 3)
    assert await me.titles(include_subtasks=True) == ["Parent", "Child", "Grandchild", "Other"]
    assert (await me.told())[-2:] == ["task.deleted", "task.restored"]
    assert len((await me.last_event()).touched) == 3


async def test_a_restore_leaves_what_was_thrown_away_before(database: Database, make: Make) -> None:
    me = await planner(database, make)
    parent = await me.add("Parent")
    child = await me.add("Child", parent_task_id=str(parent["id"]))
    await throw_away(me, child["id"])
    await throw_away(me, parent["id"])

    await restore(me, parent["id"])

    assert await me.titles(include_subtasks=True) == ["Parent"]
    assert await me.titles(trash=True) == ["Child"]
    await restore(me, child["id"])
    assert await me.titles(parent_task_id=parent["id"]) == ["Child"]


async def test_what_lost_its_parent_comes_back_on_its_own(database: Database, make: Make) -> None:
    me = await planner(database, make)
    parent = await me.add("Parent")
    child = await me.add("Child", parent_task_id=str(parent["id"]))
    await me.add("Grandchild", parent_task_id=str(child["id"]))
    await throw_away(me, child["id"])
    await throw_away(me, parent["id"])

    restored = await restore(me, child["id"])

    assert (restored["parent_task_id"], restored["depth"]) == (None, 1)
    assert await me.titles() == ["Child"]
    assert await me.titles(parent_task_id=child["id"]) == ["Grandchild"]


async def test_what_lost_its_project_waits_for_it_in_the_inbox(
    database: Database, make: Make
) -> None:
    me = await planner(database, make)
    project = await make.project(me.user)
    parent = await me.add("Parent", project_id=str(project.id))
    await me.add("Child", parent_task_id=str(parent["id"]))
    await database.write(project_trash.delete, me.user.id, project.id, with_tasks=True)

    restored = await restore(me, parent["id"])
    inbox = await me.titles(inbox=True, include_subtasks=True)
    await database.write(project_trash.restore, me.user.id, project.id)

    assert restored["project_id"] is None
    assert inbox == ["Parent", "Child"]
    assert await me.titles(project_id=project.id, include_subtasks=True) == ["Parent", "Child"]


async def test_restoring_what_is_there_changes_nothing(database: Database, make: Make) -> None:
    me = await planner(database, make)
    task = await me.add()

    restored = await restore(me, task["id"])

    assert restored["version"] == 1
    assert await me.told() == ["task.created"]


async def test_after_thirty_days_there_is_no_way_back(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    me = await planner(database, make)
    task = await me.add()
    await throw_away(me, task["id"])
    moving_clock.move(days=31)

    with pytest.raises(TaskNotFoundError):
        await restore(me, task["id"])

    assert await me.titles() == []


async def test_the_purge_takes_what_is_old_and_leaves_the_statistics(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    me = await planner(database, make)
    parent = await me.add("Parent", labels=["home"])
    child = await me.add("Child", parent_task_id=str(parent["id"]))
    await me.complete(child["id"])
    await make.item(me.user, task_id=child["id"])
    await throw_away(me, parent["id"])
    moving_clock.move(days=31)
    young = await me.add("Young")
    await throw_away(me, young["id"])

    gone = [
        await database.write(task_trash.purge, before=clock.now() - timedelta(days=30))
        for _ in range(3)
    ]

    assert gone == [1, 1, 0]
    async with database.reader() as session:
        assert list(await session.scalars(select(TASKS.c.title))) == ["Young"]
    assert (await me.counts())["completed"] == 1


async def test_s089_the_trash_is_absent_everywhere(database: Database, make: Make) -> None:
    me, other = await planner(database, make), await planner(database, make)
    task, theirs = await me.add(), await other.add()
    await throw_away(me, task["id"])

    with pytest.raises(TaskNotFoundError):
        await me.row(task["id"])
    with pytest.raises(TaskNotFoundError):
        await me.change(task["id"], title="Still here?")
    with pytest.raises(TaskNotFoundError):
        await throw_away(me, task["id"])
    with pytest.raises(NotYoursError):
        await restore(me, theirs["id"])
    assert (await me.counts())["inbox"] == 0


async def test_what_moved_on_is_not_thrown_away(database: Database, make: Make) -> None:
    me = await planner(database, make)
    task = await me.add()
    await me.change(task["id"], title="Newer")

    with pytest.raises(PreconditionFailedError):
        await throw_away(me, task["id"], expected_version=1)

    assert await me.titles() == ["Newer"]


async def test_ten_at_once_throw_it_away_once(database: Database, make: Make) -> None:
    me = await planner(database, make)
    task = await me.add()

    answers = await asyncio.gather(
        *(throw_away(me, task["id"]) for _ in range(10)), return_exceptions=True
    )

    assert sum(isinstance(one, TaskNotFoundError) for one in answers) == 9
    assert (await me.told()).count("task.deleted") == 1


async def test_nothing_is_left_alive_under_what_was_thrown_away(
    database: Database, make: Make
) -> None:
    me = await planner(database, make)

    for _ in range(10):
        parent = await me.add("Parent")
        await asyncio.gather(
            throw_away(me, parent["id"]),
            *(me.add("Child", parent_task_id=str(parent["id"])) for _ in range(3)),
            return_exceptions=True,
        )

    async with database.reader() as session:
        above = TASKS.alias("above")
        orphans = select(TASKS.c.id).join(above, above.c.id == TASKS.c.parent_task_id)
        alive = orphans.where(TASKS.c.deleted_at.is_(None), above.c.deleted_at.is_not(None))
        assert (await session.execute(alive)).all() == []


async def test_nothing_remains_when_a_later_step_breaks(
    database: Database, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    me = await planner(database, make)
    parent = await me.add("Parent")
    await me.add("Child", parent_task_id=str(parent["id"]))

    def fail(*_args: Any, **_options: Any) -> None:
        raise QuestlogError

    monkeypatch.setattr(tasks, "record", fail)
    with pytest.raises(QuestlogError):
        await throw_away(me, parent["id"])

    assert await me.titles(include_subtasks=True) == ["Parent", "Child"]
    async with database.reader() as session:
        versions = await session.scalars(select(Task.version).where(Task.user_id == me.user.id))
        assert list(versions) == [1, 1]
