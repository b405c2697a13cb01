"""What administrators do with accounts."""

import asyncio
from typing import Any

import pytest
from httpx2 import AsyncClient

from tests.support.doors import bearer, log_in, register, whoami
from tests.support.make import Make


async def test_administrators_see_all_accounts(client: AsyncClient, make: Make) -> None:
    admin = await make.user(role="admin")
    await make.user(email="ada@example.org")

    answer = await client.get("/api/v1/users?include_total=true", headers=admin.headers)

    listed = answer.json()
    assert [user["email"] for user in listed["items"]] == [admin.email, "ada@example.org"]
    assert listed["total"] == 2
    assert all("password" not in name for user in listed["items"] for name in user)
    one = listed["items"][1]
    got = await client.get(f"/api/v1/users/{one['id']}", headers=admin.headers)
    assert got.json() == one


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("GET", "/{id}"), ("PATCH", "/{id}")])
async def test_nobody_else_does(client: AsyncClient, make: Make, method: str, path: str) -> None:
    user = await make.user()

    answer = await client.request(
        method,
        "/api/v1/users" + path.format(id=user.id),
        headers=user.headers,
        json={"role": "admin"} if method == "PATCH" else None,
    )

    assert (answer.status_code, answer.json()["code"]) == (403, "admin_only")


async def test_s038_a_new_role_counts_from_the_next_request(
    client: AsyncClient, make: Make
) -> None:
    admin, user = await make.user(role="admin"), await make.user()
    before = await client.get("/api/v1/users", headers=user.headers)

    await client.patch(f"/api/v1/users/{user.id}", headers=admin.headers, json={"role": "admin"})
    risen = await client.get("/api/v1/users", headers=user.headers)
    await client.patch(f"/api/v1/users/{user.id}", headers=admin.headers, json={"role": "user"})
    fallen = await client.get("/api/v1/users", headers=user.headers)

    assert [answer.status_code for answer in (before, risen, fallen)] == [403, 200, 403]


async def test_s024_a_reopened_account_does_not_get_its_sessions_back(
    client: AsyncClient, make: Make
) -> None:
    admin = await make.user(role="admin")
    tokens = await register(client)
    path = f"/api/v1/users/{tokens['user']['id']}"
    await client.patch(path, headers=admin.headers, json={"is_active": False})

    answer = await client.patch(path, headers=admin.headers, json={"is_active": True})

    assert answer.json()["is_active"] is True
    assert (await whoami(client, tokens)).status_code == 401
    assert (await log_in(client)).status_code == 200


@pytest.mark.parametrize("body", [{"role": "user"}, {"is_active": False}])
async def test_the_last_administrator_stays_one(
    client: AsyncClient, make: Make, body: dict[str, Any]
) -> None:
    admin = await make.user(role="admin")

    answer = await client.patch(f"/api/v1/users/{admin.id}", headers=admin.headers, json=body)

    assert (answer.status_code, answer.json()["code"]) == (409, "last_admin")
    assert (await client.get("/api/v1/users", headers=admin.headers)).status_code == 200


async def test_two_administrators_who_depose_each_other_leave_one(
    client: AsyncClient, make: Make
) -> None:
    one, two = await make.user(role="admin"), await make.user(role="admin")

    answers = await asyncio.gather(
        client.patch(f"/api/v1/users/{two.id}", headers=one.headers, json={"role": "user"}),
        client.patch(f"/api/v1/users/{one.id}", headers=two.headers, json={"role": "user"}),
    )

    assert sorted(answer.status_code for answer in answers)[0] == 200
    roles = [
        (await client.get("/api/v1/users", headers=person.headers)).status_code
        for person in (one, two)
    ]
    assert sorted(roles) == [200, 403]


@pytest.mark.parametrize(
    "field", ["email", "password_hash", "email_verified", "profile_text", "settings", "id"]
)
async def test_s086_an_administrator_does_not_change_what_is_private(
    client: AsyncClient, make: Make, field: str
) -> None:
    admin, user = await make.user(role="admin"), await make.user()

    answer = await client.patch(
        f"/api/v1/users/{user.id}", headers=admin.headers, json={field: "x"}
    )

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == f"/body/{field}"


async def test_a_change_that_changes_nothing_keeps_the_version(client: AsyncClient) -> None:
    tokens = await register(client)
    before = await whoami(client, tokens)

    after = await client.patch("/api/v1/users/me", headers=bearer(tokens), json={"name": ""})

    assert after.headers["etag"] == before.headers["etag"]


async def test_what_somebody_plans_follows_when_an_administrator_moves_them_to_another_zone(
    client: AsyncClient, make: Make
) -> None:
    admin, user = await make.user(role="admin"), await make.user()
    call = {"title": "Call Ann", "due_date": "2026-06-02T08:00:00Z"}
    added = await client.post("/api/v1/tasks", headers=user.headers, json=call)
    there = {"timezone": "Pacific/Honolulu"}

    answer = await client.patch(f"/api/v1/users/{user.id}", headers=admin.headers, json=there)

    assert answer.status_code == 200
    path = f"/api/v1/tasks/{added.json()['id']}"
    task = (await client.get(path, headers=user.headers)).json()
    assert (added.json()["due_date"], task["due_date"]) == ("2026-06-02", "2026-06-01")
