"""Making, showing, using and revoking API keys over HTTP."""

from typing import Any

import pytest
from httpx2 import AsyncClient, Response
from structlog.testing import capture_logs

from questlog.core.db import Database
from questlog.identity import key_text
from questlog.identity.key_models import ApiKey
from tests.support.make import Make, Person
from tests.support.sql import count_rows, count_statements

KEYS = "/api/v1/api-keys"
TASKS = "/api/v1/tasks"


async def create(
    client: AsyncClient, owner: Person, *scopes: str, name: str = "Backup", **more: Any
) -> Response:
    body = {"name": name, "scopes": scopes or ("tasks:read",), **more}
    return await client.post(KEYS, json=body, headers=owner.headers)


def shown(text: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {text}"}


async def test_s073_a_key_is_shown_once_and_known_by_its_beginning(
    client: AsyncClient, make: Make
) -> None:
    owner = await make.user()

    made = await create(client, owner, "tasks:write", "tasks:read", name=" Nightly report ")

    new = made.json()
    text = new.pop("key")
    listed = await client.get(KEYS, headers=owner.headers)
    alone = await client.get(made.headers["location"], headers=owner.headers)
    assert made.status_code == 201
    assert key_text.is_whole(text)
    assert text.startswith(new["prefix"])
    assert (new["name"], new["scopes"]) == ("Nightly report", ["tasks:read", "tasks:write"])
    assert listed.json()["items"] == [new]
    assert alone.json() == new
    assert text not in listed.text + alone.text


async def test_a_key_is_taken_as_bearer_and_in_its_own_header(
    client: AsyncClient, make: Make
) -> None:
    owner = await make.user()
    task = await make.task(owner)
    text = (await create(client, owner)).json()["key"]

    answers = [
        await client.get(TASKS, headers=shown(text)),
        await client.get(TASKS, headers={"X-API-Key": text}),
        await client.get(TASKS, headers={"X-API-Key": text, "Authorization": "Basic YTpi"}),
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert {answer.json()["items"][0]["id"] for answer in answers} == {str(task.id)}


async def test_what_stands_in_authorization_counts_and_nothing_beside_it(
    client: AsyncClient, make: Make
) -> None:
    text = (await create(client, await make.user())).json()["key"]

    answer = await client.get(
        TASKS, headers={"Authorization": "Bearer nonsense", "X-API-Key": text}
    )

    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token")


@pytest.mark.parametrize("text", ["", "qlk_", "q", "eyJhbGciOiJIUzI1NiJ9.e30.AAAA"])
async def test_s076_what_is_no_key_is_refused_in_the_header_of_keys(
    text: str, client: AsyncClient
) -> None:
    answer = await client.get(TASKS, headers={"X-API-Key": text})

    assert (answer.status_code, answer.json()["code"]) == (401, "mistyped_api_key")
    assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'


async def test_an_access_token_is_not_taken_in_the_header_of_keys(
    client: AsyncClient, make: Make
) -> None:
    token = (await make.user()).headers["Authorization"].removeprefix("Bearer ")

    answer = await client.get(TASKS, headers={"X-API-Key": token})

    assert answer.status_code == 401


@pytest.mark.parametrize("name", ["api_key", "access_token", "key", "X-API-Key"])
async def test_s077_a_key_in_the_address_is_ignored_and_not_logged(
    name: str, client: AsyncClient, make: Make
) -> None:
    text = (await create(client, await make.user())).json()["key"]

    with capture_logs() as lines:
        answer = await client.get(f"{TASKS}?{name}={text}")

    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
    assert lines
    assert text not in str(lines)
    assert text not in answer.text


async def test_s072_nobody_makes_a_key_without_signing_in(
    client: AsyncClient, make: Make, database: Database
) -> None:
    owner = await make.user()
    body = {"name": "Mine now", "scopes": ["tasks:read"], "user_id": str(owner.id)}

    answer = await client.post(KEYS, json=body)

    assert answer.status_code == 401
    assert await count_rows(database, ApiKey) == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"user_id": "019a9c3e-7a40-7000-8000-000000000001"},
        {"rate_limit": 1_000_000},
        {"key": "qlk_of_my_choice"},
        {"scopes": ["admin"]},
        {"scopes": ["*"]},
        {"scopes": ["tasks"]},
        {"scopes": []},
        {"scopes": "tasks:read"},
        {"scopes": ["tasks:read"] * 100},
        {"name": " "},
        {"name": "x" * 101},
        {"expires_at": "soon"},
        {"expires_at": "2020-01-01T00:00:00Z"},
    ],
    ids=str,
)
async def test_s072_a_key_is_nothing_but_a_name_scopes_and_an_end(
    wrong: dict[str, Any], client: AsyncClient, make: Make, database: Database
) -> None:
    owner, other = await make.user(), await make.user()
    if "user_id" in wrong:
        wrong = {"user_id": str(other.id)}
    body = {"name": "Backup", "scopes": ["tasks:read"]} | wrong

    answer = await client.post(KEYS, json=body, headers=owner.headers)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"].startswith(f"/body/{next(iter(wrong))}")
    assert await count_rows(database, ApiKey) == 0


async def test_s072_only_an_administrator_gives_a_key_the_scope_of_administrators(
    client: AsyncClient, make: Make
) -> None:
    admin, user = await make.user(role="admin"), await make.user()

    given = await create(client, admin, "admin:read")
    refused = await create(client, user, "admin:read", "tasks:read")

    people = await client.get("/api/v1/users", headers=shown(given.json()["key"]))
    assert (refused.status_code, refused.json()["code"]) == (403, "scopes_beyond_yours")
    assert refused.json()["details"] == {"scopes": "admin:read"}
    assert (given.status_code, people.status_code) == (201, 200)


async def test_s038_a_key_of_a_former_administrator_is_that_of_a_user(
    client: AsyncClient, make: Make
) -> None:
    boss, admin = await make.user(role="admin"), await make.user(role="admin")
    key = await make.key(admin, "admin:read")
    before = await client.get("/api/v1/users", headers=key.headers)

    await client.patch(f"/api/v1/users/{admin.id}", json={"role": "user"}, headers=boss.headers)

    after = await client.get("/api/v1/users", headers=key.headers)
    assert (before.status_code, after.status_code) == (200, 403)
    assert after.json()["code"] == "admin_only"


async def test_s024_the_key_of_a_deactivated_user_is_refused(
    client: AsyncClient, make: Make
) -> None:
    boss, owner = await make.user(role="admin"), await make.user()
    key = await make.key(owner, "tasks:read")
    before = await client.get(TASKS, headers=key.headers)

    await client.patch(f"/api/v1/users/{owner.id}", json={"is_active": False}, headers=boss.headers)

    after = await client.get(TASKS, headers=key.headers)
    assert (before.status_code, after.status_code) == (200, 401)
    assert after.json()["code"] == "invalid_api_key"


async def test_s032_s076_a_revoked_key_stops_at_once_and_can_be_revoked_again(
    client: AsyncClient, make: Make
) -> None:
    owner = await make.user()
    made = await create(client, owner)
    address, headers = made.headers["location"], shown(made.json()["key"])
    before = await client.get(TASKS, headers=headers)

    answers = [await client.delete(address, headers=owner.headers) for _ in range(2)]

    after = await client.get(TASKS, headers=headers)
    assert [answer.status_code for answer in answers] == [204, 204]
    assert (before.status_code, after.status_code) == (200, 401)
    assert after.json()["code"] == "invalid_api_key"
    assert (await client.get(KEYS, headers=owner.headers)).json()["items"] == []
    assert (await client.get(address, headers=owner.headers)).status_code == 404


async def test_signing_out_everywhere_leaves_keys_alone(client: AsyncClient, make: Make) -> None:
    owner = await make.user()
    key = await make.key(owner, "tasks:read")

    await client.delete("/api/v1/sessions", headers=owner.headers)

    assert (await client.get(TASKS, headers=key.headers)).status_code == 200


async def test_a_request_with_a_remembered_key_writes_nothing_and_asks_only_its_question(
    client: AsyncClient, make: Make, database: Database
) -> None:
    owner = await make.user()
    task = await make.task(owner)
    key = await make.key(owner, "tasks:read")
    await client.get(f"{TASKS}/{task.id}", headers=key.headers)

    with count_statements(database) as with_key:
        await client.get(f"{TASKS}/{task.id}", headers=key.headers)
    await client.get(f"{TASKS}/{task.id}", headers=owner.headers)
    with count_statements(database) as signed_in:
        await client.get(f"{TASKS}/{task.id}", headers=owner.headers)

    assert with_key == signed_in
    assert not [one for one in with_key if not one.startswith("SELECT")]
