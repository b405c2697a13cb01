"""The settings about other systems: mail, models, other people's sign-in, webhooks. Part of `core/config.py`."""

from collections import Counter
from collections.abc import Iterator
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import SecretStr

from questlog.core import model_names, secret_strength
from questlog.core import settings_types as types
from questlog.core.settings_sources import Group, setting
from questlog.core.trusted_parties import BETTER_AUTH, SUPABASE, OidcProvider, TrustedIssuer

USUAL_PORTS = {"http": 80, "https": 443}
PRESETS = (BETTER_AUTH, SUPABASE)
PROVIDER_EXAMPLE = (
    '[{"name": "home", "issuer": "https://id.example.org",'
    ' "client_id": "questlog", "client_secret": "from-the-provider"}]'
)
ISSUER_EXAMPLE = (
    '[{"name": "shop", "issuer": "https://shop.example.org", "audience": "questlog",'
    ' "jwks_url": "https://shop.example.org/.well-known/jwks.json"}]'
)


class MailSettings(Group):
    host: str | None = setting(None, "SMTP_HOST SMTP_SERVER", "smtp.example.org")
    """The server that takes our mail. Without it codes and links cannot be sent."""
    port: types.Port = setting(587, "SMTP_PORT", "465")
    """Its port."""
    user: str | None = setting(None, "SMTP_USER", "questlog@example.org")
    """Who we are to it."""
    password: SecretStr | None = setting(None, "SMTP_PASSWORD", "an-application-password")
    """How we prove it."""
    sender: types.Mailbox = setting(
        "Questlog <questlog@localhost>", "SMTP_FROM", "Questlog <questlog@example.org>"
    )
    """Whom our mail comes from."""
    tls: types.SmtpTls = setting("auto", "SMTP_TLS", "starttls")
    """`tls` from the first byte, `starttls`, `none`, or `auto`: `tls` on port 465, else STARTTLS if offered."""

    @property
    def enabled(self) -> bool:
        return self.host is not None

    @property
    def implicit_tls(self) -> bool:
        return self.tls == "tls" or (self.tls == "auto" and self.port == 465)  # RFC 8314

    @property
    def start_tls(self) -> bool | None:
        """Return whether to upgrade: None is "if offered", which is not enough when a password follows."""
        if self.implicit_tls or self.tls == "none":
            return False
        return True if self.tls == "starttls" or self.user else None

    def contradictions(self) -> Iterator[str]:
        if not self.host and (self.user or self.password):
            yield "SMTP_USER or SMTP_PASSWORD is set and SMTP_HOST is not. Set SMTP_HOST, or drop them."
        elif bool(self.user) != bool(self.password):
            yield "SMTP_USER and SMTP_PASSWORD need each other. Set both, or neither."


class LlmSettings(Group):
    model: str | None = setting(None, "LLM_MODEL AI_MODEL", "ollama/qwen3")
    """The coach's model as `provider/name`. With an OpenAI key and no model: `openai/gpt-4o-mini`."""
    api_key: SecretStr | None = setting(None, "LLM_API_KEY", "the-provider-s-key")
    """Key for that model's provider."""
    openai_api_key: SecretStr | None = setting(None, "OPENAI_API_KEY", "sk-of-your-own")
    """Used for OpenAI's models when LLM_API_KEY is absent, and for nothing else."""
    api_base: types.BaseUrl | None = setting(None, "LLM_API_BASE", "http://localhost:1234/v1")
    """Address of a server that speaks OpenAI's language. An Ollama on this machine needs none."""
    daily_requests: types.Count | None = setting(None, "LLM_DAILY_REQUESTS", "100")
    """Requests a user may make of the model in a day."""
    daily_tokens: types.Count | None = setting(None, "LLM_DAILY_TOKENS", "200000")
    """Tokens a user may spend in a day."""
    first_byte_s: types.Patience = setting(20, "LLM_FIRST_BYTE_S", "60")
    """Seconds to wait for the first of an answer, up to 120: a model at home may have to be loaded first."""

    @property
    def chosen_model(self) -> str | None:
        if self.model:
            return self.model if "/" in self.model else f"openai/{self.model}"
        return "openai/gpt-4o-mini" if self.openai_api_key else None

    @property
    def key(self) -> SecretStr | None:
        """Return the key for the chosen model. OpenAI's goes to no other provider and no other address."""
        is_openai = (self.chosen_model or "").startswith("openai/") and self.api_base is None
        return self.api_key or (self.openai_api_key if is_openai else None)

    @property
    def enabled(self) -> bool:
        return self.chosen_model is not None and not self._lacks_key

    @property
    def _named(self) -> model_names.ModelName | None:
        """Raises ValueError for a name that is none."""
        if self.chosen_model is None:
            return None
        return model_names.read(self.chosen_model, has_base=self.api_base is not None)

    @property
    def _lacks_key(self) -> bool:
        named = self._named
        return bool(named and named.needs_key(has_base=self.api_base is not None) and not self.key)

    def contradictions(self) -> Iterator[str]:
        try:
            named = self._named
        except ValueError as error:
            yield f"LLM_MODEL: {error} For example LLM_MODEL=ollama/qwen3"
            return
        if named is not None and not named.is_installed:
            yield f"LLM_MODEL={named} needs the extra `llm`: pip install 'questlog[llm]'"

    def oddities(self) -> Iterator[str]:
        if self._lacks_key:
            yield f"LLM_MODEL={self.chosen_model} needs a key, and LLM_API_KEY is not set: the coach answers by rules."


class OidcSettings(Group):
    providers: Annotated[tuple[OidcProvider, ...], types.Json] = setting(
        (), "OIDC_PROVIDERS", PROVIDER_EXAMPLE, secret=True
    )
    """Providers people may sign in with, as JSON; its schema is below."""
    google_client_id: str | None = setting(
        None, "GOOGLE_CLIENT_ID", "1234.apps.googleusercontent.com"
    )
    """Our id at Google."""
    google_client_secret: SecretStr | None = setting(
        None, "GOOGLE_CLIENT_SECRET", "from-google-s-console"
    )
    """Our secret at Google."""
    google_issuer: types.HttpUrl = setting(
        "https://accounts.google.com", "GOOGLE_ISSUER", "https://accounts.google.com"
    )
    """Who stands in for Google; tests use another."""
    redirect_urls: types.Urls = setting(
        (),
        "OIDC_REDIRECT_URLS",
        "https://app.example.org/signed-in,http://localhost:3000/signed-in",
    )
    """Pages besides FRONTEND_URL that a sign-in elsewhere may end at, each compared letter for letter."""

    @property
    def all_providers(self) -> tuple[OidcProvider, ...]:
        """Return the providers in the order of their buttons: Google first, if it is set up."""
        if self.google_client_id is None or self.google_client_secret is None:
            return self.providers
        google = OidcProvider(
            name="google",
            label="Google",
            issuer=self.google_issuer,
            client_id=self.google_client_id,
            client_secret=self.google_client_secret,
        )
        return (google, *self.providers)

    def contradictions(self) -> Iterator[str]:
        if bool(self.google_client_id) != bool(self.google_client_secret):
            yield "GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET need each other. Set both, or neither."
        counts = Counter(provider.name for provider in self.all_providers)
        for name in (name for name, count in counts.items() if count > 1):
            yield f"Two providers of OIDC_PROVIDERS and GOOGLE_CLIENT_ID are named {name}."

    def dangers(self) -> Iterator[str]:
        for provider in self.all_providers:
            if provider.issuer.startswith("http:"):
                yield f"The issuer of {provider.name} is not encrypted. In production it begins with https://."


class IssuerSettings(Group):
    trusted: Annotated[tuple[TrustedIssuer, ...], types.Json] = setting(
        (), "TRUSTED_ISSUERS", ISSUER_EXAMPLE, secret=True
    )
    """Issuers whose tokens are accepted, as JSON; its schema is below."""
    better_auth_secret: types.SharedSecret | None = setting(
        None, "BETTER_AUTH_SECRET", "change-me-to-the-secret-of-the-front-end"
    )
    """The secret Better Auth signs with: 32 bytes or more, and never SECRET_KEY."""
    better_auth_url: types.BaseUrl | None = setting(
        None, "BETTER_AUTH_URL", "https://app.example.org"
    )
    """Where Better Auth publishes its keys."""
    supabase_url: types.BaseUrl | None = setting(None, "SUPABASE_URL", "https://ref.supabase.co")
    """The Supabase project; its keys are fetched unless SUPABASE_JWT_SECRET is set."""
    supabase_jwt_secret: types.SharedSecret | None = setting(
        None, "SUPABASE_JWT_SECRET", "change-me-to-the-secret-of-the-project"
    )
    """The project's older shared secret: then HS256 and nothing else."""

    @property
    def better_auth_issuer(self) -> str | None:
        """Return what Better Auth writes into `iss` and `aud`: the origin of its address, as a browser spells it."""
        if self.better_auth_url is None:
            return None
        pieces = urlsplit(self.better_auth_url)
        host = f"[{pieces.hostname}]" if ":" in (pieces.hostname or "") else pieces.hostname
        port = "" if pieces.port in (None, USUAL_PORTS[pieces.scheme]) else f":{pieces.port}"
        return f"{pieces.scheme}://{host}{port}"

    @property
    def supabase_issuer(self) -> str | None:
        return None if self.supabase_url is None else f"{self.supabase_url}/auth/v1"

    def contradictions(self) -> Iterator[str]:
        """One issuer has one name and one family of algorithms."""
        names = _twice(*PRESETS, *(each.name for each in self.trusted))
        for name in names:
            what = "is a name of our own" if name in PRESETS else "is there twice"
            yield f"TRUSTED_ISSUERS: the name {name} {what}. Give each issuer its own."
        ours = [each for each in (self.better_auth_issuer, self.supabase_issuer) if each]
        for issuer in _twice(*PRESETS, *ours, *(each.identity for each in self.trusted)) - names:
            yield (
                f"TRUSTED_ISSUERS: the issuer {issuer} is there twice, or is Better Auth's or Supabase's. An issuer"
                " has one entry, and one family of algorithms."
            )

    def shared_secrets(self) -> Iterator[tuple[str, SecretStr]]:
        """Yield the secrets others sign with, by the names of their variables."""
        for each in self.trusted:
            if each.secret:
                yield f"The secret of {each.name} in TRUSTED_ISSUERS", each.secret
        if self.better_auth_secret:
            yield "BETTER_AUTH_SECRET", self.better_auth_secret
        if self.supabase_jwt_secret:
            yield "SUPABASE_JWT_SECRET", self.supabase_jwt_secret

    def weak_secrets(self) -> Iterator[str]:
        for name, secret in self.shared_secrets():
            yield from secret_strength.complaints(name, secret)


def _twice(*names: str) -> set[str]:
    return {name for name, count in Counter(names).items() if count > 1}


class WebhookSettings(Group):
    allowed_networks: types.Networks = setting((), "WEBHOOK_ALLOWED_NETWORKS", "192.168.1.0/24")
    """Private networks that webhooks may reach all the same, for servers at home."""
