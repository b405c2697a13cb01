"""Other systems that vouch for people: the JSON inside `OIDC_PROVIDERS` and `TRUSTED_ISSUERS`."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from questlog.core.secret_strength import MIN_LENGTH
from questlog.core.settings_types import HttpUrl

ProviderName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,31}$")]
Scope = Annotated[str, Field(pattern=r"^[\x21\x23-\x5b\x5d-\x7e]+$")]  # RFC 6749 § 3.3
SHARED_SECRET_ALGORITHMS = frozenset({"HS256", "HS384", "HS512"})
KEY_PAIR_ALGORITHMS = frozenset(
    {f"{kind}{bits}" for kind in ("RS", "PS", "ES") for bits in (256, 384, 512)} | {"EdDSA"}
)
BETTER_AUTH, SUPABASE = "better-auth", "supabase"


class Party(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class OidcProvider(Party):
    """A provider people may sign in with.

    `name` stands in the address of its login and `label` on its button. `discovery_url` is for a provider whose
    document does not lie below its issuer. `link_by_email` lets an address that the provider has verified sign in to an
    account whose address is verified here too; without it the owner links the two while signed in.
    """

    name: ProviderName
    issuer: HttpUrl
    client_id: str = Field(min_length=1)
    client_secret: SecretStr
    scopes: tuple[Scope, ...] = ("openid", "email", "profile")
    label: str | None = Field(default=None, min_length=1, max_length=60)
    discovery_url: HttpUrl | None = None
    link_by_email: bool = False

    @model_validator(mode="after")
    def _asks_who_it_is(self) -> Self:
        if "openid" not in self.scopes:
            raise ValueError("needs `openid` among its scopes")
        return self


class TrustedIssuer(Party):
    """Somebody whose tokens are accepted: either a shared secret or a set of public keys, never both.

    One issuer, one family of algorithms: a public key can then never be taken for a shared secret. `issuer` and
    `audience` are compared with `iss` and `aud` letter for letter; one that is left out must be absent from the tokens
    too. Without `algorithms`, a secret means HS256, and public keys any that they say they are for.
    """

    name: ProviderName
    issuer: str | None = Field(default=None, min_length=1, max_length=500)
    audience: str | None = Field(default=None, min_length=1, max_length=500)
    jwks_url: HttpUrl | None = None
    secret: SecretStr | None = None
    algorithms: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _has_one_family(self) -> Self:
        if (self.jwks_url is None) == (self.secret is None):
            raise ValueError("needs either `secret` or `jwks_url`")
        if self.secret:
            self._check_secret(self.secret.get_secret_value())
        family = SHARED_SECRET_ALGORITHMS if self.secret else KEY_PAIR_ALGORITHMS
        if foreign := sorted(set(self.algorithms) - family):
            raise ValueError(f"has `{foreign[0]}` among its algorithms, which is of another family")
        return self

    @property
    def identity(self) -> str:
        """Return what its people are kept under, together with their subjects."""
        return self.issuer or self.name

    def _check_secret(self, secret: str) -> None:
        """RFC 7518 § 3.2: as long as the hash."""
        hashes = [int(name[2:]) // 8 for name in self.algorithms if name.startswith("HS")]
        least = max(MIN_LENGTH, *hashes) if hashes else MIN_LENGTH
        if len(secret.encode()) < least:
            raise ValueError(f"has a `secret` shorter than {least} bytes")
        if "-----BEGIN" in secret:
            raise ValueError("has a key as its `secret`: publish it at a `jwks_url` instead")
