"""Somebody who plans: the verbs of tasks, called as one user, each in a transaction of its own."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from questlog.automation.models import Event
from questlog.core import clock
from questlog.core.db import Database
from questlog.core.pagination import PageRequest
from questlog.flows.add_task import add_task
from questlog.flows.change_task import change_task
from questlog.flows.complete_task import complete_task
from questlog.flows.reopen_task import reopen_task
from questlog.flows.task_changes import TaskChange
from questlog.planning import tasks
from questlog.planning.models import Occurrence
from questlog.planning.queries import TaskFilter
from questlog.planning.task_rows import TaskRow
from questlog.planning.task_schemas import TaskCreate
from tests.support.make import Make, Person

OF_THE_GAME = frozenset({"badge", "boss", "challenge", "gold", "heart", "level", "quest", "streak"})


@dataclass(frozen=True)
class Planner:
    database: Database
    user: Person

    @property
    def today(self) -> date:
        return clock.today(self.user.timezone)

    async def add(self, title: str = "Read a page", **fields: Any) -> TaskRow:
        wanted = TaskCreate.model_validate({"title": title, **fields})
        added = await self.database.write(
            add_task, self.user.id, wanted, timezone=self.user.timezone
        )
        return added.task

    async def change(self, task_id: UUID, **changes: Any) -> TaskChange:
        return await self.database.write(
            change_task, self.user.id, task_id, changes, timezone=self.user.timezone
        )

    async def complete(self, task_id: UUID, **options: Any) -> TaskChange:
        return await self.database.write(
            complete_task, self.user.id, task_id, timezone=self.user.timezone, **options
        )

    async def reopen(self, task_id: UUID, **options: Any) -> TaskChange:
        return await self.database.write(
            reopen_task, self.user.id, task_id, timezone=self.user.timezone, **options
        )

    async def titles(
        self, *, sort: str = "position", descending: bool = False, **wanted: Any
    ) -> list[str]:
        found = await self.database.read(
            tasks.page,
            self.user.id,
            TaskFilter(**wanted),
            PageRequest(limit=100),
            today=self.today,
            sort=sort,
            descending=descending,
        )
        return [row["title"] for row in found.items]

    async def counts(self) -> dict[str, int]:
        return await self.database.read(tasks.counts, self.user.id, today=self.today)

    async def row(self, task_id: UUID) -> TaskRow:
        return await self.database.read(tasks.get, self.user.id, task_id)

    async def occurrences(self, task_id: UUID | None = None) -> list[Occurrence]:
        mine = select(Occurrence).where(Occurrence.user_id == self.user.id).order_by(Occurrence.id)
        if task_id is not None:
            mine = mine.where(Occurrence.task_id == task_id)
        async with self.database.reader() as session:
            return list(await session.scalars(mine))

    async def told(self) -> list[str]:
        """The types of the user's events about plans, in their order."""
        mine = select(Event.type).where(Event.user_id == self.user.id).order_by(Event.seq)
        async with self.database.reader() as session:
            types = list(await session.scalars(mine))
        return [type_ for type_ in types if type_.partition(".")[0] not in OF_THE_GAME]

    async def last_event(self) -> Event:
        about_plans = [~Event.type.startswith(f"{noun}.") for noun in sorted(OF_THE_GAME)]
        last = select(func.max(Event.seq)).where(Event.user_id == self.user.id, *about_plans)
        newest = select(Event).where(
            Event.user_id == self.user.id, Event.seq == last.scalar_subquery()
        )
        async with self.database.reader() as session:
            return (await session.scalars(newest)).one()


async def planner(database: Database, make: Make, **about: Any) -> Planner:
    """Return a new user who plans."""
    return Planner(database, await make.user(**about))
