"""The keys an issuer publishes: fetched when they are needed, seldom, and never for as long as somebody waits."""

import asyncio
import time
from collections.abc import Callable

import pytest

from questlog.identity import published_keys
from tests.identity.issuers.conftest import Door
from tests.support import issuers
from tests.support.issuers import KeyServer, Signer, response

type MoveOn = Callable[[float], None]


@pytest.fixture
def move_on(monkeypatch: pytest.MonkeyPatch) -> MoveOn:
    """Let seconds pass for what is kept for a while; tokens stay as old as they are."""
    ahead, real = [0.0], time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: real() + ahead[0])

    def move(seconds: float) -> None:
        ahead[0] += seconds

    return move


async def statuses(door: Door, *tokens: str) -> list[int]:
    return [(await door.show(token)).status_code for token in tokens]


async def settled(published: KeyServer, hits: int) -> None:
    """Wait until what is fetched in the background has arrived."""
    for _ in range(200):
        if published.hits >= hits:
            break
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)


async def test_s046_a_thousand_unknown_keys_ask_the_issuer_once(
    key_door: Door, signer: Signer, published: KeyServer, move_on: MoveOn
) -> None:
    assert await statuses(key_door, signer.token()) == [200]
    tokens = [signer.token(kid=f"unknown-{number}") for number in range(1000)]

    began = time.perf_counter()
    answered = await statuses(key_door, *tokens)
    took = time.perf_counter() - began
    hits = published.hits
    move_on(published_keys.BETWEEN_MISSES_S + 1)
    await statuses(key_door, *tokens[:10])

    assert set(answered) == {401}
    assert took / len(tokens) < 0.05
    assert hits == 2
    assert published.hits == 3


async def test_s046_a_new_key_is_found_at_its_first_token(
    key_door: Door, signer: Signer, published: KeyServer
) -> None:
    assert await statuses(key_door, signer.token()) == [200]
    new = issuers.key_pair("ES256", "two")
    published.keys.append(new.jwk)

    assert await statuses(key_door, new.token(), signer.token()) == [200, 200]


async def test_s054_without_any_keys_it_is_not_the_tokens_fault(
    key_door: Door, signer: Signer, published: KeyServer, move_on: MoveOn
) -> None:
    published.fault = response(b"", "500 Oh")

    refused = [await key_door.show(signer.token()) for _ in range(20)]
    published.fault = None
    hits = published.hits
    move_on(published_keys.BETWEEN_FAILURES_S + 1)
    answer = await key_door.show(signer.token())

    assert {(each.status_code, each.json()["code"]) for each in refused} == {
        (503, "issuer_unreachable")
    }
    assert {each.headers["retry-after"] for each in refused} == {"10"}
    assert hits == 1
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "fault",
    [
        b"",
        response(b"", "404 Not Found"),
        response(b"", "302 Found", "Location: http://127.0.0.1:9/"),
        response(b"<html>"),
        response(b"[]"),
        response(b'{"keys": {}}'),
        response(b"[" * 100_000),
        response(b'{"keys": [' + b" " * 300_000 + b"]}"),
        response(b"\x1f\x8b", "200 OK", "Content-Encoding: gzip"),
    ],
    ids=["hangs up", "404", "redirect", "html", "list", "no list", "deep", "large", "gzip"],
)
async def test_s054_whatever_an_issuer_answers_is_survived(
    key_door: Door, signer: Signer, published: KeyServer, fault: bytes
) -> None:
    published.fault = fault

    assert await statuses(key_door, signer.token()) == [503]


async def test_s054_known_keys_serve_for_a_day_while_the_issuer_is_away(
    key_door: Door, signer: Signer, published: KeyServer, move_on: MoveOn
) -> None:
    assert await statuses(key_door, signer.token()) == [200]
    published.fault = b""

    served = []
    for _ in range(23):
        move_on(3600)
        served += await statuses(key_door, signer.token(), signer.token())
    move_on(3600)
    after_a_day = await statuses(key_door, signer.token())

    assert set(served) == {200}
    assert after_a_day == [503]


async def test_s055_a_withdrawn_key_opens_nothing_after_ten_minutes(
    key_door: Door, signer: Signer, published: KeyServer, move_on: MoveOn
) -> None:
    assert await statuses(key_door, signer.token()) == [200]
    new = issuers.key_pair("ES256", "two")
    published.keys[:] = [new.jwk]
    move_on(9 * 60)

    answered = await statuses(key_door, signer.token(), new.token())

    assert answered == [401, 200]


async def test_keys_that_get_old_are_fetched_while_nobody_waits(
    key_door: Door, signer: Signer, published: KeyServer, move_on: MoveOn
) -> None:
    assert await statuses(key_door, signer.token()) == [200]
    published.pause_s = 1.5
    move_on(published_keys.SOON_OLD_S + 1)

    began = time.perf_counter()
    answered = await statuses(key_door, signer.token())
    took = time.perf_counter() - began
    await settled(published, 2)

    assert answered == [200]
    assert took < 1.5
    assert published.hits == 2


async def test_many_who_come_at_once_are_one_question(
    key_door: Door, signer: Signer, published: KeyServer
) -> None:
    published.pause_s = 0.1

    answers = await asyncio.gather(*(key_door.show(signer.token()) for _ in range(20)))

    assert {answer.status_code for answer in answers} == {200}
    assert published.hits == 1


async def test_no_connection_to_the_database_is_held_while_an_issuer_is_asked(
    key_door: Door, signer: Signer, published: KeyServer
) -> None:
    held: list[int] = []
    pool = key_door.database.engine.pool
    published.on_hit = lambda: held.append(pool.checkedout())  # type: ignore[attr-defined]

    await key_door.show(signer.token(), "/api/v1/tasks")

    assert held == [0]


async def test_an_issuer_that_is_away_keeps_nobody_else_out(
    key_door: Door, signer: Signer, published: KeyServer
) -> None:
    published.fault, published.pause_s = b"", 2.0
    waiting = asyncio.create_task(key_door.show(signer.token()))
    await asyncio.sleep(0.05)
    body = {"email": "ada@example.org", "password": "a rainy day in Turin"}

    made = await key_door.client.post("/api/v1/auth/register", json=body)
    answer = await key_door.show(made.json()["access_token"])

    assert answer.status_code == 200
    assert not waiting.done()
    assert (await waiting).status_code == 503


def changed(signer: Signer, **changes: object) -> dict[str, object]:
    whole = {**signer.jwk, **changes}
    return {name: value for name, value in whole.items() if value is not None}


async def test_only_public_keys_that_are_for_signatures_are_taken(
    key_door: Door, signer: Signer, published: KeyServer
) -> None:
    secret = {"kty": "oct", "kid": "one", "k": "AAAA", "alg": "HS256"}
    for listed in (
        changed(signer, use="enc"),
        changed(signer, key_ops=["encrypt"]),
        changed(signer, alg="ES384"),
        changed(signer, alg="HS256"),
        changed(signer, alg="none"),
        changed(signer, d="AAAA"),
        changed(signer, kid=None),
        changed(signer, kid=7),
        changed(signer, x="AAAA"),
        changed(signer, crv="P-521"),
        changed(signer, kty="RSA"),
        secret,
        "a key",
        None,
    ):
        published.keys.append(listed)  # type: ignore[arg-type]
    published.keys.pop(0)

    assert await statuses(key_door, signer.token()) == [401]


@pytest.mark.parametrize("algorithm", ["ES256", "RS256", "EdDSA"])
async def test_whatever_is_published_is_survived(
    key_door: Door, published: KeyServer, algorithm: str
) -> None:
    signer = issuers.key_pair(algorithm)
    strange: list[object] = [None, 7, [], {}, "", "é", "AAAA", True, "none", "P-521", ["verify"]]
    names = [*signer.jwk, "key_ops", "d", "oth"]

    published.keys[:] = [{**signer.jwk, name: value} for name in names for value in strange]
    published.keys[:0] = [{"kty": kty} for kty in ("EC", "RSA", "OKP", "oct", "AKP")]
    published.keys.append(issuers.key_pair("ES256").jwk)

    assert set(await statuses(key_door, signer.token())) <= {200, 401}


async def test_a_key_that_does_not_say_its_algorithm_has_that_of_its_curve(
    key_door: Door, signer: Signer, published: KeyServer
) -> None:
    published.keys[:] = [changed(signer, alg=None, use=None)]

    assert await statuses(key_door, signer.token()) == [200]


async def test_a_short_key_vouches_for_nobody(key_door: Door, published: KeyServer) -> None:
    short = issuers.short_rsa()
    published.keys[:] = [short.jwk]

    assert await statuses(key_door, short.token()) == [401]
