"""The event log over HTTP: what happened, and taking it back."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from httpx2 import AsyncClient

from questlog.core import clock
from tests.support.make import Make, Person
from tests.support.moving_clock import MovingClock

EVENTS = "/api/v1/events"
TASKS = "/api/v1/tasks"


async def listed(client: AsyncClient, user: Person, **query: str) -> list[dict[str, Any]]:
    answer = await client.get(EVENTS, headers=user.headers, params=query)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def added(client: AsyncClient, user: Person, **body: Any) -> dict[str, Any]:
    answer = await client.post(TASKS, headers=user.headers, json={"title": "Read", **body})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_every_answer_names_what_undoes_it(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    task = await added(client, user)
    removed = await client.delete(f"{TASKS}/{task['id']}", headers=user.headers)

    undone = await client.post(f"{EVENTS}/{removed.headers['Event-Id']}/undo", headers=user.headers)

    assert undone.status_code == 200, undone.text
    assert undone.json() == {
        "event_id": undone.headers["Event-Id"],
        "undone": {"id": removed.headers["Event-Id"], "type": "task.deleted"},
        "objects": [{"type": "task", "id": task["id"], "version": 3}],
    }
    assert (await client.get(f"{TASKS}/{task['id']}", headers=user.headers)).status_code == 200


async def test_activity_is_listed_newest_first(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    task = await added(client, user)
    await client.post(f"{TASKS}/{task['id']}/complete", headers=user.headers)

    newest, oldest = await listed(client, user, type="task.*")

    assert [newest["type"], oldest["type"]] == ["task.completed", "task.created"]
    assert (newest["seq"], newest["subject_id"]) == (2, task["id"])
    assert newest["payload"]["title"] == "Read"
    assert newest["actor"] == f"user:{user.id}"
    assert newest["undoable_until"] > newest["created_at"]
    assert set(newest) == {
        "id",
        "seq",
        "type",
        "actor",
        "subject_type",
        "subject_id",
        "payload",
        "created_at",
        "undoable_until",
        "undone_by",
    }


async def test_a_page_leads_to_the_next(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    for number in range(5):
        await added(client, user, title=f"Task {number}")

    first = await client.get(EVENTS, headers=user.headers, params={"limit": 2})
    rest = await client.get(
        EVENTS, headers=user.headers, params={"cursor": first.json()["next_cursor"]}
    )

    assert [event["seq"] for event in first.json()["items"]] == [5, 4]
    assert [event["seq"] for event in rest.json()["items"]] == [3, 2, 1]


async def test_activity_is_filtered(
    client: AsyncClient, make: Make, moving_clock: MovingClock
) -> None:
    user = await make.user(timezone="Pacific/Auckland")
    task = await added(client, user, labels=["book"])
    day = clock.today("Pacific/Auckland").isoformat()
    moving_clock.move(days=3)
    user = replace(user, headers=await make.sign_in(user.id))
    await client.post(f"{TASKS}/{task['id']}/complete", headers=user.headers)

    async def types(**query: str) -> list[str]:
        return [event["type"] for event in await listed(client, user, **query)]

    assert await types(type="task.*") == ["task.completed", "task.created"]
    assert await types(type="label.created") == ["label.created"]
    assert await types(type="task_.*") == []
    assert len(await types(subject_id=task["id"])) == 2
    later = await types(**{"from": day})
    assert [one for one in later if one.startswith(("task.", "label."))] == [
        "task.completed",
        "task.created",
        "label.created",
    ]
    assert await types(to=day) == ["task.created", "label.created"]
    assert await types(to="2020-01-01") == []


@pytest.mark.parametrize(
    "query",
    [
        {"type": "task"},
        {"type": "*"},
        {"from": "soon"},
        {"subject_id": "1"},
        {"p": "x"},
        {"type": "task.*,"},
        {"actor": "key:1"},
        {"subject_type": "Task"},
        {"q": " "},
    ],
)
async def test_filters_that_mean_nothing_are_refused(
    client: AsyncClient, make: Make, query: dict[str, str]
) -> None:
    user = await make.user()

    answer = await client.get(EVENTS, headers=user.headers, params=query)

    assert answer.status_code == 422


async def test_activity_is_filtered_by_kind_actor_and_words(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user()
    key = await make.key(user, "tasks:write")
    await added(client, user, title="Полить цветы", labels=["home"])
    await client.post(TASKS, headers=key.headers, json={"title": "100% of the Book"})
    await client.post("/api/v1/goals", headers=user.headers, json={"title": "Read a book"})

    async def names(**query: str) -> list[str]:
        found = await listed(client, user, **query)
        told = [event["payload"] for event in found]
        return [payload.get("title") or payload["name"] for payload in told]

    assert await names(type="goal.*,label.created") == ["Read a book", "home"]
    assert await names(subject_type="goal") == ["Read a book"]
    assert await names(actor="key") == ["100% of the Book"]
    assert await names(actor=f"key:{key.id}") == ["100% of the Book"]
    assert await names(actor=f"user:{user.id}", type="task.*") == ["Полить цветы"]
    assert await names(actor="system") == []
    assert await names(q="book") == ["Read a book", "100% of the Book"]
    assert await names(q="BOOK read") == ["Read a book"]
    assert await names(q="полить ЦВЕТЫ") == ["Полить цветы"]
    assert await names(q="0% o") == ["100% of the Book"]
    assert await names(q="a%k") == []
    assert await names(q="HOME") == ["home"]


async def test_what_cannot_be_undone_says_so(
    client: AsyncClient, make: Make, moving_clock: MovingClock
) -> None:
    user = await make.user()
    await added(client, user)
    moving_clock.move(hours=25)
    user = replace(user, headers=await make.sign_in(user.id))
    await make.event(user)

    signed_in, created = await listed(client, user)

    assert (signed_in["undoable_until"], created["undoable_until"]) == (None, None)
    for event, code in ((signed_in, "not_undoable"), (created, "undo_expired")):
        refused = await client.post(f"{EVENTS}/{event['id']}/undo", headers=user.headers)
        assert (refused.status_code, refused.json()["code"]) == (409, code)


async def test_a_refusal_names_what_is_in_the_way(client: AsyncClient, make: Make) -> None:
    user = await make.user(locale="ru")
    task = await added(client, user)
    await client.patch(f"{TASKS}/{task['id']}", headers=user.headers, json={"title": "Read on"})
    later, first = await listed(client, user)

    refused = await client.post(f"{EVENTS}/{first['id']}/undo", headers=user.headers)

    problem = refused.json()
    assert (refused.status_code, problem["code"]) == (409, "cannot_undo")
    assert problem["detail"] == "Это нельзя отменить: потом это изменили ещё раз."
    assert problem["details"] == {
        "reason": "changed_since",
        "objects": [
            {
                "type": "task",
                "id": task["id"],
                "event": {"id": later["id"], "type": "task.updated"},
            }
        ],
    }


async def test_the_same_key_undoes_once(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    await added(client, user)
    [event] = await listed(client, user)
    headers = {**user.headers, "Idempotency-Key": str(uuid4())}

    first = await client.post(f"{EVENTS}/{event['id']}/undo", headers=headers)
    again = await client.post(f"{EVENTS}/{event['id']}/undo", headers=headers)
    other = await client.post(f"{EVENTS}/{event['id']}/undo", headers=user.headers)

    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()
    assert other.json()["code"] == "already_undone"
    assert (await listed(client, user))[1]["undone_by"] == first.json()["event_id"]


async def test_one_event_is_given_to_its_owner_alone(client: AsyncClient, make: Make) -> None:
    ada, ben = await make.user(), await make.user()
    await added(client, ada)
    [event] = await listed(client, ada)

    mine = await client.get(f"{EVENTS}/{event['id']}", headers=ada.headers)
    theirs = await client.get(f"{EVENTS}/{event['id']}", headers=ben.headers)

    assert mine.json() == event
    assert theirs.status_code == 403
    assert await listed(client, ben) == []
