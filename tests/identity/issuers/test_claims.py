"""What a token of another issuer must say of itself: whose it is, for whom, about whom, and for how long."""

import json
import math
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from questlog.identity import issuer_tokens
from questlog.identity.access_tokens import BadAccessTokenError
from tests.identity.issuers.conftest import Door, refused
from tests.support.issuers import ISSUER, claims, secret_holder
from tests.support.moving_clock import MovingClock

NAMES_OF_CLAIMS = ("exp", "sub", "iss", "aud", "iat")
SHOP = secret_holder()


@pytest.mark.parametrize("name", NAMES_OF_CLAIMS)
async def test_s047_a_claim_that_is_missing_is_missed(door: Door, name: str) -> None:
    without = claims(**{name: None})

    await refused(door, SHOP.token(without), SHOP.token(json.dumps({**without, name: None})))


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"exp": -1}, 200, None),
        ({"exp": -61}, 401, "token_expired"),
        ({"nbf": 30}, 200, None),
        ({"nbf": 120}, 401, "invalid_token"),
        ({"iat": 30}, 200, None),
        ({"iat": 120}, 401, "invalid_token"),
    ],
)
async def test_s048_the_leeway_is_given_once(
    door: Door, moving_clock: MovingClock, changes: dict[str, int], status: int, code: str | None
) -> None:
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    moving_clock.stop_at(now)
    moved = {
        name: int((now + timedelta(seconds=seconds)).timestamp())
        for name, seconds in changes.items()
    }

    answer = await door.show(SHOP.token(claims(**moved)))

    assert (answer.status_code, answer.json().get("code")) == (status, code)


@pytest.mark.parametrize("name", ["exp", "iat", "nbf"])
async def test_s049_a_moment_is_a_number_of_our_era(door: Door, name: str) -> None:
    def saying(spelling: str) -> str:
        written = json.dumps(claims(**{name: 0})).replace(f'"{name}": 0', f'"{name}": {spelling}')
        assert spelling in written
        return SHOP.token(written)

    spellings = ["NaN", "Infinity", "1e400", "-1", str(2**63), "9" * 400, "9" * 5000]
    types = ['"1e3"', '"4102444800"', "true", "[]", "{}", "null", '""', "-1e5"]

    await refused(door, *map(saying, spellings + types))


async def test_a_moment_may_have_a_fraction(door: Door) -> None:
    later = math.floor(datetime.now(UTC).timestamp()) + 60.5

    answer = await door.show(SHOP.token(claims(exp=later)))

    assert answer.status_code == 200


async def test_s050_audiences_and_issuers_are_compared_letter_for_letter(door: Door) -> None:
    audiences: list[Any] = [
        "questlog2",
        "Questlog",
        "questlog ",
        "",
        [],
        ["other"],
        ["questlog", 7],
        [["questlog"]],
        {"questlog": 1},
        7,
        True,
    ]
    names: list[Any] = [
        f"{ISSUER}/",
        ISSUER.upper(),
        f"{ISSUER}.evil",
        "http://shop.example.org",
        "",
        [ISSUER],
        {"iss": ISSUER},
        7,
    ]

    wrong = [claims(aud=audience) for audience in audiences] + [claims(iss=name) for name in names]

    await refused(door, *map(SHOP.token, wrong))


async def test_s050_one_of_several_audiences_may_be_us(door: Door) -> None:
    answer = await door.show(SHOP.token(claims(aud=["other", "questlog"])))

    assert answer.status_code == 200


async def test_s050_a_verifier_compares_the_issuer_itself(door: Door) -> None:
    """The issuer's name finds its verifier; were that to go wrong, the verifier would still refuse."""
    verifier = door.desk.issuers.verifiers[0]

    for name in (f"{ISSUER}/", "https://other.example.org"):
        token = issuer_tokens.read(SHOP.token(claims(iss=name)))
        with pytest.raises(BadAccessTokenError):
            await verifier.verify(token)


@pytest.mark.parametrize(
    "subject", ["", " \n", "a\0b", "\ud800", "x" * 256, 7, True, ["ada"], {"sub": "ada"}]
)
async def test_a_subject_that_cannot_be_a_name_is_refused(door: Door, subject: Any) -> None:
    await refused(door, SHOP.token(claims(sub=subject)))
