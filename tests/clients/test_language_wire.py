"""Every provider's own words over HTTP, through the clients that speak to it."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr

from questlog.clients.language import (
    Answered,
    Asked,
    CallDelta,
    ModelError,
    ModelSaid,
    Patient,
    Sign,
    TextDelta,
    Tool,
    ToolAnswered,
    UserSaid,
)
from questlog.clients.language_models import connect
from questlog.core.outside_settings import LlmSettings
from tests.support.model_wire import FIXTURES, Wire, wire

ADD = Tool(
    "add_task",
    "Write a task down.",
    {"type": "object", "properties": {"title": {"type": "string"}}, "required": ["title"]},
)
MODELS = {
    "openai": "openai/gpt-4o-mini",
    "anthropic": "anthropic/claude-sonnet-5",
    "gemini": "gemini/gemini-2.5-flash",
    "ollama": "ollama/qwen3",
}
ADDRESSES = {
    "openai": "/v1/chat/completions",
    "anthropic": "/v1/messages",
    "gemini": "/v1beta/models/gemini-2.5-flash:streamGenerateContent",
    "ollama": "/v1/chat/completions",
}
KEY_HEADERS = {
    "openai": ("authorization", "bearer key-1"),
    "anthropic": ("authorization", "bearer key-1"),
    "gemini": ("x-goog-api-key", "key-1"),
}
TOKENS = {"openai": (19, 9), "anthropic": (25, 15), "gemini": (11, 6), "ollama": (26, 8)}
HELLO = Asked("You are a coach.", [UserSaid("Доброе утро")], [ADD])
PROVIDERS = tuple(MODELS)
TROUBLES = {
    "openai-error-400.json": "refused",
    "openai-error-401.json": "refused",
    "openai-error-429.json": "rate_limited",
    "openai-error-500.json": "unavailable",
    "anthropic-error-400.json": "refused",
    "anthropic-error-401.json": "refused",
    "anthropic-error-429.json": "rate_limited",
    "anthropic-error-529.json": "unavailable",
    "anthropic-overloaded.sse": "unavailable",
    "gemini-error-400.json": "refused",
    "gemini-error-429.json": "rate_limited",
    "gemini-error-503.json": "unavailable",
    "ollama-error-404.json": "refused",
    "ollama-error-500.json": "unavailable",
}
ENDINGS = {
    "openai-refusal.sse": "refused",
    "openai-filtered.sse": "refused",
    "anthropic-refusal.sse": "refused",
    "gemini-safety.sse": "refused",
    "gemini-malformed.sse": "nonsense",
}


@asynccontextmanager
async def model_at(provider: str, fixture: str) -> AsyncIterator[tuple[Patient, Wire]]:
    async with wire(fixture) as seen:
        base = f"{seen.url}/v1" if provider == "openai" else seen.url
        settings = LlmSettings(model=MODELS[provider], api_key=SecretStr("key-1"), api_base=base)
        model = connect(settings)
        assert model is not None
        try:
            yield model, seen
        finally:
            await model.close()


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_what_it_says_comes_piece_by_piece(provider: str) -> None:
    async with model_at(provider, f"{provider}-text.sse") as (model, seen):
        pieces = [piece async for piece in model.stream(HELLO)]

    assert [piece for piece in pieces if not isinstance(piece, Sign)] == [
        TextDelta("Доброе"),
        TextDelta(" утро"),
        TextDelta(" ☀"),
        Answered(ModelSaid("Доброе утро ☀"), *TOKENS[provider]),
    ]
    assert seen.paths[0].split("?")[0] == ADDRESSES[provider]
    if provider in KEY_HEADERS:  # a model at home asks for none
        name, key = KEY_HEADERS[provider]
        assert seen.headers[0][name] == key


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_while_it_thinks_there_are_signs_and_its_thoughts_stay_its_own(provider: str) -> None:
    async with model_at(provider, f"{provider}-thinking.sse") as (model, _):
        pieces = [piece async for piece in model.stream(HELLO)]

    signs = [piece for piece in pieces if isinstance(piece, Sign)]
    assert pieces[: len(signs)] == signs
    assert len(signs) >= 3
    assert sum(sign.length for sign in signs) == len("They greet me.")
    assert isinstance(whole := pieces[-1], Answered)
    assert whole.said == ModelSaid("Доброе утро")
    assert whole.tokens_out > 0


@pytest.mark.parametrize(("fixture", "trouble"), ENDINGS.items())
async def test_f26_an_answer_that_is_refused_is_no_empty_one(fixture: str, trouble: str) -> None:
    async with model_at(fixture.partition("-")[0], fixture) as (model, _):
        with pytest.raises(ModelError) as refused:
            _ = [piece async for piece in model.stream(HELLO)]

    assert refused.value.trouble == trouble
    assert "harm" not in refused.value.said


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_its_calls_come_whole_and_their_answers_go_back(provider: str) -> None:
    async with model_at(provider, f"{provider}-call.sse") as (model, seen):
        pieces = [piece async for piece in model.stream(HELLO)]
        answered = pieces[-1]
        assert isinstance(answered, Answered)
        results = [ToolAnswered(one.id, one.name, "proposed") for one in answered.said.calls]
        thread = [*HELLO.thread, answered.said, *results]
        _ = [piece async for piece in model.stream(Asked(HELLO.system, thread, [ADD]))]

    calls = answered.said.calls
    assert [(one.name, json.loads(one.arguments)) for one in calls] == [
        ("add_task", {"title": "Чай"}),
        ("add_task", {"title": "Milk"}),
    ]
    assert len({one.id for one in calls} | {""}) == 3
    assert {one.name for one in pieces if isinstance(one, CallDelta) and one.name} == {"add_task"}
    sent = json.dumps(seen.bodies[1], ensure_ascii=False)
    assert sent.count("proposed") == 2
    assert sent.count("Чай") == 1
    assert "Write a task down." in sent
    assert "You are a coach." in sent


@pytest.mark.parametrize(("fixture", "trouble"), TROUBLES.items())
async def test_f26_its_errors_have_one_word_and_tell_nothing_more(
    fixture: str, trouble: str
) -> None:
    provider = fixture.partition("-")[0]
    async with model_at(provider, fixture) as (model, seen):
        with pytest.raises(ModelError) as refused:
            _ = [piece async for piece in model.stream(HELLO)]

    assert (refused.value.trouble, str(refused.value)) == (trouble, trouble)
    assert len(seen.paths) == 1


def test_every_fixture_is_walked() -> None:
    kinds = ("text", "call", "thinking")
    walked = {*TROUBLES, *ENDINGS, *(f"{one}-{kind}.sse" for one in PROVIDERS for kind in kinds)}

    assert walked == {path.name for path in FIXTURES.iterdir()} - {"README.md"}
