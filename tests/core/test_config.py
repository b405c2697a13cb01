import os
from pathlib import Path
from typing import Any

import pytest

from questlog.core import config
from questlog.core.config import Settings, SettingsError, load_settings
from questlog.core.settings_sources import AtFirstLook, Setting, settings_of
from tests.support import settings_pages

STRONG = "k3yQ0vWm2Zp8rTn5XcLd7HsJf1GbAe9UoIyRwNtMqPz4SxDv6Bh"
PRODUCTION = {
    "ENVIRONMENT": "production",
    "SECRET_KEY": STRONG,
    "PUBLIC_URL": "https://quest.example.org",
    "SMTP_HOST": "smtp.example.org",
}


NEEDED_BESIDE = {
    "ENVIRONMENT": {name: text for name, text in PRODUCTION.items() if name != "ENVIRONMENT"},
    "DATABASE_POOLER": {"DATABASE_URL": "postgresql://me@h/d"},
    "SMTP_USER": {"SMTP_HOST": "mail", "SMTP_PASSWORD": "hidden"},
    "SMTP_PASSWORD": {"SMTP_HOST": "mail", "SMTP_USER": "me"},
    "GOOGLE_CLIENT_ID": {"GOOGLE_CLIENT_SECRET": "hidden"},
    "GOOGLE_CLIENT_SECRET": {"GOOGLE_CLIENT_ID": "id"},
}


@pytest.fixture(autouse=True)
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The directory the server is started from; its `./data` is nobody else's."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    return tmp_path


def refusal(environ: dict[str, str], env_file: str | None = None) -> str:
    with pytest.raises(SettingsError) as refused:
        load_settings(environ, env_file)
    return str(refused.value)


def value_of(settings: Settings, each: Setting) -> Any:
    return getattr(getattr(settings, each.group), each.attribute)


def env_file(directory: Path, text: str) -> str:
    path = directory / ".env"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_nothing_need_be_set(directory: Path) -> None:
    settings = load_settings({}, None)

    assert settings.app.environment == "local"
    assert settings.database.url.path == Path("data/questlog.db")
    assert not settings.redis.enabled
    assert not settings.mail.enabled
    assert not settings.llm.enabled
    assert (settings.http.host, settings.http.port) == ("127.0.0.1", 8000)
    assert (settings.tokens.access_minutes, settings.tokens.refresh_days) == (15, 7)
    assert settings.http.cors_origins == ("http://localhost:3000", "http://localhost:8000")
    assert settings.warnings == []


def test_production_has_defaults_of_its_own() -> None:
    settings = load_settings(PRODUCTION, None)

    assert settings.http.host == "0.0.0.0"  # noqa: S104 - what production listens on
    assert settings.http.cors_origins == ()
    assert not settings.app.metrics_enabled
    assert settings.app.log_format == "json"
    assert settings.warnings == []


def test_production_warns_of_what_it_will_miss() -> None:
    environ = {"ENVIRONMENT": "Production", "SECRET_KEY": STRONG}

    warnings = load_settings(environ, None).warnings

    assert [warning.split()[0] for warning in warnings] == ["SMTP_HOST", "PUBLIC_URL"]


@pytest.mark.parametrize("each", settings_of(Settings), ids=lambda each: each.name)
def test_every_setting_is_read_by_all_its_names(directory: Path, each: Setting) -> None:
    before = value_of(load_settings({}, None), each)
    needed = NEEDED_BESIDE.get(each.name, {})

    for name in each.names:
        file = env_file(directory, f"{name}={each.example}\n")
        after = value_of(load_settings(needed, file), each)

        assert after != before or each.example in {str(before), str(before).lower()}


def test_the_environment_wins_over_the_file(directory: Path) -> None:
    file = env_file(directory, "API_PORT=1\nAPI_HOST=localhost\n")

    settings = load_settings({"API_PORT": "2"}, file)

    assert (settings.http.host, settings.http.port) == ("localhost", 2)


def test_an_empty_value_takes_back_what_the_file_says(directory: Path) -> None:
    file = env_file(directory, "SMTP_HOST=smtp.example.org\n")

    settings = load_settings({"SMTP_HOST": ""}, file)

    assert not settings.mail.enabled


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SECRET_KEY", "JWT_SECRET"),
        ("JWT_SECRET", "JWT_SECRET_KEY"),
        ("ACCESS_TOKEN_EXPIRE_MINUTES", "JWT_EXPIRE_MINUTES"),
        ("SMTP_HOST", "SMTP_SERVER"),
        ("LLM_MODEL", "AI_MODEL"),
    ],
)
def test_aliases_that_disagree_are_both_named(directory: Path, one: str, other: str) -> None:
    file = env_file(directory, f"{other}=22\n")

    refused = refusal({one: "11"}, file)
    agreed = load_settings({one: "22"}, file)

    assert f"{one} (in the environment) and {other} (in {file}) disagree" in refused
    assert "11" not in refused.replace(file, "")
    assert agreed.named(one) == agreed.named(other)


@pytest.mark.parametrize(
    ("pieces", "address"),
    [
        ({"POSTGRES_HOST": "db"}, "postgresql+asyncpg://postgres@db:5432/postgres"),
        (
            {"POSTGRES_USER": "me", "POSTGRES_PASSWORD": "p@ss/w:rd", "POSTGRES_PORT": "5433"},
            "postgresql+asyncpg://me:p%40ss%2Fw%3Ard@localhost:5433/me",
        ),
        (
            {"POSTGRES_HOST": "::1", "POSTGRES_DB": "my db"},
            "postgresql+asyncpg://postgres@[::1]:5432/my db",
        ),
    ],
)
def test_postgres_may_be_given_in_pieces(pieces: dict[str, str], address: str) -> None:
    settings = load_settings(pieces, None)

    assert settings.database.url.sqlalchemy_url == address


def test_redis_may_be_given_in_pieces() -> None:
    pieces = {"REDIS_HOST": "cache", "REDIS_PASSWORD": "a b", "REDIS_DB": "3"}

    url = load_settings(pieces, None).redis.url

    assert url
    assert url.get_secret_value() == "redis://:a%20b@cache:6379/3"


def test_pieces_must_agree_with_the_whole() -> None:
    whole = {"DATABASE_URL": "postgresql+psycopg://me:hidden@DB.example.org/quest"}
    same = {
        "POSTGRES_HOST": "DB.example.org",
        "POSTGRES_PORT": "5432",
        "POSTGRES_PASSWORD": "hidden",
    }

    refused = refusal({**whole, "POSTGRES_DB": "other", "POSTGRES_PASSWORD": "another"})

    assert load_settings({**whole, **same}, None).database == load_settings(whole, None).database
    assert "DATABASE_URL (in the environment) and POSTGRES_DB (in the environment)" in refused
    assert "POSTGRES_PASSWORD" in refused
    assert "hidden" not in refused
    assert "another" not in refused


def test_s059_a_weak_key_is_a_warning_outside_production() -> None:
    settings = load_settings({"JWT_SECRET_KEY": "your-secret-key-change-in-production"}, None)

    assert settings.tokens.secret_key.get_secret_value() == "your-secret-key-change-in-production"
    assert settings.warnings == [
        "SECRET_KEY is a placeholder from an example. Take: openssl rand -base64 48"
    ]


@pytest.mark.parametrize(("user", "warned"), [(0, True), (1000, False)])
def test_s150_production_as_root_is_a_warning(
    user: int, warned: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: user)

    warnings = load_settings(PRODUCTION, None).warnings

    assert any("runs as root" in warning for warning in warnings) == warned


def test_s014_an_open_address_outside_production_is_a_warning() -> None:
    settings = load_settings({"API_HOST": "0.0.0.0", "SECRET_KEY": STRONG}, None)  # noqa: S104

    assert [warning.split("=")[0] for warning in settings.warnings] == ["API_HOST"]


def test_unknown_names_in_the_file_are_warnings(directory: Path) -> None:
    file = env_file(directory, f"DATABSE_URL=x\nFAVOURITE_COLOUR=blue\nSECRET_KEY={STRONG}\n")

    first, second = load_settings({"UNKNOWN": "too"}, file).warnings

    assert "DATABSE_URL" in first
    assert "did you mean DATABASE_URL?" in first
    assert "FAVOURITE_COLOUR" in second
    assert "ignored" in second


def test_a_file_that_is_no_text_stops_the_start(directory: Path) -> None:
    (directory / ".env").write_bytes(b"API_PORT=\xff\xfe\n")

    assert "cannot be read" in refusal({}, ".env")


def test_s146_nothing_shows_a_secret() -> None:
    canaries = {
        "SECRET_KEY": "canary-" + STRONG,
        "DATABASE_URL": "postgresql://me:canary-db@h/d?sslmode=require",
        "REDIS_URL": "redis://:canary-redis@h/0",
        "SMTP_HOST": "mail",
        "SMTP_USER": "me",
        "SMTP_PASSWORD": "canary-smtp",
        "OPENAI_API_KEY": "canary-openai",
        "BETTER_AUTH_SECRET": "canary-better-" + STRONG,
    }

    settings = load_settings(canaries, None)

    assert "canary" not in f"{settings!r}{settings}{settings.database.url}{settings.warnings}"
    assert "canary" not in refusal({**canaries, "OIDC_PROVIDERS": '[{"client_secret": "canary"}]'})
    assert "canary" not in refusal({**canaries, "TRUSTED_ISSUERS": '["canary"]'})
    assert "canary" not in refusal({**canaries, "DATABASE_URL": "mysql://me:canary@h/d"})
    assert "canary" not in refusal({**canaries, "REDIS_URL": "http://:canary@h"})


def test_values_by_name_are_for_the_edge() -> None:
    edge = AtFirstLook(lambda: load_settings({"JWT_SECRET": STRONG, "OPENAI_API_KEY": "sk"}, None))

    assert edge.SECRET_KEY == STRONG
    assert edge.OPENAI_API_KEY == "sk"
    assert edge.DATABASE_URL == "sqlite+onehop:///data/questlog.db"
    assert edge.http.port == edge.API_PORT == 8000
    with pytest.raises(AttributeError, match="NO_SUCH"):
        _ = edge.NO_SUCH


def test_importing_settings_reads_nothing(directory: Path) -> None:
    assert isinstance(config.settings, AtFirstLook)
    assert not list(directory.iterdir())


def test_the_example_file_is_complete() -> None:
    written = settings_pages.ENV_EXAMPLE.read_text(encoding="utf-8")

    assert written == settings_pages.env_example(), "python -m tests.support.settings_pages"


def test_the_example_file_changes_nothing() -> None:
    copied = load_settings({}, settings_pages.ENV_EXAMPLE)

    assert copied == load_settings({}, None)


def test_the_page_lists_every_setting() -> None:
    page = settings_pages.PAGE.read_text(encoding="utf-8")

    assert settings_pages.tables_of(page) == settings_pages.tables(), (
        "python -m tests.support.settings_pages"
    )
