"""Models that are spoken to in OpenAI's language: OpenAI's own, Ollama's, and those of everybody who answers to it."""

from typing import Any

import httpx2
from openai import omit
from pydantic_ai.models import Model
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.profiles import ModelProfile
from pydantic_ai.profiles.openai import OpenAIModelProfile, openai_model_profile
from pydantic_ai.providers.deepseek import DeepSeekProvider
from pydantic_ai.providers.ollama import OllamaProvider
from pydantic_ai.providers.openai import OpenAIProvider
from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider

from questlog.core.model_names import SERVICES, ModelName

# Named here, or the libraries would follow variables of the environment that are no settings of ours.
OPENAI = "https://api.openai.com/v1"
OLLAMA_AT_HOME = "http://localhost:11434"
# The newer `max_completion_tokens` is OpenAI's alone: Mistral refuses it, others pass over it in silence.
OLDER_LIMIT = OpenAIModelProfile(openai_chat_supports_max_completion_tokens=False)


class _WithoutStreamOptions(OpenAIChatModel):
    """For Mistral, which refuses `stream_options` and counts tokens without being asked."""

    def _get_stream_options(self, model_settings: Any) -> Any:
        return omit


def model(named: ModelName, key: str, base: str | None, client: httpx2.AsyncClient) -> Model[Any]:
    if named.provider == "ollama":
        at = _with_v1(base or OLLAMA_AT_HOME)
        provider = OllamaProvider(base_url=at, api_key=key, http_client=client)
        return OpenAIChatModel(named.name, provider=provider, profile=OLDER_LIMIT)
    if base is None:
        own = OpenAIProvider(base_url=OPENAI, api_key=key, http_client=client)
        return OpenAIChatModel(named.name, provider=own)
    kind = _WithoutStreamOptions if base == SERVICES["mistral"] else OpenAIChatModel
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
