"""Many reorderings at once: the list stays a list, and everybody's last word holds."""

import asyncio
import random
from uuid import UUID

import pytest
from sqlalchemy import select

from questlog.core.db import Database, Session
from questlog.planning import task_moves
from questlog.planning.positions import Neighbour
from questlog.planning.task_rows import TASKS
from tests.support.make import Make
from tests.support.planner import Planner, planner

AT_ONCE = 20


async def put_behind(me: Planner, moved: UUID, neighbour: UUID) -> None:
    wanted = Neighbour(neighbour, is_before=True)
    await me.database.write(task_moves.reorder, me.user.id, moved, wanted)


async def in_order(me: Planner) -> list[tuple[UUID, float]]:
    async def ask(session: Session) -> list[tuple[UUID, float]]:
        mine = select(TASKS.c.id, TASKS.c.position).where(TASKS.c.user_id == me.user.id)
        found = await session.execute(mine.order_by(TASKS.c.position, TASKS.c.id))
        return [(row.id, row.position) for row in found]

    return await me.database.read(ask)


async def test_twenty_at_once_behind_the_same_one_leave_no_two_in_one_place(
    database: Database, make: Make
) -> None:
    me = await planner(database, make)
    first = (await make.task(me.user)).id
    others = [(await make.task(me.user)).id for _ in range(AT_ONCE)]

    await asyncio.gather(*(put_behind(me, id_, first) for id_ in others))

    order = await in_order(me)
    assert order[0][0] == first
    assert {id_ for id_, _ in order} == {first, *others}
    assert len({position for _, position in order}) == AT_ONCE + 1


@pytest.mark.parametrize("seed", [1, 2])
async def test_everybodys_last_word_holds(database: Database, make: Make, seed: int) -> None:
    """Each moves a task of their own behind one that nobody moves; between them nobody else can stand."""
    me = await planner(database, make)
    dice = random.Random(seed)
    fixed = [(await make.task(me.user)).id for _ in range(AT_ONCE)]
    own = [(await make.task(me.user)).id for _ in range(AT_ONCE)]
    wishes = [dice.sample(fixed, 3) for _ in own]
    last = list(fixed)
    dice.shuffle(last)

    async def move(moved: UUID, through: list[UUID], finally_behind: UUID) -> None:
        for neighbour in (*through, finally_behind):
            await put_behind(me, moved, neighbour)

    await asyncio.gather(*map(move, own, wishes, last))

    order = [id_ for id_, _ in await in_order(me)]
    assert sorted(order) == sorted([*fixed, *own])
    assert len({position for _, position in await in_order(me)}) == len(order)
    assert [one for one in order if one in fixed] == fixed
    for moved, neighbour in zip(own, last, strict=True):
        assert order.index(moved) == order.index(neighbour) + 1
