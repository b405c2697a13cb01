"""Tokens issued elsewhere, good and hostile: at the door, on both databases, and nobody comes in by a bad one."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from questlog.identity import issuer_tokens
from questlog.identity.access_tokens import BadAccessTokenError
from tests.identity.issuers.conftest import Door, OpenDoor, entry, refused
from tests.support import issuers
from tests.support.issuers import SECRET, KeyServer, Signer, claims, compact, secret_holder

SHOP = secret_holder()


async def test_a_good_token_opens(door: Door) -> None:
    answer = await door.show(SHOP.token(claims(name="Ada")))

    assert (answer.status_code, answer.json()["name"]) == (200, "Ada")
    assert (answer.json()["email"], answer.json()["role"]) == (None, "user")


@pytest.mark.parametrize("algorithm", ["EdDSA", "ES256", "RS256"])
async def test_a_token_of_a_published_key_opens(open_door: OpenDoor, algorithm: str) -> None:
    signer = issuers.key_pair(algorithm)
    async with issuers.key_server(signer) as published:
        trusting = entry(jwks_url=published.url)
        async with open_door(TRUSTED_ISSUERS=trusting) as door:
            answer = await door.show(signer.token())

    assert answer.status_code == 200


async def test_s041_a_token_without_a_signature_is_refused(door: Door, key_door: Door) -> None:
    unsigned = [
        compact({"alg": algorithm, "kid": "one"}, claims(), signature)
        for algorithm in ("none", "None", "NONE", "", "HS256", "ES256")
        for signature in (lambda _message: b"", lambda _message: b"\0")
    ]
    bare = SHOP.token().rpartition(".")[0]

    await refused(door, *unsigned, bare, f"{bare}.", compact({}, claims(), SHOP.sign))
    await refused(key_door, *unsigned)


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
async def test_s042_a_public_key_is_no_shared_secret(open_door: OpenDoor, algorithm: str) -> None:
    signer = issuers.key_pair(algorithm)
    public = signer.key.public_key()
    info = PublicFormat.SubjectPublicKeyInfo
    spellings = [
        public.public_bytes(Encoding.PEM, info),
        public.public_bytes(Encoding.PEM, info).strip(),
        public.public_bytes(Encoding.DER, info),
        json.dumps(signer.jwk).encode(),
        signer.jwk.get("x", signer.jwk.get("n", "")).encode(),
    ]
    tokens = [
        compact({"alg": name, "kid": "one"}, claims(), secret_holder(key, name).sign_raw)
        for key in spellings
        for name in ("HS256", "HS384", "HS512")
    ]

    async with (
        issuers.key_server(signer) as published,
        open_door(TRUSTED_ISSUERS=entry(jwks_url=published.url)) as door,
    ):
        await refused(door, *tokens)


async def test_an_algorithm_that_was_not_agreed_on_is_refused(
    door: Door, key_door: Door, signer: Signer
) -> None:
    longer = issuers.secret_holder(SECRET * 2, algorithm="HS512")
    other = issuers.key_pair("EdDSA", kid="one")

    await refused(door, longer.token(), signer.token())
    await refused(key_door, SHOP.token(), other.token(), signer.token(alg="ES384"))


async def test_s043_a_verifier_takes_its_own_algorithms_and_no_others(door: Door) -> None:
    """Tokens are sorted by their algorithm before; were that to go wrong, the verifier would still refuse."""
    (verifier,) = door.desk.issuers.verifiers
    same_secret = issuers.secret_holder(SECRET, algorithm="HS384")

    for token in (same_secret.token(), SHOP.token(alg="none")):
        with pytest.raises(BadAccessTokenError):
            await verifier.verify(issuer_tokens.read(token))


async def test_s044_a_strange_key_id_finds_no_key(
    key_door: Door, signer: Signer, published: KeyServer
) -> None:
    strange = [
        "../../etc/passwd",
        "' OR 1=1 --",
        "k" * 10_000,
        {"a": 1},
        7,
        True,
        ["one"],
        "",
        "\0",
    ]

    tokens = [signer.token(kid=kid) for kid in strange]

    await refused(key_door, *tokens, signer.token(kid=None))
    assert published.hits <= 2


async def test_s045_keys_that_a_token_brings_are_not_looked_at(
    key_door: Door, published: KeyServer
) -> None:
    thief = issuers.key_pair("ES256")
    async with issuers.key_server(thief) as trap:
        brought: list[dict[str, Any]] = [
            {"jku": trap.url},
            {"x5u": trap.url},
            {"jwk": thief.jwk},
            {"x5c": ["MIIB"]},
            {"jku": trap.url, "jwk": thief.jwk, "kid": None},
        ]

        await refused(key_door, *(thief.token(**header) for header in brought))

        assert trap.hits == 0
    assert published.hits == 1


async def test_s052_what_could_be_read_in_two_ways_is_refused(door: Door) -> None:
    good = SHOP.token()
    text = json.dumps(claims())
    twice = text[:-1] + ', "sub": "eve"}'
    header = '{"alg": "HS256", "alg": "HS256"}'
    longest = json.dumps({"alg": "HS256", "x": "y" * 16_000})
    deep = "[" * 5_000 + "]" * 5_000
    nested = text[:-1] + f', "deep": {deep}}}'

    await refused(
        door,
        SHOP.token(twice),
        compact(header, claims(), SHOP.sign),
        compact(longest, claims(), SHOP.sign),
        compact(f'{{"alg": "HS256", "x": {deep}}}', claims(), SHOP.sign),
        SHOP.token(nested),
        SHOP.token(deep),
        SHOP.token("null"),
        SHOP.token("7"),
        SHOP.token(""),
        SHOP.token(b"\xff\xfe{}"),
        SHOP.token(text + "\n" + text),
        "x" * 1_000_000,
        f"{good}=",
        f"{good}==",
        f"{good}.",
        f"{good}.x",
        f".{good}",
        good.replace(".", "=.", 1),
        good.replace(".", "..", 1),
        f"{good[:-1]}é",
        good.replace("_", "/").replace("-", "+") + "/",
    )


async def test_s052_critical_extensions_and_other_kinds_of_tokens_are_refused(door: Door) -> None:
    headers: list[dict[str, Any]] = [
        {"crit": ["exp"]},
        {"crit": ["b64"], "b64": False},
        {"crit": []},
        {"typ": "logout+jwt"},
        {"typ": "dpop+jwt"},
        {"typ": 7},
    ]

    await refused(door, *(SHOP.token(**header) for header in headers))


def flipped(token: str) -> Iterator[str]:
    for place in range(len(token)):
        yield token[:place] + chr(ord(token[place]) ^ 1) + token[place + 1 :]


async def test_s053_a_flipped_bit_is_seen(door: Door, key_door: Door, signer: Signer) -> None:
    good = SHOP.token()
    signed = signer.token()

    await refused(door, *flipped(good))
    await refused(key_door, *(each for each in flipped(signed) if each.count(".") == 2))


async def test_s053_a_signature_has_one_spelling(key_door: Door, signer: Signer) -> None:
    """The curve has two signatures for one, and this one is another number of the same: it must not be one of both."""
    good = signer.token()
    message, _, signature = good.rpartition(".")

    for tail in ("A", "AA", "AAAA"):
        answer = await key_door.show(f"{message}.{signature}{tail}")
        assert answer.status_code == 401
    assert (await key_door.show(good)).status_code == 200


async def test_a_server_that_trusts_nobody_reads_nothing(open_door: OpenDoor) -> None:
    async with open_door() as door:
        await refused(door, SHOP.token())


async def test_s108_bad_tokens_are_counted_by_address(open_door: OpenDoor) -> None:
    limits = {"RATE_LIMIT_ENABLED": "true", "RATE_LIMIT_REQUESTS": "3"}
    async with open_door(TRUSTED_ISSUERS=entry(secret=SECRET), **limits) as door:
        statuses = [
            (await door.show(SHOP.token(claims(sub=f"x{number}", aud="y")))).status_code
            for number in range(5)
        ]
        good = await door.show(SHOP.token())

    assert statuses == [401] * 3 + [429] * 2
    assert good.status_code == 200
