"""Opening an account, signing in with a password, and one's own account."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient
from sqlalchemy import func, select

from questlog.automation.models import Event
from questlog.core.db import Database
from questlog.identity.front_desk import FrontDesk
from questlog.identity.models import AttemptCount, SignInSession, User
from questlog.identity.passwords import Verdict
from questlog.main import create_app
from tests.support import world
from tests.support.doors import PASSWORD, bearer, client_from, log_in, register, whoami
from tests.support.make import Make
from tests.support.moving_clock import MovingClock

VARYING = {"x-request-id", "date"}


async def count(database: Database, table: type[Any]) -> int:
    async with database.reader() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


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
    assert (await whoami(client, tokens)).json() == user


async def test_a_new_account_tells_the_event_log(client: AsyncClient, database: Database) -> None:
    from_registration = await register(client)

    async with database.reader() as session:
        rows = (await session.execute(select(Event.type, Event.seq, Event.actor))).all()
    actor = f"user:{from_registration['user']['id']}"
    assert sorted(map(tuple, rows), key=lambda row: row[1]) == [
        ("user.created", 1, actor),
        ("session.created", 2, actor),
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
    assert await count(database, User) == 0


async def test_s016_two_registrations_at_once_make_one_account(
    client: AsyncClient, database: Database
) -> None:
    body = {"email": "ada@example.org", "password": PASSWORD}

    answers = await asyncio.gather(
        *(client.post("/api/v1/auth/register", json=body) for _ in range(8))
    )

    assert sorted(answer.status_code for answer in answers) == [201, *[409] * 7]
    assert await count(database, User) == 1
    assert await count(database, SignInSession) == 1


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


async def test_s023_failed_logins_are_counted_and_the_eleventh_waits(
    client: AsyncClient, database: Database, make: Make, moving_clock: MovingClock
) -> None:
    await make.user(email="ada@example.org", password=PASSWORD)
    wrong = [await log_in(client, password="not this one") for _ in range(10)]

    right = await log_in(client)
    counted = await count(database, AttemptCount)
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
    assert await count(database, SignInSession) == 2


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
    assert await count(database, User) == 0


async def test_one_can_change_ones_own_account(client: AsyncClient) -> None:
    tokens = await register(client)
    body = {
        "name": "Ада",
        "profile_text": "Likes gears.",
        "settings": {"theme": "dark", "views": {"today": "list"}},
        "locale": "ru",
        "timezone": "Europe/Rome",
    }

    answer = await client.patch("/api/v1/auth/me", headers=bearer(tokens), json=body)

    changed = answer.json()
    assert answer.status_code == 200
    assert {name: changed[name] for name in body} == body
    assert changed["updated_at"] > tokens["user"]["updated_at"]
    assert (await client.get("/api/v1/users/me", headers=bearer(tokens))).json() == changed


async def test_settings_are_merged_and_null_takes_out(client: AsyncClient) -> None:
    tokens = await register(client)
    headers = bearer(tokens)
    first = {"settings": {"theme": "dark", "views": {"today": "list", "week": "grid"}}}
    await client.patch("/api/v1/users/me", headers=headers, json=first)

    second = {"settings": {"theme": None, "views": {"week": "list"}, "sound": False}}
    answer = await client.patch("/api/v1/users/me", headers=headers, json=second)

    assert answer.json()["settings"] == {
        "views": {"today": "list", "week": "list"},
        "sound": False,
    }


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"timezone": "Mars/Olympus"}, "/body/timezone"),
        ({"timezone": "../../etc/passwd"}, "/body/timezone"),
        ({"timezone": None}, "/body/timezone"),
        ({"locale": "fr"}, "/body/locale"),
        ({"name": None}, "/body/name"),
        ({"role": "admin"}, "/body/role"),
        ({"email": "eve@example.org"}, "/body/email"),
        ({"is_active": True}, "/body/is_active"),
        ({"settings": {"blob": "x" * 17_000}}, "/body/settings"),
        ({"settings": []}, "/body/settings"),
    ],
)
async def test_what_cannot_be_changed_is_refused(
    client: AsyncClient, body: dict[str, Any], pointer: str
) -> None:
    tokens = await register(client)

    answer = await client.patch("/api/v1/auth/me", headers=bearer(tokens), json=body)

    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert (await whoami(client, tokens)).json() == tokens["user"]


async def test_an_account_that_moved_on_is_not_overwritten(client: AsyncClient) -> None:
    tokens = await register(client)
    read = await whoami(client, tokens)
    await client.patch("/api/v1/auth/me", headers=bearer(tokens), json={"name": "Ada"})

    stale = bearer(tokens) | {"If-Match": read.headers["etag"]}
    answer = await client.patch("/api/v1/auth/me", headers=stale, json={"name": "Eve"})

    assert answer.status_code == 412
    assert (await whoami(client, tokens)).json()["name"] == "Ada"


async def test_errors_are_told_in_the_readers_language(client: AsyncClient) -> None:
    answer = await client.post(
        "/api/v1/auth/login",
        json={"email": "ada@example.org", "password": "x"},
        headers={"Accept-Language": "ru"},
    )

    assert answer.json()["detail"] == "Этот адрес и этот пароль не подходят друг к другу."
