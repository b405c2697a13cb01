"""Opening an account, signing in with a password, and one's own account."""

import asyncio
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient
from sqlalchemy import select

from questlog.automation.models import Event
from questlog.core.db import Database
from questlog.identity.front_desk import FrontDesk
from questlog.identity.models import AttemptCount, SignInSession
from questlog.identity.passwords import Verdict
from tests.support.doors import PASSWORD, client_from, log_in, register, whoami
from tests.support.make import Make
from tests.support.moving_clock import MovingClock
from tests.support.sql import count_rows

VARYING = {"x-request-id", "date"}


@pytest.mark.parametrize("door", ["register", "signup"])
async def test_an_account_is_opened_and_signed_in_to(client: AsyncClient, door: str) -> None:
    body = {"email": "Ada@Example.org", "password": PASSWORD, "name": "Ada"}

    answer = await client.post(
        f"/api/v1/auth/{door}", json=body, headers={"Accept-Language": "ru-RU,en;q=0.5"}
    )

    tokens = answer.json()
    assert answer.status_code == 201
    assert set(tokens) == {"access_token", "refresh_token", "token_type", "expires_in", "user"}
    assert tokens["token_type"] == "bearer"
    assert tokens["expires_in"] == 15 * 60
    user = tokens["user"]
    assert (user["email"], user["name"], user["locale"]) == ("ada@example.org", "Ada", "ru")
    assert (user["role"], user["is_active"], user["email_verified"]) == ("user", True, False)
    assert user["last_login_at"] is not None
    me = (await whoami(client, tokens)).json()
    assert me == {**user, "game": me["game"]}
    assert (me["game"]["level"], me["game"]["hearts"], me["game"]["gold"]) == (1, 5, 0)


async def test_a_new_account_tells_the_event_log(client: AsyncClient, database: Database) -> None:
    from_registration = await register(client)

    async with database.reader() as session:
        rows = (await session.execute(select(Event.type, Event.seq, Event.actor))).all()
    actor = f"user:{from_registration['user']['id']}"
    assert sorted((row.seq, row.type, row.actor) for row in rows) == [
        (1, "user.created", actor),
        (2, "session.created", actor),
    ]


async def test_the_password_form_of_oauth2_signs_in(client: AsyncClient) -> None:
    await register(client)
    form = {"username": "ada@example.org", "password": PASSWORD, "grant_type": "password"}

    answer = await client.post("/api/v1/auth/login", data=form)

    assert answer.status_code == 200
    assert (await whoami(client, answer.json())).status_code == 200


@pytest.mark.parametrize(
    ("content", "kind", "status", "code"),
    [
        (b"{", "application/json", 400, "malformed_json"),
        (b"[]", "application/json", 422, "validation_error"),
        (b"<login/>", "application/xml", 415, "unsupported_media_type"),
        (b"username=a%40b.org", "application/x-www-form-urlencoded", 422, "validation_error"),
        (
            b"username=a%40b.org&username=c%40d.org&password=x",
            "application/x-www-form-urlencoded",
            422,
            "validation_error",
        ),
        (
            b'{"email":"a@b.org","password":"x","totp":1}',
            "application/json",
            422,
            "validation_error",
        ),
    ],
)
async def test_a_login_that_cannot_be_read_says_why(
    client: AsyncClient, content: bytes, kind: str, status: int, code: str
) -> None:
    answer = await client.post(
        "/api/v1/auth/login", content=content, headers={"Content-Type": kind}
    )

    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_s001_an_unknown_address_and_a_wrong_password_read_alike(
    client: AsyncClient, make: Make
) -> None:
    await make.user(email="ada@example.org", password=PASSWORD)
    await make.user(email="no-password@example.org")

    wrong = await log_in(client, password="a sunny day in Turin")
    others = [
        await log_in(client, "bob@example.org"),
        await log_in(client, "no-password@example.org"),
        await log_in(client, "this is no address"),
    ]

    for other in others:
        assert wrong.status_code == other.status_code == 401
        assert told(wrong) == told(other)


def told(answer: Any) -> tuple[dict[str, Any], dict[str, str]]:
    body = {name: value for name, value in answer.json().items() if name != "request_id"}
    headers = {name: value for name, value in answer.headers.items() if name not in VARYING}
    return body, headers


async def test_s002_an_unknown_address_costs_a_hash_as_well(
    client: AsyncClient, desk: FrontDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[str] = []
    compare = desk.passwords._compare

    def noted(password: str, stored: str) -> Verdict:
        compared.append(stored)
        return compare(password, stored)

    monkeypatch.setattr(desk.passwords, "_compare", noted)

    await log_in(client, "nobody@example.org")

    assert compared == [desk.passwords.nobodys]


async def test_s023_failed_logins_are_counted_and_the_eleventh_waits(
    client: AsyncClient, database: Database, make: Make, moving_clock: MovingClock
) -> None:
    await make.user(email="ada@example.org", password=PASSWORD)
    wrong = [await log_in(client, password="not this one") for _ in range(10)]

    right = await log_in(client)
    counted = await count_rows(database, AttemptCount)
    moving_clock.move(minutes=6)
    later = await log_in(client)

    assert {answer.status_code for answer in wrong} == {401}
    assert (right.status_code, right.json()["code"]) == (429, "too_many_attempts")
    assert 1 <= int(right.headers["retry-after"]) <= 300
    assert counted == 3  # the account's, the network's, and everybody's together
    assert later.status_code == 200


async def test_s023_forty_wrong_logins_at_once_are_ten_attempts(
    client: AsyncClient, make: Make
) -> None:
    await make.user(email="ada@example.org", password=PASSWORD)

    answers = await asyncio.gather(*(log_in(client, password=f"guess {n}") for n in range(40)))

    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [401] * 10 + [429] * 30


async def test_s023_good_logins_are_not_counted(client: AsyncClient, make: Make) -> None:
    await make.user(email="ada@example.org", password=PASSWORD)

    answers = await asyncio.gather(*(log_in(client) for _ in range(30)))

    assert {answer.status_code for answer in answers} == {200}


async def test_s023_one_network_does_not_try_many_accounts(
    app: FastAPI, client: AsyncClient, make: Make
) -> None:
    await make.user(email="ada@example.org", password=PASSWORD)
    async with client_from(app, "2001:db8::1") as near, client_from(app, "2001:db8::ffff") as next_:
        tried = [await log_in(near, f"user{n}@example.org") for n in range(10)]
        neighbour = await log_in(next_)

    elsewhere = await log_in(client)

    assert {answer.status_code for answer in tried} == {401}
    assert (neighbour.status_code, elsewhere.status_code) == (429, 200)


async def test_s024_a_closed_account_is_refused_at_every_door(
    client: AsyncClient, make: Make, app: FastAPI
) -> None:
    tokens = await register(client)
    admin = await make.user(role="admin")

    closed = await client.patch(
        f"/api/v1/users/{tokens['user']['id']}", headers=admin.headers, json={"is_active": False}
    )

    assert closed.json()["is_active"] is False
    assert (await whoami(client, tokens)).status_code == 401
    assert (await log_in(client)).status_code == 401
    refreshed = await client.post(
        "/api/v1/auth/refresh", json={"refresh_token": tokens["refresh_token"]}
    )
    assert refreshed.status_code == 401


async def test_s037_every_sign_in_is_a_session_of_its_own(
    client: AsyncClient, database: Database
) -> None:
    first = await register(client)

    second = (await log_in(client)).json()

    assert first["refresh_token"] != second["refresh_token"]
    assert await count_rows(database, SignInSession) == 2


async def test_errors_are_told_in_the_readers_language(client: AsyncClient) -> None:
    answer = await client.post(
        "/api/v1/auth/login",
        json={"email": "ada@example.org", "password": "x"},
        headers={"Accept-Language": "ru"},
    )

    assert answer.json()["detail"] == "Этот адрес и этот пароль не подходят друг к другу."
