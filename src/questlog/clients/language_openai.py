"""Models that are spoken to in OpenAI's language: OpenAI's own, Ollama's, and those of everybody who answers to it."""

from dataclasses import replace
from typing import Any

import httpx2
from openai import omit
from pydantic_ai.models import Model, ModelRequestParameters
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.profiles import ModelProfile
from pydantic_ai.profiles.openai import OpenAIModelProfile, openai_model_profile
from pydantic_ai.providers.deepseek import DeepSeekProvider
from pydantic_ai.providers.ollama import OllamaProvider
from pydantic_ai.providers.openai import OpenAIProvider
from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider
from pydantic_ai.settings import ModelSettings
from pydantic_ai.tools import ToolDefinition

from questlog.core.model_names import SERVICES, ModelName

# Named here, or the libraries would follow variables of the environment that are no settings of ours.
OPENAI = "https://api.openai.com/v1"
OLLAMA_AT_HOME = "http://localhost:11434"
# The newer `max_completion_tokens` is OpenAI's alone: Mistral refuses it, others pass over it in silence.
OLDER_LIMIT = OpenAIModelProfile(openai_chat_supports_max_completion_tokens=False)


MOST_DESCRIBED = 256


class _Chat(OpenAIChatModel):
    """Puts the tools into a request as they were described for the one before.

    The libraries walk through every schema several times for each request: milliseconds, before the first word.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._described: dict[int, tuple[ToolDefinition, Any]] = {}
        # Of the client and not of each request, for which the library would make a client of its own.
        self.client.max_retries = 0

    def prepare_request(
        self,
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
    ) -> tuple[ModelSettings | None, ModelRequestParameters]:
        tools = model_request_parameters.function_tools
        settings, parameters = super().prepare_request(
            model_settings, replace(model_request_parameters, function_tools=[])
        )
        if tools:
            offered = {"tools": [self._description(tool) for tool in tools], "tool_choice": "auto"}
            settings = ModelSettings(**(settings or {}), extra_body=offered)
        return settings, parameters

    def _description(self, tool: ToolDefinition) -> Any:
        kept = self._described.get(id(tool))
        if kept is not None and kept[0] is tool:
            return kept[1]
        if len(self._described) >= MOST_DESCRIBED:
            self._described.clear()
        alone = ModelRequestParameters(function_tools=[tool])
        (fitted,) = self.customize_request_parameters(alone).function_tools
        described = self._map_tool_definition(fitted, ModelSettings())
        self._described[id(tool)] = (tool, described)
        return described


class _WithoutStreamOptions(_Chat):
    """For Mistral, which refuses `stream_options` and counts tokens without being asked."""

    def _get_stream_options(self, model_settings: Any) -> Any:
        return omit


def model(named: ModelName, key: str, base: str | None, client: httpx2.AsyncClient) -> Model[Any]:
    if named.provider == "ollama":
        at = _with_v1(base or OLLAMA_AT_HOME)
        provider = OllamaProvider(base_url=at, api_key=key, http_client=client)
        return _Chat(named.name, provider=provider, profile=OLDER_LIMIT)
    if base is None:
        own = OpenAIProvider(base_url=OPENAI, api_key=key, http_client=client)
        return _Chat(named.name, provider=own)
    kind = _WithoutStreamOptions if base == SERVICES["mistral"] else _Chat
    like = OpenAICompatibleProvider("compatible", base_url=base, api_key=key, http_client=client)
    return kind(named.name, provider=like, profile=_profile(named.name, base))


def _profile(name: str, base: str) -> ModelProfile | None:
    """Return what differs at this address from what its models' names tell.

    OpenAI's models that think refuse the older limit, also where a proxy of one's own stands before them.
    """
    if base == SERVICES["deepseek"]:
        return DeepSeekProvider.model_profile(name)
    thinks = openai_model_profile(name).get("openai_supports_reasoning", False)
    return None if thinks else OLDER_LIMIT


def _with_v1(base: str) -> str:
    return base if base.rstrip("/").endswith("/v1") else f"{base.rstrip('/')}/v1"
