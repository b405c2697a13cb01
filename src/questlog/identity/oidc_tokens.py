"""Checking an ID token (OpenID Connect Core § 3.1.3.7). Pure: no clock, no network."""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import jwt
from jwt.types import Options

from questlog.core.security import same

LEEWAY_S = 60
HIGHEST_MOMENT = 1 << 40
MOST_SUBJECT = 255
FAMILIES = {
    "RS256": "RSA", "RS384": "RSA", "RS512": "RSA",
    "PS256": "RSA", "PS384": "RSA", "PS512": "RSA",
    "ES256": "P-256", "ES384": "P-384", "ES512": "P-521",
    "EdDSA": "Ed25519",
}  # fmt: skip
# What a token says is compared here, with the clock of the house and the reason for the log.
SIGNATURE_ALONE: Options = {
    "verify_signature": True,
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
    "verify_aud": False,
    "verify_iss": False,
    "verify_sub": False,
    "verify_jti": False,
}
LEAST_RSA_BITS = 2048  # RFC 7518 § 3.3


class BadIdTokenError(Exception):
    """`reason` is one word for the log."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class UnknownKeyError(BadIdTokenError):
    """No published key of this id: the provider may have changed its keys."""

    def __init__(self) -> None:
        super().__init__("key")


@dataclass(frozen=True)
class Expected:
    """What a token must say. `algorithms` are those the provider announces, as far as they are public-key ones."""

    issuer: str
    client_id: str
    nonce: str
    algorithms: frozenset[str]


@dataclass(frozen=True)
class Subject:
    """Who somebody is at a provider. `email` is what the provider says; trust it only when it is verified."""

    issuer: str
    subject: str
    email: str | None
    email_verified: bool
    name: str


def verify(
    token: str,
    keys: Sequence[Mapping[str, Any]],
    expected: Expected,
    *,
    now: datetime,
    access_token: str | None = None,
) -> Subject:
    """Return whom the token names. Raises `BadIdTokenError`, and `UnknownKeyError` where newer keys may help."""
    try:
        header = jwt.get_unverified_header(token)
    except jwt.PyJWTError as error:
        raise BadIdTokenError("malformed") from error
    algorithm = header.get("alg")
    if algorithm not in expected.algorithms or algorithm not in FAMILIES or "crit" in header:
        raise BadIdTokenError("algorithm")
    key = _key_for(keys, header.get("kid"), algorithm)
    try:
        claims = jwt.decode(token, key, algorithms=[algorithm], options=SIGNATURE_ALONE)
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise BadIdTokenError("signature") from error
    _check_party(claims, expected)
    _check_moments(claims, now.timestamp())
    _check_access_token(claims, algorithm, access_token)
    return _subject(claims, expected.issuer)


def _key_for(keys: Sequence[Mapping[str, Any]], key_id: object, algorithm: str) -> Any:
    """Return the one key that may have signed this: of this id and of the algorithm's own family."""
    named = [
        key
        for key in keys
        if (key_id is None or key.get("kid") == key_id) and _is_of_family(key, algorithm)
    ]
    if not named:
        raise UnknownKeyError()
    if len(named) > 1:
        raise BadIdTokenError("ambiguous_key")
    try:
        key = jwt.PyJWK(dict(named[0]), algorithm).key
    except (jwt.PyJWTError, ValueError, TypeError, KeyError) as error:
        raise BadIdTokenError("key") from error
    if FAMILIES[algorithm] == "RSA" and key.key_size < LEAST_RSA_BITS:
        raise BadIdTokenError("short_key")
    return key


def _is_of_family(key: Mapping[str, Any], algorithm: str) -> bool:
    kind = key.get("crv") if key.get("kty") in ("EC", "OKP") else key.get("kty")
    return (
        kind == FAMILIES[algorithm]
        and key.get("use", "sig") == "sig"
        and key.get("alg", algorithm) == algorithm
        and "d" not in key  # a private key among the public ones is nobody's proof any more
    )


def _check_party(claims: Mapping[str, Any], expected: Expected) -> None:
    """Check who says it, to whom, and in answer to which question."""
    if claims.get("iss") != expected.issuer:
        raise BadIdTokenError("issuer")
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if expected.client_id not in audiences:
        raise BadIdTokenError("audience")
    party = claims.get("azp")
    if party != expected.client_id and (party is not None or len(audiences) > 1):
        raise BadIdTokenError("authorized_party")
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not same(nonce, expected.nonce):
        raise BadIdTokenError("nonce")


def _check_moments(claims: Mapping[str, Any], now: float) -> None:
    if _moment(claims, "exp") <= now - LEEWAY_S:
        raise BadIdTokenError("expired")
    if _moment(claims, "iat") > now + LEEWAY_S:
        raise BadIdTokenError("issued_in_the_future")
    if "nbf" in claims and _moment(claims, "nbf") > now + LEEWAY_S:
        raise BadIdTokenError("not_yet_valid")


def _moment(claims: Mapping[str, Any], name: str) -> float:
    found = claims.get(name)
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise BadIdTokenError(name)
    if not 0 <= found < HIGHEST_MOMENT:
        raise BadIdTokenError(name)
    return found


def _check_access_token(
    claims: Mapping[str, Any], algorithm: str, access_token: str | None
) -> None:
    """Check `at_hash` when there is one: it ties the token to the access token beside it (§ 3.1.3.8)."""
    claimed = claims.get("at_hash")
    if claimed is None:
        return
    name = "sha512" if algorithm == "EdDSA" else f"sha{algorithm[2:]}"
    whole = hashlib.new(name, (access_token or "").encode()).digest()
    expected = urlsafe_b64encode(whole[: len(whole) // 2]).rstrip(b"=").decode()
    if not isinstance(claimed, str) or not same(claimed, expected):
        raise BadIdTokenError("at_hash")


def _subject(claims: Mapping[str, Any], issuer: str) -> Subject:
    subject, email, name = claims.get("sub"), claims.get("email"), claims.get("name")
    if not isinstance(subject, str) or not 0 < len(subject) <= MOST_SUBJECT or "\0" in subject:
        raise BadIdTokenError("subject")
    return Subject(
        issuer,
        subject,
        email if isinstance(email, str) else None,
        _is_true(claims.get("email_verified")),
        name if isinstance(name, str) else "",
    )


def _is_true(value: object) -> bool:
    """Read `email_verified`: § 5.1 has a boolean, and Apple and Cognito write it as a string."""
    return value is True or value == "true"
