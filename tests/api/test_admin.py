"""What administrators see of accounts, and what they do with them."""

from typing import Any

import pytest
from httpx2 import AsyncClient

from questlog.automation.models import Mail
from questlog.core.config import Settings
from questlog.core.db import Database
from questlog.identity.front_desk import FrontDesk
from questlog.main import create_app
from tests.support import world
from tests.support.doors import PASSWORD, bearer, client_from, code_for, log_in, register, verify
from tests.support.make import Make, Person
from tests.support.sql import count_rows, count_statements

ACCOUNTS = "/api/v1/admin/users"
PRIVATE = {"password_hash", "profile_text", "settings", "key"}


@pytest.fixture
async def admin(make: Make) -> Person:
    return await make.user(role="admin", email="root@example.org", name="Root")


@pytest.fixture
async def people(client: AsyncClient, make: Make, admin: Person) -> dict[str, Any]:
    """Ada, who signed in twice; Борис, who never did and is closed."""
    await register(client, name="Ada Lovelace")
    tokens: dict[str, Any] = (await log_in(client)).json()
    closed = await make.user(email="boris@example.org", name="Борис")
    body = {"is_active": False}
    await client.patch(f"/api/v1/users/{closed.id}", headers=admin.headers, json=body)
    return tokens


async def listed(client: AsyncClient, admin: Person, query: str = "") -> list[dict[str, Any]]:
    answer = await client.get(ACCOUNTS + query, headers=admin.headers)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_accounts_are_listed_with_their_sessions(
    client: AsyncClient, people: dict[str, Any], admin: Person
) -> None:
    found = await listed(client, admin)

    assert {account["email"]: account["sessions"] for account in found} == {
        "root@example.org": 1,
        "ada@example.org": 2,
        "boris@example.org": 0,
    }
    assert not PRIVATE & {name for account in found for name in account}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("q=ada", ["Ada Lovelace"]),
        ("q=LOVE", ["Ada Lovelace"]),
        ("q=example.org", ["Root", "Ada Lovelace", "Борис"]),
        ("q=борис", ["Борис"]),
        ("q=БОРИС", ["Борис"]),
        ("q=%25", []),
        ("role=admin", ["Root"]),
        ("is_active=false", ["Борис"]),
        ("is_active=true", ["Root", "Ada Lovelace"]),
        ("seen_since=2020-01-01", ["Ada Lovelace"]),
        ("seen_before=2020-01-01", ["Root", "Борис"]),
        ("role=user&is_active=true", ["Ada Lovelace"]),
    ],
)
async def test_accounts_are_found(
    client: AsyncClient, people: dict[str, Any], admin: Person, query: str, names: list[str]
) -> None:
    found = await listed(client, admin, "?" + query)

    assert [account["name"] for account in found] == names


async def test_both_addresses_of_accounts_answer_alike(
    client: AsyncClient, people: dict[str, Any], admin: Person
) -> None:
    user_id = people["user"]["id"]

    pairs = [
        (
            await client.get(f"/api/v1/admin/users{tail}", headers=admin.headers),
            await client.get(f"/api/v1/users{tail}", headers=admin.headers),
        )
        for tail in ("", f"/{user_id}")
    ]

    for one, other in pairs:
        assert one.json() == other.json()
        assert one.headers.get("etag") == other.headers.get("etag")


async def test_a_list_of_any_length_is_two_statements(
    client: AsyncClient, database: Database, people: dict[str, Any], admin: Person
) -> None:
    await listed(client, admin)

    with count_statements(database) as statements:
        found = await listed(client, admin)

    assert len(found) == 3
    assert len(statements) == 2, statements  # the line of the audit log, and the list


async def test_pages_of_accounts_follow_each_other(
    client: AsyncClient, people: dict[str, Any], admin: Person
) -> None:
    first = await client.get(ACCOUNTS + "?limit=2&include_total=true", headers=admin.headers)

    rest = await listed(client, admin, f"?limit=2&cursor={first.json()['next_cursor']}")

    assert first.json()["total"] == 3
    assert [account["name"] for account in first.json()["items"] + rest] == [
        "Root",
        "Ada Lovelace",
        "Борис",
    ]


async def test_an_account_is_opened_for_somebody(client: AsyncClient, admin: Person) -> None:
    body = {"email": " Cy@Example.org ", "name": "Cy", "locale": "ru", "timezone": "Europe/Rome"}

    answer = await client.post(ACCOUNTS, headers=admin.headers, json=body)

    made = answer.json()
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"/api/v1/users/{made['id']}"
    assert (made["email"], made["role"], made["email_verified"]) == (
        "cy@example.org",
        "user",
        False,
    )
    code = await code_for(client, "cy@example.org")
    assert (await verify(client, code, "cy@example.org")).json()["user"]["id"] == made["id"]


async def test_an_account_is_opened_where_registration_is_closed(
    database: Database, settings: Settings, make: Make, admin: Person, database_address: str
) -> None:
    closed = world.settings(database_address, settings.app.data_dir, REGISTRATION_ENABLED="false")
    desk = FrontDesk(closed)
    app = create_app(closed, database, desk)
    token = desk.access_tokens.issue(admin.id, (await make.session(admin.id)).id)

    async with client_from(app, "127.0.0.1") as client:
        signed_up = await client.post(
            "/api/v1/auth/register", json={"email": "cy@example.org", "password": PASSWORD}
        )
        opened = await client.post(
            ACCOUNTS,
            headers={"Authorization": f"Bearer {token}"},
            json={"email": "cy@example.org"},
        )

    desk.close()
    assert (signed_up.status_code, opened.status_code) == (403, 201)


async def test_whoever_gets_an_account_gets_a_link(
    database: Database, settings: Settings, make: Make, admin: Person, database_address: str
) -> None:
    mailing = world.settings(
        database_address, settings.app.data_dir, SMTP_HOST="127.0.0.1", SMTP_FROM="q@example.org"
    )
    desk = FrontDesk(mailing)
    app = create_app(mailing, database, desk)
    token = desk.access_tokens.issue(admin.id, (await make.session(admin.id)).id)

    async with client_from(app, "127.0.0.1") as client:
        await client.post(
            ACCOUNTS,
            headers={"Authorization": f"Bearer {token}"},
            json={"email": "cy@example.org"},
        )

    desk.close()
    assert await count_rows(database, Mail.__table__) == 1


async def test_an_address_that_is_taken_is_a_conflict(
    client: AsyncClient, people: dict[str, Any], admin: Person
) -> None:
    body = {"email": "ADA@example.org"}

    answer = await client.post(ACCOUNTS, headers=admin.headers, json=body)

    assert (answer.status_code, answer.json()["code"]) == (409, "email_taken")


async def test_an_administrator_signs_somebody_out_in_one_place(
    client: AsyncClient, people: dict[str, Any], admin: Person
) -> None:
    path = f"{ACCOUNTS}/{people['user']['id']}/sessions"
    newest, oldest = (await client.get(path, headers=admin.headers)).json()["items"]

    ended = await client.delete(f"{path}/{newest['id']}", headers=admin.headers)

    assert ended.status_code == 204
    assert (await client.get("/api/v1/users/me", headers=bearer(people))).status_code == 401
    left = (await client.get(path, headers=admin.headers)).json()["items"]
    assert [session["id"] for session in left] == [oldest["id"]]
    assert not any(session["current"] for session in left)


async def test_an_administrator_signs_somebody_out_everywhere(
    client: AsyncClient, people: dict[str, Any], admin: Person
) -> None:
    path = f"{ACCOUNTS}/{people['user']['id']}/sessions"

    ended = [await client.delete(path, headers=admin.headers) for _ in range(2)]

    assert [answer.status_code for answer in ended] == [204, 204]
    assert (await client.get(path, headers=admin.headers)).json()["items"] == []
    assert (await client.get("/api/v1/users/me", headers=admin.headers)).status_code == 200


async def test_a_session_is_sought_at_its_owner_only(
    client: AsyncClient, people: dict[str, Any], admin: Person, make: Make
) -> None:
    other = await make.user()
    session = await make.session(other.id)
    path = f"{ACCOUNTS}/{people['user']['id']}/sessions/{session.id}"

    answer = await client.delete(path, headers=admin.headers)

    assert (answer.status_code, answer.json()["code"]) == (404, "session_not_found")
    assert (await client.get("/api/v1/users/me", headers=other.headers)).status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("POST", ""),
        ("GET", "/{id}"),
        ("GET", "/{id}/sessions"),
        ("DELETE", "/{id}/sessions"),
        ("DELETE", "/{id}/sessions/{id}"),
    ],
)
async def test_s084_nobody_else_does_even_with_their_own_account(
    client: AsyncClient, make: Make, method: str, path: str
) -> None:
    user = await make.user()

    answer = await client.request(
        method,
        ACCOUNTS + path.format(id=user.id),
        headers=user.headers,
        json={"email": "cy@example.org"} if method == "POST" else None,
    )

    assert (answer.status_code, answer.json()["code"]) == (403, "admin_only")
