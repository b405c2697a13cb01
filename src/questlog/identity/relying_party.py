"""What passkeys of this server are bound to: a host name, and the pages that may use them (WebAuthn Level 3 § 5.1.3)."""

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from questlog.core.exceptions import UnavailableError
from questlog.core.http_settings import HttpSettings

NAME = "Questlog"


class PasskeysNotConfiguredError(UnavailableError):
    code = "passkeys_not_configured"
    default_message = (
        "Passkeys need a host name: set PUBLIC_URL to an https:// address, or to http://localhost."
    )


@dataclass(frozen=True)
class RelyingParty:
    """`origins` are exact: scheme, host and port, as browsers write them."""

    id: str
    origins: tuple[str, ...]
    name: str = NAME


def of(http: HttpSettings) -> RelyingParty | None:
    """Return the party of PUBLIC_URL, with every page of ours that lies under its host; None where browsers refuse one."""
    home = urlsplit(http.base_url)
    host = home.hostname or ""
    if _is_address(host) or not (home.scheme == "https" or _is_local(host)):
        return None
    pages = (http.base_url, http.frontend_url or "", *http.cors_origins)
    origins = [_origin(page) for page in pages if _lies_under(page, host)]
    return RelyingParty(host, tuple(dict.fromkeys(origins)))


def _lies_under(page: str, host: str) -> bool:
    parts = urlsplit(page)
    name = parts.hostname or ""
    secure = parts.scheme == "https" or _is_local(name)
    return secure and (name == host or name.endswith(f".{host}"))


def _origin(page: str) -> str:
    parts = urlsplit(page)
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    port = "" if parts.port in (None, usual) else f":{parts.port}"
    return f"{parts.scheme}://{parts.hostname}{port}"


def _is_local(host: str) -> bool:
    return host == "localhost" or host.endswith(".localhost")


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
