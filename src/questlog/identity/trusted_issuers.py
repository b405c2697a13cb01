"""The issuers this server trusts, made from the settings once, at the start."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from questlog.core.outside_settings import IssuerSettings
from questlog.core.trusted_parties import (
    BETTER_AUTH,
    KEY_PAIR_ALGORITHMS,
    SUPABASE,
    TrustedIssuer,
)
from questlog.identity import issuer_claims
from questlog.identity.issuer_keys import IssuerKeys
from questlog.identity.issuer_verifiers import PublicKeys, SharedSecret, Verifier

DEFAULT_SECRET_ALGORITHMS = frozenset({"HS256"})
SUPABASE_AUDIENCE = "authenticated"
BETTER_AUTH_PATH = "/api/auth"


def verifiers(settings: IssuerSettings) -> tuple[Verifier, ...]:
    return (*_better_auth(settings), *_supabase(settings), *map(_listed, settings.trusted))


def _better_auth(settings: IssuerSettings) -> Iterator[Verifier]:
    """Its forms share one name, so that one subject is one user whatever signed the token."""
    url = settings.better_auth_url
    origin = settings.better_auth_issuer
    if settings.better_auth_secret:
        yield SharedSecret(
            name=BETTER_AUTH,
            identity=BETTER_AUTH,
            issuer=origin,
            audience=origin,
            algorithms=DEFAULT_SECRET_ALGORITHMS,
            form=issuer_claims.better_auth_secret,
            naming="optional",
            secret=settings.better_auth_secret.get_secret_value().encode(),
        )
    if url:
        base = url if urlsplit(url).path else url + BETTER_AUTH_PATH
        yield PublicKeys(
            name=BETTER_AUTH,
            identity=BETTER_AUTH,
            issuer=origin,
            audience=origin,
            algorithms=KEY_PAIR_ALGORITHMS,
            form=issuer_claims.better_auth,
            keys=IssuerKeys(BETTER_AUTH, f"{base}/jwks", KEY_PAIR_ALGORITHMS),
        )


def _supabase(settings: IssuerSettings) -> Iterator[Verifier]:
    """With the older shared secret that one and nothing else, without it the project's published keys."""
    secret = settings.supabase_jwt_secret
    issuer = settings.supabase_issuer
    if secret:
        yield SharedSecret(
            name=SUPABASE,
            identity=SUPABASE,
            issuer=issuer,
            audience=SUPABASE_AUDIENCE,
            algorithms=DEFAULT_SECRET_ALGORITHMS,
            form=issuer_claims.supabase,
            naming="exact" if issuer else "any",
            secret=secret.get_secret_value().encode(),
        )
    elif issuer:
        keys = IssuerKeys(SUPABASE, f"{issuer}/.well-known/jwks.json", KEY_PAIR_ALGORITHMS)
        yield PublicKeys(
            name=SUPABASE,
            identity=SUPABASE,
            issuer=issuer,
            audience=SUPABASE_AUDIENCE,
            algorithms=KEY_PAIR_ALGORITHMS,
            form=issuer_claims.supabase,
            keys=keys,
        )


def _listed(each: TrustedIssuer) -> Verifier:
    if each.secret is not None:
        return SharedSecret(
            name=each.name,
            identity=each.identity,
            issuer=each.issuer,
            audience=each.audience,
            algorithms=frozenset(each.algorithms) or DEFAULT_SECRET_ALGORITHMS,
            secret=each.secret.get_secret_value().encode(),
        )
    algorithms = frozenset(each.algorithms) or KEY_PAIR_ALGORITHMS
    return PublicKeys(
        name=each.name,
        identity=each.identity,
        issuer=each.issuer,
        audience=each.audience,
        algorithms=algorithms,
        keys=IssuerKeys(each.name, each.jwks_url or "", algorithms),
    )
