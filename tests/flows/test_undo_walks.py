"""Long ways there and back: whatever is done in whatever order, undone from its end it comes back to the start."""

from uuid import UUID

import pytest
from sqlalchemy import select

from questlog.automation.events import EVENTS
from questlog.core.db import Database
from questlog.flows.undo import undo
from tests.support.belongings import belongings, left_over
from tests.support.invariants import check_invariants
from tests.support.make import Make
from tests.support.planner import OF_THE_GAME, Planner, planner
from tests.support.walker import Walker

STEPS = 60


async def event_ids(person: Planner) -> list[UUID]:
    mine = select(EVENTS.c.id, EVENTS.c.type).where(EVENTS.c.user_id == person.user.id)
    async with person.database.reader() as session:
        found = (await session.execute(mine.order_by(EVENTS.c.seq))).all()
    return [row.id for row in found if row.type.partition(".")[0] not in OF_THE_GAME]


@pytest.mark.parametrize("seed", range(6))
async def test_a_walk_undone_from_its_end_comes_back(
    database: Database, make: Make, seed: int
) -> None:
    person = await planner(database, make)
    await make.one_of_everything(person.user, times=3)
    start = await belongings(database, person.user.id)
    earlier = len(await event_ids(person))
    walker = Walker(person, seed)

    for _ in range(STEPS):
        await walker.step()
    far = await belongings(database, person.user.id)
    way = (await event_ids(person))[earlier:]
    back = []
    for event_id in reversed(way):
        undone = await database.write(undo, person.user.id, event_id, timezone="UTC")
        back.append(undone.event_id)

    assert left_over(start, far)
    assert left_over(start, await belongings(database, person.user.id)) == {}
    await check_invariants(database)

    for event_id in reversed(back):
        await database.write(undo, person.user.id, event_id, timezone="UTC")

    again = await belongings(database, person.user.id)
    assert left_over(far, again) == {}
    assert left_over(again, far) == {}
    await check_invariants(database)
