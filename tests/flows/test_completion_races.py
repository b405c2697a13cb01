"""Completing, reopening, changing and deleting at once: whatever the order, the books agree."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from questlog.core.db import Database, RacedError
from questlog.core.exceptions import QuestlogError
from questlog.planning import completions, occurrences, task_moves, task_trash
from questlog.planning.models import Occurrence, Task
from tests.support.make import Make
from tests.support.moving_clock import MovingClock, at
from tests.support.planner import Planner, planner


async def one_of(me: Planner, task_id: UUID, project_id: UUID, what: str) -> Any:
    write, user = me.database.write, me.user.id
    there = {"project_id": project_id}
    calls: dict[str, Callable[[], Awaitable[Any]]] = {
        "complete": lambda: me.complete(task_id),
        "reopen": lambda: me.reopen(task_id),
        "title": lambda: me.change(task_id, title=f"Title {random.random()}"),
        "toggle": lambda: me.change(task_id, completed=random.random() < 0.5),
        "move": lambda: write(task_moves.move, user, task_id, there, timezone="UTC"),
        "delete": lambda: write(task_trash.throw_away, user, task_id),
        "restore": lambda: write(task_trash.restore, user, task_id),
    }
    try:
        return await calls[what]()
    except QuestlogError as error:
        return error


@pytest.mark.parametrize("recurrence", [None, "daily"])
async def test_f10_completing_races_everything_else(
    database: Database, make: Make, recurrence: str | None
) -> None:
    me = await planner(database, make)
    project = await make.project(me.user)
    task = await me.add(due_date=me.today.isoformat(), recurrence=recurrence)
    kinds = ["complete", "reopen", "title", "toggle", "move", "delete", "restore"]

    random.seed(7)
    for _ in range(12):
        wishes = random.choices(kinds, k=16)
        await asyncio.gather(*(one_of(me, task["id"], project.id, what) for what in wishes))

    async with database.reader() as session:
        row = (await session.execute(select(Task.__table__).where(Task.id == task["id"]))).one()
        standing = await session.scalar(
            select(func.count()).where(
                Occurrence.task_id == task["id"],
                Occurrence.reopened_at.is_(None),
                Occurrence.outcome == "completed",
            )
        )
    moved_on = row.due_on != task["due_on"]
    assert standing == int(row.completed_at is not None or moved_on)
    told = await me.told()
    assert told.count("task.completed") - told.count("task.reopened") == standing
    assert (await me.counts())["completed"] == standing


async def test_many_tasks_are_completed_by_many_at_once(database: Database, make: Make) -> None:
    me = await planner(database, make)
    goal = await make.goal(me.user)
    made = [await me.add(f"Task {n}", goal_id=str(goal.id)) for n in range(10)]

    answers = await asyncio.gather(*(me.complete(task["id"]) for task in made * 5))

    done = [answer.receipt["goals"][0]["done"] for answer in answers if answer.receipt]
    assert len(done) == 10
    assert len(await me.occurrences()) == 10
    assert (await me.told()).count("task.completed") == 10


async def test_a_date_that_comes_from_elsewhere_meanwhile_is_not_completed_twice(
    database: Database,
    make: Make,
    moving_clock: MovingClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    moving_clock.stop_at(at("2026-11-23T08:00"))
    me = await planner(database, make)
    task = await me.add(due_date="2026-11-23", recurrence="daily")
    then = occurrences.when(None, "UTC")
    elsewhere = occurrences.drafted(task, "completed", then, key="2026-11-23", before={})
    await database.write(occurrences.write, elsewhere)
    before = await me.row(task["id"])

    monkeypatch.setattr(completions, "_is_first", lambda _row, _key: True)
    with pytest.raises(RacedError):
        await me.complete(task["id"])

    assert [one.id for one in await me.occurrences()] == [elsewhere["id"]]
    assert await me.row(task["id"]) == before
