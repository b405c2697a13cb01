"""Reading the audit log: each their own part, administrators all of it."""

from datetime import timedelta

import pytest
from httpx2 import AsyncClient

from questlog.automation import audit
from questlog.automation.audit_models import AuditEntry
from questlog.core.db import Database
from tests.api.test_audit_log import ALL, NEW_PASSWORD, OWN, change_password, own, told
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
from tests.support.make import Make, Person
from tests.support.moving_clock import MovingClock


async def test_a_user_reads_only_what_is_about_their_account(
    client: AsyncClient, make: Make
) -> None:
    mine, _other = await register(client), await register(client, "bea@example.org")

    lines = await own(client, bearer(mine))

    assert [line["action"] for line in lines] == ["login.succeeded", "account.created"]
    assert {line["account_id"] for line in lines} == {mine["user"]["id"]}


async def test_a_user_sees_that_an_administrator_read_not_which_one(
    client: AsyncClient, make: Make
) -> None:
    admin, user = await make.user(role="admin"), await make.user()
    await client.get(f"/api/v1/users/{user.id}", headers=admin.headers)
    await client.patch(f"/api/v1/users/{user.id}", headers=admin.headers, json={"role": "admin"})

    lines = await own(client, user.headers)

    assert [line["action"] for line in lines] == ["role.changed", "admin.read"]
    for line in lines:
        assert line["actor"] == "admin"
        assert (line["address"], line["user_agent"], line["request_id"]) == (None, None, None)


async def test_the_log_comes_in_pages_newest_first(
    client: AsyncClient, database: Database, make: Make
) -> None:
    user = await make.user()
    for _ in range(5):
        await audit.record_alone(database, "export.made", account_id=user.id)

    first = (await client.get(OWN + "?limit=3&include_total=true", headers=user.headers)).json()
    second = await client.get(f"{OWN}?limit=3&cursor={first['next_cursor']}", headers=user.headers)

    ids = [line["id"] for page in (first, second.json()) for line in page["items"]]
    assert ids == sorted(ids, reverse=True)
    assert (len(ids), first["total"], second.json()["next_cursor"]) == (5, 5, None)


@pytest.fixture
async def week(
    client: AsyncClient, database: Database, make: Make, moving_clock: MovingClock
) -> Person:
    """Somebody with a failed and a good sign-in on one day, and an export on the next."""
    user = await make.user()
    await audit.record_alone(database, "login.failed", account_id=user.id)
    await audit.record_alone(database, "login.succeeded", account_id=user.id, actor="cli")
    moving_clock.move(days=1)
    await audit.record_alone(database, "export.made", account_id=user.id)
    user.headers.update(await make.sign_in(user.id))
    return user


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("action=login.*", ["login.succeeded", "login.failed"]),
        ("action=login.failed", ["login.failed"]),
        ("action=log.*", []),
        ("from={today}", ["export.made"]),
        ("to={yesterday}", ["login.succeeded", "login.failed"]),
    ],
)
async def test_the_log_is_filtered(
    client: AsyncClient, week: Person, moving_clock: MovingClock, query: str, found: list[str]
) -> None:
    today = moving_clock.now().date()
    days = {"today": today, "yesterday": today - timedelta(days=1)}

    lines = await own(client, week.headers, "?" + query.format(**days))

    assert [line["action"] for line in lines] == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("account_id={week}", ["admin.read", "export.made", "login.succeeded", "login.failed"]),
        ("account_id={admin}", ["admin.read"]),
        ("actor=cli", ["login.succeeded"]),
        ("actor=user:{admin}", ["admin.read"]),
        ("address=127.0.0.1", ["admin.read"]),
        ("action=export.*", ["export.made"]),
    ],
)
async def test_administrators_filter_all_of_it(
    client: AsyncClient, week: Person, make: Make, query: str, found: list[str]
) -> None:
    admin = await make.user(role="admin")

    answer = await client.get(
        f"{ALL}?{query.format(week=week.id, admin=admin.id)}", headers=admin.headers
    )

    assert [line["action"] for line in answer.json()["items"]] == found


async def test_s084_nobody_else_reads_all_of_it(client: AsyncClient, make: Make) -> None:
    user = await make.user()

    answer = await client.get(ALL, headers=user.headers)

    assert (answer.status_code, answer.json()["code"]) == (403, "admin_only")


async def test_s145_no_secret_comes_into_the_log(
    client: AsyncClient, database: Database, moving_clock: MovingClock
) -> None:
    tokens = await register(client, "canary-mail@example.org")
    code = await code_for(client, "canary-mail@example.org")
    forgot = await client.post(
        "/api/v1/auth/password/forgot", json={"email": "canary-mail@example.org"}
    )
    await verify(client, another(code), "canary-mail@example.org")
    await log_in(client, "canary-mail@example.org", "canary password")
    await log_in(client, "canary-nobody@example.org", "canary password")
    await change_password(client, tokens)
    await refresh(client, tokens["refresh_token"])
    moving_clock.move(minutes=1)
    await refresh(client, tokens["refresh_token"])

    lines = await told(database)

    text = repr([{column: getattr(line, column) for column in COLUMNS} for line in lines])
    secrets = [tokens["access_token"], tokens["refresh_token"], forgot.json()["dev_token"]]
    for canary in (*secrets, code, PASSWORD, NEW_PASSWORD, "canary"):
        assert canary not in text
    assert len(lines) > 8


COLUMNS = [column.name for column in AuditEntry.__table__.columns]
