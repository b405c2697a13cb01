"""Goals over HTTP."""

import asyncio
from typing import Any

import pytest
from httpx2 import AsyncClient

from questlog.core.ids import new_id
from tests.support.make import Make, Person

GOALS = "/api/v1/goals"


async def created(client: AsyncClient, user: Person, **body: Any) -> dict[str, Any]:
    answer = await client.post(GOALS, json={"title": "Goal", **body}, headers=user.headers)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_goal_goes_round_trip(client: AsyncClient, make: Make) -> None:
    user = await make.user()

    goal = await created(
        client, user, title="  Learn Spanish ", goal_type="yearly", period="2026", color="#ABCDEF"
    )
    read = await client.get(f"{GOALS}/{goal['id']}", headers=user.headers)

    assert read.json() == goal
    assert goal["title"] == "Learn Spanish"
    assert (goal["color"], goal["user_id"], goal["version"]) == ("#abcdef", str(user.id), 1)
    assert set(goal) == {
        "id",
        "user_id",
        "title",
        "color",
        "goal_type",
        "period",
        "parent_goal_id",
        "description",
        "position",
        "completed_at",
        "created_at",
        "updated_at",
        "deleted_at",
        "version",
    }


async def test_a_list_shows_goals_as_a_read_does(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    goal = await created(client, user)

    listed = await client.get(f"{GOALS}?include_total=true", headers=user.headers)

    assert listed.json() == {"items": [goal], "next_cursor": None, "total": 1}


async def test_pages_follow_each_other(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    goals = [await created(client, user, title=str(number)) for number in range(5)]

    seen, address = [], f"{GOALS}?limit=2"
    while address:
        page = await client.get(address, headers=user.headers)
        seen += page.json()["items"]
        address = page.links.get("next", {}).get("url", "")

    assert seen == goals


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
async def test_only_the_fields_present_are_changed(
    client: AsyncClient, make: Make, method: str
) -> None:
    user = await make.user()
    goal = await created(client, user, description="Every day", period="2026-Q4")

    changed = await client.request(
        method, f"{GOALS}/{goal['id']}", json={"description": None}, headers=user.headers
    )

    assert changed.json() == {
        **goal,
        "description": None,
        "version": 2,
        "updated_at": changed.json()["updated_at"],
    }
    assert changed.headers["ETag"] == '"2-en"'
    assert changed.headers["Event-Id"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"title": "   "}, "/body/title"),
        ({"title": "x" * 501}, "/body/title"),
        ({"title": None}, "/body/title"),
        ({"goal_type": "monthly"}, "/body/goal_type"),
        ({"period": "2026-Q5"}, "/body/period"),
        ({"period": "2026"}, "/body/period"),
        ({"color": "red"}, "/body/color"),
        ({"position": -1}, "/body/position"),
        ({"position": True}, "/body/position"),
        ({"completed_at": "2026-01-01T00:00:00Z"}, "/body/completed_at"),
        ({"user_id": str(new_id())}, "/body/user_id"),
        ({"parent_goal_id": str(new_id())}, "/body/parent_goal_id"),
    ],
)
async def test_what_is_not_accepted_is_named(
    client: AsyncClient, make: Make, body: dict[str, Any], pointer: str
) -> None:
    user = await make.user()
    goal = await created(client, user)

    changed = await client.patch(f"{GOALS}/{goal['id']}", json=body, headers=user.headers)
    made = await client.post(GOALS, json={"title": "Goal", **body}, headers=user.headers)

    for answer in (changed, made):
        assert answer.status_code == 422
        assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert (await client.get(f"{GOALS}/{goal['id']}", headers=user.headers)).json() == goal


async def test_a_goal_that_moved_on_is_not_overwritten(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    goal = await created(client, user)
    address, headers = f"{GOALS}/{goal['id']}", {**user.headers, "If-Match": '"1-en"'}

    for method, path in (("PATCH", ""), ("POST", "/complete"), ("DELETE", "")):
        stale = {**headers, "If-Match": '"7-en"'}
        body = {"title": "Newer"} if method == "PATCH" else None
        refused = await client.request(method, address + path, json=body, headers=stale)
        assert refused.status_code == 412

    assert (await client.patch(address, json={"title": "New"}, headers=headers)).status_code == 200


async def test_an_unchanged_goal_is_not_sent_again(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    goal = await created(client, user)

    again = await client.get(
        f"{GOALS}/{goal['id']}", headers={**user.headers, "If-None-Match": '"1-en"'}
    )

    assert (again.status_code, again.content) == (304, b"")


async def test_the_tree_and_progress_tell_how_far_it_is(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    year = await created(client, user, title="Year", goal_type="yearly")
    quarter = await created(client, user, title="Quarter", parent_goal_id=year["id"])
    await make.task(user, goal_id=quarter["id"])

    tree = (await client.get(f"{GOALS}/tree", headers=user.headers)).json()
    progress = (await client.get(f"{GOALS}/{year['id']}/progress", headers=user.headers)).json()

    [node] = tree["items"]
    [child] = node["children"]
    assert (child["title"], child["total"], child["children"]) == ("Quarter", 1, [])
    assert {key: node[key] for key in year} == year
    assert progress == {
        "id": year["id"],
        "done": 0,
        "total": 1,
        "ratio": 0.0,
        "projects": [{"project_id": None, "title": None, "done": 0, "total": 1}],
    }


async def test_a_goal_is_reached_reopened_deleted_and_restored(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user()
    goal = await created(client, user)
    address = f"{GOALS}/{goal['id']}"

    reached = await client.post(f"{address}/complete", headers=user.headers)
    reopened = await client.post(f"{address}/incomplete", headers=user.headers)
    deleted = await client.delete(address, headers=user.headers)
    trash = await client.get(f"{GOALS}?trash=true", headers=user.headers)
    restored = await client.post(f"{address}/restore", headers=user.headers)

    assert reached.json()["completed_at"] is not None
    assert reopened.json()["completed_at"] is None
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert deleted.headers["Event-Id"]
    assert [item["id"] for item in trash.json()["items"]] == [goal["id"]]
    assert (restored.json()["deleted_at"], restored.json()["version"]) == (None, 5)


async def test_goals_are_reordered(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    one, two = [await created(client, user, title=title) for title in ("1", "2")]

    moved = await client.post(
        f"{GOALS}/reorder", json={"id": two["id"], "before": one["id"]}, headers=user.headers
    )

    listed = await client.get(GOALS, headers=user.headers)
    assert moved.json()["position"] < one["position"]
    assert [item["title"] for item in listed.json()["items"]] == ["2", "1"]


@pytest.mark.parametrize("places", [(), ("before", "after"), ("beside",)])
async def test_a_reorder_names_one_neighbour(
    client: AsyncClient, make: Make, places: tuple[str, ...]
) -> None:
    user = await make.user()
    goal, other = await created(client, user), await created(client, user)

    refused = await client.post(
        f"{GOALS}/reorder",
        json={"id": goal["id"], **dict.fromkeys(places, other["id"])},
        headers=user.headers,
    )

    assert refused.status_code == 422


async def test_s078_a_foreign_goal_is_forbidden_and_a_missing_one_not_found(
    client: AsyncClient, make: Make
) -> None:
    owner, other = await make.user(), await make.user()
    goal = await created(client, owner)

    for id_, status, code in (
        (goal["id"], 403, "not_yours"),
        (str(new_id()), 404, "goal_not_found"),
        ("nonsense", 404, None),
    ):
        for method, path in (
            ("GET", ""),
            ("PATCH", ""),
            ("DELETE", ""),
            ("POST", "/complete"),
            ("POST", "/incomplete"),
            ("POST", "/restore"),
            ("GET", "/progress"),
        ):
            body = {"title": "Mine"} if method == "PATCH" else None
            refused = await client.request(
                method, f"{GOALS}/{id_}{path}", json=body, headers=other.headers
            )
            assert refused.status_code == status
            assert code in (None, refused.json()["code"])

    assert (await client.get(f"{GOALS}/{goal['id']}", headers=owner.headers)).json() == goal


async def test_s080_a_foreign_parent_reads_like_a_missing_one(
    client: AsyncClient, make: Make
) -> None:
    owner, other = await make.user(), await make.user()
    foreign, mine = await created(client, owner), await created(client, other)

    answers = [
        (
            await client.patch(
                f"{GOALS}/{mine['id']}", json={"parent_goal_id": id_}, headers=other.headers
            )
        ).json()
        for id_ in (foreign["id"], str(new_id()))
    ]
    listed = await client.get(f"{GOALS}?parent_goal_id={foreign['id']}", headers=other.headers)

    for answer in answers:
        answer.pop("request_id")
    assert answers[0] == answers[1]
    assert answers[0]["errors"][0]["code"] == "not_found"
    assert listed.status_code == 422


async def test_s088_of_two_moves_that_close_a_circle_one_is_refused(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user()
    one, two = await created(client, user), await created(client, user)

    answers = await asyncio.gather(
        *(
            client.patch(
                f"{GOALS}/{moved['id']}",
                json={"parent_goal_id": parent["id"]},
                headers=user.headers,
            )
            for moved, parent in ((one, two), (two, one))
        )
    )

    assert sorted(answer.status_code for answer in answers) == [200, 422]
    assert {answer.json().get("code") for answer in answers} == {None, "goal_cycle"}
