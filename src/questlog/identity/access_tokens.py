"""Access tokens: short-lived JWTs that name a user and a session, and nothing a change could make untrue."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import jwt
from jwt.utils import base64url_decode, base64url_encode

from questlog.core import clock
from questlog.core.exceptions import AuthenticationError
from questlog.core.ids import parse_id
from questlog.core.security import Keyring, digest

LONGEST = 4096
LEEWAY_S = 45
CLAIMS = ("sub", "sid", "iat", "exp", "typ")
USE = "access"


class BadAccessTokenError(AuthenticationError):
    code = "invalid_token"
    default_message = "This access token is not valid. Sign in again."

    def __init__(self) -> None:
        super().__init__(headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})


class ExpiredAccessTokenError(BadAccessTokenError):
    code = "token_expired"
    default_message = "This access token has expired. Refresh it, or sign in again."


@dataclass(frozen=True)
class Claims:
    """`expires_at` is in seconds since 1970, leeway included."""

    user_id: UUID
    session_id: UUID
    expires_at: float


class AccessTokens:
    """Makes and reads our access tokens.

    Every one made with the same key begins with the same header, which names that key; a token with any other header is
    refused before anything in it is parsed.
    """

    def __init__(self, keyring: Keyring, algorithm: str, lifetime: timedelta) -> None:
        self.lifetime = lifetime
        self._algorithm = algorithm
        keys = [_key(each) for each in keyring.readable]
        self._key = keys[0]
        self._by_header = {self._encode({}, key).partition(".")[0]: key for key in keys}

    def issue(self, user_id: UUID, session_id: UUID) -> str:
        now = int(clock.now().timestamp())
        return self._encode(
            {
                "sub": str(user_id),
                "sid": str(session_id),
                "iat": now,
                "exp": now + int(self.lifetime.total_seconds()),
                "typ": USE,
            },
            self._key,
        )

    def is_ours(self, token: str) -> bool:
        """Return whether this looks like a token of ours; whether it is genuine is `read`'s to say."""
        return token.partition(".")[0] in self._by_header

    def read(self, token: str) -> Claims:
        """Return what a token of ours claims. Raises `BadAccessTokenError`, `ExpiredAccessTokenError`."""
        key = self._by_header.get(token.partition(".")[0]) if len(token) <= LONGEST else None
        if key is None:
            raise BadAccessTokenError()
        try:
            claims = jwt.decode(
                token,
                key,
                algorithms=[self._algorithm],
                options={"require": list(CLAIMS), "verify_exp": False, "verify_iat": False},
            )
        except jwt.InvalidTokenError as error:
            raise BadAccessTokenError() from error
        if not _is_canonical(token.rpartition(".")[2]):
            raise BadAccessTokenError()
        return _checked(claims)

    def _encode(self, claims: dict[str, Any], key: bytes) -> str:
        return jwt.encode(claims, key, self._algorithm, headers={"kid": digest(key)[:8]})


def _key(keyring: Keyring) -> bytes:
    """Return a key as long as the longest hash that may be chosen (RFC 7518 § 3.2)."""
    return keyring.key("access tokens, 1") + keyring.key("access tokens, 2")


def _is_canonical(signature: str) -> bool:
    """Return whether this is the one spelling of its bytes: base64 has bits and padding that mean nothing."""
    return base64url_encode(base64url_decode(signature)).decode() == signature


def _checked(claims: dict[str, Any]) -> Claims:
    user_id, session_id = parse_id(claims["sub"]), parse_id(str(claims["sid"]))
    moments = claims["iat"], claims["exp"]
    if claims["typ"] != USE or user_id is None or session_id is None:
        raise BadAccessTokenError()
    if not all(type(moment) is int for moment in moments):
        raise BadAccessTokenError()
    issued, expires = moments
    now = clock.now().timestamp()
    if issued > now + LEEWAY_S:
        raise BadAccessTokenError()
    if expires + LEEWAY_S <= now:
        raise ExpiredAccessTokenError()
    return Claims(user_id, session_id, expires + LEEWAY_S)
