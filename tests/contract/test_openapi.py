"""What the OpenAPI document promises to those who generate clients from it."""

import json
import re
from collections.abc import Iterator
from difflib import unified_diff
from typing import Any

import jsonschema_rs
import pytest
from httpx2 import AsyncClient

from questlog.api.openapi import TAGS
from questlog.core.schemas import Strict
from tests.support import openapi_snapshot
from tests.support.make import Make
from tests.support.routes import app_without_database, operations

DOCUMENT: dict[str, Any] = app_without_database().openapi()
OPERATIONS = [
    (method, path, operation)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
]
NAMES = [operation["operationId"] for _method, _path, operation in OPERATIONS]
PRINTED = {
    "TaskCreate",
    "TaskUpdate",
    "TaskResponse",
    "TaskPage",
    "UserResponse",
    "SignupRequest",
    "LoginRequest",
    "TokenRefreshRequest",
    "LogoutResponse",
    "ErrorResponse",
}
BODIES = sorted(
    {
        name
        for _method, _path, operation in OPERATIONS
        for name in re.findall(r"'#/components/schemas/(\w+)'", str(operation.get("requestBody")))
    }
)
each_operation = pytest.mark.parametrize(
    "operation", [operation for _method, _path, operation in OPERATIONS], ids=NAMES
)


def test_the_contract_changes_only_on_purpose() -> None:
    committed = openapi_snapshot.FILE.read_text(encoding="utf-8")

    change = unified_diff(
        committed.splitlines(),
        openapi_snapshot.current().splitlines(),
        "committed",
        "now",
        "",
        "",
        1,
    )

    lines = list(change)[:80]
    assert not lines, "\n".join(
        ["If this is meant: python -m tests.support.openapi_snapshot", *lines]
    )


def test_every_route_is_described_under_its_own_name() -> None:
    assert sorted(NAMES) == sorted(operation.name for operation in operations())
    assert len(set(NAMES)) == len(NAMES)
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)+", name) for name in NAMES)


def test_schemas_have_the_printed_names() -> None:
    assert DOCUMENT["components"]["schemas"].keys() >= PRINTED
    assert DOCUMENT["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    assert DOCUMENT["openapi"].startswith("3.1")


@each_operation
def test_says_what_it_is(operation: dict[str, Any]) -> None:
    assert operation["summary"]
    assert operation["description"]
    assert len(operation["tags"]) == 1
    assert operation["tags"][0] in TAGS
    assert "security" in operation


@each_operation
def test_says_what_it_answers(operation: dict[str, Any]) -> None:
    answers = {status: resolved(answer) for status, answer in operation["responses"].items()}

    problems = [answer for status, answer in answers.items() if status.startswith("4")]
    assert all("X-Request-ID" in answer["headers"] for answer in answers.values())
    assert all("application/problem+json" in problem["content"] for problem in problems)
    assert "401" in answers or not operation["security"]
    assert "201" not in answers or "Location" in answers["201"]["headers"]


@each_operation
def test_every_example_fits_its_schema(operation: dict[str, Any]) -> None:
    examples = list(_examples(operation))

    assert examples or "204" in operation["responses"]
    for schema, example in examples:
        jsonschema_rs.validate(
            schema | {"components": DOCUMENT["components"]}, example, validate_formats=True
        )


def test_no_example_stands_there_unused() -> None:
    text = json.dumps(DOCUMENT["paths"])

    unused = [
        name
        for name in DOCUMENT["components"]["examples"]
        if f'"#/components/examples/{name}"' not in text
    ]

    assert not unused


@pytest.mark.parametrize("name", BODIES)
def test_every_body_has_an_example_that_its_model_takes(name: str) -> None:
    model = next(model for model in models(Strict) if model.__name__ == name)
    examples = DOCUMENT["components"]["schemas"][name]["examples"]

    read = [model.model_validate(example) for example in examples]

    assert read
    assert all(
        {model.model_fields[field].alias or field for field in body.model_fields_set}
        == example.keys()
        for body, example in zip(read, examples, strict=True)
    )


async def test_a_made_object_says_where_it_lives(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    made = await client.post("/api/v1/labels", headers=user.headers, json={"name": "home"})

    found = await client.get(made.headers["location"], headers=user.headers)

    assert made.status_code == 201
    assert found.json() == made.json()


async def test_a_word_in_place_of_an_id_is_another_address(client: AsyncClient, make: Make) -> None:
    user = await make.user()

    answer = await client.put("/api/v1/tasks/counts", headers=user.headers, json={})

    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET"


def models(base: type[Strict]) -> Iterator[type[Strict]]:
    for model in base.__subclasses__():
        yield model
        yield from models(model)


def _examples(operation: dict[str, Any]) -> Iterator[tuple[dict[str, Any], Any]]:
    for answer in map(resolved, operation["responses"].values()):
        for content in answer.get("content", {}).values():
            for example in content.get("examples", {}).values():
                yield content["schema"], resolved(example)["value"]
            if "example" in content:
                yield content["schema"], content["example"]


def resolved(thing: dict[str, Any]) -> dict[str, Any]:
    """Return what a reference stands for, or the thing itself."""
    if "$ref" not in thing:
        return thing
    kind, name = thing["$ref"].split("/")[-2:]
    found: dict[str, Any] = DOCUMENT["components"][kind][name]
    return found
