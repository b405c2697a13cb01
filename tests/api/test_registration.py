"""Who may open an account: spellings of addresses, strength of passwords."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient

from questlog.core.db import Database
from questlog.identity.attempts import Limit
from questlog.identity.front_desk import FrontDesk
from questlog.identity.models import SignInSession, User
from questlog.main import create_app
from tests.support import world
from tests.support.doors import PASSWORD, client_from, code_for, log_in, register, verify
from tests.support.sql import count_rows

VARYING = {"x-request-id", "date"}


async def test_s003_a_taken_address_is_a_conflict_and_costs_a_hash(
    client: AsyncClient, desk: FrontDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await register(client)
    hashed: list[str] = []
    make_hash = desk.passwords.hash

    async def noted(password: str) -> str:
        hashed.append(password)
        return await make_hash(password)

    monkeypatch.setattr(desk.passwords, "hash", noted)

    answer = await client.post(
        "/api/v1/auth/register", json={"email": " ADA@example.org ", "password": "another long one"}
    )

    assert (answer.status_code, answer.json()["code"]) == (409, "email_taken")
    assert hashed == ["another long one"]


@pytest.mark.parametrize(
    ("spelling", "stored"),
    [
        ("ADA@Example.ORG", "ada@example.org"),
        ("  ada@example.org ", "ada@example.org"),
        ("ａｄａ@example.org", "ada@example.org"),
        ("ada+quests@example.org", "ada+quests@example.org"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("ada@почта.рф", "ada@xn--80a1acny.xn--p1ai"),
        ("аda@example.org", "аda@example.org"),  # the first letter is Cyrillic
        ("me@nas.local", "me@nas.local"),
    ],
)
async def test_s015_an_address_has_one_spelling(
    client: AsyncClient, spelling: str, stored: str
) -> None:
    tokens = await register(client, spelling)

    assert tokens["user"]["email"] == stored
    assert (await log_in(client, spelling)).status_code == 200
    assert (await log_in(client, stored)).status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "ada@exam\u0000ple.org",
        "ada@example.org\r\nBcc: all@example.org",
        "ada@example.org\n",
        "a" * 10_000 + "@example.org",
        "a" * 65 + "@example.org",
        "ada",
        "ada@",
        "ada@-example.org",
    ],
)
async def test_s015_what_is_no_address_is_refused(
    client: AsyncClient, database: Database, address: str
) -> None:
    answer = await client.post(
        "/api/v1/auth/register", json={"email": address, "password": PASSWORD}
    )

    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["pointer"] == "/body/email"
    assert await count_rows(database, User) == 0


async def test_s016_two_registrations_at_once_make_one_account(
    client: AsyncClient, database: Database
) -> None:
    body = {"email": "ada@example.org", "password": PASSWORD}

    answers = await asyncio.gather(
        *(client.post("/api/v1/auth/register", json=body) for _ in range(8))
    )

    assert sorted(answer.status_code for answer in answers) == [201, *[409] * 7]
    assert await count_rows(database, User) == 1
    assert await count_rows(database, SignInSession) == 1


@pytest.mark.parametrize(
    ("password", "status"),
    [
        ("short 7", 422),
        ("password1", 422),
        ("PassWord1", 422),
        ("qwertyuiop", 422),
        ("ada@example.org", 422),
        ("p" * 63 + "!", 201),
        ("p" * 127 + "!", 201),
        ("p" * 128 + "!", 422),
        ("🦊🐻🐼🐨🐯🦁🐮🐷", 201),
    ],
)
async def test_s017_passwords_that_are_guessed_first_are_refused(
    client: AsyncClient, password: str, status: int
) -> None:
    body = {"email": "ada@example.org", "password": password}

    answer = await client.post("/api/v1/auth/register", json=body)

    assert answer.status_code == status, answer.text
    if status == 422:
        assert answer.json()["errors"][0]["pointer"] == "/body/password"


async def test_s017_ten_megabytes_of_password_are_not_read(client: AsyncClient) -> None:
    body = {"email": "ada@example.org", "password": "p" * 10_000_000}

    answer = await client.post("/api/v1/auth/register", json=body)

    assert answer.status_code == 413


async def test_s018_every_letter_of_a_password_counts(client: AsyncClient) -> None:
    shared = "0123456789" * 7 + "ab"
    await register(client, password=shared + "first")

    other = await log_in(client, password=shared + "second")
    right = await log_in(client, password=shared + "first")

    assert (other.status_code, right.status_code) == (401, 200)


async def test_a_password_typed_on_another_keyboard_is_the_same(client: AsyncClient) -> None:
    await register(client, password="Zürich im Frühling")

    answer = await log_in(client, password="Zu\u0308rich im Fru\u0308hling")

    assert answer.status_code == 200


async def test_closed_registration_makes_no_accounts(
    database: Database, database_address: str, tmp_path: Path
) -> None:
    chosen = world.settings(database_address, tmp_path, REGISTRATION_ENABLED="false")
    app = create_app(chosen, database)
    async with client_from(app, "127.0.0.1") as client:
        body = {"email": "ada@example.org", "password": PASSWORD}
        registered = await client.post("/api/v1/auth/signup", json=body)
        sent = await client.post("/api/v1/auth/send-code", json={"email": "ada@example.org"})
        code = {"email": "ada@example.org", "code": sent.json()["dev_code"]}

        verified = await client.post("/api/v1/auth/verify", json=code)

    for answer in (registered, verified):
        assert (answer.status_code, answer.json()["code"]) == (403, "registration_closed")
    assert await count_rows(database, User) == 0


async def test_g20_one_network_opens_so_many_accounts_in_a_day(
    client: AsyncClient,
    app: FastAPI,
    desk: FrontDesk,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    few = replace(desk.limits, accounts_per_network=Limit(2, 86_400))
    monkeypatch.setattr(desk, "limits", few)
    for name in ("ada", "bob"):
        await register(client, f"{name}@example.org")
    code = await code_for(client, "eve@example.org")

    by_password = await client.post(
        "/api/v1/auth/register", json={"email": "eve@example.org", "password": PASSWORD}
    )
    by_code = await verify(client, code, "eve@example.org")

    for refused in (by_password, by_code):
        assert (refused.status_code, refused.json()["code"]) == (429, "too_many_attempts")
        assert int(refused.headers["retry-after"]) <= 86_401
    assert await count_rows(database, User) == 2
    assert (await log_in(client, "ada@example.org")).status_code == 200
    async with client_from(app, "198.51.100.7") as elsewhere:
        await register(elsewhere, "eve@example.org")
