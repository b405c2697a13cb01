"""How models are named in the settings: `provider/name`, as LiteLLM spells it, and what each needs."""

from dataclasses import dataclass
from importlib.util import find_spec
from typing import Literal

type Provider = Literal["openai", "anthropic", "gemini", "ollama", "compatible", "script"]

SPELLINGS: dict[str, Provider] = {
    "openai": "openai",
    "anthropic": "anthropic",
    "gemini": "gemini",
    "google": "gemini",
    "ollama": "ollama",
    "ollama_chat": "ollama",
    "openai_like": "compatible",
    "custom_openai": "compatible",
    "hosted_vllm": "compatible",
    "lm_studio": "compatible",
    "script": "script",
}
# Services that speak OpenAI's language at an address of their own.
SERVICES = {
    "openrouter": "https://openrouter.ai/api/v1",
    "groq": "https://api.groq.com/openai/v1",
    "mistral": "https://api.mistral.ai/v1",
    "deepseek": "https://api.deepseek.com/v1",
    "together_ai": "https://api.together.xyz/v1",
    "xai": "https://api.x.ai/v1",
}


LIBRARIES: dict[Provider, tuple[str, ...]] = {
    "anthropic": ("anthropic",),
    "gemini": ("google", "google.genai"),
}
"""What the extra `llm` installs for a provider; a library after those it lies in."""
NEEDS_NO_KEY: frozenset[Provider] = frozenset({"ollama", "script"})


@dataclass(frozen=True, slots=True)
class ModelName:
    """`name` is what the provider calls it; `base` is where a known service answers."""

    provider: Provider
    name: str
    base: str | None = None

    def needs_key(self, *, has_base: bool) -> bool:
        """Whether nothing is answered without a key; a server at an address of one's own knows for itself."""
        return not has_base and self.provider not in NEEDS_NO_KEY

    @property
    def is_installed(self) -> bool:
        """Whether the libraries for it are there. Nothing is imported for it but what they lie in."""
        return all(find_spec(library) is not None for library in LIBRARIES.get(self.provider, ()))

    def __str__(self) -> str:
        return f"{self.provider}/{self.name}"


def read(text: str, *, has_base: bool = False) -> ModelName:
    """Read a name such as `anthropic/claude-sonnet-5`; raises ValueError with what would be right.

    Without a provider it is one of OpenAI's. At an address of one's own (`has_base`) whatever stands before the first
    slash and is no provider's name belongs to the model's name.
    """
    first, slash, rest = text.strip().partition("/")
    if slash and not rest:
        raise ValueError(f"The model is missing behind {first}/.")
    if not slash:
        return ModelName("compatible" if has_base else "openai", first)
    if (provider := SPELLINGS.get(first)) is not None:
        if provider == "compatible" and not has_base:
            raise ValueError(f"{first} is a server of your own: say where it is with LLM_API_BASE.")
        return ModelName("compatible" if provider == "openai" and has_base else provider, rest)
    if first in SERVICES:
        return ModelName("compatible", rest, None if has_base else SERVICES[first])
    if has_base:
        return ModelName("compatible", text.strip())
    known = ", ".join(sorted({*SPELLINGS, *SERVICES}))
    raise ValueError(f"{first} is no provider Questlog knows: {known}. Others need LLM_API_BASE.")
