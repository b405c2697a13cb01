"""What a provider is sent: nothing that this one refuses, and nothing that this model does not know."""

from contextlib import suppress
from typing import Any

import pytest
from anthropic import AsyncAnthropic
from openai import AsyncOpenAI
from pydantic_ai.profiles.openai import OpenAIJsonSchemaTransformer

from questlog.clients import language_openai
from questlog.clients.language import Answered, Asked, ModelError, Tool, UserSaid
from questlog.clients.language_providers import ROOM_TO_THINK, ProvidedModel
from questlog.core import model_names
from tests.support.model_server import failing, model_server, saying

HELLO = Asked("You are a coach.", [UserSaid("Hello")], [Tool("look", "", {"type": "object"})])


async def sent(name: str, service: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return the request for a model, of a service that answers at an address of ours or of a server of one's own."""
    async with model_server(saying("Hi")) as server:
        if service:
            monkeypatch.setitem(model_names.SERVICES, service, server.url)
        named = model_names.read(name, has_base=not service)
        model = ProvidedModel(named, key="key-1", base=named.base or server.url)
        pieces = [piece async for piece in model.stream(HELLO)]
        await model.close()
    assert isinstance(pieces[-1], Answered)
    return server.requests[0]


@pytest.mark.parametrize(
    "service", ["mistral", "deepseek", "openrouter", "groq", "xai", "together_ai"]
)
async def test_a_service_is_sent_the_older_limit(
    service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = await sent(f"{service}/a-model", service, monkeypatch)

    assert body["max_tokens"] == HELLO.most_tokens
    assert "max_completion_tokens" not in body
    assert ("stream_options" in body) == (service != "mistral")  # which refuses it
    assert "parallel_tool_calls" not in body


@pytest.mark.parametrize(
    ("name", "limit"),
    [
        ("ollama/qwen3", HELLO.most_tokens + ROOM_TO_THINK),
        ("lm_studio/qwen", HELLO.most_tokens),
        ("gpt-4o-mini", HELLO.most_tokens),
        ("qwen/qwen-a", HELLO.most_tokens),
    ],
)
async def test_a_server_at_home_is_sent_the_older_limit(
    name: str, limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = await sent(name, "", monkeypatch)

    assert body["max_tokens"] == limit
    assert "max_completion_tokens" not in body
    assert body["temperature"] == 0.4


@pytest.mark.parametrize("name", ["o3-mini", "gpt-5"])
async def test_openai_s_models_that_think_are_sent_no_temperature_and_the_newer_limit(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = await sent(name, "", monkeypatch)

    assert body["max_completion_tokens"] == HELLO.most_tokens + ROOM_TO_THINK
    assert body.keys().isdisjoint({"max_tokens", "temperature", "parallel_tool_calls"})


async def test_openai_itself_is_sent_the_newer_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    async with model_server(saying("Hi")) as server:
        monkeypatch.setattr(language_openai, "OPENAI", server.url)
        monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/elsewhere")
        model = ProvidedModel(model_names.read("gpt-4o-mini"), key="key-1", base=None)
        _ = [piece async for piece in model.stream(HELLO)]
        await model.close()

    body = server.requests[0]
    assert body["max_completion_tokens"] == HELLO.most_tokens
    assert "max_tokens" not in body
    assert body["temperature"] == 0.4


async def test_tools_are_described_once_and_sent_with_each_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    walked: list[Any] = []
    walk = OpenAIJsonSchemaTransformer.walk

    def noted(self: OpenAIJsonSchemaTransformer) -> Any:
        walked.append(self.schema)
        return walk(self)

    monkeypatch.setattr(OpenAIJsonSchemaTransformer, "walk", noted)
    async with model_server() as server:
        model = ProvidedModel(
            model_names.read("openai/a-model", has_base=True), key="key-1", base=server.url
        )
        for _ in range(3):
            _ = [piece async for piece in model.stream(HELLO)]
        await model.close()

    first = server.requests[0]
    assert len(walked) == 1
    assert [body["tools"] for body in server.requests] == [first["tools"]] * 3
    assert [body["tool_choice"] for body in server.requests] == ["auto"] * 3
    assert first["tools"][0]["function"]["name"] == "look"


@pytest.mark.parametrize(
    ("name", "client"),
    [("openai/a-model", AsyncOpenAI), ("anthropic/claude-sonnet-5", AsyncAnthropic)],
)
async def test_a_provider_that_fails_is_asked_once_by_the_one_client_there_is(
    name: str, client: type[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    copied: list[Any] = []
    copy = client.copy

    def noted(self: Any, **more: Any) -> Any:
        copied.append(more)
        return copy(self, **more)

    monkeypatch.setattr(client, "with_options", noted)
    async with model_server(failing(503), failing(503)) as server:
        model = ProvidedModel(model_names.read(name, has_base=True), key="key-1", base=server.url)
        with suppress(ModelError):
            _ = [piece async for piece in model.stream(HELLO)]
        await model.close()

    assert len(server.requests) == 1
    assert copied == []
