"""What next over HTTP, and what waits for what."""

from typing import Any

from httpx2 import AsyncClient

from questlog.core.ids import new_id
from tests.support.make import Make, Person
from tests.support.task_calls import TASKS, errors, made, post


async def next_of(client: AsyncClient, user: Person, query: str = "") -> list[dict[str, Any]]:
    answer = await client.get(f"{TASKS}/next{query}", headers=user.headers)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def test_the_most_urgent_comes_first_with_its_reasons(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user(locale="ru")
    await made(client, user, title="Some day")
    roof = await made(client, user, title="Roof", priority="high")
    walls = await made(client, user, title="Walls", priority="urgent")
    await made(client, user, title="Later", priority="urgent", start_date="2199-01-01")
    await post(client, user, f"/{walls['id']}/dependencies", {"blocker_id": roof["id"]})

    found = await next_of(client, user)

    assert [one["task"]["title"] for one in found] == ["Roof", "Some day"]
    assert found[0]["urgency"] == 13.1
    assert found[0]["parts"] == [
        {
            "name": "blocking",
            "value": 1.0,
            "weight": 8,
            "contribution": 8.0,
            "words": "её ждёт 1 задача",
        },
        {
            "name": "priority",
            "value": 0.85,
            "weight": 6,
            "contribution": 5.1,
            "words": "важность высокая",
        },
    ]


async def test_what_does_not_fit_the_time_comes_last(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    await made(client, user, title="Long", duration=120, priority="high")
    await made(client, user, title="Short", duration=15)

    found = await next_of(client, user, "?minutes=20&limit=2")

    assert [one["task"]["title"] for one in found] == ["Short", "Long"]


async def test_completing_a_blocker_makes_the_next_task_ready(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user()
    roof, walls = await made(client, user, title="Roof"), await made(client, user, title="Walls")
    url = f"{TASKS}/{walls['id']}/dependencies"
    await client.put(url, json={"blocked_by": [roof["id"]]}, headers=user.headers)

    before = await next_of(client, user)
    done = await post(client, user, f"/{roof['id']}/complete")
    after = await next_of(client, user)

    assert [one["task"]["title"] for one in before] == ["Roof"]
    assert done.json()["receipt"]["unblocked"] == [walls["id"]]
    assert [one["task"]["title"] for one in after] == ["Walls"]


async def test_dependencies_go_round_trip(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    roof, walls = await made(client, user), await made(client, user)
    url = f"{TASKS}/{walls['id']}/dependencies"

    put = await client.put(url, json={"blocked_by": [roof["id"]]}, headers=user.headers)
    read = await client.get(url, headers=user.headers)
    stale = await client.put(
        url, json={"blocked_by": []}, headers=user.headers | {"If-Match": '"1-en"'}
    )
    gone = await client.delete(f"{url}/{roof['id']}", headers=user.headers)
    after = await client.get(url, headers=user.headers)

    assert put.json() == read.json()
    assert put.headers["Event-Id"]
    assert (read.json()["blocked_by"], read.json()["blocked"]) == ([roof["id"]], True)
    assert stale.status_code == 412
    assert gone.status_code == 204
    assert after.json()["blocked_by"] == []


async def test_circles_and_strangers_are_refused(client: AsyncClient, make: Make) -> None:
    user, other = await make.user(), await make.user()
    roof, walls = await made(client, user), await made(client, user)
    theirs = await made(client, other)
    await post(client, user, f"/{walls['id']}/dependencies", {"blocker_id": roof["id"]})

    circle = await post(client, user, f"/{roof['id']}/dependencies", {"blocker_id": walls["id"]})
    foreign = await post(client, user, f"/{roof['id']}/dependencies", {"blocker_id": theirs["id"]})
    unknown = await post(client, user, f"/{roof['id']}/dependencies", {"blocker_id": str(new_id())})

    assert (circle.status_code, circle.json()["code"]) == (409, "dependency_cycle")
    assert errors(foreign) == errors(unknown) == ["/body/blocker_id"]
    assert foreign.json()["detail"] == unknown.json()["detail"]


async def test_a_receipt_names_only_what_waits_for_nothing_more(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user()
    roof, walls = await made(client, user), await made(client, user)
    paint = await made(client, user, title="Paint")
    for blocker in (roof, walls):
        await post(client, user, f"/{paint['id']}/dependencies", {"blocker_id": blocker["id"]})

    first = await post(client, user, f"/{roof['id']}/complete")
    second = await post(client, user, f"/{walls['id']}/complete")
    nobody_waits = await post(client, user, f"/{paint['id']}/complete")

    assert first.json()["receipt"]["unblocked"] == []
    assert second.json()["receipt"]["unblocked"] == [paint["id"]]
    assert "unblocked" not in nobody_waits.json()["receipt"]
