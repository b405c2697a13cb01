"""Reading lists in, over HTTP."""

import base64
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
from tests.support.sql import count_statements

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


TABLE = "Task;Due;Project\nSweep;03/04/2026;Home\n;04/04/2026;Home\nMop;05/04/2026;Home\n"
COLUMNS = {"mapping": {"title": "Task", "due": 2}, "day_first": True}


async def bring_table(client: AsyncClient, user: Person, **more: Any) -> Any:
    body = {"content": TABLE, **COLUMNS, **more}
    return await client.post(PATH, headers=user.headers, json=body)


async def test_a_dry_run_shows_what_is_refused_and_nothing_comes_of_the_file_until_it_is_skipped(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user()

    shown = await bring_table(client, user, dry_run=True)
    refused = await bring_table(client, user)
    done = await bring_table(client, user, skip_refused=True, plan=shown.json()["plan"])

    first = shown.json()["items"][0]
    assert (shown.json()["source"], shown.json()["refused"], shown.json()["new"]) == ("csv", 1, 2)
    assert (first["change"], first["line"], first["reason"]) == (
        "refused",
        3,
        "This task has no title.",
    )
    assert (refused.status_code, refused.json()["details"]["line"]) == (422, 3)
    assert (done.status_code, done.json()["refused"], done.json()["new"]) == (201, 1, 2)
    assert sorted(await titles(client, user)) == ["Mop", "Sweep"]
    kept = await client.get(f"{PATH}/{done.json()['id']}", headers=user.headers)
    assert kept.json() == done.json()


async def test_a_dry_run_shows_each_change_from_what_to_what(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user(timezone="Europe/Berlin")
    old = {"uuid": "a", "description": "Sweep", "status": "pending", "project": "Home"}
    new = {**old, "description": "Sweep well", "project": "Flat", "tags": ["dust"]}
    new |= {"priority": "H", "due": "20261124T090000Z"}
    await bring(client, user, json.dumps([old]))

    shown = (await bring(client, user, json.dumps([new]), dry_run=True)).json()

    assert (shown["new"], shown["changed"], shown["unchanged"]) == (0, 1, 0)
    [item] = shown["items"]
    assert sorted(item["changes"], key=lambda one: str(one["field"])) == [
        {"field": "due_at", "old": None, "new": "2026-11-24T09:00:00Z"},
        {"field": "due_date", "old": None, "new": "2026-11-24"},
        {"field": "labels", "old": [], "new": ["dust"]},
        {"field": "priority", "old": 0, "new": 3},
        {"field": "project", "old": "Home", "new": "Flat"},
        {"field": "title", "old": "Sweep", "new": "Sweep well"},
    ]


async def test_what_was_shown_is_done_or_nothing_is(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    shown = (await bring(client, user, ONE, dry_run=True)).json()
    await bring(client, user, ONE)

    late = await bring(client, user, ONE, plan=shown["plan"])

    assert (late.status_code, late.json()["code"]) == (409, "import_plan_changed")


async def test_an_import_is_undone_by_its_event(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    done = await bring(client, user, ONE)
    event_id = done.headers["event-id"]

    undone = await client.post(f"/api/v1/events/{event_id}/undo", headers=user.headers)
    gone = await titles(client, user)
    again = await bring(client, user, ONE)

    assert done.json()["event_id"] == event_id
    assert undone.status_code == 200, undone.text
    assert gone == []
    assert again.json()["new"] == 1


async def test_a_dry_run_writes_nothing(
    client: AsyncClient, make: Make, database: Database
) -> None:
    user = await make.user()
    await bring(client, user, ONE)

    with count_statements(database) as statements:
        await bring(client, user, ONE.replace("Sweep", "Mop"), dry_run=True)

    written = [one for one in statements if not one.lstrip().upper().startswith("SELECT")]
    assert [one for one in written if not one.upper().startswith(("BEGIN", "PRAGMA", "SET"))] == []


async def test_a_file_of_bytes_shows_its_encoding_and_its_format(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user()
    content = (DATA / "csv" / "russian_cp1251.csv").read_bytes()
    body = {"content_base64": base64.b64encode(content).decode(), "dry_run": True}

    answer = await client.post(PATH, headers=user.headers, json=body)

    assert answer.status_code == 200, answer.text
    assert answer.json()["source"] == "csv"
    assert {item["title"] for item in answer.json()["items"]} >= {"Найти ключи"}


async def test_importers_speak_russian(client: AsyncClient, make: Make) -> None:
    user = await make.user(locale="ru")
    headers = user.headers | {"Accept-Language": "ru"}
    late = '[{"uuid": "a", "description": "", "status": "pending", "x": 1}]'

    shown = await client.post(PATH, headers=headers, json={"content": late, "dry_run": True})
    refused = await client.post(PATH, headers=headers, json={"content": late})

    assert shown.json()["items"][0]["reason"] == "У этой задачи нет description."
    assert shown.json()["warnings"][0]["message"] == "Поле «x» не переносится."
    assert refused.json()["detail"] == "У этой задачи нет description."


@pytest.mark.parametrize(
    "wrong",
    [
        {"content_base64": "!"},
        {"content_base64": "QQ=="},
        {"plan": "x"},
        {"mapping": {"colour": "A"}},
        {"mapping": {"title": 0}},
        {"mapping": {"title": ""}},
        {"mapping": []},
        {"delimiter": "x"},
        {"date_format": "%Q"},
        {"date_format": "day"},
        {"day_first": "yes"},
        {"skip_refused": None},
    ],
)
async def test_wishes_that_mean_nothing_are_refused(
    client: AsyncClient, make: Make, wrong: dict[str, Any]
) -> None:
    user = await make.user()

    answer = await bring_table(client, user, **wrong)

    assert answer.status_code == 422, answer.text
    assert await titles(client, user) == []


async def test_a_file_nobody_knows_names_the_formats_it_could_be(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user()

    answer = await client.post(PATH, headers=user.headers, json={"content": "Dear diary"})

    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_import_format")
    assert "ticktick" in answer.json()["details"]["formats"]
