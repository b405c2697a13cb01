"""The index says what the rows say, whatever was done to them."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from alembic import command
from httpx2 import AsyncClient, Response
from sqlalchemy import delete

from questlog.core import schema
from questlog.core.config import Settings
from questlog.core.db import Database, Session
from questlog.planning.search import index
from questlog.planning.search.conditions import WORDS
from questlog.planning.search.rebuild import rebuild
from questlog.planning.search.tables import FTS5, TSVECTORS, has_fts5
from questlog.worker.purging import empty_the_trash
from tests.support import world
from tests.support.make import Make, Person
from tests.support.moving_clock import MovingClock
from tests.support.search_truth import false_words
from tests.support.sql import count_rows, count_statements

TEXTS = (
    "Write the report",
    "Купить ёлку и игрушки",
    "E-mail John's café",
    "run run running runs",
    "42 — 1e5 & <b>",
    "«Рефакторинг» модуля",
    "x",
)


class Somebody:
    """A user who does one thing after another, over HTTP."""

    def __init__(self, client: AsyncClient, user: Person, seed: int) -> None:
        self.client = client
        self.user = user
        self.choice = random.Random(seed)
        self.tasks: list[str] = []
        self.items: list[str] = []

    async def do_something(self) -> Response:
        doing: tuple[Callable[[], Awaitable[Response]], ...] = (
            self.add_task,
            self.add_item,
            lambda: self.change("tasks", self.tasks),
            lambda: self.change("items", self.items),
            lambda: self.ask("DELETE", "tasks", self.tasks),
            lambda: self.ask("POST", "tasks", self.tasks, "/restore"),
            lambda: self.ask("POST", "tasks", self.tasks, "/duplicate"),
            lambda: self.ask("POST", "tasks", self.tasks, "/complete"),
            lambda: self.ask("POST", "items", self.items, "/to-task"),
            lambda: self.ask("DELETE", "items", self.items),
            self.bring,
        )
        answer = await self.choice.choice(doing)()
        assert answer.status_code < 500, answer.text
        return answer

    def text(self) -> str:
        return " ".join(self.choice.choices(TEXTS, k=self.choice.randint(1, 3)))

    def texts(self) -> dict[str, Any]:
        described = {"description": self.choice.choice([None, self.text()])}
        return {"title": self.text(), **self.choice.choice([{}, described])}

    async def send(self, method: str, path: str, **more: Any) -> Response:
        return await self.client.request(
            method, f"/api/v1/{path}", headers=self.user.headers, **more
        )

    async def add_task(self) -> Response:
        parent = {"parent_task_id": self.choice.choice(self.tasks)} if self.tasks else {}
        place = self.choice.choice([{}, parent])
        answer = await self.send("POST", "tasks", json={**self.texts(), **place})
        self.tasks += [answer.json()["id"]] if answer.status_code == 201 else []
        return answer

    async def add_item(self) -> Response:
        answer = await self.send("POST", "items", json=self.texts())
        self.items.append(answer.json()["id"])
        return answer

    async def change(self, kind: str, ids: list[str]) -> Response:
        if not ids:
            return await self.add_task()
        body = self.choice.choice([self.texts(), {"description": self.text()}])
        return await self.send("PATCH", f"{kind}/{self.choice.choice(ids)}", json=body)

    async def ask(self, method: str, kind: str, ids: list[str], verb: str = "") -> Response:
        if not ids:
            return await self.add_item()
        return await self.send(method, f"{kind}/{self.choice.choice(ids)}{verb}")

    async def bring(self) -> Response:
        """Import a list that is never quite the same: some of it is new, some has changed."""
        records = [
            f'{{"uuid": "{number}", "description": "{self.choice.choice(TEXTS)}", "status": "pending"}}'
            for number in range(self.choice.randint(1, 4))
        ]
        body = {"format": "taskwarrior", "content": f"[{','.join(records)}]"}
        return await self.send("POST", "imports", json=body)


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_the_words_stay_true_whatever_is_done(
    client: AsyncClient, database: Database, make: Make, seed: int, moving_clock: MovingClock
) -> None:
    somebody = Somebody(client, await make.user(), seed)

    for _ in range(60):
        await somebody.do_something()
    before, words = await false_words(database), await count_rows(database, WORDS)
    moving_clock.move(days=31)
    gone = await empty_the_trash(database)

    assert before == []
    assert await false_words(database) == []
    assert await count_rows(database, WORDS) == words - gone > 0 < gone


async def test_an_index_in_disorder_is_made_anew(
    database: Database, make: Make, client: AsyncClient
) -> None:
    user = await make.user()
    kept = await make.task(user, title="Write the report", description="Two pages")
    await make.item(user, title="An idea")

    async def disturb(session: Session) -> None:
        await index.change(
            session, [{"id": kept.id, "user_id": user.id, "title": "Wrong", "description": None}]
        )
        await index.add(
            session,
            "item",
            [{"id": user.id, "user_id": user.id, "title": "Gone", "description": None}],
        )

    await database.write(disturb)
    disorder = await false_words(database)
    count = await database.write(rebuild)

    assert len(disorder) == 2
    assert count == 2
    assert await false_words(database) == []


async def test_rows_are_taken_in_many_a_statement(database: Database, make: Make) -> None:
    user = await make.user()
    rows = [
        {"id": (await make.task(user)).id, "user_id": user.id, "title": "One", "description": None}
        for _ in range(3)
    ]

    with count_statements(database) as statements:
        await database.write(index.put, "task", rows)
        await database.write(index.change, rows)
        await database.write(index.add, "task", [])

    assert len(statements) == 3
    assert await count_rows(database, WORDS) == 3


async def test_a_migration_takes_in_what_was_there_before(
    database: Database, settings: Settings, make: Make
) -> None:
    user = await make.user()
    for number in range(3):
        await make.task(user, title=f"Купить ёлку {number}", description="и игрушки")
        await make.item(user, title=f"An idea {number}")

    async def forget(session: Session) -> None:
        await session.execute(delete(FTS5 if has_fts5(session) else TSVECTORS))

    await database.write(forget)
    await database.close()
    await asyncio.to_thread(
        lambda: command.downgrade(schema.configuration(settings.database.url), "0002")
    )
    await asyncio.to_thread(lambda: schema.upgrade(settings.database.url))

    async with world.opened(settings) as anew:
        assert await false_words(anew) == []
        assert await count_rows(anew, WORDS) == 6
