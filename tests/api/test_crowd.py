"""L-05: how many wait at once, who counts as waiting, and what the others are told."""

import asyncio
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient

from questlog.api.gate.crowding import Crowding
from questlog.core.crowd import Crowd, elsewhere
from tests.support.make import Make


async def test_l05_who_comes_when_too_many_wait_is_told_to_come_again(
    app: FastAPI, client: AsyncClient, make: Make
) -> None:
    user = await make.user()
    crowd: Crowd = app.state.crowd
    crowd.waiting = crowd.most

    refused = await client.get("/api/v1/tasks", headers=user.headers)
    watched = await client.get("/health")
    crowd.waiting = crowd.most - 1
    answered = await client.get("/api/v1/tasks", headers=user.headers)

    assert (refused.status_code, refused.json()["code"]) == (503, "crowded")
    assert refused.headers["Retry-After"] == "2"
    assert (watched.status_code, answered.status_code) == (200, 200)
    assert crowd.waiting == crowd.most - 1


class Visitor:
    """A request whose body, work and answer come when the test says so."""

    def __init__(self, crowd: Crowd) -> None:
        self.body, self.outside, self.work = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.sent: list[str] = []
        scope: Any = {"type": "http", "path": "/api/v1/tasks"}
        self.visit = asyncio.create_task(
            Crowding(self._answer, crowd=crowd)(scope, self._hear, self._tell)
        )

    async def _hear(self) -> Any:
        await self.body.wait()
        return {"type": "http.request", "body": b"", "more_body": False}

    async def _tell(self, message: Any) -> None:
        self.sent.append(message["type"])

    async def _answer(self, _scope: Any, receive: Any, send: Any) -> None:
        await receive()
        with elsewhere():
            await self.outside.wait()
        await self.work.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})


async def test_l05_neither_a_slow_body_nor_a_wait_for_somebody_else_takes_a_place() -> None:
    crowd = Crowd()
    visitor = Visitor(crowd)
    waiting = []

    for step in (visitor.body, visitor.outside, visitor.work):
        await asyncio.sleep(0.01)
        waiting.append(crowd.waiting)
        step.set()
    await visitor.visit

    assert waiting == [0, 0, 1]
    assert crowd.waiting == 0
    assert visitor.sent == ["http.response.start", "http.response.body"]


async def test_l05_who_goes_away_leaves_his_place() -> None:
    crowd = Crowd()
    visitor = Visitor(crowd)
    visitor.body.set()
    visitor.outside.set()
    await asyncio.sleep(0.01)
    before = crowd.waiting

    visitor.visit.cancel()
    with pytest.raises(asyncio.CancelledError):
        await visitor.visit

    assert (before, crowd.waiting) == (1, 0)
