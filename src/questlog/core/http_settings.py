"""The settings of the way in: where the server listens, to whom it answers, and how much it takes."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from questlog.core import settings_types as types
from questlog.core.settings_sources import Group, setting

LOCAL_ORIGINS = ("http://localhost:3000", "http://localhost:8000")


class HttpSettings(Group):
    host: Annotated[str, Field(min_length=1)] = setting(
        "127.0.0.1",
        "API_HOST",
        "0.0.0.0",  # noqa: S104 - a server may be told to
        in_production="0.0.0.0",  # noqa: S104 - and in production that is the point
    )
    """Address to listen on."""
    port: types.Port = setting(8000, "API_PORT", "8080")
    """Port to listen on; 0 takes a free one."""
    public_url: types.BaseUrl | None = setting(None, "PUBLIC_URL", "https://quest.example.org")
    """Where people reach this server; links in mails begin with it. Must be https in production."""
    frontend_url: types.BaseUrl | None = setting(None, "FRONTEND_URL", "https://app.example.org")
    """Where people are sent back to after signing in elsewhere; without it, to this server."""
    cors_origins: types.Origins = setting(
        LOCAL_ORIGINS, "CORS_ORIGINS", "https://app.example.org", in_production=()
    )
    """Origins whose pages may call the API with a user's credentials. `*` is refused."""
    allowed_hosts: types.Hosts = setting(("*",), "ALLOWED_HOSTS", "quest.example.org,localhost")
    """Host names this server answers to; `*` is any."""
    trusted_proxies: types.Networks = setting((), "TRUSTED_PROXIES", "127.0.0.1,10.0.0.0/8")
    """Proxies whose `X-Forwarded-*` headers are believed."""
    max_body_bytes: types.Count = setting(1024 * 1024, "MAX_BODY_BYTES", "2097152")
    """The largest request body; a larger one is answered 413."""
    max_import_bytes: types.Count = setting(16 * 1024 * 1024, "MAX_IMPORT_BYTES", "67108864")
    """The largest file that may be imported over HTTP."""
    rate_limit_requests: types.Count = setting(100, "RATE_LIMIT_REQUESTS", "300")
    """Requests a user, or an address without a user, has in each period."""
    rate_limit_sign_in_requests: types.Count = setting(30, "RATE_LIMIT_SIGN_IN_REQUESTS", "10")
    """Requests an address has in each period at the doors that prove somebody or send mail."""
    rate_limit_period: Annotated[int, Field(ge=1, le=86_400)] = setting(
        60, "RATE_LIMIT_PERIOD", "60"
    )
    """Length of that period in seconds."""
    rate_limit_enabled: bool = setting(True, "RATE_LIMIT_ENABLED", "false")
    """`false` switches request limits off; failed sign-ins are counted always."""

    @property
    def is_loopback(self) -> bool:
        return self.host in {"localhost", "::1"} or self.host.startswith("127.")

    @property
    def base_url(self) -> str:
        """Return where people reach this server, as far as it is known."""
        return self.public_url or f"http://localhost:{self.port}"

    def dangers(self) -> Iterator[str]:
        if self.public_url and self.public_url.startswith("http:"):
            yield "PUBLIC_URL is not encrypted. In production it begins with https://."
