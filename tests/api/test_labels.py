"""Labels over HTTP."""

from typing import Any

import pytest
from httpx2 import AsyncClient

from questlog.core.ids import new_id
from tests.support.make import Make, Person

LABELS = "/api/v1/labels"


async def created(client: AsyncClient, user: Person, name: str) -> dict[str, Any]:
    answer = await client.post(LABELS, json={"name": name}, headers=user.headers)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_labels_go_round_trip_by_name(client: AsyncClient, make: Make) -> None:
    user = await make.user()

    work, home = await created(client, user, "work"), await created(client, user, "Home")
    listed = await client.get(LABELS, headers=user.headers)
    read = await client.get(f"{LABELS}/{work['id']}", headers=user.headers)

    assert listed.json() == {"items": [home, work], "next_cursor": None}
    assert read.json() == work
    assert set(work) == {"id", "user_id", "name", "color", "created_at", "updated_at", "version"}


async def test_a_name_is_taken_in_every_letter_case(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    await created(client, user, "Дом")
    other = await created(client, user, "work")

    made = await client.post(LABELS, json={"name": "ДОМ"}, headers=user.headers)
    renamed = await client.patch(
        f"{LABELS}/{other['id']}", json={"name": "дом"}, headers=user.headers
    )

    for answer, name in ((made, "ДОМ"), (renamed, "дом")):
        assert (answer.status_code, answer.json()["code"]) == (409, "label_exists")
        assert answer.json()["detail"] == f"You have a label named {name} already."


async def test_a_renamed_or_deleted_label_shows_on_its_tasks(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user()
    task = (
        await client.post(
            "/api/v1/tasks", json={"title": "Sweep", "labels": ["home"]}, headers=user.headers
        )
    ).json()
    [label] = (await client.get(LABELS, headers=user.headers)).json()["items"]
    address = f"{LABELS}/{label['id']}"

    shown = []
    for method, body in (("PATCH", {"name": "house"}), ("DELETE", None)):
        await client.request(method, address, json=body, headers=user.headers)
        read = await client.get(f"/api/v1/tasks/{task['id']}", headers=user.headers)
        shown.append((read.json()["labels"], read.json()["version"]))

    assert shown == [(["house"], 2), ([], 3)]
    assert (await client.get(address, headers=user.headers)).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"name": ""},
        {"name": "x" * 101},
        {"name": "\ufdfa" * 100},
        {"name": "a\u0000b"},
        {"name": None},
        {"color": "#12345"},
        {"folded": "home"},
    ],
)
async def test_what_is_not_accepted_changes_nothing(
    client: AsyncClient, make: Make, body: dict[str, Any]
) -> None:
    user = await make.user()
    label = await created(client, user, "home")

    refused = await client.patch(f"{LABELS}/{label['id']}", json=body, headers=user.headers)
    made = await client.post(LABELS, json={"name": "new", **body}, headers=user.headers)

    assert (refused.status_code, made.status_code) == (422, 422)
    listed = await client.get(LABELS, headers=user.headers)
    assert listed.json()["items"] == [label]


async def test_s078_a_foreign_label_is_forbidden_and_a_missing_one_not_found(
    client: AsyncClient, make: Make
) -> None:
    owner, other = await make.user(), await make.user()
    label = await created(client, owner, "home")

    for id_, status, code in (
        (label["id"], 403, "not_yours"),
        (str(new_id()), 404, "label_not_found"),
    ):
        for method, body in (("GET", None), ("PATCH", {"name": "mine"}), ("DELETE", None)):
            refused = await client.request(
                method, f"{LABELS}/{id_}", json=body, headers=other.headers
            )
            assert (refused.status_code, refused.json()["code"]) == (status, code)

    read = await client.get(f"{LABELS}/{label['id']}", headers=owner.headers)
    assert read.json() == label
