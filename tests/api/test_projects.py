"""Projects over HTTP."""

from typing import Any

import pytest
from httpx2 import AsyncClient

from questlog.core.ids import new_id
from tests.support.make import Make, Person

PROJECTS = "/api/v1/projects"


async def created(client: AsyncClient, user: Person, **body: Any) -> dict[str, Any]:
    answer = await client.post(PROJECTS, json={"title": "Kitchen", **body}, headers=user.headers)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def listed(client: AsyncClient, user: Person, query: str = "") -> list[dict[str, Any]]:
    answer = await client.get(PROJECTS + query, headers=user.headers)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_a_project_goes_round_trip(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    goal = await make.goal(user)

    project = await created(client, user, goal_id=str(goal.id))
    read = await client.get(f"{PROJECTS}/{project['id']}", headers=user.headers)

    assert read.json() == project
    assert await listed(client, user) == [project]
    assert (project["color"], project["archived"], project["archived_at"]) == (
        "#8b5cf6",
        False,
        None,
    )
    assert set(project) == {
        "id",
        "user_id",
        "title",
        "color",
        "goal_id",
        "position",
        "archived",
        "archived_at",
        "created_at",
        "updated_at",
        "deleted_at",
        "version",
    }


@pytest.mark.parametrize("by", ["change", "address"])
async def test_an_archived_project_is_listed_only_when_asked_for(
    client: AsyncClient, make: Make, by: str
) -> None:
    user = await make.user()
    project = await created(client, user)
    address = f"{PROJECTS}/{project['id']}"

    if by == "change":
        archived = await client.patch(address, json={"archived": True}, headers=user.headers)
    else:
        archived = await client.post(f"{address}/archive", headers=user.headers)
    hidden, shown = await listed(client, user), await listed(client, user, "?archived=true")
    back = await client.post(f"{address}/unarchive", headers=user.headers)

    assert archived.json()["archived"] is True
    assert (hidden, shown) == ([], [archived.json()])
    assert (back.json()["archived"], back.json()["version"]) == (False, 3)


async def test_counts_are_given_by_project(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    busy, empty = await created(client, user), await created(client, user)
    for _ in range(2):
        task = {"title": "Paint", "project_id": busy["id"]}
        await client.post("/api/v1/tasks", json=task, headers=user.headers)

    counts = await client.get(f"{PROJECTS}/task-counts", headers=user.headers)

    assert counts.json() == {busy["id"]: 2, empty["id"]: 0}


async def test_a_project_is_deleted_with_or_without_its_tasks(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user()
    project = await created(client, user)
    address, task = f"{PROJECTS}/{project['id']}", {"title": "Paint", "project_id": project["id"]}
    await client.post("/api/v1/tasks", json=task, headers=user.headers)

    inboxes = []
    for query in ("", "?with_tasks=true"):
        assert (await client.delete(address + query, headers=user.headers)).status_code == 204
        inbox = await client.get("/api/v1/tasks?inbox=true", headers=user.headers)
        inboxes.append([item["title"] for item in inbox.json()["items"]])
        restored = await client.post(f"{address}/restore", headers=user.headers)
        assert (restored.status_code, restored.json()["deleted_at"]) == (200, None)

    counts = await client.get(f"{PROJECTS}/task-counts", headers=user.headers)
    assert inboxes == [["Paint"], []]
    assert counts.json() == {project["id"]: 1}


async def test_projects_are_reordered(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    one, two = [await created(client, user, title=title) for title in ("1", "2")]

    await client.post(
        f"{PROJECTS}/reorder", json={"id": one["id"], "after": two["id"]}, headers=user.headers
    )

    assert [item["title"] for item in await listed(client, user)] == ["2", "1"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"title": ""}, "/body/title"),
        ({"archived": "yes"}, "/body/archived"),
        ({"goal_id": str(new_id())}, "/body/goal_id"),
        ({"goal_id": "nonsense"}, "/body/goal_id"),
        ({"archived_at": None}, "/body/archived_at"),
        ({"deleted_at": None}, "/body/deleted_at"),
    ],
)
async def test_what_is_not_accepted_is_named(
    client: AsyncClient, make: Make, body: dict[str, Any], pointer: str
) -> None:
    user = await make.user()
    project = await created(client, user)

    refused = await client.patch(f"{PROJECTS}/{project['id']}", json=body, headers=user.headers)

    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json()["errors"]] == [pointer]
    assert await listed(client, user) == [project]


async def test_s078_a_foreign_project_is_forbidden_and_a_missing_one_not_found(
    client: AsyncClient, make: Make
) -> None:
    owner, other = await make.user(), await make.user()
    project = await created(client, owner)

    for id_, status, code in (
        (project["id"], 403, "not_yours"),
        (str(new_id()), 404, "project_not_found"),
    ):
        for method, path in (
            ("GET", ""),
            ("PATCH", ""),
            ("DELETE", "?with_tasks=true"),
            ("POST", "/archive"),
            ("POST", "/unarchive"),
            ("POST", "/restore"),
        ):
            body = {"title": "Mine"} if method == "PATCH" else None
            refused = await client.request(
                method, f"{PROJECTS}/{id_}{path}", json=body, headers=other.headers
            )
            assert (refused.status_code, refused.json()["code"]) == (status, code)

    assert await listed(client, owner) == [project]


async def test_s082_others_are_in_no_list_and_no_count(client: AsyncClient, make: Make) -> None:
    owner, other = await make.user(), await make.user()
    goal = await make.goal(owner)
    await created(client, owner, goal_id=str(goal.id))

    by_foreign_goal = await client.get(f"{PROJECTS}?goal_id={goal.id}", headers=other.headers)
    by_missing_goal = await client.get(f"{PROJECTS}?goal_id={new_id()}", headers=other.headers)
    counts = await client.get(f"{PROJECTS}/task-counts", headers=other.headers)
    total = await client.get(f"{PROJECTS}?include_total=true", headers=other.headers)

    assert (by_foreign_goal.status_code, by_missing_goal.status_code) == (422, 422)
    assert by_foreign_goal.json()["errors"] == by_missing_goal.json()["errors"]
    assert (counts.json(), total.json()["total"]) == ({}, 0)
