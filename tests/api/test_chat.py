"""The chat over HTTP: judged without a model first, then with one that is a real server."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from unittest.mock import ANY

import pytest
from httpx2 import ASGITransport, AsyncClient

from questlog.coach.proposals import MOST_OPEN
from questlog.core.db import Database
from questlog.identity.front_desk import FrontDesk
from questlog.main import create_app
from tests.support import world
from tests.support.make import Make
from tests.support.model_server import ModelServer, calling, failing, model_server, saying

CHAT = "/api/v1/ai/chat"
type Opened = Callable[..., AbstractAsyncContextManager[AsyncClient]]


@pytest.fixture
def with_model(
    database: Database, database_address: str, tmp_path: Path, desk: FrontDesk
) -> Opened:
    """Open a client of a server that has a model."""

    @asynccontextmanager
    async def open_(server: ModelServer, **more: str) -> AsyncIterator[AsyncClient]:
        named = {"LLM_MODEL": "openai/gpt-4o-mini", "LLM_API_KEY": "k", "LLM_API_BASE": server.url}
        settings = world.settings(database_address, tmp_path, **named, **more)
        app = create_app(settings, database, desk)
        async with AsyncClient(
            transport=ASGITransport(app), base_url="http://testserver"
        ) as client:
            yield client
        await app.state.thinker.close()
        await app.state.language_model.close()

    return open_


async def test_without_a_model_the_chat_says_so(client: AsyncClient, make: Make) -> None:
    english, russian = await make.user(), await make.user(locale="ru")

    hello = await client.post(CHAT, json={"message": "Tell me a story"}, headers=english.headers)
    privet = await client.post(CHAT, json={"message": "Расскажи сказку"}, headers=russian.headers)

    assert hello.status_code == 200
    assert hello.json()["source"] == "rules"
    assert hello.json()["reply"].startswith("No language model is configured")
    assert privet.json()["reply"].startswith("На этом сервере не настроена")


@pytest.mark.parametrize(
    ("locale", "said", "expected"),
    [
        ("en", "What should I do today?", "- Buy bread"),
        ("en", "statistics", "Completed in the last 7 days: 0."),
        ("en", "find bread", "- Buy bread"),
        ("en", "my tasks", "- Buy bread"),
        ("en", "goals?", "- Speak Italian"),
        ("en", "what is overdue", "There is nothing to show."),
        ("ru", "Что делать сегодня?", "- Buy bread"),
        ("ru", "Статистика за неделю", "За последние 7 дней сделано: 0."),
        ("ru", "найди bread", "- Buy bread"),
        ("ru", "мои цели", "- Speak Italian"),
        ("ru", "покажи карточки", "Ждут повторения карточек: 0."),
        ("ru", "покажи целиком", "не настроена языковая модель"),
        ("ru", "remind me to water the plants", "Предлагаю: "),
        ("en", "статистика", "Completed in the last 7 days: 0."),
        ("en", "Cancel my task", "No language model is configured"),
        ("ru", "Отмени задачу", "не настроена языковая модель"),
        ("ru", "Отложи задачу купить хлеб", "не настроена языковая модель"),
        ("en", "Mark the task as done", "No language model is configured"),
        ("ru", "add купить хлеб сегодня", "Предлагаю: "),
        ("ru", "Поставь задачу купить хлеб", "Предлагаю: "),
    ],
)
async def test_without_a_model_some_commands_are_understood(
    client: AsyncClient, make: Make, locale: str, said: str, expected: str
) -> None:
    user = await make.user(locale=locale)
    await make.task(user, title="Buy bread")
    await make.goal(user)

    answer = await client.post(CHAT, json={"message": said}, headers=user.headers)

    assert expected in answer.json()["reply"]


@pytest.mark.parametrize(
    ("locale", "said"),
    [("en", "Add water the plants"), ("ru", "Добавь задачу water the plants")],
)
async def test_without_a_model_adding_is_proposed(
    client: AsyncClient, make: Make, locale: str, said: str
) -> None:
    user = await make.user(locale=locale)

    answer = (await client.post(CHAT, json={"message": said}, headers=user.headers)).json()
    before = (await client.get("/api/v1/tasks", headers=user.headers)).json()
    proposal = answer["proposals"][0]
    await client.post(f"/api/v1/ai/proposals/{proposal['id']}/accept", headers=user.headers)
    after = (await client.get("/api/v1/tasks", headers=user.headers)).json()

    assert (proposal["arguments"], proposal["state"]) == ({"title": "water the plants"}, "open")
    assert before["items"] == []
    assert [task["title"] for task in after["items"]] == ["water the plants"]


async def test_without_a_model_a_line_is_read_as_quick_add_reads_it(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user(locale="ru")

    answer = await client.post(
        CHAT, json={"message": "Напомни полить цветы каждый день"}, headers=user.headers
    )

    proposed = answer.json()["proposals"][0]["arguments"]
    assert (proposed["title"], proposed["recurrence"]) == ("полить цветы", "каждый день")
    assert "due_date" in proposed


async def test_with_a_model_it_answers_from_what_it_knows(make: Make, with_model: Opened) -> None:
    user = await make.user(name="Ada", profile_text="Works at night.")
    await make.task(user, title="Buy bread")

    async with (
        model_server(saying("Bread, ", "then rest.")) as server,
        with_model(server) as client,
    ):
        answer = await client.post(CHAT, json={"message": "What now?"}, headers=user.headers)
        status = await client.get("/api/v1/ai/status", headers=user.headers)

    told = server.requests[0]["messages"]
    assert answer.json()["reply"] == "Bread, then rest."
    assert "Ada" in told[0]["content"]
    assert "Works at night." in told[0]["content"]
    assert "Buy bread" in str(told[1])
    assert str(told[-1]["content"]) == "What now?"
    assert status.json()["budget"]["requests"] == 1
    assert status.json()["budget"]["tokens"] == 18


async def test_a_conversation_goes_on(make: Make, with_model: Opened) -> None:
    user = await make.user()

    async with (
        model_server(saying("Hello."), saying("Yes.")) as server,
        with_model(server) as client,
    ):
        first = await client.post(CHAT, json={"message": "I am Ada"}, headers=user.headers)
        again = {"message": "Remember?", "conversation_id": first.json()["conversation_id"]}
        second = await client.post(CHAT, json=again, headers=user.headers)

    said = [turn["content"] for turn in server.requests[1]["messages"] if "content" in turn]
    assert second.json()["conversation_id"] == first.json()["conversation_id"]
    assert said[-3:] == ["I am Ada", "Hello.", "Remember?"]


async def test_s128_a_used_up_budget_answers_before_anything_is_asked(
    make: Make, with_model: Opened
) -> None:
    user = await make.user()

    async with model_server() as server, with_model(server, LLM_DAILY_REQUESTS="1") as client:
        await client.post(CHAT, json={"message": "One"}, headers=user.headers)
        refused = await client.post(CHAT, json={"message": "Two"}, headers=user.headers)
        talks = await client.get("/api/v1/conversations", headers=user.headers)

    assert (refused.status_code, refused.json()["code"]) == (429, "ai_quota")
    assert int(refused.headers["Retry-After"]) > 0
    assert (len(server.requests), len(talks.json()["items"])) == (1, 1)


async def test_s128_a_budget_that_ends_in_mid_turn_is_429_too(
    make: Make, with_model: Opened
) -> None:
    user = await make.user()

    async with (
        model_server(calling("list_goals")) as server,
        with_model(server, LLM_DAILY_TOKENS="10") as client,
    ):
        answer = await client.post(CHAT, json={"message": "One"}, headers=user.headers)

    assert (answer.status_code, answer.json()["code"]) == (429, "ai_quota")
    assert len(server.requests) == 1


async def test_f26_a_model_that_is_down_is_503_without_its_words(
    make: Make, with_model: Opened
) -> None:
    user = await make.user(locale="ru")

    async with (
        model_server(failing(401, "your key sk-secret is wrong")) as server,
        with_model(server) as client,
    ):
        answer = await client.post(CHAT, json={"message": "One"}, headers=user.headers)

    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (503, "model_unavailable")
    told = {"trouble": "refused", "retryable": False}
    assert problem["details"] == {**told, "conversation_id": ANY, "run_id": ANY}
    assert "sk-secret" not in answer.text
    assert problem["detail"].startswith("Модель наставника не ответила")


async def test_f26_a_model_that_fails_five_times_is_given_a_rest(
    make: Make, with_model: Opened
) -> None:
    user = await make.user()

    async with model_server() as server:
        server.otherwise = lambda _body: failing(500)
        async with with_model(server) as client:
            for _ in range(6):
                await client.post(CHAT, json={"message": "One"}, headers=user.headers)
            status = await client.get("/api/v1/ai/status", headers=user.headers)

    assert len(server.requests) == 5
    assert status.json()["available"] is False


@pytest.mark.parametrize(
    ("locale", "said", "tool", "title"),
    [
        ("ru", "Добавь цель выучить английский", "create_goal", "выучить английский"),
        ("ru", "Создай новую цель: бегать", "create_goal", "бегать"),
        ("ru", "Новая цель: бегать", "create_goal", "бегать"),
        ("ru", "Создай проект Ремонт", "create_project", "Ремонт"),
        ("ru", "Добавь целый список покупок", "create_task", "целый список покупок"),
        ("ru", "Добавь задачу купить молоко", "create_task", "купить молоко"),
        ("en", "create a goal: run", "create_goal", "run"),
        ("en", "Add goal to speak Italian", "create_goal", "speak Italian"),
        ("en", "Create a new project Garden", "create_project", "Garden"),
        ("en", "add project report", "create_task", "project report"),
        ("en", "add buy milk", "create_task", "buy milk"),
    ],
)
async def test_without_a_model_goals_and_projects_are_no_tasks(
    client: AsyncClient, make: Make, locale: str, said: str, tool: str, title: str
) -> None:
    user = await make.user(locale=locale)

    answer = await client.post(CHAT, json={"message": said}, headers=user.headers)

    proposed = answer.json()["proposals"]
    assert [(one["tool"], one["arguments"]["title"]) for one in proposed] == [(tool, title)]


@pytest.mark.parametrize(
    ("locale", "said", "expected"),
    [
        ("en", "add buy milk", "Done: Add the task “buy milk”."),
        ("ru", "добавь купить хлеб", "Сделано: Добавить задачу «купить хлеб»."),
    ],
)
async def test_without_a_model_what_was_done_is_called_done(
    client: AsyncClient, make: Make, locale: str, said: str, expected: str
) -> None:
    user = await make.user(locale=locale)
    await make.allowed_tool(user, "create_task")

    answer = await client.post(CHAT, json={"message": said}, headers=user.headers)

    assert answer.json()["reply"] == expected
    assert answer.json()["proposals"][0]["state"] == "accepted"


async def test_without_a_model_a_refusal_speaks_one_language(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user(locale="ru")
    for number in range(MOST_OPEN):
        await make.proposal(user, f"Task {number}")

    answer = await client.post(CHAT, json={"message": "добавь молоко"}, headers=user.headers)

    assert re.search("[a-z]", answer.json()["reply"]) is None
