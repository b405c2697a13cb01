"""Which settings exist, what they mean, and what may not be said together.

Each group is small, frozen and handed to the part of the house that needs it:

- `settings.app`       environment, debug, data directory, log, docs, metrics, relay
- `settings.database`  where the data is, pool
- `settings.redis`     where Redis is, if there is one
- `settings.tokens`    what signs our tokens, how long they live, who may register
- `settings.http`      address, origins, hosts, proxies, body limits, rate limits
- `settings.mail`      the SMTP server
- `settings.llm`       the coach's model and its budget
- `settings.oidc`      whom people may sign in with
- `settings.issuers`   whose tokens are accepted besides our own
- `settings.webhooks`  exceptions to the guard against private addresses
- `settings.game`      how many hearts there are

That of HTTP stands in `core/http_settings.py`, the game's in `core/game_settings.py` and the five about other systems in `core/outside_settings.py`, for
length. `load_settings` reads them all, `settings` at the end is for the edge; `docs/configuration.md` lists them for
people.
"""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from questlog.core import database_url, secret_file, secret_strength, settings_sources
from questlog.core import settings_types as types
from questlog.core.database_url import DatabaseUrl
from questlog.core.game_settings import GameSettings
from questlog.core.http_settings import HttpSettings
from questlog.core.outside_settings import (
    IssuerSettings,
    LlmSettings,
    MailSettings,
    OidcSettings,
    WebhookSettings,
)
from questlog.core.security import Keyring
from questlog.core.settings_sources import Group, SettingsError, setting
from questlog.core.url_parts import POSTGRES, REDIS

__all__ = ["Settings", "SettingsError", "load_settings", "settings"]

DATA_DIR = Path("data")
DATABASE_FILE = "questlog.db"
KEY_LENGTHS = {"HS256": 32, "HS384": 48, "HS512": 64}  # RFC 7518 § 3.2: as long as the hash


class AppSettings(Group):
    environment: Annotated[
        Literal["local", "development", "staging", "production"], types.Lowered
    ] = setting("local", "ENVIRONMENT", "production")
    """Where this server runs. `production` is strict about everything below."""
    debug: bool = setting(False, "DEBUG", "true")
    """More detail for developers. Never in production."""
    data_dir: Path = setting(DATA_DIR, "DATA_DIR", "/var/lib/questlog")
    """Directory of the embedded database, of the secrets made here, and of backups."""
    log_level: Annotated[Literal["debug", "info", "warning", "error"], types.Lowered] = setting(
        "info", "LOG_LEVEL", "warning"
    )
    """The least urgent lines that are written."""
    log_format: Annotated[Literal["console", "json"], types.Lowered] = setting(
        "console", "LOG_FORMAT", "json", in_production="json"
    )
    """Lines for people (`console`) or for machines (`json`)."""
    docs_enabled: bool = setting(True, "DOCS_ENABLED", "false")
    """Whether `/docs`, `/redoc` and `/openapi.json` answer."""
    metrics_enabled: bool = setting(True, "METRICS_ENABLED", "true", in_production=False)
    """Whether `/metrics` answers."""
    relay: types.Relay = setting("auto", "RELAY", "off")
    """Whether the server does what comes later (webhooks, mail, jobs): `on`, `off`, or `auto`: unless a worker does."""

    @property
    def is_production(self) -> bool:
        return self.environment == "production"

    def dangers(self) -> Iterator[str]:
        if self.debug:
            yield "DEBUG is on, which production does not allow. Set DEBUG=false."


class DatabaseSettings(Group):
    pooler: Annotated[Literal["none", "transaction"], types.Lowered] = setting(
        "none", "DATABASE_POOLER", "transaction"
    )
    """`transaction` when PgBouncer or its like stands before PostgreSQL; Neon and Supabase are recognised."""
    url: DatabaseUrl = setting(
        database_url.sqlite_file(DATA_DIR / DATABASE_FILE),
        "DATABASE_URL",
        "postgresql://questlog:password@localhost:5432/questlog",
        parts=POSTGRES,
        secret=True,
    )
    """Where the data is: SQLite (`sqlite:///path`) or PostgreSQL."""
    pool_size: Annotated[int, Field(ge=1, le=1000)] = setting(20, "DATABASE_POOL_SIZE", "10")
    """Connections kept open to PostgreSQL, in each process."""
    max_overflow: Annotated[int, Field(ge=0, le=1000)] = setting(10, "DATABASE_MAX_OVERFLOW", "0")
    """Connections beyond those, while there is a rush."""
    pool_timeout: Annotated[float, Field(gt=0, le=600)] = setting(30, "DATABASE_POOL_TIMEOUT", "5")
    """Seconds a request waits for a connection before it is told 503."""
    echo: bool = setting(False, "SQL_ECHO", "true")
    """Write every statement to the log. Never in production."""

    @field_validator("url", mode="before")
    @classmethod
    def _parse(cls, value: Any, info: ValidationInfo) -> Any:
        address = value.sqlalchemy_url if isinstance(value, DatabaseUrl) else value
        return database_url.parse(address, pooler=info.data.get("pooler") == "transaction")

    def dangers(self) -> Iterator[str]:
        if self.echo:
            yield "SQL_ECHO is on, which would write people's data to the log. Set SQL_ECHO=false."


class RedisSettings(Group):
    url: types.RedisUrl | None = setting(None, "REDIS_URL", "redis://localhost:6379/0", parts=REDIS)
    """A Redis or Valkey. Without one nothing is lost: processes meet in the database, by polling."""

    @property
    def enabled(self) -> bool:
        return self.url is not None


class TokenSettings(Group):
    secret_key: SecretStr = setting(
        SecretStr(""), "SECRET_KEY JWT_SECRET JWT_SECRET_KEY", "change-me-openssl-rand-base64-48"
    )
    """Signs the tokens of this server: 32 random characters or more. Made once outside production."""
    secret_key_previous: SecretStr | None = setting(
        None, "SECRET_KEY_PREVIOUS", "the-key-that-was-replaced"
    )
    """The key that SECRET_KEY replaced: what it signed is good until it ends. Take it out a month later."""
    algorithm: Literal["HS256", "HS384", "HS512"] = setting("HS256", "JWT_ALGORITHM", "HS256")
    """How tokens are signed."""
    access_minutes: Annotated[int, Field(ge=1, le=43_200)] = setting(
        15, "ACCESS_TOKEN_EXPIRE_MINUTES JWT_EXPIRE_MINUTES", "30"
    )
    """How long an access token is good for."""
    refresh_days: Annotated[int, Field(ge=1, le=365)] = setting(
        7, "REFRESH_TOKEN_EXPIRE_DAYS", "14"
    )
    """How long a refresh token is good for after its last use."""
    registration_enabled: bool = setting(True, "REGISTRATION_ENABLED", "false")
    """Whether strangers may make accounts. `false` leaves it to administrators and the command line."""

    def dangers(self) -> Iterator[str]:
        if not self.secret_key:
            yield "SECRET_KEY is not set, and production makes none. Take: openssl rand -base64 48"

    def contradictions(self) -> Iterator[str]:
        if self.secret_key_previous and self.secret_key_previous == self.secret_key:
            yield "SECRET_KEY_PREVIOUS is SECRET_KEY itself: it is for the key that was replaced."

    def weak_secrets(self) -> Iterator[str]:
        least = KEY_LENGTHS[self.algorithm]
        yield from secret_strength.complaints("SECRET_KEY", self.secret_key, min_length=least)
        if (old := self.secret_key_previous) is not None:
            yield from secret_strength.complaints("SECRET_KEY_PREVIOUS", old, min_length=least)

    def keyring(self) -> Keyring:
        old = self.secret_key_previous
        return Keyring(self.secret_key.get_secret_value(), old.get_secret_value() if old else "")


class Settings(BaseSettings):
    """All groups. `warnings` holds what is odd but no reason to refuse the start, one line each."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    app: AppSettings = AppSettings()
    database: DatabaseSettings = DatabaseSettings()
    redis: RedisSettings = RedisSettings()
    tokens: TokenSettings = TokenSettings()
    http: HttpSettings = HttpSettings()
    mail: MailSettings = MailSettings()
    llm: LlmSettings = LlmSettings()
    oidc: OidcSettings = OidcSettings()
    issuers: IssuerSettings = IssuerSettings()
    webhooks: WebhookSettings = WebhookSettings()
    game: GameSettings = GameSettings()
    warnings: list[str] = []

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        *_: PydanticBaseSettingsSource,
        **__: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take what `load_settings` has found: pydantic's own sources keep silent about aliases that disagree."""
        return (init_settings,)

    def groups(self) -> list[Group]:
        return [group for _, group in self if isinstance(group, Group)]

    def named(self, name: str) -> Any:
        """Return one value by the name of its variable or an alias, secrets in the clear.

        Raises AttributeError when there is no such setting.
        """
        return settings_sources.named(self, name)


def load_settings(
    environ: Mapping[str, str] | None = None, env_file: str | Path | None = ".env"
) -> Settings:
    """Read the environment (`os.environ` by default) and, for what it does not say, `env_file`.

    Outside production a missing SECRET_KEY is made and kept in DATA_DIR. Raises SettingsError naming every mistake.
    """
    declared = settings_sources.settings_of(Settings)
    found = settings_sources.collect(declared, os.environ if environ is None else environ, env_file)
    if str(found.values["app"].get("environment")).lower() == "production":
        settings_sources.use_production_defaults(found, declared)
    data_dir = Path(found.values["app"].get("data_dir", DATA_DIR))
    found.values["database"].setdefault("url", database_url.sqlite_file(data_dir / DATABASE_FILE))
    try:
        read = Settings.model_validate(found.values)
    except ValidationError as error:
        wrong = settings_sources.mistakes(error, found, declared)
        raise SettingsError([*found.problems, *wrong]) from None
    if problems := [*found.problems, *_problems(read)]:
        raise SettingsError(problems)
    odd = [line for group in read.groups() for line in group.oddities()]
    warnings = [*found.warnings, *odd, *_warnings(read)]
    return read.model_copy(update={"tokens": _with_key(read), "warnings": warnings})


def _problems(read: Settings) -> Iterator[str]:
    for group in read.groups():
        yield from group.contradictions()
        if read.app.is_production:
            yield from group.dangers()
            yield from group.weak_secrets()
    for name, secret in read.issuers.shared_secrets():
        if secret in (read.tokens.secret_key, read.tokens.secret_key_previous):
            yield f"{name} and SECRET_KEY are the same, so whoever knows one could sign for the other."


def _warnings(read: Settings) -> Iterator[str]:
    if not read.app.is_production:
        for group in read.groups():
            yield from group.weak_secrets()
        if not read.http.is_loopback:
            yield f"API_HOST={read.http.host} opens a server that is not set up for production."
        if not secret_file.is_private(read.app.data_dir):
            yield f"secrets.json in {read.app.data_dir} can be read by others: chmod 600 it."
        return
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        yield "Questlog runs as root. Give it a user of its own, who owns nothing but DATA_DIR."
    if not read.mail.enabled:
        yield "SMTP_HOST is not set: nobody can be sent a code or a link."
    if not read.http.public_url:
        yield f"PUBLIC_URL is not set: links in mails will begin with {read.http.base_url}."


def _with_key(read: Settings) -> TokenSettings:
    """Complete the tokens' group with the key kept in DATA_DIR, when nobody gave one."""
    if read.tokens.secret_key:
        return read.tokens
    try:
        key = secret_file.stored_secret(read.app.data_dir, "SECRET_KEY")
    except secret_file.SecretFileError as error:
        raise SettingsError([f"SECRET_KEY is not set, and {error}."]) from error
    return read.tokens.model_copy(update={"secret_key": SecretStr(key)})


settings = settings_sources.AtFirstLook(load_settings)
