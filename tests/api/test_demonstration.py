"""A tour of the coach with `LLM_MODEL=script/demo`: every door answers, and what is kept is never a script's."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient

from questlog.coach.onboarding_words import SENTENCES
from questlog.core.db import Database
from questlog.identity.front_desk import FrontDesk
from questlog.main import create_app
from tests.support import peers, world
from tests.support.make import Make, Person

AI = "/api/v1/ai"
TOURS = [("en", "demo", "What should I do today?"), ("ru", "demo.ru", "Что сделать сегодня?")]
SHOWN = {"en": "This is a demonstration", "ru": "Это показ"}
THANKS = {"en": "Thank you", "ru": "Спасибо"}
type Opened = Callable[[str], AbstractAsyncContextManager[FastAPI]]


@pytest.fixture
def showing(database: Database, database_address: str, tmp_path: Path, desk: FrontDesk) -> Opened:
    """Open a server whose model is played from a script."""

    @asynccontextmanager
    async def open_(script: str) -> AsyncIterator[FastAPI]:
        settings = world.settings(database_address, tmp_path, LLM_MODEL=f"script/{script}")
        app = create_app(settings, database, desk)
        yield app
        await app.state.thinker.close()

    return open_


async def ask(
    app: FastAPI, user: Person, method: str, path: str, body: Any = None
) -> dict[str, Any]:
    async with AsyncClient(transport=ASGITransport(app), base_url="http://testserver") as client:
        answer = await client.request(method, AI + path, json=body, headers=user.headers)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


@pytest.mark.parametrize(("locale", "script", "today"), TOURS)
async def test_a_demonstration_talks_and_proposes(
    make: Make, showing: Opened, locale: str, script: str, today: str
) -> None:
    user = await make.user(locale=locale)

    async with showing(script) as app:
        said = await ask(app, user, "POST", "/chat", {"message": today})
        async with peers.house(app) as house, house.peer(user, path="/ws/agent") as peer:
            await peer.say({"message": today})
            async with asyncio.timeout(20):
                told = [await peer.next()]
                while told[-1]["type"] not in ("complete", "error"):
                    told.append(await peer.next())

    assert (said["source"], [one["tool"] for one in said["proposals"]]) == (
        "model",
        ["create_task"],
    )
    assert told[-1]["type"] == "complete"
    assert any(one["type"] == "proposal" for one in told)


@pytest.mark.parametrize(("locale", "script", "today"), TOURS)
async def test_a_demonstration_says_what_it_is_where_it_would_have_to_understand(
    make: Make, showing: Opened, locale: str, script: str, today: str
) -> None:
    user = await make.user(locale=locale)
    await make.task(user, title=today)

    async with showing(script) as app:
        analysis = await ask(app, user, "GET", "/productivity-analysis")
        plan = await ask(app, user, "POST", "/quick-plan", {})

    assert analysis["analysis"].startswith(SHOWN[locale])
    assert plan["reply"].startswith(SHOWN[locale])
    assert [one["title"] for one in plan["tasks"]] == [today]
    assert analysis["removed"] == plan["removed"] == []
    assert (analysis["source"], plan["source"]) == ("model", "model")


@pytest.mark.parametrize(("locale", "script", "today"), TOURS)
async def test_what_is_kept_is_not_the_script_s(
    make: Make, showing: Opened, locale: str, script: str, today: str
) -> None:
    user = await make.user(locale=locale)

    async with showing(script) as app:
        review = await ask(app, user, "GET", "/retrospective")
        turns = [
            await ask(app, user, "POST", "/onboarding", {"message": said})
            for said in ("A nurse", "Learn Italian", "-", "Buy bread", "Mornings", "My phone")
        ]
        is_resting = app.state.language_model.breaker.is_open

    assert review["source"] == "rules"
    assert turns[0]["reply"].endswith(SENTENCES[locale]["goals"])
    assert turns[0]["reply"].startswith(THANKS[locale])
    assert turns[-1]["done"]
    assert "Buy bread" in [one["arguments"].get("title") for one in turns[-1]["proposals"]]
    assert not is_resting
