"""What a token of another issuer says, read strictly and believed by nobody yet.

Two readers of one token must not find two meanings in it, so a claim that stands twice, a number that is none and a
second spelling of the same bytes are refused before any signature is looked at (S-052).
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jwt.utils import base64url_decode, base64url_encode

from questlog.core import clock
from questlog.identity.access_tokens import (
    LEEWAY_S,
    BadAccessTokenError,
    ExpiredAccessTokenError,
)

LONGEST = 16 * 1024
LONGEST_HEADER = 4 * 1024
DEEPEST = 16
LAST_MOMENT = 253_402_300_799  # the end of the year 9999
COMPACT = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)", re.ASCII)
# A logout token or a proof of possession is signed by the same keys and lets nobody in (RFC 8725 § 3.11).
KINDS = frozenset({"jwt", "at+jwt", "application/at+jwt"})


@dataclass(frozen=True)
class Unverified:
    """A token nobody has vouched for. Of its header only what helps to find the key; the rest is not asked (S-045)."""

    text: str
    algorithm: str
    kid: str | None
    claims: Mapping[str, Any]


def read(text: str) -> Unverified:
    """Raises `BadAccessTokenError`."""
    parts = COMPACT.fullmatch(text) if len(text) <= LONGEST else None
    if parts is None or len(parts[1]) > LONGEST_HEADER:
        raise BadAccessTokenError()
    _decoded(parts[3])
    header, claims = _json_object(parts[1]), _json_object(parts[2])
    algorithm, kid = header.get("alg"), header.get("kid")
    kind = header.get("typ", "JWT")
    if not isinstance(algorithm, str) or not isinstance(kid, str | None) or "crit" in header:
        raise BadAccessTokenError()
    if not isinstance(kind, str) or kind.lower() not in KINDS:
        raise BadAccessTokenError()
    return Unverified(text, algorithm, kid, claims)


def check_times(claims: Mapping[str, Any]) -> None:
    """Refuse a token outside its time, with the leeway once (S-048) and only real numbers (S-049).

    Raises `BadAccessTokenError`, `ExpiredAccessTokenError`.
    """
    expires, issued = _moment(claims, "exp"), _moment(claims, "iat")
    begins = _moment(claims, "nbf") if "nbf" in claims else issued
    now = clock.now().timestamp()
    if max(issued, begins) > now + LEEWAY_S:
        raise BadAccessTokenError()
    if expires + LEEWAY_S <= now:
        raise ExpiredAccessTokenError()


def _moment(claims: Mapping[str, Any], name: str) -> float:
    """Return a NumericDate (RFC 7519 § 2) of our era; a switch or a number in quotes is none."""
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadAccessTokenError()
    if not 0 <= value <= LAST_MOMENT:
        raise BadAccessTokenError()
    return float(value)


def _decoded(part: str) -> bytes:
    """Refuse a second spelling: base64 has bits that mean nothing."""
    try:
        found = base64url_decode(part)
    except ValueError as error:
        raise BadAccessTokenError() from error
    if base64url_encode(found).decode() != part:
        raise BadAccessTokenError()
    return found


def _json_object(part: str) -> dict[str, Any]:
    try:
        found = json.loads(
            _decoded(part), object_pairs_hook=_without_repeats, parse_constant=_refused
        )
    except (ValueError, RecursionError) as error:
        raise BadAccessTokenError() from error
    if not isinstance(found, dict) or not _is_shallow(found, DEEPEST):
        raise BadAccessTokenError()
    return found


def _is_shallow(value: Any, left: int) -> bool:
    inside = value.values() if isinstance(value, dict) else value
    if not isinstance(value, dict | list):
        return True
    return left > 0 and all(_is_shallow(each, left - 1) for each in inside)


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name is given twice")
    return found


def _refused(constant: str) -> Any:
    raise ValueError(constant)
