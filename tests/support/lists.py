"""Lists of other programs to read in, and what came of them."""

import json
from typing import Any

from sqlalchemy import select

from questlog.core.db import Database
from questlog.flows.import_tasks import Wish, import_tasks
from questlog.planning.imports import Report
from questlog.planning.models import Label, Task, TaskLabel
from tests.support.make import Person


def warrior(*told: dict[str, Any]) -> str:
    return json.dumps([{"status": "pending", **one} for one in told], indent=0)


def one(uuid: str, title: str = "Sweep", **fields: Any) -> dict[str, Any]:
    return {"uuid": uuid, "description": title, **fields}


def calendar(*todos: str) -> str:
    blocks = "".join(f"BEGIN:VTODO\n{todo}\nEND:VTODO\n" for todo in todos)
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//y//\n{blocks}END:VCALENDAR\n"


async def bring(database: Database, user: Person, content: str | bytes, **more: Any) -> Report:
    wish = Wish(**{"format": "taskwarrior", **more})
    return await import_tasks(database, user.id, content, wish, timezone=user.timezone)


def counts(report: Report) -> tuple[int, int, int]:
    return report.new, report.changed, report.unchanged


async def rows_of(database: Database, user: Person, model: Any = Task) -> list[Any]:
    async with database.reader() as session:
        mine = select(model).where(model.user_id == user.id)
        order = model.id if hasattr(model, "id") else model.task_id
        return list(await session.scalars(mine.order_by(order)))


async def the_task(database: Database, user: Person) -> Task:
    [task] = await rows_of(database, user)
    assert isinstance(task, Task)
    return task


async def labels_of(database: Database, user: Person) -> dict[str, list[str]]:
    async with database.reader() as session:
        worn = (
            select(Task.title, Label.name)
            .join(TaskLabel, TaskLabel.task_id == Task.id)
            .join(Label, Label.id == TaskLabel.label_id)
            .where(Task.user_id == user.id)
            .order_by(Label.folded)
        )
        found: dict[str, list[str]] = {}
        for title, name in await session.execute(worn):
            found.setdefault(title, []).append(name)
        return found
