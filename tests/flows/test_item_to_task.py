"""An item becomes a task."""

import asyncio

import pytest
from sqlalchemy import select

from questlog.core.db import Database
from questlog.core.exceptions import PreconditionFailedError
from questlog.flows.item_to_task import item_to_task
from questlog.planning import items, task_trash
from questlog.planning.items import ItemNotFoundError
from questlog.planning.models import Task
from questlog.planning.ownership import NotYoursError
from tests.support.make import Make, Person


async def made(database: Database, user: Person) -> list[Task]:
    async with database.reader() as session:
        mine = select(Task).where(Task.user_id == user.id, Task.deleted_at.is_(None))
        return list(await session.scalars(mine))


async def test_a_task_takes_over_what_was_captured(database: Database, make: Make) -> None:
    user = await make.user()
    item = await database.write(
        items.create,
        user.id,
        "An article",
        description="On sleep",
        url="https://example.org/sleep",
    )

    await database.write(item_to_task, user.id, item.id, timezone="UTC")

    [task] = await made(database, user)
    assert (task.title, task.description) == (
        "An article",
        "On sleep\n\nhttps://example.org/sleep",
    )
    kept = await database.read(items.get, user.id, item.id)
    assert (kept.task_id, kept.is_active, kept.version) == (task.id, False, 2)


async def test_a_text_that_leaves_no_room_for_the_address_goes_alone(
    database: Database, make: Make
) -> None:
    user = await make.user()
    item = await make.item(user, description="x" * 19_990, url="https://example.org/sleep")

    await database.write(item_to_task, user.id, item.id, timezone="UTC")

    [task] = await made(database, user)
    assert task.description == "x" * 19_990


async def test_ten_at_once_make_one_task(database: Database, make: Make) -> None:
    user = await make.user()
    item = await make.item(user)

    answers = await asyncio.gather(
        *(database.write(item_to_task, user.id, item.id, timezone="UTC") for _ in range(10))
    )

    [task] = await made(database, user)
    assert {str(answer["id"]) for answer in answers} == {str(task.id)}


async def test_an_item_whose_task_was_thrown_away_becomes_a_new_one(
    database: Database, make: Make
) -> None:
    user = await make.user()
    item = await make.item(user)
    first = await database.write(item_to_task, user.id, item.id, timezone="UTC")
    await database.write(task_trash.throw_away, user.id, first["id"])

    second = await database.write(item_to_task, user.id, item.id, timezone="UTC")

    [task] = await made(database, user)
    assert task.id == second["id"] != first["id"]


async def test_nothing_remains_when_a_later_step_breaks(
    database: Database, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = await make.user()
    item = await make.item(user)

    def broken(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(items, "became_task", broken)
    with pytest.raises(RuntimeError):
        await database.write(item_to_task, user.id, item.id, timezone="UTC")

    assert await made(database, user) == []
    assert (await database.read(items.get, user.id, item.id)).version == 1


async def test_an_item_that_moved_on_or_is_not_ones_own_is_refused(
    database: Database, make: Make
) -> None:
    owner, other = await make.user(), await make.user()
    item = await make.item(owner)

    with pytest.raises(PreconditionFailedError):
        await database.write(item_to_task, owner.id, item.id, timezone="UTC", expected_version=7)
    with pytest.raises(NotYoursError):
        await database.write(item_to_task, other.id, item.id, timezone="UTC")
    with pytest.raises(ItemNotFoundError):
        await database.write(item_to_task, owner.id, owner.id, timezone="UTC")

    assert await made(database, owner) == []
