"""A house whose coach asks a model that tests play."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from questlog.core.config import Settings
from tests.support import peers, world
from tests.support.canaries import Canaries
from tests.support.model_server import (
    ModelServer,
    model_server,
)
from tests.support.peers import House


@pytest.fixture
async def model() -> AsyncIterator[ModelServer]:
    async with model_server() as server:
        yield server


@pytest.fixture
def settings(
    database_address: str, tmp_path: Path, canaries: Canaries, model: ModelServer
) -> Settings:
    settings = world.settings(
        database_address,
        tmp_path,
        LLM_MODEL="openai/gpt-4o-mini",
        LLM_API_KEY="the-key-of-the-model",
        LLM_API_BASE=model.url,
    )
    canaries.learn_settings(settings)
    return settings


@pytest.fixture
async def house(app: FastAPI) -> AsyncIterator[House]:
    async with peers.house(app) as house:
        yield house
        await app.state.thinker.close()
