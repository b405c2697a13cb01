"""What next: the database ranks as the pure scoring does."""

import random
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert, select

from questlog.core import clock
from questlog.core.db import Database, Session
from questlog.core.ids import new_id
from questlog.planning import dependencies, next_tasks, urgency
from questlog.planning.models import Goal, Project, title_key
from questlog.planning.next_tasks import NextTask, facts_of
from questlog.planning.readiness import EDGES
from questlog.planning.task_rows import TASKS
from questlog.planning.urgency import Present
from tests.support.make import Make
from tests.support.planner import Planner, planner
from tests.support.sql import count_statements

SIZE = 150


def present(minutes: int | None = None) -> Present:
    now = clock.now()
    return Present(now, now.date(), minutes)


async def ranked(me: Planner, at: Present, limit: int = 10) -> list[NextTask]:
    return await me.database.read(next_tasks.most_urgent, me.user.id, at, limit=limit)


async def world(
    me: Planner, dice: random.Random, at: Present, goal: Goal, project: Project
) -> list[dict[str, Any]]:
    """Write down many tasks of every kind, some of which wait for others; return their rows."""

    def day() -> Any:
        return dice.choice([None, at.today + timedelta(days=dice.randint(-20, 25))])

    rows = [
        {
            "id": new_id(),
            "user_id": me.user.id,
            "title": "T",
            "title_key": title_key("T"),
            "position": float(dice.randint(1, 5)),
            "due_on": day(),
            "deadline_on": day(),
            "start_on": dice.choice([None, None, day()]),
            "priority": dice.randint(0, 4),
            "state": dice.choice(["pending", "pending", "in_progress", "cancelled"]),
            "duration_minutes": dice.choice([None, dice.randint(1, 90)]),
            "goal_id": dice.choice([None, goal.id]),
            "project_id": dice.choice([None, project.id]),
            "completed_at": dice.choice([None, None, None, at.now]),
            "deleted_at": dice.choice([None, None, None, at.now]),
            "created_at": at.now - timedelta(hours=dice.randint(0, 24 * 500)),
            "updated_at": at.now,
            "version": 1,
        }
        for _ in range(SIZE)
    ]
    pairs = [(dice.choice(rows)["id"], dice.choice(rows)["id"]) for _ in range(SIZE // 5)]

    async def save(session: Session) -> None:
        await session.execute(insert(TASKS), rows)
        await dependencies.add_many(session, me.user.id, pairs)

    await me.database.write(save)
    return rows


async def edges(me: Planner) -> list[tuple[UUID, UUID]]:
    async def ask(session: Session) -> list[tuple[UUID, UUID]]:
        found = await session.execute(select(EDGES.c.task_id, EDGES.c.blocker_id))
        return [(row.task_id, row.blocker_id) for row in found]

    return await me.database.read(ask)


def fully_scored(
    rows: list[dict[str, Any]], pairs: list[tuple[UUID, UUID]], at: Present
) -> list[tuple[UUID, int]]:
    open_ids = {
        row["id"]
        for row in rows
        if not (row["completed_at"] or row["deleted_at"] or row["state"] == "cancelled")
    }
    scored = []
    for row in rows:
        waits = any(task == row["id"] and blocker in open_ids for task, blocker in pairs)
        begun = row["start_on"] is None or row["start_on"] <= at.today
        if row["id"] in open_ids and begun and not waits:
            waiting = sum(blocker == row["id"] and task in open_ids for task, blocker in pairs)
            facts = facts_of({**row, "waiting": waiting})
            points = urgency.total(urgency.parts_of(facts, at))
            scored.append((-points, row["position"], row["id"]))
    return [(id_, -points) for points, _, id_ in sorted(scored)]


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("minutes", [None, 30])
async def test_the_first_few_are_those_of_a_full_scoring(
    database: Database, make: Make, seed: int, minutes: int | None
) -> None:
    me = await planner(database, make)
    goal, project = await make.goal(me.user), await make.project(me.user)
    at = present(minutes)
    rows = await world(me, random.Random(seed), at, goal, project)

    found = await ranked(me, at, limit=40)

    expected = fully_scored(rows, await edges(me), at)[:40]
    assert [(one.task["id"], one.urgency) for one in found] == expected
    assert len({points for _, points in expected}) > 20


async def test_one_statement_ranks_any_number(database: Database, make: Make) -> None:
    me, other = await planner(database, make), await planner(database, make)
    mine = [(await make.task(me.user, priority=number)).id for number in (1, 4, 2)]
    await make.task(other.user, priority=4)

    with count_statements(database) as statements:
        found = await ranked(me, present())

    assert [one.task["id"] for one in found] == [mine[1], mine[2], mine[0]]
    assert len(statements) == 1
