"""Whatever is done in whatever order, a client that applies nothing but syncs ends with what the lists show."""

from random import Random

import pytest
from httpx2 import AsyncClient
from sqlalchemy import select

from questlog.automation.events import EVENTS
from questlog.core import clock
from questlog.core.db import Database
from questlog.flows.undo import undo
from questlog.planning import goal_trash, project_trash, reminders, saved_filters, task_trash
from questlog.planning.task_rows import TASKS
from tests.support.copies import Copy, listed
from tests.support.make import Make
from tests.support.planner import planner
from tests.support.walker import REFUSALS, Walker

STEPS = 80


class Restless(Walker):
    """A walker who also changes their mind, and whose trash is emptied."""

    async def step(self) -> None:
        chance = self.dice.random()
        if chance < 0.15:
            await self._change_their_mind()
        elif chance < 0.2:
            await self._keep_a_filter()
        elif chance < 0.27:
            await self._remind()
        elif chance < 0.29:
            for purge in (task_trash.purge, project_trash.purge, goal_trash.purge):
                await self.person.database.write(purge, before=clock.now())
        else:
            await super().step()

    async def _change_their_mind(self) -> None:
        mine = select(EVENTS.c.id).where(EVENTS.c.user_id == self.person.user.id)
        async with self.person.database.reader() as session:
            newest = (await session.scalars(mine.order_by(EVENTS.c.seq.desc()).limit(4))).all()
        try:
            await self._run(undo, self.dice.choice(newest), timezone="UTC")
        except REFUSALS:
            return

    async def _remind(self) -> None:
        mine = select(TASKS.c.id).where(TASKS.c.user_id == self.person.user.id)
        async with self.person.database.reader() as session:
            ids = (await session.scalars(mine.order_by(TASKS.c.id))).all()
        try:
            task_id, minutes = self.dice.choice(ids), self.dice.randrange(100)
            await self._run(reminders.create, task_id, minutes_before=minutes, timezone="UTC")
        except REFUSALS:
            return

    async def _keep_a_filter(self) -> None:
        try:
            await self._run(saved_filters.create, f"Filter {self.dice.randrange(3)}", "p1")
        except REFUSALS:
            return


@pytest.mark.parametrize("seed", range(5))
async def test_a_copy_that_applies_only_syncs_is_what_the_lists_show(
    client: AsyncClient, database: Database, make: Make, seed: int
) -> None:
    person, dice = await planner(database, make), Random(seed)
    user, walker = person.user, Restless(person, seed)
    await make.one_of_everything(user, times=3)
    early, late = Copy(client, user), Copy(client, user)
    on_disk = early.saved()

    for _ in range(STEPS):
        await walker.step()
        match dice.randrange(8):
            case 0:
                await early.ask(limit=dice.randint(1, 9))
            case 1:
                on_disk = early.saved()
            case 2:  # it is killed, and starts again with what it had saved
                early = on_disk.saved()
    await early.catch_up(limit=dice.randint(1, 20))
    await late.catch_up()

    shown = await listed(client, user)
    assert {name for name, things in shown.items() if things} >= {"tasks", "labels", "occurrences"}
    assert early.things == shown
    assert late.things == shown
