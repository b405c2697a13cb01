"""Passwords: which are accepted, how they are kept, and how much work is done at once."""

import asyncio
import os
import threading
import time

import bcrypt
import pytest
from httpx2 import AsyncClient
from sqlalchemy import select, update

from questlog.core.db import Database
from questlog.identity import passwords
from questlog.identity.front_desk import FrontDesk
from questlog.identity.models import User
from questlog.identity.passwords import BusyError, HashCost, Passwords, WeakPasswordError
from tests.support.doors import PASSWORD, log_in, register
from tests.support.make import Make


def bcrypt_of(password: str) -> str:
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(4)).decode()


async def stored_hash(database: Database) -> str | None:
    async with database.reader() as session:
        return await session.scalar(select(User.password_hash))


async def store(database: Database, password_hash: str) -> None:
    async with database.writer() as session:
        await session.execute(update(User).values(password_hash=password_hash))


def test_s017_more_than_ten_thousand_passwords_are_known() -> None:
    known = passwords.common_passwords()

    assert len(known) > 10_000
    assert {"password1", "qwertyuiop", "iloveyou"} <= known


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("1234567", "at least 8"),
        ("ｓｈｏｒｔ", "at least 8"),
        ("x" * 129, "at most 128"),
        ("ﷺ" * 100, "at most 128"),
        ("ＰＡＳＳＷＯＲＤ", "first that are guessed"),
        ("Ada@Example.org", "e-mail address"),
    ],
)
def test_s017_a_refusal_says_why(password: str, reason: str) -> None:
    with pytest.raises(WeakPasswordError) as refused:
        passwords.check(password, "ada@example.org")

    assert reason in refused.value.message.format(**refused.value.details)


def test_the_cost_is_what_owasp_asks_for() -> None:
    hasher = Passwords(HashCost())

    assert hasher.nobodys.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    hasher.close()


async def test_s018_bcrypt_does_not_cut_a_password_short(
    client: AsyncClient, make: Make, database: Database
) -> None:
    await make.user(email="ada@example.org")
    shared = "0123456789" * 7 + "ab"
    await store(database, bcrypt_of(shared))

    longer = await log_in(client, password=shared + "anything")
    right = await log_in(client, password=shared)

    assert (longer.status_code, right.status_code) == (401, 200)


@pytest.mark.parametrize("kind", ["bcrypt", "weaker argon2"])
async def test_s025_a_dated_hash_is_renewed_at_sign_in(
    client: AsyncClient, make: Make, database: Database, desk: FrontDesk, kind: str
) -> None:
    await make.user(email="ada@example.org")
    weaker = Passwords(HashCost(memory_kib=16, passes=2))
    old = bcrypt_of(PASSWORD) if kind == "bcrypt" else await weaker.hash(PASSWORD)
    await store(database, old)

    first = await log_in(client)
    renewed = await stored_hash(database)
    second = await log_in(client)

    assert (first.status_code, second.status_code) == (200, 200)
    assert renewed is not None
    assert renewed != old
    assert renewed.rsplit("$", 2)[0] == desk.passwords.nobodys.rsplit("$", 2)[0]
    assert await stored_hash(database) == renewed
    weaker.close()


@pytest.mark.parametrize(
    "unknown", ["md5$5f4dcc3b5aa765d61d8327deb882cf99", "", "!", "$argon2id$x"]
)
async def test_s025_a_hash_of_an_unknown_kind_matches_nothing(
    client: AsyncClient, make: Make, database: Database, unknown: str
) -> None:
    await make.user(email="ada@example.org")
    await store(database, unknown)

    answer = await log_in(client)

    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_credentials")


async def test_s019_no_more_hashes_at_once_than_there_are_cores(
    client: AsyncClient, desk: FrontDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await register(client)
    busy, most, lock = 0, 0, threading.Lock()
    compare = desk.passwords._compare

    def counted(password: str, stored: str) -> passwords.Verdict:
        nonlocal busy, most
        with lock:
            busy += 1
            most = max(most, busy)
        time.sleep(0.005)
        try:
            return compare(password, stored)
        finally:
            with lock:
                busy -= 1

    monkeypatch.setattr(desk.passwords, "_compare", counted)

    answers = await asyncio.gather(*(log_in(client) for _ in range(64)))

    assert {answer.status_code for answer in answers} == {200}
    assert 1 <= most <= (os.cpu_count() or 1)


async def test_a_queue_at_the_hasher_that_is_too_long_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(passwords, "WAITING_AT_MOST", 0)
    hasher = Passwords(HashCost(memory_kib=8, passes=1))

    with pytest.raises(BusyError):
        async with hasher.turn():
            raise AssertionError("nobody should get in")

    hasher.close()


async def test_a_password_changed_while_it_is_checked_does_not_let_in(
    client: AsyncClient,
    make: Make,
    database: Database,
    desk: FrontDesk,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await make.user(email="ada@example.org", password=PASSWORD)
    verify = desk.passwords.verify

    async def slowly(password: str, stored: str | None) -> passwords.Verdict:
        verdict = await verify(password, stored)
        await store(database, await desk.passwords.hash("the new one of the owner"))
        return verdict

    monkeypatch.setattr(desk.passwords, "verify", slowly)

    answer = await log_in(client)

    assert answer.status_code == 401
