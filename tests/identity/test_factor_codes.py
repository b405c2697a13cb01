"""Codes of an app and recovery codes: believed once, guessed at five times, kept so that nobody can read them."""

import asyncio

import pytest
from httpx2 import AsyncClient
from sqlalchemy import select, update

from questlog.core.db import Database
from questlog.core.security import same
from questlog.identity import factor_tickets
from questlog.identity.factor_models import FactorTicket, TotpSecret
from questlog.identity.models import SignInSession, User
from tests.support.doors import (
    another,
    bearer,
)
from tests.support.factors import API, show, ticket_of, with_totp
from tests.support.moving_clock import MovingClock
from tests.support.sql import count_rows


async def test_no_code_is_good_twice(client: AsyncClient, moving_clock: MovingClock) -> None:
    app = await with_totp(client)
    code = app.code()
    first = await show(client, await ticket_of(client), code=code)

    again = await show(client, await ticket_of(client), code=code)
    older = await show(client, await ticket_of(client), code=app.code(-1))
    moving_clock.move(seconds=30)
    newer = await show(client, await ticket_of(client), code=app.code())

    assert (first.status_code, newer.status_code) == (200, 200)
    for answer in (again, older):
        assert (answer.status_code, answer.json()["code"]) == (401, "invalid_code")


async def test_of_twenty_who_show_one_code_at_once_one_gets_in(
    client: AsyncClient, database: Database
) -> None:
    app = await with_totp(client)
    tickets = [await ticket_of(client) for _ in range(20)]
    code = app.code()

    answers = await asyncio.gather(*(show(client, ticket, code=code) for ticket in tickets))

    assert sorted(answer.status_code for answer in answers) == [200, *[401] * 19]
    assert await count_rows(database, SignInSession) == 2  # the registration's, and one more


async def test_s005_the_sixth_guess_at_a_ticket_waits_even_if_it_is_right(
    client: AsyncClient, database: Database
) -> None:
    app = await with_totp(client)
    ticket = await ticket_of(client)
    wrong = [await show(client, ticket, code=another(app.code(), n)) for n in range(10, 15)]

    right = await show(client, ticket, code=app.code())
    by_recovery = await show(client, ticket, recovery_code=app.recovery_codes[0])

    assert {(answer.status_code, answer.json()["code"]) for answer in wrong} == {
        (401, "invalid_code")
    }
    for answer in (right, by_recovery):
        assert (answer.status_code, answer.json()["code"]) == (429, "too_many_attempts")
        assert 1 <= int(answer.headers["retry-after"]) <= 300
    async with database.reader() as session:
        assert await session.scalar(select(FactorTicket.attempts)) == factor_tickets.TRIES


async def test_s006_new_tickets_bring_no_new_guesses(client: AsyncClient) -> None:
    app = await with_totp(client)
    statuses = []
    for _ in range(4):
        ticket = await ticket_of(client)
        guesses = [another(app.code(), n) for n in range(10, 15)]
        statuses += [(await show(client, ticket, code=guess)).status_code for guess in guesses]

    right = await show(client, await ticket_of(client), code=app.code())
    by_recovery = await show(client, await ticket_of(client), recovery_code=app.recovery_codes[0])

    assert statuses == [401] * 20
    assert (right.status_code, right.json()["code"]) == (429, "too_many_attempts")
    assert by_recovery.status_code == 200


async def test_s008_fifty_guesses_at_once_are_five(
    client: AsyncClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = await with_totp(client)
    ticket = await ticket_of(client)
    compared: set[str] = set()

    def noted(one: str, other: str) -> bool:
        compared.add(one)
        return same(one, other)

    monkeypatch.setattr("questlog.identity.totp_codes.same", noted)

    answers = await asyncio.gather(
        *(show(client, ticket, code=another(app.code(), n)) for n in range(10, 60))
    )

    assert len(compared) == 5
    assert {answer.status_code for answer in answers} == {401, 429}
    async with database.reader() as session:
        assert await session.scalar(select(FactorTicket.attempts)) == 5


async def test_the_code_of_somebody_else_is_a_wrong_code(client: AsyncClient) -> None:
    ada = await with_totp(client)
    bob = await with_totp(client, "bob@example.org")

    by_code = await show(client, await ticket_of(client), code=bob.code())
    by_recovery = await show(client, await ticket_of(client), recovery_code=bob.recovery_codes[0])
    bobs_ticket = await ticket_of(client, "bob@example.org")
    as_bob = await show(client, bobs_ticket, code=ada.code())

    for answer in (by_code, by_recovery, as_bob):
        assert (answer.status_code, answer.json()["code"]) == (401, "invalid_code")


async def test_a_secret_copied_into_another_account_opens_nothing(
    client: AsyncClient, database: Database
) -> None:
    bob = await with_totp(client, "bob@example.org")
    await with_totp(client)

    async with database.writer() as session:
        rows = {row.user_id: row.sealed for row in await session.scalars(select(TotpSecret))}
        users = {row.email: row.id for row in await session.scalars(select(User))}
        stolen = rows[users["bob@example.org"]]
        await session.execute(
            update(TotpSecret)
            .where(TotpSecret.user_id == users["ada@example.org"])
            .values(sealed=stolen, last_step=0)
        )

    answer = await show(client, await ticket_of(client), code=bob.code())
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_code")


async def test_a_secret_is_sealed_at_rest(client: AsyncClient, database: Database) -> None:
    app = await with_totp(client)

    async with database.reader() as session:
        sealed = (await session.scalars(select(TotpSecret.sealed))).one()

    assert app.secret not in sealed
    assert len(sealed) > len(app.secret) + 16


@pytest.mark.parametrize("spelled", ["as shown", "in capitals", "without hyphens", "misread"])
async def test_a_recovery_code_is_good_once_however_it_is_typed(
    client: AsyncClient, spelled: str
) -> None:
    app = await with_totp(client)
    code = app.recovery_codes[3]
    typed = {
        "as shown": code,
        "in capitals": code.upper(),
        "without hyphens": code.replace("-", " "),
        "misread": code.replace("0", "O").replace("1", "l"),
    }[spelled]

    first = await show(client, await ticket_of(client), recovery_code=typed)
    again = await show(client, await ticket_of(client), recovery_code=code)

    assert (first.status_code, again.status_code) == (200, 401)
    left = await client.get(f"{API}/me/recovery-codes", headers=bearer(first.json()))
    assert left.json()["remaining"] == 9


async def test_of_twenty_who_use_one_recovery_code_at_once_one_gets_in(
    client: AsyncClient, database: Database
) -> None:
    app = await with_totp(client)
    tickets = [await ticket_of(client) for _ in range(20)]

    answers = await asyncio.gather(
        *(show(client, ticket, recovery_code=app.recovery_codes[0]) for ticket in tickets)
    )

    assert sorted(answer.status_code for answer in answers) == [200, *[401] * 19]
    assert await count_rows(database, SignInSession) == 2
