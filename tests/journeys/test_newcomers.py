"""Two people come to a server of their own: one is met in Russian by rules, one in English by a model."""

import json
from pathlib import Path
from typing import Any

import httpx2

from tests.support.doors import PASSWORD
from tests.support.model_server import ModelServer, Reply, model_server, saying
from tests.support.server import RunningServer, running_server

RUSSIAN = (
    "Привет!",
    "Медсестра в детской больнице",
    "хочу выучить итальянский за год\nпробежать полумарафон",
    "ремонт кухни",
    "заплатить за квартиру 2030-05-04, позвонить маме и купить кроссовки",
    "рано утром",
    "телефон",
)
ENGLISH = ("I keep bees", "fifty hives in two years", "enough")
SORTED = {
    "say": "You keep bees and want fifty hives. You have 900 friends.",
    "statements": [{"topic": "work", "quote": "keep bees"}],
    "goals": [{"title": "Keep fifty hives", "goal_type": "yearly", "quote": "fifty hives"}],
    "projects": [{"title": "Conquer the world", "quote": "the whole world"}],
}


class Newcomer:
    """Somebody who signs up and speaks their language."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self.client = client

    async def sign_up(self, email: str, language: str) -> None:
        body = {"email": email, "password": PASSWORD}
        asked = {"Accept-Language": language}
        answer = await self.client.post("/api/v1/auth/register", json=body, headers=asked)
        assert answer.status_code == 201, answer.text
        token = answer.json()["access_token"]
        self.client.headers["Authorization"] = f"Bearer {token}"

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        answer = await self.client.request(method, f"/api/v1{path}", json=body, timeout=60)
        assert answer.status_code < 300, f"{method} {path}: {answer.text}"
        return answer.json() if answer.content else None

    async def say(self, *messages: str) -> list[dict[str, Any]]:
        return [await self.ask("POST", "/ai/onboarding", {"message": one}) for one in messages]

    async def accept(self, proposals: list[dict[str, Any]]) -> None:
        for one in proposals:
            await self.ask("POST", f"/ai/proposals/{one['id']}/accept")

    async def titles(self, what: str) -> set[str]:
        found = await self.ask("GET", f"/{what}")
        return {one["title"] for one in found["items"]}


def client_of(server: RunningServer) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(base_url=server.url, trust_env=False)


async def test_a_newcomer_is_met_in_russian_without_a_model(
    database_address: str, tmp_path: Path
) -> None:
    with running_server(database_address, tmp_path) as server:
        async with client_of(server) as client:
            ada = Newcomer(client)
            await ada.sign_up("ada@example.org", "ru")

            turns = await ada.say(*RUSSIAN)
            before = await ada.titles("tasks")
            await ada.accept(turns[-1]["proposals"])
            plan = await ada.ask("POST", "/ai/quick-plan", {"minutes": 60})
            profile = await ada.ask("GET", "/ai/profile")

            assert [turn["source"] for turn in turns] == ["rules"] * 7
            assert (before, turns[-1]["done"]) == (set(), True)
            assert await ada.titles("goals") == {
                "Выучить итальянский за год",
                "Пробежать полумарафон",
            }
            assert await ada.titles("projects") == {"Ремонт кухни"}
            assert await ada.titles("tasks") == {
                "Заплатить за квартиру",
                "Позвонить маме",
                "Купить кроссовки",
            }
            assert "Медсестра в детской больнице" in profile["profile_text"]
            assert plan["reply"].startswith("На сегодня: 2 дела")


async def test_a_newcomer_is_met_in_english_by_a_model(
    database_address: str, tmp_path: Path
) -> None:
    async with model_server(
        said({"say": "Bees! What would you like to reach?"}),
        said({"say": "Which larger undertakings are you in?"}),
        said(SORTED),
    ) as model:
        with running_server(database_address, tmp_path, **settings_of(model)) as server:
            async with client_of(server) as client:
                bob = Newcomer(client)
                await bob.sign_up("bob@example.org", "en")

                turns = await bob.say(*ENGLISH)
                await bob.accept(turns[-1]["proposals"])
                profile = await bob.ask("GET", "/ai/profile")
                await bob.ask("DELETE", f"/ai/profile/statements/{profile['statements'][0]['id']}")
                after = await bob.ask("GET", "/ai/profile")

                assert [turn["source"] for turn in turns] == ["model"] * 3
                assert turns[0]["reply"] == "Bees! What would you like to reach?"
                assert "900" not in turns[-1]["reply"]
                assert await bob.titles("goals") == {"Keep fifty hives"}
                assert await bob.titles("projects") == set()
                assert [one["words"] for one in profile["statements"]] == ["keep bees"]
                assert after["statements"] == []


def said(answer: Any) -> Reply:
    return saying(json.dumps(answer))


def settings_of(model: ModelServer) -> dict[str, str]:
    return {
        "LLM_MODEL": "openai/gpt-4o-mini",
        "LLM_API_KEY": "a-key-of-the-model",
        "LLM_API_BASE": model.url,
    }


async def test_a_demonstration_needs_no_key(database_address: str, tmp_path: Path) -> None:
    with running_server(database_address, tmp_path, LLM_MODEL="script/demo") as server:
        async with client_of(server) as client:
            eve = Newcomer(client)
            await eve.sign_up("eve@example.org", "en")

            told = await eve.ask("POST", "/ai/chat", {"message": "What should I do today?"})

            assert told["source"] == "model"
            assert [one["tool"] for one in told["proposals"]] == ["create_task"]
