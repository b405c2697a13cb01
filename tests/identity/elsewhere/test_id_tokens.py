"""ID tokens that lie: about who made them, for whom, when, in answer to what, or about the key."""

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st
from jwt.algorithms import RSAAlgorithm
from jwt.warnings import InsecureKeyLengthWarning

from questlog.core.db import Database
from questlog.identity import oidc_tokens
from questlog.identity.models import SignInSession, User
from questlog.identity.oidc_tokens import BadIdTokenError, Expected, UnknownKeyError
from tests.support.browser import Browser
from tests.support.oidc_provider import ABSENT, OidcProvider, private_key, public_jwk
from tests.support.sql import count_rows

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
T = int(NOW.timestamp())
EXPECTED = Expected("https://id.example.org", "questlog", "n-1", frozenset({"RS256", "ES256"}))
GOOD: Mapping[str, Any] = {
    "iss": "https://id.example.org",
    "aud": "questlog",
    "sub": "ada",
    "nonce": "n-1",
    "iat": T,
    "exp": T + 300,
}

type Claims = dict[str, Any]


def signed(claims: Mapping[str, Any], algorithm: str = "RS256", **header: Any) -> str:
    key_id = {"kid": f"{algorithm}-1"} | header
    named = {name: value for name, value in key_id.items() if value is not ABSENT}
    key = private_key(algorithm, 1)
    return jwt.PyJWS().encode(json.dumps(claims).encode(), key, algorithm, headers=named)


def check(token: str, keys: list[dict[str, Any]] | None = None, **more: Any) -> Any:
    published = [public_jwk("RS256"), public_jwk("ES256")] if keys is None else keys
    return oidc_tokens.verify(token, published, EXPECTED, now=NOW, **more)


def reason_of(token: str, keys: list[dict[str, Any]] | None = None, **more: Any) -> str:
    with pytest.raises(BadIdTokenError) as caught:
        check(token, keys, **more)
    return caught.value.reason


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_a_good_token_names_its_subject(algorithm: str) -> None:
    who = check(signed({**GOOD, "email": "Ada@example.org", "email_verified": True}, algorithm))

    assert (who.issuer, who.subject) == ("https://id.example.org", "ada")
    assert (who.email, who.email_verified) == ("Ada@example.org", True)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"nonce": "n-2"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"nonce": ["n-1"]}, "nonce"),
        ({"aud": "another"}, "audience"),
        ({"aud": []}, "audience"),
        ({"aud": None}, "audience"),
        ({"aud": {"questlog": 1}}, "audience"),
        ({"azp": "another"}, "authorized_party"),
        ({"aud": ["questlog", "another"]}, "authorized_party"),
        ({"iss": "https://id.example.org/"}, "issuer"),
        ({"iss": "https://evil.example.com"}, "issuer"),
        ({"iss": ["https://id.example.org"]}, "issuer"),
        ({"exp": T - 61}, "expired"),
        ({"exp": None}, "exp"),
        ({"exp": str(T + 300)}, "exp"),
        ({"exp": True}, "exp"),
        ({"exp": 1e300}, "exp"),
        ({"iat": T + 61}, "issued_in_the_future"),
        ({"iat": None}, "iat"),
        ({"nbf": T + 61}, "not_yet_valid"),
        ({"sub": ""}, "subject"),
        ({"sub": 42}, "subject"),
        ({"sub": "x" * 256}, "subject"),
        ({"at_hash": "x"}, "at_hash"),
        ({"at_hash": 1}, "at_hash"),
    ],
)
def test_s062_a_claim_that_is_not_as_it_should_be(changes: Claims, reason: str) -> None:
    token = signed({**GOOD, **changes})

    assert reason_of(token, access_token="at") == reason


def test_a_minute_of_difference_between_clocks_is_borne() -> None:
    token = signed({**GOOD, "exp": T - 59, "iat": T + 59})

    assert check(token).subject == "ada"


def test_the_access_token_beside_it_is_the_one_it_was_made_with() -> None:
    half = hashlib.sha256(b"at").digest()[:16]
    token = signed({**GOOD, "at_hash": urlsafe_b64encode(half).rstrip(b"=").decode()})

    assert check(token, access_token="at").subject == "ada"
    assert reason_of(token, access_token="another") == "at_hash"
    assert reason_of(token) == "at_hash"


def test_s062_no_signature_and_a_foreign_one() -> None:
    unsigned = jwt.encode(dict(GOOD), "", "none", headers={"kid": "RS256-1"})
    stranger = rsa.generate_private_key(65537, 2048)
    foreign = jwt.encode(dict(GOOD), stranger, "RS256", headers={"kid": "RS256-1"})
    cut = signed(GOOD).rpartition(".")[0] + "."

    assert reason_of(unsigned) == "algorithm"
    assert reason_of(foreign) == "signature"
    assert reason_of(cut) == "signature"


def test_s062_a_public_key_is_no_shared_secret() -> None:
    jwk = public_jwk("RS256")
    pem_like = json.dumps(jwk).encode()
    head = urlsafe_b64encode(b'{"alg":"HS256","kid":"RS256-1"}').rstrip(b"=")
    body = urlsafe_b64encode(json.dumps(GOOD).encode()).rstrip(b"=")
    mac = urlsafe_b64encode(hmac.digest(pem_like, head + b"." + body, "sha256")).rstrip(b"=")

    assert reason_of(b".".join((head, body, mac)).decode()) == "algorithm"


def test_s062_a_key_serves_its_own_family_alone() -> None:
    token = signed(GOOD, "ES256", kid="RS256-1")

    assert reason_of(token) == "key"
    assert reason_of(signed(GOOD, "EdDSA"), [public_jwk("EdDSA")]) == "algorithm"


@pytest.mark.parametrize(
    "spoilt",
    [
        {"use": "enc"},
        {"alg": "RS512"},
        {"kid": "another"},
        {"kty": "EC", "crv": "P-256"},
        {"kty": "oct", "k": "c2VjcmV0"},
        {"d": "AQAB"},
    ],
)
def test_s062_a_key_that_is_for_something_else(spoilt: dict[str, Any]) -> None:
    with pytest.raises(UnknownKeyError):
        check(signed(GOOD), [public_jwk("RS256") | spoilt])


def test_s062_a_key_too_short_is_refused() -> None:
    weak = rsa.generate_private_key(65537, 1024)  # noqa: S505 - that is the point
    jwk = RSAAlgorithm.to_jwk(weak.public_key(), as_dict=True) | {"kid": "RS256-1"}
    with pytest.warns(InsecureKeyLengthWarning):
        token = jwt.encode(dict(GOOD), weak, "RS256", headers={"kid": "RS256-1"})

    assert reason_of(token, [jwk]) == "short_key"


def test_a_token_without_a_key_id_needs_a_single_key() -> None:
    token = signed(GOOD, kid=ABSENT)

    assert check(token, [public_jwk("RS256")]).subject == "ada"
    assert reason_of(token, [public_jwk("RS256"), public_jwk("RS256", 2)]) == "ambiguous_key"


def test_a_header_with_demands_is_refused() -> None:
    assert reason_of(signed(GOOD, crit=["exp"])) == "malformed"


@given(st.one_of(st.text(max_size=200), st.from_regex(r"[\w-]{0,40}\.[\w-]{0,40}\.[\w-]{0,40}")))
def test_garbage_is_refused_and_nothing_else(token: str) -> None:
    assert reason_of(token) in {"malformed", "algorithm", "key"}


@pytest.mark.parametrize(
    ("said", "verified"),
    [(True, True), ("true", True), (False, False), ("false", False), (1, False), (None, False)],
)
def test_s066_what_counts_as_verified(said: object, verified: bool) -> None:
    assert check(signed({**GOOD, "email_verified": said})).email_verified is verified


def of_a_stranger(claims: Claims, header: dict[str, Any]) -> str:
    return jwt.encode(claims, private_key("RS256", 99), "RS256", headers=header)


def of_nobody(claims: Claims, header: dict[str, Any]) -> str:
    return jwt.encode(claims, "", "none", headers=header)


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"aud": "another"},
        {"azp": "another"},
        {"iss": "https://evil.example.com"},
        {"exp": 1},
        {"sub": ABSENT},
    ],
)
async def test_s062_a_lying_token_opens_no_session(
    browser: Browser, google: OidcProvider, database: Database, claims: Claims
) -> None:
    google.claims = claims

    answer = await browser.sign_in()

    assert (answer.status_code, answer.json()["code"]) == (400, "sign_in_failed")
    assert await count_rows(database, SignInSession) == await count_rows(database, User) == 0


@pytest.mark.parametrize("signing", [of_a_stranger, of_nobody])
async def test_s062_a_token_of_somebody_else_opens_no_session(
    browser: Browser,
    google: OidcProvider,
    database: Database,
    signing: Callable[[Claims, dict[str, Any]], str],
) -> None:
    google.signing = signing

    answer = await browser.sign_in()

    assert (answer.status_code, answer.json()["code"]) == (400, "sign_in_failed")
    assert await count_rows(database, SignInSession) == await count_rows(database, User) == 0


async def test_s046_a_provider_may_change_its_keys_and_is_asked_again_now_and_then(
    browser: Browser, google: OidcProvider
) -> None:
    first = await browser.sign_in()
    google.key_number = 2
    second = await browser.sign_in()
    google.header = {"kid": "never-published"}
    answers = [await browser.sign_in() for _ in range(3)]

    assert (first.status_code, second.status_code) == (200, 200)
    assert [answer.status_code for answer in answers] == [400, 400, 400]
    assert google.asked.count("keys") == 2
    assert google.asked.count("discovery") == 1
