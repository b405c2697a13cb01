"""What stops the start, and in which words."""

import sys
from pathlib import Path

import pytest

from questlog.core.config import SettingsError, load_settings

STRONG = "k3yQ0vWm2Zp8rTn5XcLd7HsJf1GbAe9UoIyRwNtMqPz4SxDv6Bh"
PRODUCTION = {
    "ENVIRONMENT": "production",
    "SECRET_KEY": STRONG,
    "PUBLIC_URL": "https://quest.example.org",
}


@pytest.fixture(autouse=True)
def _directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The directory the server is started from, where it would make `./data`."""
    monkeypatch.chdir(tmp_path)


def refusal(environ: dict[str, str]) -> str:
    with pytest.raises(SettingsError) as refused:
        load_settings(environ, None)
    return str(refused.value)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("API_PORT", "eighty", "valid integer"),
        ("API_PORT", "70000", "65535"),
        ("DEBUG", "perhaps", "boolean"),
        ("ENVIRONMENT", "prod", "'production'"),
        ("CORS_ORIGINS", "*", "every page on the web"),
        ("CORS_ORIGINS", "https://a.example, *", "every page on the web"),
        ("CORS_ORIGINS", '["https://*.example.org"]', "every page on the web"),
        ("CORS_ORIGINS", "https://a.example/path", "without a path"),
        ("CORS_ORIGINS", "null", "https://"),
        ("CORS_ORIGINS", "[oops", "not JSON"),
        ("TRUSTED_PROXIES", "proxy", "network"),
        ("PUBLIC_URL", "quest.example.org", "https://"),
        ("ALLOWED_HOSTS", "https://a.example", "without scheme"),
        ("JWT_ALGORITHM", "none", "'HS256'"),
        ("ACCESS_TOKEN_EXPIRE_MINUTES", "0", "greater than or equal to 1"),
        ("SMTP_FROM", "nobody", "e-mail address"),
        ("SMTP_TLS", "perhaps", "'starttls'"),
        ("REDIS_URL", "http://cache", "redis://"),
        ("DATABASE_URL", "mysql://u@h/d", "neither SQLite nor PostgreSQL"),
        ("POSTGRES_PORT", "many", "no database address"),
        ("DATABASE_POOLER", "transaction", "before PostgreSQL only"),
        (
            "OIDC_PROVIDERS",
            '[{"name": "home", "client_id": "a", "client_secret": "b"}]',
            "issuer: Field required",
        ),
        ("TRUSTED_ISSUERS", '[{"name": "a"}]', "either `secret` or `jwks_url`"),
        ("BETTER_AUTH_SECRET", "your-secret-key", "shorter than 32 bytes"),
        ("WEBHOOK_ALLOWED_NETWORKS", "10.0.0.0/33", "network"),
    ],
)
def test_a_wrong_value_is_one_line_with_a_right_one(name: str, value: str, words: str) -> None:
    refused = refusal({name: value})

    assert words in refused
    assert name in refused
    assert "For example " in refused
    assert "\n" not in refused


def test_all_mistakes_are_told_at_once() -> None:
    refused = refusal({"API_PORT": "x", "DEBUG": "perhaps", "LLM_MODEL": "a", "AI_MODEL": "b"})

    assert len(refused.splitlines()) == 3


@pytest.mark.parametrize(
    ("environ", "names"),
    [
        ({"SMTP_USER": "me"}, {"SMTP_USER", "SMTP_HOST"}),
        ({"SMTP_HOST": "mail", "SMTP_USER": "me"}, {"SMTP_USER", "SMTP_PASSWORD"}),
        ({"GOOGLE_CLIENT_ID": "id"}, {"GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET"}),
        ({"LLM_MODEL": "foo/bar"}, {"LLM_MODEL", "foo is no provider", "LLM_API_BASE"}),
        ({"LLM_MODEL": "gemini/"}, {"LLM_MODEL", "missing behind gemini/"}),
        (
            {"SECRET_KEY": STRONG, "BETTER_AUTH_SECRET": STRONG},
            {"SECRET_KEY", "BETTER_AUTH_SECRET"},
        ),
        ({"SECRET_KEY": STRONG, "SECRET_KEY_PREVIOUS": STRONG}, {"SECRET_KEY_PREVIOUS"}),
        (
            {
                "SECRET_KEY": STRONG[::-1],
                "SECRET_KEY_PREVIOUS": STRONG,
                "BETTER_AUTH_SECRET": STRONG,
            },
            {"SECRET_KEY", "BETTER_AUTH_SECRET"},
        ),
    ],
)
def test_contradictions_stop_the_start(environ: dict[str, str], names: set[str]) -> None:
    refused = refusal(environ)

    assert all(name in refused for name in names)
    assert STRONG not in refused


@pytest.mark.parametrize(
    ("model", "library"),
    [("anthropic/claude-sonnet-5", "anthropic"), ("gemini/gemini-2.5-flash", "google.genai")],
)
def test_a_model_whose_library_is_not_installed_stops_the_start(
    model: str, library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)

    refused = refusal({"LLM_MODEL": model, "LLM_API_KEY": "a-key"})

    assert refused == f"LLM_MODEL={model} needs the extra `llm`: pip install 'questlog[llm]'"


@pytest.mark.parametrize(
    ("environ", "name"),
    [
        ({"DEBUG": "true"}, "DEBUG"),
        ({"SQL_ECHO": "true"}, "SQL_ECHO"),
        ({"CORS_ORIGINS": "*"}, "CORS_ORIGINS"),
        ({"PUBLIC_URL": "http://quest.example.org"}, "PUBLIC_URL"),
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "your-secret-key-change-in-production"}, "SECRET_KEY"),
        ({"SECRET_KEY": "only-short"}, "SECRET_KEY"),
        ({"SECRET_KEY_PREVIOUS": "only-short"}, "SECRET_KEY_PREVIOUS"),
        ({"JWT_ALGORITHM": "HS512"}, "SECRET_KEY"),
        ({"BETTER_AUTH_SECRET": "change-me" * 5}, "BETTER_AUTH_SECRET"),
    ],
)
def test_s148_production_refuses_what_is_unsafe(environ: dict[str, str], name: str) -> None:
    refused = refusal({**PRODUCTION, **environ})

    assert refused.startswith(name)
    assert len(refused.splitlines()) == 1
