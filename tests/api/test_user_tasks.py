"""Tasks under the address of document 001."""

from typing import Any
from uuid import uuid4

from httpx2 import AsyncClient

from tests.support.make import Make


async def test_s083_only_the_owners_own_address_answers(client: AsyncClient, make: Make) -> None:
    user, other = await make.user(), await make.user()
    admin = await make.user(role="admin")
    task = await make.task(other)
    answers = []

    for caller in (user, admin):
        for named in (other.id, uuid4(), "someone", "1"):
            base = f"/api/v1/users/{named}/tasks"
            for method, url, body in (
                ("GET", base, None),
                ("POST", base, {"title": "Theirs now"}),
                ("GET", f"{base}/{task.id}", None),
                ("PUT", f"{base}/{task.id}", {"title": "Mine now"}),
                ("DELETE", f"{base}/{task.id}", None),
                ("PATCH", f"{base}/{task.id}/complete", None),
            ):
                given: dict[str, Any] = {} if body is None else {"json": body}
                answer = await client.request(method, url, headers=caller.headers, **given)
                answers.append((answer.status_code, answer.json()["code"]))

    assert set(answers) == {(403, "not_yours")}


async def test_a_task_lives_under_its_owners_address(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    base = f"/api/v1/users/{user.id}/tasks"

    made = await client.post(base, json={"title": "Read"}, headers=user.headers)
    url = f"{base}/{made.json()['id']}"
    read = await client.get(url, headers=user.headers)
    changed = await client.put(url, json={"description": "A page"}, headers=user.headers)
    listed = await client.get(base, headers=user.headers)
    gone = await client.delete(url, headers=user.headers)
    away = await client.get(url, headers=user.headers)

    assert made.status_code == 201
    assert read.json() == made.json()
    assert (changed.json()["title"], changed.json()["description"]) == ("Read", "A page")
    assert [task["user_id"] for task in listed.json()["items"]] == [str(user.id)]
    assert (gone.status_code, away.status_code) == (204, 404)


async def test_completing_toggles(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    task = await make.task(user)
    url = f"/api/v1/users/{user.id}/tasks/{task.id}/complete"

    there = await client.patch(url, headers=user.headers)
    back = await client.patch(url, headers=user.headers)

    assert (there.status_code, there.json()["completed"]) == (200, True)
    assert (back.status_code, back.json()["completed"]) == (200, False)
    assert there.json()["receipt"]["event_id"] != back.json()["receipt"]["event_id"]


async def test_a_strangers_task_under_ones_own_address_is_forbidden(
    client: AsyncClient, make: Make
) -> None:
    user, other = await make.user(), await make.user()
    task = await make.task(other)

    answer = await client.get(f"/api/v1/users/{user.id}/tasks/{task.id}", headers=user.headers)

    assert answer.status_code == 403


async def test_the_id_is_echoed_as_the_address_had_it(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    named = str(user.id).upper()

    made = await client.post(
        f"/api/v1/users/{named}/tasks", json={"title": "Read"}, headers=user.headers
    )

    assert made.json()["user_id"] == named
