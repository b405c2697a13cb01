"""Google's Gemini models; part of the extra `llm`."""

from typing import Any

import httpx2
from pydantic_ai.models import Model
from pydantic_ai.models.google import GoogleModel
from pydantic_ai.providers.google import GoogleProvider
from pydantic_ai.settings import ModelSettings

GEMINI = "https://generativelanguage.googleapis.com"


def model(name: str, key: str, base: str | None, client: httpx2.AsyncClient) -> Model[Any]:
    provider = GoogleProvider(api_key=key, base_url=base or GEMINI, http_client=client)
    return GoogleModel(name, provider=provider, settings=ModelSettings(max_retries=0))
