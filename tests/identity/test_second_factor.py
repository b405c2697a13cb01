"""Signing in with a second factor: every door asks, a ticket is good once, guesses are few."""

import asyncio

import pytest
from httpx2 import AsyncClient
from sqlalchemy import select

from questlog.core.db import Database
from questlog.identity import factor_tickets
from questlog.identity.factor_models import FactorTicket, RecoveryCode
from questlog.identity.models import SignInSession
from tests.support.doors import (
    PASSWORD,
    code_for,
    log_in,
    register,
    verify,
    whoami,
)
from tests.support.factors import API, add_totp, begin_totp, show, ticket_of, with_totp
from tests.support.make import Make
from tests.support.moving_clock import MovingClock
from tests.support.sql import count_rows, count_statements


async def test_a_password_alone_is_not_enough(client: AsyncClient, database: Database) -> None:
    await with_totp(client)
    before = await count_rows(database, SignInSession)

    answer = await log_in(client)

    assert (answer.status_code, answer.json()["code"]) == (401, "second_factor_required")
    assert answer.json()["details"].keys() == {"ticket", "methods"}
    assert answer.json()["details"]["methods"] == ["totp", "recovery_code"]
    assert await count_rows(database, SignInSession) == before


async def test_the_apps_code_finishes_the_sign_in(client: AsyncClient, database: Database) -> None:
    app = await with_totp(client)

    answer = await show(client, await ticket_of(client), code=app.code())

    tokens = answer.json()
    assert answer.status_code == 200
    assert set(tokens) == {"access_token", "refresh_token", "token_type", "expires_in", "user"}
    assert (await whoami(client, tokens)).json()["email"] == "ada@example.org"
    async with database.reader() as session:
        doors = (await session.scalars(select(SignInSession.door))).all()
    assert sorted(doors) == ["password", "registration"]


async def test_a_code_by_mail_does_not_skip_the_second_factor(client: AsyncClient) -> None:
    app = await with_totp(client)

    answer = await verify(client, await code_for(client))

    assert (answer.status_code, answer.json()["code"]) == (401, "second_factor_required")
    finished = await show(client, answer.json()["details"]["ticket"], code=app.code())
    assert finished.json()["user"]["email_verified"] is True


async def test_a_mailbox_alone_changes_nothing(client: AsyncClient) -> None:
    tokens = await register(client)
    await add_totp(client, tokens)

    await verify(client, await code_for(client))

    assert (await whoami(client, tokens)).json()["email_verified"] is False
    assert (await log_in(client)).json()["code"] == "second_factor_required"


async def test_a_new_password_does_not_skip_the_second_factor(client: AsyncClient) -> None:
    app = await with_totp(client)
    forgot = await client.post(f"{API}/auth/password/forgot", json={"email": "ada@example.org"})
    new = {"token": forgot.json()["dev_token"], "password": "another rainy day"}

    reset = await client.post(f"{API}/auth/password/reset", json=new)

    assert (reset.status_code, reset.json().keys()) == (200, {"message"})
    ticket = await ticket_of(client, password="another rainy day")
    assert (await show(client, ticket, code=app.code())).status_code == 200


async def test_the_form_of_oauth2_asks_as_well(client: AsyncClient) -> None:
    await with_totp(client)
    form = {"username": "ada@example.org", "password": PASSWORD}

    answer = await client.post(f"{API}/auth/login", data=form)

    assert answer.json()["code"] == "second_factor_required"


async def test_a_ticket_is_good_once(client: AsyncClient) -> None:
    app = await with_totp(client)
    ticket = await ticket_of(client)
    await show(client, ticket, code=app.code())

    again = await show(client, ticket, recovery_code=app.recovery_codes[0])

    assert (again.status_code, again.json()["code"]) == (401, "invalid_ticket")


async def test_a_ticket_lasts_five_minutes(client: AsyncClient, moving_clock: MovingClock) -> None:
    app = await with_totp(client)
    ticket = await ticket_of(client)
    moving_clock.move(minutes=5, seconds=1)

    late = await show(client, ticket, code=app.code())
    unknown = await show(client, "a ticket nobody issued", code=app.code())

    for answer in (late, unknown):
        assert (answer.status_code, answer.json()["code"]) == (401, "invalid_ticket")


async def test_only_a_digest_of_a_ticket_is_kept(client: AsyncClient, database: Database) -> None:
    await with_totp(client)

    ticket = await ticket_of(client)

    async with database.reader() as session:
        row = (await session.scalars(select(FactorTicket))).one()
    assert ticket not in str(vars(row))


async def test_of_twenty_who_use_one_ticket_at_once_one_gets_in(
    client: AsyncClient, database: Database
) -> None:
    app = await with_totp(client)
    ticket = await ticket_of(client)

    answers = await asyncio.gather(
        *(show(client, ticket, recovery_code=code) for code in app.recovery_codes * 2)
    )

    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [200, *[401] * 19]
    async with database.reader() as session:
        used = await session.scalars(
            select(RecoveryCode.id).where(RecoveryCode.used_at.is_not(None))
        )
    assert len(used.all()) == 1


async def test_an_account_closed_meanwhile_is_not_entered(client: AsyncClient, make: Make) -> None:
    tokens = await register(client)
    app = await add_totp(client, tokens)
    ticket = await ticket_of(client)
    admin = await make.user(role="admin")
    await client.patch(
        f"{API}/users/{tokens['user']['id']}", headers=admin.headers, json={"is_active": False}
    )

    answer = await show(client, ticket, code=app.code())

    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_ticket")


async def test_a_secret_that_is_not_confirmed_asks_nobody(client: AsyncClient) -> None:
    await begin_totp(client, await register(client))

    answer = await log_in(client)

    assert answer.status_code == 200


@pytest.mark.parametrize(
    "factor",
    [
        {},
        {"code": "123456", "recovery_code": "7d1k-m4pz-0x9c-w2qa"},
        {"code": "12345"},
        {"code": 123456},
        {"credential": {}},
        {"credential": "yes"},
        {"code": None},
    ],
)
async def test_what_is_no_factor_is_refused_unread(
    client: AsyncClient, factor: dict[str, object]
) -> None:
    answer = await show(client, "a ticket", **factor)

    assert answer.status_code == 422


async def test_who_has_no_second_factor_pays_nothing_for_it(
    client: AsyncClient, database: Database, make: Make
) -> None:
    await make.user(email="ada@example.org", password=PASSWORD)

    with count_statements(database) as statements:
        await log_in(client)

    asked = [
        each for each in statements if "totp" in each or "passkey" in each or "factor_t" in each
    ]
    assert asked == []


async def test_tickets_that_are_over_are_swept(
    client: AsyncClient, database: Database, moving_clock: MovingClock
) -> None:
    await with_totp(client)
    await ticket_of(client)
    moving_clock.move(minutes=6)

    await database.write(factor_tickets.sweep)

    assert await count_rows(database, FactorTicket) == 0
