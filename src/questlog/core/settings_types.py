"""The kinds of values settings have: lists, addresses, networks, words."""

import json
from email.utils import parseaddr
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

from questlog.core.secret_strength import MIN_LENGTH

Network = IPv4Network | IPv6Network
WILDCARD_REASON = (
    "`*` would let every page on the web act with a user's credentials: list the origins"
)


def _listed(value: Any) -> Any:
    """Take `a,b` and `["a", "b"]` alike."""
    if not isinstance(value, str):
        return value
    if value.startswith("["):
        return _json(value)
    return [piece.strip() for piece in value.split(",") if piece.strip()]


def _json(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError as error:
        raise ValueError(f"is not JSON: {error}") from None


def _lowered(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _http_url(value: str) -> str:
    pieces = urlsplit(value)
    if pieces.scheme not in {"http", "https"} or not pieces.hostname:
        raise ValueError("must be an address that begins with https:// or http://")
    if pieces.username or pieces.query or pieces.fragment:
        raise ValueError("must be an address without user, query and fragment")
    return value


def _base_url(value: str) -> str:
    return _http_url(value).rstrip("/")


def _origin(value: str) -> str:
    if "*" in value:
        raise ValueError(WILDCARD_REASON)
    origin = _base_url(value).lower()
    if urlsplit(origin).path:
        raise ValueError("an origin is scheme, host and port, without a path")
    return origin


def _host(value: str) -> str:
    if "/" in value or not value.strip():
        raise ValueError(
            "must be a host name without scheme and path; `*.` in front takes in its children"
        )
    return value.lower()


def _network(value: Any) -> Any:
    """Take an address as the network of itself, and a network whose host bits are set as the network meant."""
    try:
        return ip_network(value, strict=False)
    except ValueError:
        raise ValueError("must be an address or a network such as 10.0.0.0/8") from None


def _redis_url(secret: SecretStr) -> SecretStr:
    value = secret.get_secret_value()
    scheme = value.partition(":")[0]
    if scheme not in {"redis", "rediss", "unix"}:
        raise ValueError("must begin with redis://, rediss:// or unix://")
    try:
        urlsplit(value).port  # noqa: B018 - reading it is the check
    except ValueError:
        raise ValueError("has a port that is no number from 0 to 65535") from None
    return secret


def _shared_secret(secret: SecretStr) -> SecretStr:
    """RFC 7518 § 3.2: a key for HS256 has at least 256 bits."""
    if len(secret.get_secret_value().encode()) < MIN_LENGTH:
        raise ValueError(f"is shorter than {MIN_LENGTH} bytes")
    return secret


def _smtp_tls(value: Any) -> Any:
    """Take the plain yes and no of other programs: yes is "encrypted, however the port wants it"."""
    word = _lowered(value)
    return {
        "true": "auto",
        "1": "auto",
        "yes": "auto",
        "false": "none",
        "0": "none",
        "no": "none",
    }.get(word, word)


def _relay(value: Any) -> Any:
    """Understand a switch's plain yes and no as well."""
    word = _lowered(str(value))
    switch = {"true": "on", "1": "on", "yes": "on", "false": "off", "0": "off", "no": "off"}
    return switch.get(word, word)


def _mailbox(value: str) -> str:
    address = parseaddr(value)[1]
    if "@" not in address or "\n" in value or "\r" in value:
        raise ValueError("must be an e-mail address, alone or as `Name <address>`")
    return value


SmtpTls = Annotated[Literal["auto", "starttls", "tls", "none"], BeforeValidator(_smtp_tls)]
Relay = Annotated[Literal["auto", "on", "off"], BeforeValidator(_relay)]
SharedSecret = Annotated[SecretStr, AfterValidator(_shared_secret)]
Listed = BeforeValidator(_listed)
Json = BeforeValidator(_json)
Lowered = BeforeValidator(_lowered)
HttpUrl = Annotated[
    str, AfterValidator(_http_url)
]  # letter for letter: issuers are compared exactly
BaseUrl = Annotated[str, AfterValidator(_base_url)]  # without a slash at the end
Urls = Annotated[tuple[HttpUrl, ...], Listed]
Origins = Annotated[tuple[Annotated[str, AfterValidator(_origin)], ...], Listed]
Hosts = Annotated[tuple[Annotated[str, AfterValidator(_host)], ...], Listed]
Networks = Annotated[tuple[Annotated[Network, BeforeValidator(_network)], ...], Listed]
Mailbox = Annotated[str, AfterValidator(_mailbox)]
RedisUrl = Annotated[SecretStr, AfterValidator(_redis_url)]
Port = Annotated[int, Field(ge=0, le=65535)]
Count = Annotated[int, Field(ge=1, le=1_000_000_000)]
Patience = Annotated[int, Field(ge=1, le=120)]  # seconds
