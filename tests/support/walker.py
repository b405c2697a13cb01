"""Somebody who does one thing after another, at random."""

from random import Random
from typing import Any
from uuid import UUID

from questlog.core.exceptions import ConflictError, NotFoundError, ValidationError
from questlog.flows.item_to_task import item_to_task
from questlog.planning import (
    goal_trash,
    goals,
    items,
    labels,
    project_trash,
    projects,
    task_delays,
    task_moves,
    task_trash,
)
from questlog.planning.positions import Neighbour
from tests.support.belongings import Belongings, belongings
from tests.support.planner import Planner

NAMES = ("desk", "errand", "phone", "garden")
REFUSALS = (ConflictError, NotFoundError, ValidationError)


class Walker:
    """Somebody who does one thing after another, at random."""

    def __init__(self, person: Planner, seed: int) -> None:
        self.person = person
        self.dice = Random(seed)

    async def step(self) -> None:
        """Do something; what is refused is not done."""
        have = await belongings(self.person.database, self.person.user.id)
        act = self.dice.choice([self._task, self._task, self._place, self._plan, self._word])
        try:
            await act(have)
        except REFUSALS:
            return

    def _one(self, have: Belongings, table: str) -> UUID:
        rows = [row for row in have[table].values() if row.get("deleted_at") is None]
        if not rows:
            raise NotFoundError()
        found: UUID = self.dice.choice(rows)["id"]
        return found

    def _some(self, have: Belongings, table: str) -> UUID | None:
        return self._one(have, table) if have[table] and self.dice.random() < 0.6 else None

    async def _run(self, verb: Any, *args: Any, **options: Any) -> None:
        await self.person.database.write(verb, self.person.user.id, *args, **options)

    async def _task(self, have: Belongings) -> None:
        dice, person = self.dice, self.person
        match dice.randrange(8):
            case 0 | 1:
                place = {"project_id": self._some(have, "projects")}
                if dice.random() < 0.4:
                    place = {"parent_task_id": self._one(have, "tasks")}
                repeated = dice.random() < 0.3
                dates = {"due_date": "2031-05-01", "recurrence": "weekly"} if repeated else {}
                worn = dice.sample(NAMES, dice.randrange(3))
                await person.add(f"Task {dice.random()}", **place, **dates, labels=worn)
            case 2:
                worn = dice.sample(NAMES, dice.randrange(3))
                changes = {"priority": dice.randrange(5), "labels": worn}
                await person.change(self._one(have, "tasks"), **changes)
            case 3:
                await person.complete(self._one(have, "tasks"))
            case 4:
                await person.reopen(self._one(have, "tasks"))
            case 5:
                await self._run(task_delays.skip, self._one(have, "tasks"), timezone="UTC")
            case 6:
                await self._run(task_trash.throw_away, self._one(have, "tasks"))
            case _:
                await self._run(task_moves.duplicate, self._one(have, "tasks"))

    async def _place(self, have: Belongings) -> None:
        dice, task_id = self.dice, self._one(have, "tasks")
        match dice.randrange(6):
            case 0:
                target = {"parent_task_id": self._some(have, "tasks")}
                await self._run(task_moves.move, task_id, target, timezone="UTC")
            case 1:
                target = {"project_id": self._some(have, "projects")}
                await self._run(task_moves.move, task_id, target, timezone="UTC")
            case 2:
                beside = Neighbour(self._one(have, "tasks"), dice.random() < 0.5)
                await self._run(task_moves.reorder, task_id, beside)
            case 3:
                beside = Neighbour(self._one(have, "projects"), dice.random() < 0.5)
                await self._run(projects.place, self._one(have, "projects"), beside)
            case 4:
                trashed = [row for row in have["tasks"].values() if row["deleted_at"]]
                if trashed:
                    await self._run(task_trash.restore, dice.choice(trashed)["id"])
            case _:
                changes = {"parent_goal_id": self._some(have, "goals")}
                await self._run(goals.change, self._one(have, "goals"), changes)

    async def _plan(self, have: Belongings) -> None:
        dice = self.dice
        match dice.randrange(6):
            case 0:
                parent = self._some(have, "goals")
                await self._run(goals.create, f"Goal {dice.random()}", parent_goal_id=parent)
            case 1:
                await self._run(goals.complete, self._one(have, "goals"))
            case 2:
                await self._run(goal_trash.delete, self._one(have, "goals"))
            case 3:
                goal_id = self._some(have, "goals")
                await self._run(projects.create, f"Project {dice.random()}", goal_id=goal_id)
            case 4:
                project_id, with_tasks = self._one(have, "projects"), dice.random() < 0.5
                await self._run(project_trash.delete, project_id, with_tasks=with_tasks)
            case _:
                await self._run(projects.archive, self._one(have, "projects"))

    async def _word(self, have: Belongings) -> None:
        dice = self.dice
        match dice.randrange(5):
            case 0:
                await self._run(labels.delete, self._one(have, "labels"))
            case 1:
                renamed = {"name": f"{dice.choice(NAMES)} {dice.randrange(3)}"}
                await self._run(labels.change, self._one(have, "labels"), renamed)
            case 2:
                await self._run(items.create, f"Item {dice.random()}")
            case 3:
                await self._run(item_to_task, self._one(have, "items"), timezone="UTC")
            case _:
                await self._run(items.delete, self._one(have, "items"))
