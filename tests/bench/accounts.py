"""Accounts with a history, made in bulk."""

import itertools
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
from sqlalchemy import insert

from questlog.core import clock
from questlog.core.db import Session
from questlog.core.ids import new_id
from questlog.planning.models import Goal, Label, Project, Task, TaskLabel
from questlog.planning.search import index
from tests.support import world

CHUNK = 2_000
PROJECTS = 20
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Account:
    email: str
    password: str
    headers: dict[str, str]
    task_ids: list[UUID]
    to_complete: list[UUID]


async def make_account(
    address: str, data_dir: Path, url: str, *, tasks: int, to_complete: int
) -> Account:
    """Register somebody and give them tasks, a tenth of them in projects that serve goals."""
    email, password = f"bench{next(_numbers)}@example.org", "correct-horse-battery-9"
    answer = httpx2.post(f"{url}/api/v1/auth/register", json={"email": email, "password": password})
    answer.raise_for_status()
    user_id = UUID(answer.json()["user"]["id"])
    token = answer.json()["access_token"]
    async with world.opened(world.settings(address, data_dir)) as database:
        ids = await database.write(_fill, user_id, tasks + to_complete)
        if not database.is_sqlite:
            async with database.engine.connect() as connection:
                await connection.exec_driver_sql("ANALYZE")
                await connection.commit()
    headers = {"Authorization": f"Bearer {token}"}
    return Account(email, password, headers, ids[:tasks], ids[tasks:])


async def _fill(session: Session, user_id: UUID, count: int) -> list[UUID]:
    now = clock.now()
    stamps = {"user_id": user_id, "created_at": now, "updated_at": now, "position": 1.0}
    projects = await _plan(session, stamps)
    label_id = new_id()
    label = {"id": label_id, "name": "waiting", "folded": "waiting", "color": "#6b7280"}
    await session.execute(
        insert(Label).values(**label, user_id=user_id, created_at=now, updated_at=now)
    )
    ids = [new_id() for _ in range(count)]
    for start in range(0, count, CHUNK):
        rows: list[dict[str, Any]] = [
            {
                **stamps,
                "id": id_,
                "title": f"Task {start + n}",
                "position": float(start + n),
                "state": "pending",
            }
            | (
                {"project_id": projects[(start + n) // 10 % PROJECTS]}
                if (start + n) % 10 == 0
                else {}
            )
            for n, id_ in enumerate(ids[start : start + CHUNK])
        ]
        for row in rows:
            row.setdefault("project_id", None)
            row["due_on"] = _due(int(row["position"]), now.date())
        await session.execute(insert(Task), rows)
        await index.add(session, "task", ({"description": None, **row} for row in rows))
        worn = [
            {"user_id": user_id, "task_id": row["id"], "label_id": label_id}
            for row in rows
            if row["position"] % 50 == 0
        ]
        await session.execute(insert(TaskLabel), worn)
    return ids


async def _plan(session: Session, stamps: dict[str, Any]) -> list[UUID]:
    """Make projects that serve a goal each: nobody has a hundred thousand tasks for one."""
    pairs = [(new_id(), new_id()) for _ in range(PROJECTS)]
    look = {"color": "#6366f1"}
    goals = [
        {"id": goal_id, "title": f"Goal {number}", "goal_type": "yearly", **look, **stamps}
        for number, (goal_id, _) in enumerate(pairs)
    ]
    await session.execute(insert(Goal), goals)
    projects = [
        {"id": project_id, "title": f"Project {number}", "goal_id": goal_id, **look, **stamps}
        for number, (goal_id, project_id) in enumerate(pairs)
    ]
    await session.execute(insert(Project), projects)
    return [project_id for _, project_id in pairs]


def _due(number: int, today: date) -> date | None:
    """A quarter has a date, within three weeks of today."""
    return today + timedelta(days=number // 4 % 41 - 20) if number % 4 == 0 else None
