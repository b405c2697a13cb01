"""Hostile input at the doors (S-092…S-107): a clear refusal, never a 500, and nothing stored."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
from httpx2 import AsyncClient
from sqlalchemy import func, select

from questlog.core.db import Database
from questlog.planning.models import Task
from tests.support.make import Make, Person

TASKS = "/api/v1/tasks"
NESTED = 10**5


async def send(
    client: AsyncClient, user: Person, body: bytes, path: str = TASKS
) -> tuple[int, str]:
    headers = user.headers | {"content-type": "application/json"}
    answer = await client.post(path, content=body, headers=headers)
    return answer.status_code, answer.text


async def count_tasks(database: Database) -> int:
    async with database.reader() as session:
        return await session.scalar(select(func.count(Task.id))) or 0


@pytest.mark.parametrize(
    ("case", "body", "status"),
    [
        ("S-092 NUL", rb'{"title": "a\u0000b"}', 422),
        ("S-092 NUL as a name", rb'{"title": "a", "b\u0000": 1}', 422),
        ("S-093 lone surrogate", rb'{"title": "\ud800"}', 422),
        ("S-093 lone surrogate in the wrong type", rb'{"title": "a", "priority": "\udfff"}', 422),
        ("S-094 no UTF-8", b'{"title": "\xff\xfe"}', 400),
        ("S-095 NaN", b'{"title": "a", "position": NaN}', 400),
        ("S-095 Infinity", b'{"title": "a", "priority": -Infinity}', 400),
        ("S-095 1e999", b'{"title": "a", "duration": 1e999}', 422),
        ("S-096 2^31", b'{"title": "a", "duration": 2147483648}', 422),
        ("S-096 2^63", b'{"title": "a", "priority": 9223372036854775808}', 422),
        ("S-096 5000 digits", b'{"title": "a", "priority": ' + b"9" * 5000 + b"}", 422),
        ("S-098 year 0", b'{"title": "a", "due_date": "0000-01-01"}', 422),
        ("S-098 year 1", b'{"title": "a", "due_date": "0001-01-01T00:00:00+14:00"}', 422),
        ("S-098 year 9999", b'{"title": "a", "due_date": "9999-12-31"}', 422),
        ("S-098 second 60", b'{"title": "a", "due_date": "2026-12-31T23:59:60Z"}', 422),
        ("S-098 number", b'{"title": "a", "due_date": 1e20}', 422),
        ("S-100 nested 900", b'{"title": ' + b"[" * 900 + b"]" * 900 + b"}", 422),
        ("S-100 nested 100 000", b"[" * NESTED + b"]" * NESTED, 422),
        ("S-101 too long", json.dumps({"title": "x" * 1001}).encode(), 422),
        ("S-101 only spaces", b'{"title": "   \\u00a0 "}', 422),
        ("S-101 escape character", rb'{"title": "a\u001b[31m"}', 422),
        ("S-102 boolean", b'{"title": "a", "priority": true}', 422),
        ("S-102 numeric text", b'{"title": "a", "duration": "5"}', 422),
        ("S-091 a name twice", b'{"title": "a", "title": "b"}', 422),
        ("broken JSON", b'{"title": ', 400),
        ("no object", b'"title"', 422),
        ("nothing", b"", 422),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_s092_to_s102_hostile_bodies_leave_nothing(
    case: str, body: bytes, status: int, client: AsyncClient, make: Make, database: Database
) -> None:
    user = await make.user()

    answered, text = await send(client, user, body)

    assert answered == status, f"{case}: {text}"
    assert json.loads(text)["detail"]
    assert await count_tasks(database) == 0


async def test_s100_a_nest_is_refused_wherever_it_stands(client: AsyncClient, make: Make) -> None:
    """Settings may be any object, so only the gate knows where a nest ends."""
    user = await make.user()
    headers = user.headers | {"content-type": "application/json"}
    nests = [b'{"settings": {"a": ' + b"[" * n + b"1" + b"]" * n + b"}}" for n in (30, 31)]

    answers = [
        await client.patch("/api/v1/users/me", content=nest, headers=headers) for nest in nests
    ]

    assert [answer.status_code for answer in answers] == [200, 422]
    assert "nested deeper" in answers[1].text


@pytest.mark.parametrize("text", [r"a\u0000", r"\ud800"], ids=["NUL", "half a pair"])
async def test_s092_s093_settings_hold_only_what_can_be_stored(
    text: str, client: AsyncClient, make: Make
) -> None:
    user = await make.user()
    headers = user.headers | {"content-type": "application/json"}
    bodies = [f'{{"settings": {{"a": "{text}"}}}}', f'{{"settings": {{"{text}": 1}}}}']

    answers = [
        await client.patch("/api/v1/users/me", content=body.encode(), headers=headers)
        for body in bodies
    ]

    assert [answer.status_code for answer in answers] == [422, 422]


async def test_s101_text_comes_back_as_it_went_in(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    title = "👩‍👩‍👧‍👦 \u202eright to left\u202c Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘! cafe\u0301"

    answer = await client.post(TASKS, json={"title": f"  {title} "}, headers=user.headers)

    assert answer.status_code == 201
    assert answer.json()["title"].endswith("caf\u00e9")
    again = await client.get(f"{TASKS}/{answer.json()['id']}", headers=user.headers)
    assert again.json()["title"] == answer.json()["title"]


async def test_s102_a_whole_float_is_an_integer(client: AsyncClient, make: Make) -> None:
    user = await make.user()

    answer = await client.post(TASKS, json={"title": "a", "duration": 25.0}, headers=user.headers)

    assert answer.status_code == 201
    assert answer.json()["duration"] == 25


@pytest.mark.parametrize(
    "query",
    [
        "limit=-1",
        "limit=0",
        "limit=101",
        "limit=1000000000000000000",
        "skip=-1",
        "skip=9223372036854775808",
        "limit=1&limit=1000000",
        "unknown=1",
        "cursor=%ff",
        "cursor=AAAA",
        "cursor=" + "A" * 2000,
        "due_from=0000-01-01",
        "priority=true",
        "project_id=not-an-id",
        "completed=maybe",
        "label=%00",
    ],
)
async def test_s097_hostile_queries_are_refused(
    query: str, client: AsyncClient, make: Make
) -> None:
    user = await make.user()

    answer = await client.get(f"{TASKS}?{query}", headers=user.headers)

    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")


async def test_s099_a_body_over_the_limit_is_refused_unread(
    client: AsyncClient, make: Make, database: Database
) -> None:
    user = await make.user()
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        yield b'{"title": "'
        while sent < 200:
            sent += 1
            yield b"x" * 65_536

    announced, _ = await send(client, user, json.dumps({"title": "x" * 1_048_577}).encode())
    headers = user.headers | {"content-type": "application/json"}
    chunked = await client.post(TASKS, content=endless(), headers=headers)

    assert announced == chunked.status_code == 413
    assert await count_tasks(database) == 0


async def test_media_types_that_are_not_understood_are_named(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user()
    headers = user.headers | {"content-type": "text/plain"}

    answer = await client.post(TASKS, content=b'{"title": "a"}', headers=headers)

    assert answer.status_code == 415
    assert answer.json()["code"] == "unsupported_media_type"


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PURGE"])
async def test_s090_odd_methods_are_refused(method: str, client: AsyncClient, make: Make) -> None:
    user = await make.user()

    answer = await client.request(method, TASKS, headers=user.headers)

    assert answer.status_code == 405
    assert set(answer.headers["allow"].split(", ")) >= {"GET", "POST"}


async def test_s105_the_same_request_twice_has_one_effect(
    client: AsyncClient, make: Make, database: Database
) -> None:
    user = await make.user()
    headers = user.headers | {"idempotency-key": "first-of-the-day"}

    first = await client.post(TASKS, json={"title": "Buy milk"}, headers=headers)
    again = await client.post(TASKS, json={"title": "Buy milk"}, headers=headers)
    other = await client.post(TASKS, json={"title": "Buy bread"}, headers=headers)

    assert first.status_code == again.status_code == 201
    assert again.json() == first.json()
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers["etag"] == first.headers["etag"]
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert await count_tasks(database) == 1


async def test_s105_ten_at_once_have_one_effect(
    client: AsyncClient, make: Make, database: Database
) -> None:
    user = await make.user()
    headers = user.headers | {"idempotency-key": "impatient"}

    answers = await asyncio.gather(
        *(client.post(TASKS, json={"title": "Buy milk"}, headers=headers) for _ in range(10))
    )

    assert {answer.status_code for answer in answers} <= {201, 409}
    assert sum("idempotent-replayed" not in a.headers for a in answers if a.status_code == 201) == 1
    assert await count_tasks(database) == 1


async def test_s105_a_refused_request_frees_its_key(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    headers = user.headers | {"idempotency-key": "once-more"}

    refused = await client.post(
        TASKS, json={"title": "a", "project_id": str(user.id)}, headers=headers
    )
    accepted = await client.post(TASKS, json={"title": "a"}, headers=headers)

    assert refused.status_code == 422
    assert accepted.status_code == 201


async def test_s085_a_key_of_somebody_else_is_another_key(client: AsyncClient, make: Make) -> None:
    one, other = await make.user(), await make.user()
    key = {"idempotency-key": "shared-by-chance"}

    first = await client.post(TASKS, json={"title": "Mine"}, headers=one.headers | key)
    second = await client.post(TASKS, json={"title": "Mine"}, headers=other.headers | key)

    assert first.json()["id"] != second.json()["id"]
    assert "idempotent-replayed" not in second.headers


@pytest.mark.parametrize("key", ["", "x" * 256, "ключ"])
async def test_s105_keys_that_are_none_are_refused(
    key: str, client: AsyncClient, make: Make
) -> None:
    user = await make.user()
    headers = [*user.headers.items(), ("idempotency-key", key)]
    encoded = [(name.encode(), value.encode()) for name, value in headers]

    answer = await client.post(TASKS, json={"title": "a"}, headers=encoded)

    assert answer.status_code == 400
    assert answer.json()["code"] == "bad_idempotency_key"


async def test_a_tag_that_no_longer_fits_is_refused(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    task = await make.task(user)
    read = await client.get(f"{TASKS}/{task.id}", headers=user.headers)
    tag = {"if-match": read.headers["etag"]}

    first = await client.patch(
        f"{TASKS}/{task.id}", json={"priority": 2}, headers=user.headers | tag
    )
    second = await client.patch(
        f"{TASKS}/{task.id}", json={"priority": 3}, headers=user.headers | tag
    )
    fresh = {"if-none-match": first.headers["etag"]}
    unchanged = await client.get(f"{TASKS}/{task.id}", headers=user.headers | fresh)

    assert first.status_code == 200
    assert (second.status_code, second.json()["code"]) == (412, "precondition_failed")
    assert (unchanged.status_code, unchanged.content) == (304, b"")
