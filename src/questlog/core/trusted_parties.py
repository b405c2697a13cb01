"""Other systems that vouch for people: the JSON inside `OIDC_PROVIDERS` and `TRUSTED_ISSUERS`."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from questlog.core.secret_strength import MIN_LENGTH
from questlog.core.settings_types import HttpUrl

ProviderName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,31}$")]
SHARED_SECRET_ALGORITHMS = frozenset({"HS256", "HS384", "HS512"})
KEY_PAIR_ALGORITHMS = frozenset({"RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "EdDSA"})


class Party(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class OidcProvider(Party):
    """A provider people may sign in with; `name` stands in the address of its login."""

    name: ProviderName
    issuer: HttpUrl
    client_id: str = Field(min_length=1)
    client_secret: SecretStr
    scopes: tuple[str, ...] = ("openid", "email", "profile")


class TrustedIssuer(Party):
    """Somebody whose tokens are accepted: either a shared secret or a set of public keys, never both.

    One issuer, one family of algorithms: a public key can then never be taken for a shared secret.
    """

    name: ProviderName
    issuer: str | None = None
    audience: str | None = None
    jwks_url: HttpUrl | None = None
    secret: SecretStr | None = None
    algorithms: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _has_one_family(self) -> Self:
        if (self.jwks_url is None) == (self.secret is None):
            raise ValueError("needs either `secret` or `jwks_url`")
        if self.secret and len(self.secret.get_secret_value().encode()) < MIN_LENGTH:
            raise ValueError(f"has a `secret` shorter than {MIN_LENGTH} bytes")
        family = SHARED_SECRET_ALGORITHMS if self.secret else KEY_PAIR_ALGORITHMS
        if foreign := sorted(set(self.algorithms) - family):
            raise ValueError(f"has `{foreign[0]}` among its algorithms, which is of another family")
        return self
