"""Items over HTTP."""

from typing import Any
from urllib.parse import quote

import pytest
from httpx2 import AsyncClient

from questlog.core.ids import new_id
from tests.support.make import Make, Person

ITEMS = "/api/v1/items"


async def created(client: AsyncClient, user: Person, **body: Any) -> dict[str, Any]:
    answer = await client.post(ITEMS, json={"title": "An idea", **body}, headers=user.headers)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_an_item_goes_round_trip(client: AsyncClient, make: Make) -> None:
    user = await make.user()

    item = await created(client, user, url="https://example.org/a?b=c#d", description="Why not")
    read = await client.get(f"{ITEMS}/{item['id']}", headers=user.headers)
    listed = await client.get(ITEMS, headers=user.headers)

    assert read.json() == item
    assert listed.json() == {"items": [item], "next_cursor": None}
    assert set(item) == {
        "id",
        "user_id",
        "title",
        "description",
        "url",
        "is_active",
        "task_id",
        "created_at",
        "updated_at",
        "version",
    }


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "data:text/html,x",
        "ftp://example.org",
        "//example.org",
        "https://",
        "https://exa mple.org",
        " https://example.org",
        'https://example.org/"onload="x',
        "https://" + "x" * 2048,
    ],
)
async def test_s104_only_web_addresses_are_kept(client: AsyncClient, make: Make, url: str) -> None:
    user = await make.user()

    refused = await client.post(ITEMS, json={"title": "Link", "url": url}, headers=user.headers)

    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/body/url"]


async def test_s104_markup_comes_back_as_it_went_in(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    markup = "<script>alert('1')</script>"

    item = await created(client, user, title=markup, description=markup)
    read = await client.get(f"{ITEMS}/{item['id']}", headers=user.headers)

    assert (read.json()["title"], read.json()["description"]) == (markup, markup)
    assert read.headers["Content-Type"] == "application/json"


async def test_s103_a_search_is_for_the_letters_as_they_stand(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user()
    await created(client, user, title="Save 100 %")
    await created(client, user, title="Сон и отдых", is_active=False)

    found = {}
    for query in ("q=" + quote("%"), "q=" + quote("СОН"), "q=_", "is_active=false"):
        answer = await client.get(f"{ITEMS}?{query}", headers=user.headers)
        found[query] = [item["title"] for item in answer.json()["items"]]

    assert list(found.values()) == [["Save 100 %"], ["Сон и отдых"], [], ["Сон и отдых"]]


async def test_an_item_becomes_a_task_once(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    item = await created(client, user, url="https://example.org")
    address = f"{ITEMS}/{item['id']}"

    first = await client.post(f"{address}/to-task", headers=user.headers)
    second = await client.post(f"{address}/to-task", headers=user.headers)

    kept = (await client.get(address, headers=user.headers)).json()
    task = await client.get(f"/api/v1/tasks/{kept['task_id']}", headers=user.headers)
    assert first.status_code == 201
    assert first.json() == second.json() == task.json()
    assert (task.json()["title"], task.json()["description"]) == ("An idea", "https://example.org")
    assert kept["is_active"] is False


async def test_an_item_is_changed_and_deleted(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    item = await created(client, user, description="Why not")
    address = f"{ITEMS}/{item['id']}"

    changed = await client.patch(
        address, json={"description": None, "is_active": False}, headers=user.headers
    )
    deleted = await client.delete(address, headers=user.headers)

    assert (changed.json()["description"], changed.json()["is_active"]) == (None, False)
    assert changed.json()["version"] == 2
    assert deleted.status_code == 204
    assert (await client.get(address, headers=user.headers)).status_code == 404


async def test_s078_a_foreign_item_is_forbidden_and_a_missing_one_not_found(
    client: AsyncClient, make: Make
) -> None:
    owner, other = await make.user(), await make.user()
    item = await created(client, owner)

    for id_, status, code in (
        (item["id"], 403, "not_yours"),
        (str(new_id()), 404, "item_not_found"),
    ):
        for method, path in (("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/to-task")):
            body = {"title": "Mine"} if method == "PATCH" else None
            refused = await client.request(
                method, f"{ITEMS}/{id_}{path}", json=body, headers=other.headers
            )
            assert (refused.status_code, refused.json()["code"]) == (status, code)

    read = await client.get(f"{ITEMS}/{item['id']}", headers=owner.headers)
    assert read.json() == item
