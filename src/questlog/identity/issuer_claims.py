"""Who the claims of a checked token speak of. Each kind of issuer has its own way of saying it.

An address is taken only where the issuer says that it was verified. What people can write about themselves
(`user_metadata` of Supabase) is not read at all, and no claim makes anybody an administrator.
"""

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from questlog.identity import emails
from questlog.identity.access_tokens import BadAccessTokenError
from questlog.identity.emails import InvalidEmailError

LONGEST_SUBJECT = 255
LONGEST_NAME = 200


@dataclass(frozen=True)
class Person:
    """`subject` is the issuer's own name for somebody; `email` is normalised and verified there, or None."""

    subject: str
    email: str | None = None
    name: str = ""


type Form = Callable[[Mapping[str, Any]], Person]


def standard(claims: Mapping[str, Any]) -> Person:
    """OpenID Connect's names (OpenID Connect Core § 5.1). Raises `BadAccessTokenError`."""
    return _person(claims.get("sub"), claims, is_verified=claims.get("email_verified") is True)


def supabase(claims: Mapping[str, Any]) -> Person:
    """A person signed in to a Supabase project; its keys and its anonymous users are nobody (S-056)."""
    if claims.get("role") != "authenticated" or claims.get("is_anonymous", False) is not False:
        raise BadAccessTokenError()
    return standard(claims)


def better_auth(claims: Mapping[str, Any]) -> Person:
    """What Better Auth's JWT plugin signs: the user's columns beside `sub`."""
    return _better_auth(claims.get("sub"), claims)


def better_auth_secret(claims: Mapping[str, Any]) -> Person:
    """Better Auth's cookie cache names people in `user.id` or `session.userId`, other front ends in `sub` and `user_id`.

    The same secret signs links that prove an address: those name nobody and let nobody in.
    """
    user, session = claims.get("user", {}), claims.get("session", {})
    if not isinstance(user, dict) or not isinstance(session, dict):
        raise BadAccessTokenError()
    if "sub" in claims:
        return _better_auth(_agreed(claims["sub"], claims.get("user_id")), claims)
    return _better_auth(_agreed(user.get("id"), session.get("userId")), user)


def _agreed(*names: Any) -> Any:
    said = [name for name in names if name is not None]
    if any(name != said[0] for name in said):
        raise BadAccessTokenError()
    return said[0] if said else None


def _better_auth(subject: Any, about: Mapping[str, Any]) -> Person:
    verified = about.get("emailVerified") is True or about.get("email_verified") is True
    return _person(subject, about, is_verified=verified)


def _person(subject: Any, about: Mapping[str, Any], *, is_verified: bool) -> Person:
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT:
        raise BadAccessTokenError()
    if not subject.isprintable():
        raise BadAccessTokenError()
    email = about.get("email")
    name = about.get("name")
    return Person(
        subject,
        _address(email) if is_verified and isinstance(email, str) else None,
        _printable(name) if isinstance(name, str) else "",
    )


def _address(email: str) -> str | None:
    try:
        return emails.normalise(email)
    except InvalidEmailError:
        return None


def _printable(name: str) -> str:
    shown = "".join(c for c in unicodedata.normalize("NFC", name) if c.isprintable())
    return shown.strip()[:LONGEST_NAME]
