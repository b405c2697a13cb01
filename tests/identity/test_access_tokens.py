"""Access tokens: only ours, only for their time, only for their use. And what is remembered of them."""

import base64
import json
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import jwt
import pytest

from questlog.core.db import Database
from questlog.core.ids import new_id
from questlog.core.security import Keyring
from questlog.identity import memory, users
from questlog.identity.access_tokens import (
    AccessTokens,
    BadAccessTokenError,
    ExpiredAccessTokenError,
)
from questlog.identity.front_desk import FrontDesk
from questlog.identity.models import SignInSession
from questlog.identity.presence import SessionEndedError
from tests.support.make import Make
from tests.support.moving_clock import MovingClock
from tests.support.sql import count_statements

SECRET = "a secret of this test that is long enough"


@pytest.fixture
def tokens() -> AccessTokens:
    return AccessTokens(Keyring(SECRET), "HS256", timedelta(minutes=15))


def signed(tokens: AccessTokens, **changes: Any) -> str:
    """Return a token with our key whose claims are wrong in one place; None takes a claim out."""
    issued = tokens.issue(new_id(), new_id())
    claims = jwt.decode(issued, options={"verify_signature": False}) | changes
    return tokens._encode(
        {name: value for name, value in claims.items() if value is not None}, tokens._key
    )


def part(content: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
def test_a_token_says_whose_it_is(algorithm: str) -> None:
    tokens = AccessTokens(Keyring(SECRET), algorithm, timedelta(minutes=15))
    user_id, session_id = new_id(), new_id()

    claims = tokens.read(tokens.issue(user_id, session_id))

    assert (claims.user_id, claims.session_id) == (user_id, session_id)


@pytest.mark.parametrize(
    "changes",
    [
        {"typ": "refresh"},
        {"typ": None},
        {"exp": None},
        {"sub": None},
        {"sid": None},
        {"iat": None},
        {"sub": "admin"},
        {"sid": 7},
        {"exp": "9999999999"},
        {"exp": True},
        {"exp": 1e300},
        {"exp": float("inf")},
        {"exp": -1},
        {"iat": 9999999999},
    ],
)
def test_s031_a_token_with_other_claims_is_refused(
    tokens: AccessTokens, changes: dict[str, Any]
) -> None:
    token = signed(tokens, **changes)

    with pytest.raises(BadAccessTokenError):
        tokens.read(token)


def test_s041_a_token_with_another_header_is_refused_unread(tokens: AccessTokens) -> None:
    _, claims, signature = tokens.issue(new_id(), new_id()).split(".")
    headers = [
        {"alg": "none"},
        {"alg": "HS256", "typ": "JWT"},
        {"alg": "HS256", "kid": "../../etc/passwd", "typ": "JWT"},
        {"alg": "HS256", "jku": "http://127.0.0.1:1/jwks", "typ": "JWT"},
        {"alg": "HS512", "typ": "JWT"},
    ]

    for header in headers:
        with pytest.raises(BadAccessTokenError):
            tokens.read(f"{part(header)}.{claims}.{signature}")


def test_s052_what_is_no_token_is_refused(tokens: AccessTokens) -> None:
    good = tokens.issue(new_id(), new_id())
    header = good.partition(".")[0]
    wrong = [
        "",
        ".",
        "..",
        "Bearer",
        header,
        f"{header}..",
        f"{header}.{'A' * 100}",
        f"{header}.{part({})}.{'A' * 43}",
        f"{header}.{'[' * 3000}.x",
        good + "=",
        good + ".x",
        "x" * 1_000_000,
        "ключ",
    ]

    for token in wrong:
        with pytest.raises(BadAccessTokenError):
            tokens.read(token)


def test_s053_a_flipped_bit_is_seen(tokens: AccessTokens) -> None:
    good = tokens.issue(new_id(), new_id())

    for place in range(len(good)):
        flipped = good[:place] + chr(ord(good[place]) ^ 1) + good[place + 1 :]
        with pytest.raises(BadAccessTokenError):
            tokens.read(flipped)


def test_another_secret_is_another_key(tokens: AccessTokens) -> None:
    theirs = AccessTokens(Keyring("the secret of somebody else"), "HS256", timedelta(minutes=15))

    with pytest.raises(BadAccessTokenError):
        tokens.read(theirs.issue(new_id(), new_id()))


def test_a_token_expires_with_a_little_leeway(
    tokens: AccessTokens, moving_clock: MovingClock
) -> None:
    token = tokens.issue(new_id(), new_id())
    moving_clock.move(minutes=15, seconds=1)
    claims = tokens.read(token)
    moving_clock.move(seconds=60)

    with pytest.raises(ExpiredAccessTokenError):
        tokens.read(token)

    assert isinstance(claims.user_id, UUID)


def test_s059_the_header_names_the_key(tokens: AccessTokens) -> None:
    """Our keys are secrets and are not published; a new SECRET_KEY ends what the old one signed."""
    renewed = AccessTokens(Keyring("the secret that came after it"), "HS256", timedelta(minutes=15))
    old, new = tokens.issue(new_id(), new_id()), renewed.issue(new_id(), new_id())

    names = {jwt.get_unverified_header(token)["kid"] for token in (old, new)}

    assert len(names) == 2
    renewed.read(new)
    with pytest.raises(BadAccessTokenError):
        renewed.read(old)


async def signed_in(database: Database, make: Make, desk: FrontDesk) -> tuple[str, UUID]:
    user = await make.user()
    token = user.headers["Authorization"].removeprefix("Bearer ")
    return token, desk.access_tokens.read(token).session_id


async def test_a_remembered_user_costs_no_statement(
    database: Database, make: Make, desk: FrontDesk
) -> None:
    token, _ = await signed_in(database, make, desk)
    first = await desk.presence.authenticate(database, token)

    with count_statements(database) as statements:
        second = await desk.presence.authenticate(database, token)

    assert first == second
    assert statements == []


async def test_s032_a_session_ended_elsewhere_is_noticed_within_a_second(
    database: Database, make: Make, desk: FrontDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, session_id = await signed_in(database, make, desk)
    await desk.presence.authenticate(database, token)
    async with database.writer() as session:  # as another process would, which tells us nothing
        ended = await session.get_one(SignInSession, session_id)
        ended.revoked_at = ended.created_at
    real = time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: real() + 0.95)

    with pytest.raises(SessionEndedError):
        await desk.presence.authenticate(database, token)


class SlowDatabase:
    """A database whose answers arrive late: what happens `meanwhile` is committed between a reading and its answer."""

    def __init__(self, database: Database, meanwhile: Callable[[], Awaitable[None]]) -> None:
        self._database = database
        self._meanwhile = meanwhile

    async def read(self, verb: Any, *args: Any) -> Any:
        found = await self._database.read(verb, *args)
        await self._meanwhile()
        return found


async def test_what_was_read_before_a_change_is_not_remembered_after_it(
    database: Database, make: Make, desk: FrontDesk
) -> None:
    await make.user(role="admin")
    other = await make.user(role="admin")
    token = other.headers["Authorization"].removeprefix("Bearer ")

    async def deposed() -> None:
        await database.write(users.update, other.id, {"role": "user"})

    slow: Any = SlowDatabase(database, deposed)
    overtaken = await desk.presence.authenticate(slow, token)
    after = await desk.presence.authenticate(database, token)

    assert (overtaken.role, after.role) == ("admin", "user")


async def test_s040_two_tokens_that_begin_alike_are_two(
    database: Database, make: Make, desk: FrontDesk
) -> None:
    token, _ = await signed_in(database, make, desk)
    await desk.presence.authenticate(database, token)

    with pytest.raises(BadAccessTokenError):
        await desk.presence.authenticate(database, token[:-10] + "A" * 10)


async def test_s040_what_is_remembered_is_bounded(
    database: Database, make: Make, desk: FrontDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "CAPACITY", 3)

    for _ in range(5):
        token, _ = await signed_in(database, make, desk)
        await desk.presence.authenticate(database, token)

    known = desk.presence
    assert (len(known._claims), len(known._seen), len(known._used)) == (3, 3, 3)


async def test_an_expired_token_is_not_remembered(
    database: Database, make: Make, desk: FrontDesk, moving_clock: MovingClock
) -> None:
    token, _ = await signed_in(database, make, desk)
    await desk.presence.authenticate(database, token)
    moving_clock.move(minutes=16)

    with pytest.raises(ExpiredAccessTokenError):
        await desk.presence.authenticate(database, token)


async def test_the_last_use_of_a_session_is_stored_when_told(
    database: Database, make: Make, desk: FrontDesk, moving_clock: MovingClock
) -> None:
    token, session_id = await signed_in(database, make, desk)
    moving_clock.move(minutes=3)
    await desk.presence.authenticate(database, token)
    used = moving_clock.now()

    await desk.presence.write_uses(database)

    async with database.reader() as session:
        stored = await session.get_one(SignInSession, session_id)
    assert abs(stored.last_used_at - used) < timedelta(seconds=1)
