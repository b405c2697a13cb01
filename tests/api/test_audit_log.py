"""The audit log: what is told (S-145), to whom, and what is not in it."""

from typing import Any

import pytest
from httpx2 import AsyncClient, Response
from sqlalchemy import select

from questlog.automation.audit_models import AuditEntry
from questlog.core.db import Database
from tests.support.doors import (
    PASSWORD,
    another,
    bearer,
    code_for,
    log_in,
    refresh,
    register,
    verify,
)
from tests.support.make import Make
from tests.support.moving_clock import MovingClock
from tests.support.sql import count_statements

OWN, ALL = "/api/v1/audit-log", "/api/v1/admin/audit-log"
NEW_PASSWORD = "a windy night in Bari"


async def told(database: Database) -> list[AuditEntry]:
    async with database.reader() as session:
        return list(await session.scalars(select(AuditEntry).order_by(AuditEntry.id)))


async def actions(database: Database) -> list[str]:
    return [line.action for line in await told(database)]


async def own(
    client: AsyncClient, headers: dict[str, str], query: str = ""
) -> list[dict[str, Any]]:
    answer = await client.get(OWN + query, headers=headers)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def change_password(client: AsyncClient, tokens: dict[str, Any]) -> Response:
    body = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
    return await client.post("/api/v1/auth/password/change", headers=bearer(tokens), json=body)


async def test_s145_a_sign_in_is_told_with_who_when_and_from_where(
    client: AsyncClient, moving_clock: MovingClock
) -> None:
    await register(client)

    client.headers["X-Request-ID"], client.headers["User-Agent"] = "walk-1", "curl/8.5"
    tokens = (await log_in(client)).json()

    newest = (await own(client, bearer(tokens)))[0]
    me = tokens["user"]["id"]
    assert newest["action"] == "login.succeeded"
    assert (newest["actor"], newest["account_id"]) == (f"user:{me}", me)
    assert (newest["address"], newest["user_agent"]) == ("127.0.0.1", "curl/8.5")
    assert newest["request_id"] == "walk-1"
    assert newest["details"]["door"] == "password"
    assert newest["created_at"].endswith("Z")


async def test_s145_a_sign_in_costs_one_statement_more(
    client: AsyncClient, database: Database
) -> None:
    await register(client)

    with count_statements(database) as statements:
        await log_in(client)

    assert sum("audit_entries" in statement for statement in statements) == 1


async def test_s145_planning_costs_none(
    client: AsyncClient, database: Database, make: Make
) -> None:
    user = await make.user()

    with count_statements(database) as statements:
        made = await client.post("/api/v1/tasks", headers=user.headers, json={"title": "Read"})
        await client.get(f"/api/v1/tasks/{made.json()['id']}", headers=user.headers)
        await client.get("/api/v1/tasks", headers=user.headers)
        await client.post(f"/api/v1/tasks/{made.json()['id']}/complete", headers=user.headers)

    assert not [statement for statement in statements if "audit_entries" in statement]


@pytest.mark.parametrize(
    ("email", "password", "reason"),
    [
        ("nobody@example.org", PASSWORD, "unknown_account"),
        ("ada@example.org", "not this one", "wrong_password"),
        ("closed@example.org", PASSWORD, "closed_account"),
        ("codes@example.org", PASSWORD, "no_password"),
    ],
)
async def test_s145_a_failed_sign_in_is_told_with_its_reason(
    client: AsyncClient, database: Database, make: Make, email: str, password: str, reason: str
) -> None:
    await register(client)
    await register(client, "closed@example.org")
    await verify(client, await code_for(client, "codes@example.org"), "codes@example.org")
    admin = await make.user(role="admin")
    closed = await client.get("/api/v1/admin/users?q=closed", headers=admin.headers)
    path = f"/api/v1/users/{closed.json()['items'][0]['id']}"
    await client.patch(path, headers=admin.headers, json={"is_active": False})

    answer = await log_in(client, email, password)

    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_credentials")
    line = (await told(database))[-1]
    assert (line.action, line.actor) == ("login.failed", "anonymous")
    assert line.details == {"door": "password", "reason": reason}
    assert (line.account_id is None) == (reason == "unknown_account")


async def test_s145_codes_are_told_sent_and_failed(client: AsyncClient, database: Database) -> None:
    code = await code_for(client)
    await verify(client, another(code))

    await verify(client, code)

    lines = await told(database)
    assert [line.action for line in lines] == [
        "code.sent",
        "login.failed",
        "account.created",
        "login.succeeded",
    ]
    assert lines[1].details == {"door": "code", "purpose": "sign_in", "reason": "invalid_code"}


async def test_s145_a_code_for_something_else_fails_under_its_own_name(
    client: AsyncClient, database: Database
) -> None:
    tokens = await register(client)
    code = await code_for(client, purpose="delete_account")

    await client.request(
        "DELETE", "/api/v1/users/me", headers=bearer(tokens), json={"code": another(code)}
    )
    await client.request(
        "DELETE", "/api/v1/users/me", headers=bearer(tokens), json={"password": "not this one"}
    )

    assert (await actions(database))[-2:] == ["code.failed", "password.failed"]


async def test_s028_a_reused_refresh_token_is_told(
    client: AsyncClient, database: Database, moving_clock: MovingClock
) -> None:
    tokens = await register(client)
    await refresh(client, tokens["refresh_token"])
    moving_clock.move(minutes=1)

    await refresh(client, tokens["refresh_token"])

    line = (await told(database))[-1]
    assert line.action == "refresh.reused"
    assert str(line.account_id) == tokens["user"]["id"]


async def test_s145_ends_of_sessions_are_told(client: AsyncClient, database: Database) -> None:
    tokens = await register(client)
    others = [(await log_in(client)).json() for _ in range(2)]
    own_sessions = await client.get("/api/v1/sessions", headers=bearer(tokens))
    one = own_sessions.json()["items"][0]["id"]

    await client.delete(f"/api/v1/sessions/{one}", headers=bearer(tokens))
    await client.delete("/api/v1/sessions", headers=bearer(tokens))
    await client.post("/api/v1/auth/logout", headers=bearer(tokens))

    assert len(others) == 2
    assert (await actions(database))[-3:] == ["session.revoked", "session.revoked", "logout.done"]


async def test_s020_a_changed_password_is_told(client: AsyncClient, database: Database) -> None:
    tokens = await register(client)

    await change_password(client, tokens)

    assert "password.changed" in await actions(database)


async def test_s145_a_reset_password_is_told_asked_and_done(
    client: AsyncClient, database: Database
) -> None:
    await register(client)
    forgot = await client.post("/api/v1/auth/password/forgot", json={"email": "ada@example.org"})

    body = {"token": forgot.json()["dev_token"], "password": NEW_PASSWORD}
    answer = await client.post("/api/v1/auth/password/reset", json=body)

    assert answer.status_code == 200, answer.text
    found = await actions(database)
    assert {"password.reset_asked", "email.proven", "password.reset"} <= set(found)
    assert "password.changed" not in found


async def test_s145_exports_and_the_end_of_an_account_are_told(
    client: AsyncClient, database: Database
) -> None:
    tokens = await register(client)

    await client.get("/api/v1/users/me/export", headers=bearer(tokens))
    await client.request(
        "DELETE", "/api/v1/users/me", headers=bearer(tokens), json={"password": PASSWORD}
    )

    lines = await told(database)
    assert [line.action for line in lines][-2:] == ["export.made", "account.deleted"]
    assert str(lines[-1].account_id) == tokens["user"]["id"]


async def test_s145_what_an_administrator_does_is_told(
    client: AsyncClient, database: Database, make: Make
) -> None:
    admin, user = await make.user(role="admin"), await make.user()
    path = f"/api/v1/users/{user.id}"

    for body in ({"role": "admin"}, {"is_active": False}, {"is_active": True}):
        await client.patch(path, headers=admin.headers, json=body)

    lines = [line for line in await told(database) if line.account_id == user.id]
    assert [line.action for line in lines] == [
        "role.changed",
        "account.deactivated",
        "session.revoked",
        "account.activated",
    ]
    assert lines[0].details == {"from": "user", "to": "admin"}
    assert {line.actor for line in lines} == {f"user:{admin.id}"}


@pytest.mark.parametrize(
    "path",
    [
        "/users",
        "/users/{id}",
        "/admin/users",
        "/admin/users/{id}",
        "/admin/users/{id}/sessions",
        "/admin/audit-log?account_id={id}",
    ],
)
async def test_s145_readings_by_administrators_are_told(
    client: AsyncClient, database: Database, make: Make, path: str
) -> None:
    admin, user = await make.user(role="admin"), await make.user()

    await client.get("/api/v1" + path.format(id=user.id), headers=admin.headers)

    (line,) = await told(database)
    assert (line.action, line.actor) == ("admin.read", f"user:{admin.id}")
    assert line.account_id == (user.id if "{id}" in path else None)


async def test_s078_a_denial_is_told_once_a_minute(
    client: AsyncClient, database: Database, make: Make
) -> None:
    user, other = await make.user(), await make.user()
    task = await make.task(other)

    for _ in range(5):
        await client.get(f"/api/v1/tasks/{task.id}", headers=user.headers)
    await client.get("/api/v1/users", headers=user.headers)

    lines = await told(database)
    assert [line.action for line in lines] == ["authz.denied"] * 2
    assert [line.details["code"] for line in lines] == ["not_yours", "admin_only"]
    assert lines[0].details["route"] == "/api/v1/tasks/{task_id}"
    assert {line.account_id for line in lines} == {user.id}


async def test_s145_a_lock_out_is_told(client: AsyncClient, database: Database) -> None:
    await register(client)

    answers = [await log_in(client, password="not this one") for _ in range(13)]

    assert answers[-1].status_code == 429
    assert (await actions(database)).count("attempts.exhausted") == 1
