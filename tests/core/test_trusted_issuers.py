"""Which issuers may be trusted: a mistake about them stops the start (S-043, S-057)."""

import json
from typing import Any

import pytest
from pydantic import SecretStr

from questlog.core.config import SettingsError, load_settings
from questlog.core.outside_settings import IssuerSettings
from questlog.identity import trusted_issuers
from questlog.identity.issuer_verifiers import PublicKeys, SharedSecret, Verifier

SECRET = "the secret of the shop, which nobody else has"
JWKS = "https://shop.example.org/jwks"
SHOP = {"name": "shop", "issuer": "https://shop.example.org", "audience": "questlog"}
BETTER = "the secret of Better Auth, which is long enough"
SUPABASE = "the secret of Supabase, which is long enough"


def settings(*trusted: dict[str, Any], **environ: str) -> IssuerSettings:
    given = {"SECRET_KEY": "a key of our own that nobody shares", **environ}
    return load_settings(given | {"TRUSTED_ISSUERS": json.dumps(trusted)}, env_file=None).issuers


def verifiers(*trusted: dict[str, Any], **environ: str) -> dict[str, Verifier]:
    made = trusted_issuers.verifiers(settings(*trusted, **environ))
    return {f"{type(each).__name__} {each.name}": each for each in made}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"secret": SECRET, "jwks_url": JWKS}, "either `secret` or `jwks_url`"),
        ({}, "either `secret` or `jwks_url`"),
        ({"secret": SECRET, "algorithms": ["HS256", "RS256"]}, "of another family"),
        ({"jwks_url": JWKS, "algorithms": ["ES256", "HS256"]}, "of another family"),
        ({"jwks_url": JWKS, "algorithms": ["none"]}, "of another family"),
        ({"secret": SECRET, "algorithms": ["none"]}, "of another family"),
        ({"secret": "x" * 31}, "shorter than 32 bytes"),
        ({"secret": SECRET, "algorithms": ["HS256", "HS512"]}, "shorter than 64 bytes"),
        ({"secret": f"-----BEGIN PUBLIC KEY-----\n{SECRET}"}, "a key as its `secret`"),
        ({"jwks_url": "ftp://shop.example.org"}, "https://"),
        ({"secret": SECRET, "issuer": ""}, "at least 1 character"),
        ({"secret": SECRET, "jku": JWKS}, "Extra inputs"),
        ({"secret": SECRET, "name": "better-auth"}, "a name of our own"),
        ({"secret": SECRET, "issuer": "supabase"}, "Supabase's"),
    ],
)
def test_s043_a_mixed_or_weak_issuer_stops_the_start(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(SettingsError) as refused:
        settings({**SHOP, **changes})

    assert words in str(refused.value)
    assert "TRUSTED_ISSUERS" in str(refused.value)
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize(
    ("second", "environ"),
    [
        ({**SHOP, "name": "other", "jwks_url": JWKS}, {}),
        ({**SHOP, "issuer": "https://other.example.org", "jwks_url": JWKS}, {}),
        (
            {"name": "a", "issuer": "https://app.example.org", "jwks_url": JWKS},
            {"BETTER_AUTH_URL": "https://APP.example.org:443/api"},
        ),
        (
            {"name": "a", "issuer": "https://ref.supabase.co/auth/v1", "jwks_url": JWKS},
            {"SUPABASE_URL": "https://ref.supabase.co"},
        ),
    ],
)
def test_s043_one_issuer_has_one_entry(second: dict[str, Any], environ: dict[str, str]) -> None:
    with pytest.raises(SettingsError) as refused:
        settings({**SHOP, "secret": SECRET}, second, **environ)

    assert "there twice" in str(refused.value)


def test_s043_a_verifier_cannot_be_made_of_two_families() -> None:
    with pytest.raises(ValueError, match="mixes families"):
        SharedSecret(
            name="shop",
            identity="shop",
            issuer=None,
            audience=None,
            algorithms=frozenset({"HS256", "ES256"}),
            secret=b"x" * 32,
        )


@pytest.mark.parametrize("name", ["BETTER_AUTH_SECRET", "SUPABASE_JWT_SECRET"])
def test_s057_a_short_secret_stops_the_start(name: str) -> None:
    with pytest.raises(SettingsError, match=f"{name}.*shorter than 32 bytes"):
        settings(**{name: "x" * 31})


@pytest.mark.parametrize("shared", ["BETTER_AUTH_SECRET", "SUPABASE_JWT_SECRET", "the shop's"])
def test_a_secret_of_others_is_never_ours(shared: str) -> None:
    trusted = [{**SHOP, "secret": SECRET}] if shared == "the shop's" else []
    environ = {} if trusted else {shared: SECRET}

    with pytest.raises(SettingsError, match="and SECRET_KEY are the same"):
        settings(*trusted, SECRET_KEY=SECRET, **environ)


def test_every_setting_makes_its_verifier() -> None:
    made = verifiers(
        {**SHOP, "jwks_url": JWKS},
        BETTER_AUTH_SECRET=BETTER,
        BETTER_AUTH_URL="https://app.example.org/",
        SUPABASE_URL="https://ref.supabase.co/",
    )

    named = {name: (each.issuer, each.audience) for name, each in made.items()}
    app = "https://app.example.org"
    assert named == {
        "SharedSecret better-auth": (app, app),
        "PublicKeys better-auth": (app, app),
        "PublicKeys supabase": ("https://ref.supabase.co/auth/v1", "authenticated"),
        "PublicKeys shop": ("https://shop.example.org", "questlog"),
    }
    assert {each.identity for name, each in made.items() if "better" in name} == {"better-auth"}


def test_with_its_secret_supabase_has_no_keys() -> None:
    made = verifiers(SUPABASE_JWT_SECRET=SUPABASE, SUPABASE_URL="https://ref.supabase.co")

    (only,) = made.values()
    assert isinstance(only, SharedSecret)
    assert only.algorithms == {"HS256"}


def test_a_verifier_does_not_show_its_secret() -> None:
    made = verifiers({**SHOP, "secret": SECRET})

    shown = repr(made)

    assert SECRET not in shown
    assert SecretStr(SECRET).get_secret_value() not in str(made["SharedSecret shop"])


def test_nothing_of_a_verifier_can_be_changed() -> None:
    made = verifiers({**SHOP, "jwks_url": JWKS})["PublicKeys shop"]

    with pytest.raises(AttributeError):
        made.algorithms = frozenset({"HS256"})  # type: ignore[misc]
    assert isinstance(made, PublicKeys)
