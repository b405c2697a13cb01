"""A good answer is a promise kept: whoever hears it finds the change in the database, over any connection."""

import json
from typing import Any
from uuid import UUID

from fastapi import FastAPI
from sqlalchemy import select
from starlette.types import Message

from questlog.automation.models import Event
from questlog.core.db import Database
from questlog.planning.models import Task
from tests.support.make import Make, Person


def scope_of(user: Person, method: str, path: str) -> dict[str, Any]:
    headers = user.headers | {"Content-Type": "application/json"}
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 50_000),
        "server": ("testserver", 80),
        "state": {},
    }


class Listener:
    """A client that looks into the database the moment the first byte of an answer reaches it."""

    def __init__(self, database: Database, user: Person, body: Any = None) -> None:
        self.database, self.user = database, user
        self.body = b"" if body is None else json.dumps(body).encode()
        self.status = 0
        self.titles: list[str] = []
        self.done: list[str] = []
        self.told: list[str] = []

    async def receive(self) -> Message:
        return {"type": "http.request", "body": self.body, "more_body": False}

    async def send(self, message: Message) -> None:
        if message["type"] != "http.response.start":
            return
        self.status = message["status"]
        mine = select(Task.title).where(Task.user_id == self.user.id, Task.deleted_at.is_(None))
        told = select(Event.type).where(Event.user_id == self.user.id).order_by(Event.seq)
        async with self.database.reader() as session:
            self.titles = list(await session.scalars(mine))
            self.done = list(await session.scalars(mine.where(Task.completed_at.is_not(None))))
            self.told = list(await session.scalars(told))


async def test_a_new_task_is_committed_before_its_answer_leaves(
    app: FastAPI, database: Database, make: Make
) -> None:
    user = await make.user()
    listener = Listener(database, user, {"title": "Water the plants"})

    await app(scope_of(user, "POST", "/api/v1/tasks"), listener.receive, listener.send)

    assert listener.status == 201
    assert listener.titles == ["Water the plants"]
    assert listener.told == ["task.created"]


async def test_a_completion_is_committed_before_its_answer_leaves(
    app: FastAPI, database: Database, make: Make
) -> None:
    user = await make.user()
    task = await make.task(user, title="Water the plants")
    listener = Listener(database, user)
    path = f"/api/v1/tasks/{task.id}/complete"

    await app(scope_of(user, "POST", path), listener.receive, listener.send)

    assert listener.status == 200
    assert listener.done == ["Water the plants"]
    assert listener.told[0] == "task.completed"
    assert "streak.extended" in listener.told


async def test_a_deletion_is_committed_before_its_answer_leaves(
    app: FastAPI, database: Database, make: Make
) -> None:
    user = await make.user()
    task: UUID = (await make.task(user)).id
    listener = Listener(database, user)

    await app(scope_of(user, "DELETE", f"/api/v1/tasks/{task}"), listener.receive, listener.send)

    assert listener.status == 204
    assert listener.titles == []
    assert listener.told == ["task.deleted"]
