"""Promises that every route keeps, including the ones written tomorrow."""

from typing import Any
from uuid import uuid4

import pytest
from httpx2 import AsyncClient

from questlog.api import deps
from questlog.core.db import Database
from tests.support.estate import SHARED, Estate, kind_of
from tests.support.make import Make, Person
from tests.support.routes import Operation, app_without_database, calls_of, operations
from tests.support.sql import count_statements

PUBLIC = {
    "get_health",
    "get_database_health",
    "get_readiness",
    "get_metrics",
    "register_user",
    "sign_up",
    "log_in",
    "refresh_tokens",
    "log_out",
    "send_code",
    "verify_code",
    "forgot_password",
    "reset_password",
    "show_second_factor",
    "ask_for_passkey",
    "sign_in_with_passkey",
    "list_providers",
    "begin_provider_login",
    "finish_provider_login",
    "exchange_code",
    "get_calendar",
    "show_unsubscribe",
    "end_mailing",
}
OPERATIONS = operations()
NAMES = [operation.name for operation in OPERATIONS]
WITH_ID = [operation for operation in OPERATIONS if operation.path_ids]
OWNED = [
    operation
    for operation in WITH_ID
    if not {kind_of(name, operation.path) for name in operation.path_ids} <= SHARED
]
WITH_BODY = [operation for operation in OPERATIONS if operation.has_body]
LISTS = [
    operation
    for operation in OPERATIONS
    if operation.method == "GET" and deps.page_request in calls_of(operation.dependant)
]


def named(operation: Operation) -> str:
    return operation.name


def test_operation_names_are_unique() -> None:
    assert len(NAMES) == len(set(NAMES))


@pytest.mark.parametrize("operation", OPERATIONS, ids=named)
def test_knows_its_user_or_is_listed_as_public(operation: Operation) -> None:
    knows = deps.principal in calls_of(operation.dependant)

    assert knows != (operation.name in PUBLIC)


@pytest.mark.parametrize("operation", OPERATIONS, ids=named)
def test_only_reads_with_a_reader_and_writes_with_a_writer(operation: Operation) -> None:
    calls = set(calls_of(operation.dependant))

    if operation.method == "GET":
        assert deps.write_session not in calls
    else:
        assert not calls & {deps.read_session, deps.slow_read_session}


@pytest.mark.parametrize("operation", OPERATIONS, ids=named)
async def test_strangers_are_asked_to_sign_in(operation: Operation, client: AsyncClient) -> None:
    if operation.name in PUBLIC:
        ways_in = document_of(operation).get("security", [])
        assert not ways_in or {} in ways_in
        return
    path = operation.path.format(**dict.fromkeys(operation.path_ids, str(uuid4())))

    answer = await client.request(operation.method, path, json={} if operation.has_body else None)

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert document_of(operation)["security"]


@pytest.mark.parametrize("operation", OWNED, ids=named)
async def test_s078_somebody_elses_object_is_forbidden(
    operation: Operation, client: AsyncClient, make: Make
) -> None:
    owner, stranger = await make.user(), await make.user()
    path = operation.path.format(
        **{name: await id_of(make, owner, name) for name in operation.path_ids}
    )

    answer = await client.request(
        operation.method, path, headers=stranger.headers, json=body_for(operation)
    )

    assert answer.status_code == 403, answer.text


@pytest.mark.parametrize("operation", WITH_ID, ids=named)
async def test_an_object_that_does_not_exist_is_not_found(
    operation: Operation, client: AsyncClient, make: Make
) -> None:
    user = await make.user(role="admin")
    if operation.path.endswith("/users/{user_id}/tasks"):
        return  # one's own list always exists
    missing = {name: str(uuid4()) for name in operation.path_ids} | own_prefix(operation, user)

    answer = await client.request(
        operation.method,
        operation.path.format(**missing),
        headers=user.headers,
        json=body_for(operation),
    )

    assert answer.status_code == 404, answer.text


@pytest.mark.parametrize("operation", WITH_ID, ids=named)
async def test_what_is_no_id_is_not_found(
    operation: Operation, client: AsyncClient, make: Make
) -> None:
    user = await make.user(role="admin")
    if operation.path.endswith("/users/{user_id}/tasks"):
        return  # somebody else's list is forbidden, whatever stands for somebody
    odd = dict.fromkeys(operation.path_ids, "9223372036854775808") | own_prefix(operation, user)

    answer = await client.request(
        operation.method,
        operation.path.format(**odd),
        headers=user.headers,
        json=body_for(operation),
    )

    assert answer.status_code == 404, answer.text


@pytest.mark.parametrize("operation", WITH_BODY, ids=named)
async def test_s086_unknown_fields_are_refused(
    operation: Operation, client: AsyncClient, make: Make
) -> None:
    user = await make.user(role="admin")
    ids = {name: await id_of(make, user, name) for name in operation.path_ids}
    body = body_for(operation) | {"is_superuser": True}

    answer = await client.request(
        operation.method, operation.path.format(**ids), headers=user.headers, json=body
    )

    assert answer.status_code == 422, answer.text
    assert "/body/is_superuser" in [error["pointer"] for error in answer.json()["errors"]]


@pytest.mark.parametrize("operation", LISTS, ids=named)
async def test_a_list_costs_a_fixed_number_of_statements(
    operation: Operation, client: AsyncClient, make: Make, database: Database
) -> None:
    user = await make.user(role="admin")
    ids = {name: await id_of(make, user, name) for name in operation.path_ids}
    path = operation.path.format(**ids) + "?limit=20"
    await client.get(path, headers=user.headers)

    with count_statements(database) as few:
        first = await client.get(path, headers=user.headers)
    await make.one_of_everything(user, times=7)
    with count_statements(database) as many:
        second = await client.get(path, headers=user.headers)

    assert first.status_code == second.status_code == 200
    assert len(without_sign_in(few)) == len(without_sign_in(many)) <= 3, many


def without_sign_in(statements: list[str]) -> list[str]:
    """Leave out who asks: that is looked up once in 0.8 s, however many lists are read."""
    return [statement for statement in statements if "JOIN sessions" not in statement]


def own_prefix(operation: Operation, user: Person) -> dict[str, str]:
    """Return the caller's own id for the addresses of document 001, where any other is forbidden."""
    return {"user_id": str(user.id)} if "/users/{user_id}/tasks" in operation.path else {}


def document_of(operation: Operation) -> dict[str, Any]:
    paths: dict[str, Any] = app_without_database().openapi()["paths"]
    found: dict[str, Any] = paths[operation.template][operation.method.lower()]
    return found


async def id_of(make: Make, user: Person, name: str) -> str:
    return await Estate(make, user, f"{name}-").one(kind_of(name, ""))


def body_for(operation: Operation) -> dict[str, Any]:
    """Return the example the document gives: a body that is right but for what the test changes."""
    if not operation.has_body:
        return {}
    content = document_of(operation)["requestBody"]["content"]
    body: dict[str, Any] = content["application/json"].get("example") or example_in_schema(content)
    return dict(body)


def example_in_schema(content: dict[str, Any]) -> dict[str, Any]:
    schema = content["application/json"]["schema"]
    schemas = app_without_database().openapi()["components"]["schemas"]
    for reference in [schema, *schema.get("anyOf", [])]:
        name = reference.get("$ref", "").rpartition("/")[2]
        if name in schemas and schemas[name].get("examples"):
            found: dict[str, Any] = schemas[name]["examples"][0]
            return found
    return {}
