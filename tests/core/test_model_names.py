"""A model of one's own server needs that server's address: nothing may go to somebody else's instead."""

import pytest

from questlog.core import model_names
from questlog.core.config import SettingsError, load_settings
from tests.support.keeper import ROOT

AT_HOME = ("lm_studio", "hosted_vllm", "openai_like", "custom_openai")


@pytest.mark.parametrize("provider", AT_HOME)
def test_a_server_without_an_address_stops_the_start(provider: str) -> None:
    given = {"LLM_MODEL": f"{provider}/qwen3", "LLM_API_KEY": "its-key", "SECRET_KEY": "s" * 40}

    with pytest.raises(SettingsError, match=f"{provider} .* LLM_API_BASE"):
        load_settings(given, env_file=None)


@pytest.mark.parametrize("provider", AT_HOME)
def test_a_server_with_an_address_is_asked_there(provider: str) -> None:
    named = model_names.read(f"{provider}/qwen3", has_base=True)

    assert (named.provider, named.name) == ("compatible", "qwen3")


@pytest.mark.parametrize("provider", [*model_names.SPELLINGS, *model_names.SERVICES])
def test_every_provider_is_told(provider: str) -> None:
    page = (ROOT / "docs" / "models.md").read_text(encoding="utf-8")

    assert f"`{provider}/" in page or f"LLM_MODEL={provider}/" in page


def test_a_service_asked_at_another_address_is_asked_for_the_same_model() -> None:
    named = model_names.read("groq/llama-3.3-70b", has_base=True)

    assert (named.provider, named.name, named.base) == ("compatible", "llama-3.3-70b", None)
