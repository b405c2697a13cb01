"""Checking the tokens of one issuer, with one family of algorithms: a shared secret, or public keys. Never both.

What a token may be signed with is settled when the server starts. A verifier of secrets has no public key it could take
for a secret, a verifier of public keys has no secret, and which of them is asked is not the token's to choose.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import jwt
from jwt import PyJWK
from jwt.types import Options

from questlog.core.trusted_parties import KEY_PAIR_ALGORITHMS, SHARED_SECRET_ALGORITHMS
from questlog.identity import issuer_claims, issuer_tokens
from questlog.identity.access_tokens import BadAccessTokenError
from questlog.identity.issuer_claims import Form, Person
from questlog.identity.issuer_keys import IssuerKeys
from questlog.identity.issuer_tokens import Unverified
from questlog.identity.oidc_tokens import Subject

TIMES_ARE_CHECKED_BY_US: Options = {
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
}


@dataclass(frozen=True)
class Vouched:
    """A person an issuer has vouched for just now. `issuer` and `subject` together are who it is.

    `expires` is the `exp` of the token, in seconds of the epoch.
    """

    issuer: str
    provider: str
    person: Person
    expires: float

    @property
    def subject(self) -> str:
        return self.person.subject

    @property
    def as_subject(self) -> Subject:
        """Return them as identities are kept; an address that is there was verified."""
        person = self.person
        return Subject(
            self.issuer, person.subject, person.email, person.email is not None, person.name
        )


@dataclass(frozen=True, kw_only=True)
class Verifier(ABC):
    """`issuer` and `audience` are what `iss` and `aud` must be, letter for letter; None: tokens have none.

    `naming` says what else is allowed of them: `optional` lets a token go without, but not have another; `any` takes any
    `iss`, for a secret whose holder has no name in the settings. `identity` is the issuer users are kept under.
    """

    name: str
    identity: str
    issuer: str | None
    audience: str | None
    algorithms: frozenset[str]
    form: Form = issuer_claims.standard
    naming: Literal["exact", "optional", "any"] = "exact"

    family: ClassVar[frozenset[str]]

    def __post_init__(self) -> None:
        if not self.algorithms or not self.algorithms <= self.family:
            raise ValueError(f"{self.name} mixes families of algorithms")

    async def verify(self, token: Unverified) -> Vouched:
        """Raises `BadAccessTokenError`, `ExpiredAccessTokenError`, `IssuerUnreachableError`."""
        key = await self._key(token)
        if key is None:
            raise BadAccessTokenError()
        wanted = self._wanted(token.claims)
        required = ["exp", "iat", *(name for name, value in wanted.items() if value is not None)]
        options: Options = {
            **TIMES_ARE_CHECKED_BY_US,
            "require": required,
            "enforce_minimum_key_length": True,
        }
        try:
            claims = jwt.decode(
                token.text,
                key,
                algorithms=sorted(self.algorithms),
                issuer=wanted["iss"],
                audience=wanted["aud"],
                options=options,
            )
        except jwt.PyJWTError as error:
            raise BadAccessTokenError() from error
        issuer_tokens.check_times(claims)
        return Vouched(self.identity, self.name, self.form(claims), claims["exp"])

    @abstractmethod
    async def _key(self, token: Unverified) -> PyJWK | bytes | None: ...

    def _wanted(self, claims: Mapping[str, Any]) -> dict[str, str | None]:
        if self.naming == "any" and not isinstance(claims.get("iss"), str):
            raise BadAccessTokenError()
        wanted = {"iss": self.issuer, "aud": self.audience}
        if self.naming != "optional":
            return wanted
        return {name: value if name in claims else None for name, value in wanted.items()}


@dataclass(frozen=True, kw_only=True)
class SharedSecret(Verifier):
    secret: bytes = field(repr=False)

    family = SHARED_SECRET_ALGORITHMS

    async def _key(self, _token: Unverified) -> bytes:
        return self.secret


@dataclass(frozen=True, kw_only=True)
class PublicKeys(Verifier):
    """A key is bound to its algorithm where it is published, and found by its `kid` alone."""

    keys: IssuerKeys = field(repr=False)

    family = KEY_PAIR_ALGORITHMS

    async def _key(self, token: Unverified) -> PyJWK | None:
        return None if token.kid is None else await self.keys.find(token.kid)
