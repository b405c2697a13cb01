"""What documents 000 and 003 print of the coach, walked as printed: `/ai`, `/conversations` and `/ws/agent`."""

import asyncio
import inspect
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient, Response

from questlog.coach import analysis, chatting, conversations, onboarding, retrospectives
from questlog.core.config import load_settings
from questlog.core.model_names import read
from tests.support import peers
from tests.support.make import Make
from tests.support.minds import mind_of
from tests.support.model_server import saying

ROOTS = ("/api/v1", "/api", "")


def ok(answer: Response, status: int = 200) -> Any:
    assert answer.status_code == status, f"{answer.request.method} {answer.url}: {answer.text}"
    return answer.json() if answer.content else None


@pytest.mark.parametrize("root", ROOTS)
async def test_document_000_has_a_coach(client: AsyncClient, make: Make, root: str) -> None:
    user = await make.user()
    at = f"{root}/ai"

    said = await client.post(f"{at}/chat", json={"message": "today"}, headers=user.headers)
    analysis = await client.get(f"{at}/productivity-analysis", headers=user.headers)
    retrospective = await client.get(f"{at}/retrospective", headers=user.headers)
    begun = await client.post(f"{at}/onboarding", json={"message": "Hi"}, headers=user.headers)

    assert {"reply", "conversation_id", "proposals"} <= ok(said).keys()
    assert ok(analysis)["source"] == "rules"
    printed = {"facts", "achievements", "difficulties", "improvements", "weekly_goals"}
    assert printed <= ok(retrospective).keys()
    assert ok(begun)["question"]["number"] == 1


async def test_document_000_talks_russian_and_knows_the_psychoportrait(
    client: AsyncClient, app: FastAPI, make: Make
) -> None:
    user = await make.user(locale="ru", profile_text="Любит карты")

    async with mind_of(app, saying("Здравствуйте.")) as server:
        body = {"message": "Привет"}
        ok(await client.post("/ai/chat", json=body, headers=user.headers))
        system = server.requests[0]["messages"][0]["content"]

    assert "Любит карты" in system
    assert "Отвечай по-русски" in system


@pytest.mark.parametrize(
    ("setting", "value", "model"),
    [
        ("LLM_MODEL", "gpt-4o-mini", "openai/gpt-4o-mini"),
        ("LLM_MODEL", "anthropic/claude-sonnet-5", "anthropic/claude-sonnet-5"),
        ("AI_MODEL", "gpt-4o-mini", "openai/gpt-4o-mini"),
        ("AI_MODEL", "ollama/qwen3", "ollama/qwen3"),
    ],
)
def test_models_are_named_as_the_documents_name_them(setting: str, value: str, model: str) -> None:
    given = {setting: value, "LLM_API_KEY": "key-of-a-provider", "SECRET_KEY": "s" * 40}

    settings = load_settings(given, env_file=None)

    assert str(read(settings.llm.chosen_model or "")) == model


def test_an_openai_key_alone_means_document_003s_default_model() -> None:
    given = {"OPENAI_API_KEY": "sk-of-your-own", "SECRET_KEY": "s" * 40}

    settings = load_settings(given, env_file=None)

    assert (settings.llm.chosen_model, settings.llm.enabled) == ("openai/gpt-4o-mini", True)


@pytest.mark.parametrize("root", ROOTS[:2])
async def test_document_003_keeps_conversations(client: AsyncClient, make: Make, root: str) -> None:
    user = await make.user()
    at = f"{root}/conversations"

    made = ok(await client.post(at, json={"title": "Plans"}, headers=user.headers), 201)
    listed = ok(await client.get(at, headers=user.headers))["items"]
    said = await client.post(
        f"{at}/{made['id']}/messages", json={"content": "Hello"}, headers=user.headers
    )
    shown = ok(await client.get(f"{at}/{made['id']}", headers=user.headers))
    gone = await client.delete(f"{at}/{made['id']}", headers=user.headers)
    after = await client.get(f"{at}/{made['id']}", headers=user.headers)

    assert [one["id"] for one in listed] == [made["id"]]
    assert said.status_code == 201, said.text
    assert [one["content"] for one in shown["messages"]] == ["Hello"]
    assert (gone.status_code, after.status_code) == (204, 404)


@pytest.mark.parametrize("path", ["/ws/agent", "/api/v1/ws/agent"])
async def test_document_003_has_an_authenticated_websocket(
    app: FastAPI, make: Make, path: str
) -> None:
    user = await make.user()

    async with peers.house(app) as house, house.peer(user, path=path) as peer:
        await peer.say({"message": "today"})
        async with asyncio.timeout(20):
            told = [await peer.next()]
            while told[-1]["type"] not in ("complete", "error"):
                told.append(await peer.next())
        await app.state.thinker.close()

    types = [one["type"] for one in told]
    assert types[:2] == ["conversation_created", "user_prompt"]
    assert types[-1] == "complete"


def test_the_verbs_carry_the_documents_names() -> None:
    printed = (
        conversations.create_conversation,
        conversations.get_conversation,
        conversations.get_user_conversations,
        conversations.add_message,
        conversations.delete_conversation,
        chatting.chat,
        analysis.analyze_productivity,
        retrospectives.weekly_retrospective,
        onboarding.onboarding_chat,
    )

    assert all(inspect.iscoroutinefunction(verb) for verb in printed)
