"""What a group knows of itself."""

from pathlib import Path

import pytest

from questlog.core.config import load_settings
from questlog.core.http_settings import HttpSettings
from questlog.core.outside_settings import MailSettings


@pytest.fixture(autouse=True)
def _directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The directory the server is started from, where it would make `./data`."""
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("environ", "implicit", "upgrade"),
    [
        ({}, False, None),
        ({"SMTP_PORT": "465"}, True, False),
        ({"SMTP_USER": "me", "SMTP_PASSWORD": "secret"}, False, True),
        ({"SMTP_TLS": "tls"}, True, False),
        ({"SMTP_TLS": "starttls"}, False, True),
        ({"SMTP_TLS": "none"}, False, False),
        ({"SMTP_TLS": "false"}, False, False),
        ({"SMTP_TLS": "true", "SMTP_PORT": "465"}, True, False),
    ],
)
def test_mail_knows_how_to_encrypt(
    environ: dict[str, str], implicit: bool, upgrade: bool | None
) -> None:
    mail = load_settings({"SMTP_HOST": "mail", **environ}, None).mail

    assert (mail.implicit_tls, mail.start_tls) == (implicit, upgrade)


@pytest.mark.parametrize(
    ("environ", "model", "key"),
    [
        ({}, None, None),
        ({"OPENAI_API_KEY": "sk"}, "openai/gpt-4o-mini", "sk"),
        ({"OPENAI_API_KEY": "sk", "AI_MODEL": "gpt-4o"}, "openai/gpt-4o", "sk"),
        ({"OPENAI_API_KEY": "sk", "LLM_MODEL": "anthropic/claude"}, "anthropic/claude", None),
        ({"OPENAI_API_KEY": "sk", "LLM_API_KEY": "own"}, "openai/gpt-4o-mini", "own"),
        (
            {"OPENAI_API_KEY": "sk", "LLM_MODEL": "gpt-4o", "LLM_API_BASE": "http://elsewhere/v1"},
            "openai/gpt-4o",
            None,
        ),
    ],
)
def test_openai_s_key_goes_to_openai_only(
    environ: dict[str, str], model: str | None, key: str | None
) -> None:
    llm = load_settings(environ, None).llm

    assert llm.chosen_model == model
    assert (llm.key.get_secret_value() if llm.key else None) == key


@pytest.mark.parametrize(
    ("environ", "enabled"),
    [
        ({}, False),
        ({"LLM_MODEL": "gpt-4o"}, False),
        ({"LLM_MODEL": "gpt-4o", "LLM_API_BASE": "http://localhost/v1"}, True),
        ({"LLM_MODEL": "ollama/qwen3"}, True),
        ({"OPENAI_API_KEY": "sk"}, True),
        ({"OPENAI_API_KEY": "sk", "LLM_MODEL": "mistral/mistral-large-latest"}, False),
        ({"LLM_MODEL": "anthropic/claude-sonnet-5"}, False),
        ({"LLM_MODEL": "anthropic/claude-sonnet-5", "LLM_API_KEY": "own"}, True),
        ({"LLM_MODEL": "script/demo"}, True),
    ],
)
def test_the_coach_needs_a_model_it_may_use(environ: dict[str, str], enabled: bool) -> None:
    settings = load_settings(environ, None)

    assert settings.llm.enabled is enabled
    told = [line for line in settings.warnings if "LLM_API_KEY" in line]
    assert len(told) == (settings.llm.chosen_model is not None and not enabled)


@pytest.mark.parametrize(
    ("text", "origins"),
    [
        (
            "https://a.example,http://B.example:8080/",
            ("https://a.example", "http://b.example:8080"),
        ),
        ('["https://a.example"]', ("https://a.example",)),
        (" https://a.example , ", ("https://a.example",)),
    ],
)
def test_lists_are_commas_or_json(text: str, origins: tuple[str, ...]) -> None:
    assert load_settings({"CORS_ORIGINS": text}, None).http.cors_origins == origins


def test_a_group_stands_alone() -> None:
    http = HttpSettings(port=9000)

    assert http.base_url == "http://localhost:9000"
    assert http.is_loopback
    assert not MailSettings().enabled
    with pytest.raises(ValueError, match="frozen"):
        http.port = 1  # type: ignore[misc]
