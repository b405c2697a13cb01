"""A task made harder just before it is done pays as before, whichever door raised it (G-18)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

import pytest
from httpx2 import AsyncClient
from sqlalchemy import select

from questlog.automation.events import EVENTS
from questlog.core.db import Database
from questlog.planning.models import Task
from tests.game.played import Played
from tests.support.accounts import bring, document
from tests.support.invariants import check_invariants
from tests.support.make import Make, Person
from tests.support.moving_clock import MovingClock, at

TASKS = "/api/v1/tasks"
RAISED = {"difficulty": "boss"}


@dataclass(frozen=True)
class World:
    client: AsyncClient
    database: Database
    user: Person
    task_id: UUID
    make: Make

    async def difficulty(self) -> str:
        its = select(Task.difficulty).where(Task.id == self.task_id, Task.user_id == self.user.id)
        async with self.database.reader() as session:
            return (await session.scalars(its)).one()


async def by_patch(world: World) -> None:
    headers = await world.make.sign_in(world.user.id)
    await world.client.patch(f"{TASKS}/{world.task_id}", json=RAISED, headers=headers)


async def by_batch(world: World) -> None:
    update = {"op": "update", "args": {"id": str(world.task_id), **RAISED}}
    body = {"commands": [update]}
    headers = await world.make.sign_in(world.user.id)
    await world.client.post(f"{TASKS}/batch", json=body, headers=headers)


@pytest.mark.parametrize("raise_it", [by_patch, by_batch])
async def test_g18_what_was_raised_within_the_hour_pays_as_before(
    client: AsyncClient,
    database: Database,
    make: Make,
    moving_clock: MovingClock,
    raise_it: Callable[[World], Awaitable[None]],
) -> None:
    moving_clock.stop_at(at("2026-11-02T11:00"))
    user = await make.user()
    me = Played(database, user.id, "UTC")
    soon, later = [World(client, database, user, (await me.add())["id"], make) for _ in range(2)]
    moving_clock.move(minutes=120)
    for world in (soon, later):
        await raise_it(world)

    moving_clock.move(minutes=9)
    at_once = (await me.complete(soon.task_id)).receipt
    moving_clock.move(minutes=52)
    in_an_hour = (await me.complete(later.task_id)).receipt

    assert [await world.difficulty() for world in (soon, later)] == ["boss", "boss"]
    assert at_once is not None
    assert in_an_hour is not None
    assert (at_once["xp"], in_an_hour["xp"]) == (10, 20)
    await check_invariants(database)


async def test_g18_a_lowering_that_is_undone_just_before_is_a_raise(
    client: AsyncClient, database: Database, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(at("2026-11-02T11:00"))
    user = await make.user()
    me = Played(database, user.id, "UTC")
    world = World(client, database, user, (await me.add(difficulty="boss"))["id"], make)
    low = {"difficulty": "trivial"}
    await client.patch(f"{TASKS}/{world.task_id}", json=low, headers=user.headers)
    async with database.reader() as session:
        of_user = select(EVENTS.c.id).where(EVENTS.c.user_id == user.id)
        event = await session.scalar(of_user.order_by(EVENTS.c.seq.desc()).limit(1))
    moving_clock.move(minutes=120)

    headers = await make.sign_in(user.id)
    undone = await client.post(f"/api/v1/events/{event}/undo", headers=headers)
    done = await me.complete(world.task_id)

    assert undone.status_code == 200
    assert await world.difficulty() == "boss"
    assert done.receipt is not None
    assert done.receipt["xp"] == 5


async def test_g18_an_import_that_raises_a_task_does_not_raise_its_pay(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(at("2026-11-02T11:00"))
    giver, taker = await make.user(), await make.user()
    await Played(database, giver.id, "UTC").add()
    found = await document(database, giver)
    await bring(database, taker, found)
    moving_clock.move(minutes=120)

    found["tasks"] = [task | RAISED for task in found["tasks"]]
    await bring(database, taker, found)
    async with database.reader() as session:
        its = select(Task.id, Task.difficulty).where(Task.user_id == taker.id)
        [task] = (await session.execute(its)).all()
    done = await Played(database, taker.id, "UTC").complete(task.id)

    assert task.difficulty == "boss"
    assert done.receipt is not None
    assert done.receipt["xp"] == 10
