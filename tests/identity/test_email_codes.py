"""Codes by mail: what they prove, how often one may guess, and who gets one."""

import asyncio

import pytest
from httpx2 import AsyncClient
from sqlalchemy import select

from questlog.core.db import Database
from questlog.core.ids import new_id
from questlog.core.security import Keyring, same
from questlog.identity import email_codes
from questlog.identity.models import EmailCode, SignInSession, User
from tests.support.doors import (
    PASSWORD,
    another,
    code_for,
    log_in,
    register,
    verify,
    whoami,
)
from tests.support.make import Make
from tests.support.moving_clock import MovingClock, at
from tests.support.sql import count_rows


async def test_a_code_opens_an_account_whose_address_is_proven(client: AsyncClient) -> None:
    code = await code_for(client)

    answer = await verify(client, code)

    user = answer.json()["user"]
    assert answer.status_code == 200
    assert (user["email"], user["email_verified"]) == ("ada@example.org", True)
    assert (await whoami(client, answer.json())).status_code == 200


async def test_a_code_signs_in_to_an_account_there_is(client: AsyncClient, make: Make) -> None:
    user = await make.user(email="ada@example.org")

    answer = await verify(client, await code_for(client))

    assert answer.json()["user"]["id"] == str(user.id)


async def test_the_first_proof_drops_what_a_squatter_holds(client: AsyncClient) -> None:
    squatter = await register(client)

    owner = await verify(client, await code_for(client))

    assert owner.json()["user"]["id"] == squatter["user"]["id"]
    assert (await whoami(client, squatter)).status_code == 401
    assert (await log_in(client)).status_code == 401
    assert (await whoami(client, owner.json())).status_code == 200


async def test_s005_the_sixth_guess_waits_even_if_it_is_right(
    client: AsyncClient, database: Database
) -> None:
    code = await code_for(client)
    wrong = [await verify(client, another(code, n)) for n in range(1, 6)]

    sixth = await verify(client, another(code, 6))
    right = await verify(client, code)

    assert {(answer.status_code, answer.json()["code"]) for answer in wrong} == {
        (401, "invalid_code")
    }
    for answer in (sixth, right):
        assert answer.status_code == 429
        assert 1 <= int(answer.headers["retry-after"]) <= 300
    async with database.reader() as session:
        assert await session.scalar(select(EmailCode.attempts)) == 5


async def test_s006_a_new_code_does_not_bring_new_guesses(
    client: AsyncClient, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(at("2026-06-02T12:00:00"))  # guesses are counted by the day
    statuses = []
    for _ in range(4):
        code = await code_for(client)
        statuses += [(await verify(client, another(code, n))).status_code for n in range(1, 6)]
        moving_clock.move(minutes=20)

    fresh = await code_for(client)
    answer = await verify(client, fresh)

    assert statuses == [401] * 19 + [429]
    assert answer.status_code == 429


async def test_s007_fifty_concurrent_verifies_one_session(
    client: AsyncClient, database: Database
) -> None:
    code = await code_for(client)

    answers = await asyncio.gather(*(verify(client, code) for _ in range(50)))

    assert sorted(answer.status_code for answer in answers) == [200, *[401] * 49]
    assert await count_rows(database, User) == 1
    assert await count_rows(database, SignInSession) == 1


async def test_s008_fifty_concurrent_guesses_are_five(
    client: AsyncClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = await code_for(client)
    compared: list[str] = []

    def noted(one: str, other: str) -> bool:
        compared.append(one)
        return same(one, other)

    monkeypatch.setattr("questlog.identity.email_codes.same", noted)

    answers = await asyncio.gather(*(verify(client, another(code, n)) for n in range(1, 51)))

    assert len(compared) == 5
    assert {answer.status_code for answer in answers} == {401, 429}
    async with database.reader() as session:
        assert await session.scalar(select(EmailCode.attempts)) == 5


async def test_s009_a_used_code_is_a_wrong_code(client: AsyncClient) -> None:
    code = await code_for(client)
    await verify(client, code)

    again = await verify(client, code)

    assert (again.status_code, again.json()["code"]) == (401, "invalid_code")


async def test_s009_a_code_lasts_five_minutes(
    client: AsyncClient, moving_clock: MovingClock
) -> None:
    code = await code_for(client)
    moving_clock.move(minutes=5, seconds=1)

    late = await verify(client, code)

    assert (late.status_code, late.json()["code"]) == (401, "invalid_code")


async def test_s010_a_code_is_good_for_one_purpose_and_one_address(client: AsyncClient) -> None:
    tokens = await register(client)
    to_delete = await code_for(client, purpose="delete_account")
    of_bob = await code_for(client, "bob@example.org")

    signing_in = await verify(client, to_delete)
    as_ada = await verify(client, of_bob)
    deleting = await client.request(
        "DELETE",
        "/api/v1/users/me",
        headers={"Authorization": f"Bearer {tokens['access_token']}"},
        json={"code": of_bob},
    )

    for answer in (signing_in, as_ada, deleting):
        assert (answer.status_code, answer.json()["code"]) == (401, "invalid_code")


def test_s010_purpose_and_address_are_part_of_the_code() -> None:
    keyring = Keyring("a secret of this test that is long")
    code_id = new_id()

    codes = {
        email_codes.digits(keyring, code_id, email, purpose)
        for email in ("ada@example.org", "bob@example.org", "eve@example.org")
        for purpose in ("sign_in", "delete_account", "change_password")
    }

    assert len(codes) > 6


async def test_s011_only_the_newest_code_counts(
    client: AsyncClient, moving_clock: MovingClock
) -> None:
    older = await code_for(client)
    moving_clock.move(seconds=61)
    newer = await code_for(client)

    first = await verify(client, older)
    second = await verify(client, newer)

    assert (first.status_code, second.status_code) == (401, 200)


@pytest.mark.parametrize("code", ["12345", "1234567", "12345a", "１２３４５６", "", "-12345"])
async def test_what_is_no_code_is_refused_unread(client: AsyncClient, code: str) -> None:
    answer = await verify(client, code)

    assert answer.status_code == 422


async def test_a_password_survives_a_proof_that_came_before_it(client: AsyncClient) -> None:
    proven = await verify(client, await code_for(client))
    change = await code_for(client, purpose="change_password")
    await client.post(
        "/api/v1/auth/password/change",
        headers={"Authorization": f"Bearer {proven.json()['access_token']}"},
        json={"code": change, "new_password": PASSWORD},
    )

    answer = await log_in(client)

    assert answer.status_code == 200
