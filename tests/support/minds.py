"""A model for an application under test: whatever it asks goes to a server of ours, over HTTP."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from pydantic import SecretStr

from questlog.clients.language_models import connect
from questlog.coach.asking import Mind
from questlog.core.outside_settings import LlmSettings
from questlog.worker import thinking
from tests.support.model_server import ModelServer, Reply, model_server, saying


@asynccontextmanager
async def mind_of(
    app: FastAPI, *replies: Reply, daily_requests: int | None = None
) -> AsyncIterator[ModelServer]:
    """Let the application ask a server that gives these answers, and afterwards none again."""
    async with model_server(*replies) as server:
        named = LlmSettings(
            model="openai/gpt-4o-mini",
            api_key=SecretStr("key-1"),
            api_base=server.url,
            daily_requests=daily_requests,
        )
        model = connect(named)
        assert model is not None
        model.first_piece_s = model.next_piece_s = 1.0
        before, thinker = app.state.settings, app.state.thinker
        app.state.language_model = model
        app.state.settings = before.model_copy(update={"llm": named})
        app.state.thinker = thinking.thinker_of(app.state.database, Mind(model, named))
        try:
            yield server
        finally:
            await app.state.thinker.close()
            app.state.language_model, app.state.settings = None, before
            app.state.thinker = thinker
            await model.close()


def answering(answer: Any) -> Reply:
    """An answer that is one JSON object, in two pieces."""
    text = json.dumps(answer, ensure_ascii=False)
    half = len(text) // 2
    return saying(text[:half], text[half:])
