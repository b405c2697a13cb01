"""Addresses given in pieces: `POSTGRES_HOST` and its kin, `REDIS_HOST` and its kin."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit


@dataclass(frozen=True)
class Parts:
    """The variables that together spell one address.

    `join` makes the address of what was given, `split` gives back the pieces of an address, so that the two ways of
    saying it can be compared.
    """

    names: tuple[str, ...]
    join: Callable[[Mapping[str, str]], str]
    split: Callable[[str], Mapping[str, str]]


def _authority(user: str, password: str, host: str, port: str) -> str:
    secret = f":{quote(password, safe='')}" if password else ""
    at = "@" if user or password else ""
    bracketed = f"[{host}]" if ":" in host and not host.startswith("[") else host
    return f"{quote(user, safe='')}{secret}{at}{bracketed}:{port}"


def _join_postgres(given: Mapping[str, str]) -> str:
    user = given.get("POSTGRES_USER", "postgres")
    authority = _authority(
        user,
        given.get("POSTGRES_PASSWORD", ""),
        given.get("POSTGRES_HOST", "localhost"),
        given.get("POSTGRES_PORT", "5432"),
    )
    return f"postgresql://{authority}/{quote(given.get('POSTGRES_DB', user), safe='')}"


def _split_postgres(address: str) -> Mapping[str, str]:
    pieces = urlsplit(address)
    if not pieces.scheme.startswith("postgres"):
        return {}
    return {
        "POSTGRES_HOST": pieces.hostname or "",
        "POSTGRES_PORT": _port(pieces.netloc, "5432"),
        "POSTGRES_USER": unquote(pieces.username or ""),
        "POSTGRES_PASSWORD": unquote(pieces.password or ""),
        "POSTGRES_DB": unquote(pieces.path.removeprefix("/")),
    }


def _join_redis(given: Mapping[str, str]) -> str:
    authority = _authority(
        "",
        given.get("REDIS_PASSWORD", ""),
        given.get("REDIS_HOST", "localhost"),
        given.get("REDIS_PORT", "6379"),
    )
    return f"redis://{authority}/{given.get('REDIS_DB', '0')}"


def _split_redis(address: str) -> Mapping[str, str]:
    pieces = urlsplit(address)
    return {
        "REDIS_HOST": pieces.hostname or "",
        "REDIS_PORT": _port(pieces.netloc, "6379"),
        "REDIS_PASSWORD": unquote(pieces.password or ""),
        "REDIS_DB": pieces.path.removeprefix("/") or "0",
    }


def _port(netloc: str, usual: str) -> str:
    """Read the port as text: an impossible one is refused where addresses are checked, not here."""
    host_and_port = netloc.rpartition("@")[2].rpartition("]")[2]
    return host_and_port.partition(":")[2] or usual


POSTGRES = Parts(
    ("POSTGRES_HOST", "POSTGRES_PORT", "POSTGRES_USER", "POSTGRES_PASSWORD", "POSTGRES_DB"),
    _join_postgres,
    _split_postgres,
)
REDIS = Parts(("REDIS_HOST", "REDIS_PORT", "REDIS_PASSWORD", "REDIS_DB"), _join_redis, _split_redis)
