"""Reading lists in, over HTTP."""

import json
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient

from questlog.core.db import Database
from questlog.main import create_app
from tests.support import world
from tests.support.make import Make, Person

DATA = Path(__file__).parents[1] / "data"
PATH = "/api/v1/imports"
FILES = [
    ("taskwarrior", "taskwarrior/export.json"),
    ("todoist", "todoist/garden.csv"),
    ("icalendar", "icalendar/house.ics"),
]
ONE = '[{"uuid": "a", "description": "Sweep", "status": "pending", "x-mood": "fine"}]'


async def bring(client: AsyncClient, user: Person, content: str, **more: Any) -> Any:
    body = {"format": "taskwarrior", "content": content, **more}
    return await client.post(PATH, headers=user.headers, json=body)


async def titles(client: AsyncClient, user: Person) -> list[str]:
    answer = await client.get("/api/v1/tasks", headers=user.headers)
    return [task["title"] for task in answer.json()["items"]]


@pytest.mark.parametrize(("format", "file"), FILES)
async def test_a_real_file_of_each_program_comes_in_once(
    client: AsyncClient, make: Make, format: str, file: str
) -> None:
    user = await make.user(timezone="Europe/Berlin")
    content = (DATA / file).read_text(encoding="utf-8")

    first = await bring(client, user, content, format=format, name=Path(file).name)
    again = await bring(client, user, content, format=format, name=Path(file).name)

    assert (first.status_code, again.status_code) == (201, 201), first.text
    assert first.json()["new"] == len(first.json()["items"]) >= 8
    assert (again.json()["new"], again.json()["changed"]) == (0, 0)
    assert again.json()["unchanged"] == first.json()["new"]


async def test_the_answer_says_what_became_of_each_line(client: AsyncClient, make: Make) -> None:
    user = await make.user()

    answer = await bring(client, user, ONE, name="export.json")

    body = answer.json()
    assert body["items"] == [
        {
            "line": 1,
            "kind": "task",
            "external_id": "a",
            "title": "Sweep",
            "change": "new",
            "changes": [],
            "reason": None,
        }
    ]
    assert body["warnings"] == [{"line": 1, "message": "The field “x-mood” is not imported."}]
    assert (body["source"], body["name"], body["dry_run"]) == ("taskwarrior", "export.json", False)
    assert (body["new"], body["changed"], body["unchanged"]) == (1, 0, 0)
    assert answer.headers["event-id"]
    assert await titles(client, user) == ["Sweep"]


async def test_an_import_can_be_read_again(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    first = (await bring(client, user, ONE)).json()
    second = (await bring(client, user, ONE)).json()

    found = await client.get(f"{PATH}/{first['id']}", headers=user.headers)
    listed = await client.get(PATH, headers=user.headers)

    assert found.json() == first
    shown = ("id", "source", "name", "new", "changed", "unchanged", "created_at")
    assert listed.json()["items"] == [
        {name: one[name] for name in shown} for one in (second, first)
    ]


async def test_a_dry_run_is_not_kept(client: AsyncClient, make: Make) -> None:
    user = await make.user()

    answer = await bring(client, user, ONE, dry_run=True)

    assert answer.status_code == 200
    assert (answer.json()["id"], answer.json()["new"]) == (None, 1)
    assert await titles(client, user) == []
    assert (await client.get(PATH, headers=user.headers)).json()["items"] == []


async def test_a_damaged_file_names_the_line_and_changes_nothing(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user()
    damaged = ONE.replace("\n", "").replace("}]", '},\n{"uuid": "b", "status": "pending"}]')

    answer = await bring(client, user, damaged)

    body = answer.json()
    assert (answer.status_code, body["code"]) == (422, "unreadable_import")
    assert body["details"] == {"line": 2, "field": "description"}
    assert body["detail"] == "This task has no description."
    assert await titles(client, user) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"format": "abacus"},
        {"format": None},
        {"content": None},
        {"content": 7},
        {"content": ""},
        {"dry_run": "yes"},
        {"name": "x" * 300},
        {"surprise": 1},
    ],
)
async def test_a_body_that_is_none_is_refused(
    client: AsyncClient, make: Make, wrong: dict[str, Any]
) -> None:
    user = await make.user()

    answer = await bring(client, user, **{"content": ONE, **wrong})

    assert answer.status_code == 422, answer.text
    assert await titles(client, user) == []


async def test_what_a_database_would_choke_on_never_ends_in_an_error_of_ours(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user()
    odd = ["\x00", "\ud800", "\x85", "\u2028", "\U0010ffff", "\x1f"]
    told = [
        {"uuid": f"u{sign}", "description": f"a{sign}b", "status": "pending", "project": sign}
        | {"tags": [sign, f"t{sign}"], f"f{sign}": 1}
        for sign in odd
    ]

    answer = await bring(client, user, json.dumps(told))
    raw = await bring(client, user, "[\x7f\x85\ufeff]")

    assert answer.status_code == 201, answer.text
    assert answer.json()["new"] == len(odd)
    assert raw.status_code == 422


async def test_an_idempotency_key_answers_the_same_again(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    headers = user.headers | {"Idempotency-Key": "once"}
    body = {"format": "taskwarrior", "content": ONE}

    first = await client.post(PATH, headers=headers, json=body)
    again = await client.post(PATH, headers=headers, json=body)

    assert again.json() == first.json()
    assert again.headers["idempotent-replayed"] == "true"
    assert len((await client.get(PATH, headers=user.headers)).json()["items"]) == 1


async def test_a_file_may_be_larger_than_other_bodies_up_to_its_own_limit(
    database: Database, make: Make, database_address: str, tmp_path: Path, app: FastAPI
) -> None:
    user = await make.user()
    limits = {"MAX_BODY_BYTES": "2000", "MAX_IMPORT_BYTES": "20000"}
    small = world.settings(database_address, tmp_path, **limits)
    strict = create_app(small, database, app.state.front_desk)
    transport = ASGITransport(strict, client=("127.0.0.1", 50_000))

    async with AsyncClient(transport=transport, base_url="http://testserver") as client:
        larger = await bring(client, user, ONE + " " * 10_000)
        too_large = await bring(client, user, ONE + " " * 20_000)

    assert larger.status_code == 201
    assert too_large.status_code == 413
