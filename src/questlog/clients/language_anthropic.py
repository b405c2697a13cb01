"""Anthropic's models; part of the extra `llm`."""

from typing import Any

import httpx2
from pydantic_ai.models import Model
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.providers.anthropic import AnthropicProvider

ANTHROPIC = "https://api.anthropic.com"


def model(name: str, key: str, base: str | None, client: httpx2.AsyncClient) -> Model[Any]:
    provider = AnthropicProvider(api_key=key, base_url=base or ANTHROPIC, http_client=client)
    provider.client.max_retries = 0
    return AnthropicModel(name, provider=provider)
