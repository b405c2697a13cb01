"""The plan of an import, over HTTP: what it shows, what is refused, and how it is taken back."""

import base64
import json
from typing import Any

import pytest
from httpx2 import AsyncClient

from questlog.core.db import Database
from tests.api.test_imports import DATA, ONE, PATH, bring, titles
from tests.support.make import Make, Person
from tests.support.sql import count_statements

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
