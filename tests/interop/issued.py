"""Tokens as Better Auth, Supabase and others issue them, signed by jose; and the settings that trust their issuers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.interop import node

GOLDEN = Path(__file__).parents[1] / "data" / "issuers" / "jose.json"
MOMENT = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
BETTER_AUTH_SECRET = "what Better Auth signs its cookies with"
SUPABASE_SECRET = "the older secret of a Supabase project"
SHOP = "https://shop.example.org"
PERSON = {"id": "u7Kx", "name": "Ada", "email": "ada@example.org", "emailVerified": True}
SUPABASE_ID = "7f3c5a70-5f0e-4a9c-9d57-0f4a1a8a0c11"


@dataclass(frozen=True)
class Minted:
    """`keys` are published by all issuers but those with a secret."""

    keys: list[dict[str, Any]]
    tokens: dict[str, str]


def mint(now: datetime, site: str) -> Minted:
    """Let jose sign every kind of token. `site` is where Better Auth and Supabase are."""
    said = node.run("jose.mjs", {"tokens": asked(now, site)})
    return Minted(said["keys"], said["tokens"])


def asked(now: datetime, site: str) -> dict[str, dict[str, Any]]:
    """Return what is to be signed; the name of each begins with whose it is."""
    issued = int(now.timestamp())
    times = {"iat": issued, "exp": issued + int(timedelta(minutes=15).total_seconds())}
    plugin = {**PERSON, **times, "sub": PERSON["id"], "iss": site, "aud": site}
    cookie = {**times, **_better_auth_cookie(issued)}
    front_end = {**times, "sub": PERSON["id"], "user_id": PERSON["id"]}
    supabase = {**times, **_supabase(issued, site)}
    shop = {**times, "iss": SHOP, "aud": ["questlog", "shop"], "sub": "auth0|7"}
    of_key_pairs = {
        f"{issuer} {algorithm}": {"alg": algorithm, "claims": claims, "header": header}
        for issuer, claims, header, algorithms in (
            ("better-auth plugin", plugin, {}, ("EdDSA", "ES256", "RS256", "PS256", "ES512")),
            ("supabase", supabase, {"typ": "JWT"}, ("ES256", "RS256")),
            ("shop", shop, {"typ": "at+jwt"}, ("EdDSA", "ES256", "RS256", "ES384", "PS512")),
        )
        for algorithm in algorithms
    }
    of_secrets = {
        "better-auth cookie HS256": (cookie, BETTER_AUTH_SECRET),
        "better-auth front end HS256": (front_end, BETTER_AUTH_SECRET),
        "secret of supabase HS256": (supabase, SUPABASE_SECRET),
    }
    return of_key_pairs | {
        name: {"alg": "HS256", "claims": claims, "secret": secret}
        for name, (claims, secret) in of_secrets.items()
    }


def _better_auth_cookie(issued: int) -> dict[str, Any]:
    return {
        "session": {"id": "s1", "userId": PERSON["id"], "token": "t", "ipAddress": ""},
        "user": PERSON,
        "updatedAt": issued * 1000,
        "version": "1",
    }


def _supabase(issued: int, site: str) -> dict[str, Any]:
    return {
        "iss": f"{site}/auth/v1",
        "aud": "authenticated",
        "sub": SUPABASE_ID,
        "role": "authenticated",
        "is_anonymous": False,
        "aal": "aal1",
        "amr": [{"method": "password", "timestamp": issued}],
        "session_id": SUPABASE_ID,
        "email": "ada@example.org",
        "phone": "",
        "user_metadata": {"email_verified": True},
        "app_metadata": {"provider": "email", "providers": ["email"]},
    }


def settings(site: str, jwks_url: str) -> dict[str, str]:
    """Return the settings of a server that trusts all of them but who has the older secret of Supabase."""
    shop = {"name": "shop", "issuer": SHOP, "audience": "questlog", "jwks_url": jwks_url}
    return {
        "BETTER_AUTH_SECRET": BETTER_AUTH_SECRET,
        "BETTER_AUTH_URL": site,
        "SUPABASE_URL": site,
        "TRUSTED_ISSUERS": json.dumps([shop]),
    }


def settings_with_secret(site: str) -> dict[str, str]:
    return {"SUPABASE_URL": site, "SUPABASE_JWT_SECRET": SUPABASE_SECRET}


def is_of_secret(name: str) -> bool:
    return name.startswith("secret of supabase")


def owner(name: str) -> str:
    """Return which of the three people a token of this name speaks of."""
    return name.removeprefix("secret of ").split()[0]


def keep(minted: Minted, site: str) -> None:
    GOLDEN.parent.mkdir(exist_ok=True)
    golden: Mapping[str, Any] = {
        "jose": node.version("jose"),
        "moment": MOMENT.isoformat(),
        "site": site,
        "keys": minted.keys,
        "tokens": minted.tokens,
    }
    GOLDEN.write_text(json.dumps(golden, indent=1) + "\n", encoding="utf-8")
