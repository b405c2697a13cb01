"""Tasks as a client sees them."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from httpx2 import AsyncClient

from tests.support.make import Make
from tests.support.moving_clock import MovingClock
from tests.support.task_calls import TASKS, errors, listed, made, post

NOBODYS = "0199d3a2-5a7e-7c3b-9a51-0d4b8f6f2a10"
ANSWERED = {
    "id", "user_id", "title", "description", "priority", "priority_label", "status", "completed",
    "due_date", "due_at", "start_date", "deadline", "duration", "project_id", "goal_id",
    "parent_task_id", "labels", "difficulty", "recurrence", "recurrence_text", "recurrence_next",
    "position", "lesson_id", "completed_at", "deleted_at", "created_at", "updated_at", "version",
    "receipt",
}  # fmt: skip
WATERING = {
    "title": "Полить цветы",
    "priority": 3,
    "priority_label": "high",
    "status": "in_progress",
    "completed": False,
    "due_date": "2026-11-24",
    "due_at": "2026-11-24T08:00:00Z",
    "recurrence": "weekly",
    "recurrence_text": "каждую неделю",
    "recurrence_next": ["2026-12-01", "2026-12-08", "2026-12-15", "2026-12-22", "2026-12-29"],
    "labels": ["дом"],
    "created_at": "2026-11-23T08:00:00Z",
    "receipt": None,
}


async def test_a_task_is_made_and_read(
    client: AsyncClient, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(datetime(2026, 11, 23, 8, 0, 0, tzinfo=UTC))
    user = await make.user(timezone="Europe/Berlin", locale="ru")

    task = await made(
        client,
        user,
        title="  Полить цветы ",
        priority="High",
        status="In Progress",
        due_date="2026-11-24T09:00:00",
        recurrence="weekly",
        labels=["дом"],
    )

    read = (await client.get(f"{TASKS}/{task['id']}", headers=user.headers)).json()
    [in_list] = (await client.get(TASKS, headers=user.headers)).json()["items"]
    assert task == read == in_list
    assert task.keys() == ANSWERED
    assert task | WATERING | {"user_id": str(user.id)} == task


async def test_completing_and_reopening_answer_the_task_and_a_receipt(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user()
    task = await made(client, user)

    done = await post(client, user, f"/{task['id']}/complete")
    repeat = await client.patch(f"{TASKS}/{task['id']}/complete", headers=user.headers)
    opened = await post(client, user, f"/{task['id']}/incomplete")
    again = await post(client, user, f"/{task['id']}/incomplete")

    assert (done.status_code, done.json()["completed"]) == (200, True)
    assert done.json()["receipt"]["event_id"] == done.headers["event-id"]
    assert done.headers["etag"].startswith('"2-')
    assert (repeat.status_code, repeat.json()["receipt"]) == (200, {})
    assert repeat.json() | {"receipt": None} == done.json() | {"receipt": None}
    assert (opened.json()["completed"], opened.json()["status"]) == (False, "pending")
    assert opened.json()["receipt"]["event_id"]
    assert (again.status_code, again.json()["receipt"]) == (200, {})


async def test_f09_fifty_clients_complete_a_task_once(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    task = await made(client, user)

    answers = await asyncio.gather(
        *(post(client, user, f"/{task['id']}/complete") for _ in range(50))
    )

    counts = (await client.get(f"{TASKS}/counts", headers=user.headers)).json()
    assert {answer.status_code for answer in answers} == {200}
    assert sum(bool(answer.json()["receipt"]) for answer in answers) == 1
    assert counts["completed"] == 1


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_a_change_touches_only_what_is_present(
    client: AsyncClient, make: Make, method: str
) -> None:
    user = await make.user()
    task = await made(client, user, description="Long", due_date="2026-12-01", labels=["home"])
    url = f"{TASKS}/{task['id']}"

    changed = await client.request(
        method, url, json={"description": None, "priority": 2.0}, headers=user.headers
    )

    kept = {"version", "updated_at", "description", "priority", "priority_label"}
    assert changed.json() | {name: task[name] for name in kept} == task
    assert (changed.json()["description"], changed.json()["priority_label"]) == (None, "medium")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"title": " "}, "/body/title"),
        ({"title": None}, "/body/title"),
        ({"priority": True}, "/body/priority"),
        ({"due_date": "2026-02-30"}, "/body/due_date"),
        ({"recurrence": "hourly"}, "/body/recurrence"),
        ({"recurrence": "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30"}, "/body/recurrence"),
        ({"project_id": NOBODYS}, "/body/project_id"),
        ({"goal_id": NOBODYS}, "/body/goal_id"),
        ({"parent_task_id": NOBODYS}, "/body/parent_task_id"),
        ({"parent_task_id": "x"}, "/body/parent_task_id"),
        ({"completed_at": "2026-01-01T00:00:00Z"}, "/body/completed_at"),
        ({"user_id": NOBODYS}, "/body/user_id"),
        ({"xp": 100}, "/body/xp"),
        ({"position": -1}, "/body/position"),
        ({"status": "completed", "completed": False}, "/body"),
    ],
)
async def test_s086_a_field_that_cannot_be_accepted_is_named_and_changes_nothing(
    client: AsyncClient, make: Make, body: dict[str, Any], pointer: str
) -> None:
    user = await make.user()
    task = await made(client, user)

    created = await post(client, user, "", {"title": "New", **body})
    changed = await client.patch(f"{TASKS}/{task['id']}", json=body, headers=user.headers)

    assert (created.status_code, changed.status_code) == (422, 422)
    assert errors(created) == errors(changed) == [pointer]
    assert await listed(client, user) == ["Read a page"]


async def test_s078_strangers_tasks_are_forbidden_and_missing_ones_are_not_found(
    client: AsyncClient, make: Make
) -> None:
    user, other = await make.user(), await make.user()
    theirs = (await made(client, other))["id"]
    bodies = {
        "/postpone": {"until": "2026-12-01"},
        "/reschedule": {"due_date": None},
        "/move": {"project_id": None},
    }

    for action in ("/complete", "/incomplete", "/skip", "/restore", "/duplicate", *bodies):
        for id_, status in ((theirs, 403), (NOBODYS, 404), ("x", 404)):
            answer = await post(client, user, f"/{id_}{action}", bodies.get(action))
            assert answer.status_code == status, (action, answer.text)
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        body: dict[str, Any] = {"json": {"title": "Mine"}} if method in ("PUT", "PATCH") else {}
        for id_, status in ((theirs, 403), (NOBODYS, 404), ("1", 404)):
            answer = await client.request(method, f"{TASKS}/{id_}", headers=user.headers, **body)
            assert answer.status_code == status

    assert await listed(client, other) == ["Read a page"]


async def test_a_tag_that_passed_is_refused_and_one_that_fits_is_not_sent_again(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user()
    task = await made(client, user)
    url = f"{TASKS}/{task['id']}"
    tag = (await client.get(url, headers=user.headers)).headers["etag"]

    unchanged = await client.get(url, headers={**user.headers, "If-None-Match": tag})
    await client.patch(url, json={"title": "Newer"}, headers={**user.headers, "If-Match": tag})
    stale = [
        await client.request(method, f"{url}{action}", headers={**user.headers, "If-Match": tag})
        for method, action in (
            ("POST", "/complete"),
            ("POST", "/incomplete"),
            ("POST", "/skip"),
            ("DELETE", ""),
        )
    ]

    assert unchanged.status_code == 304
    assert [answer.status_code for answer in stale] == [412] * 4
    assert await listed(client, user) == ["Newer"]


async def test_deleting_answers_nothing_and_can_be_undone(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    task = await made(client, user)

    gone = await client.delete(f"{TASKS}/{task['id']}", headers=user.headers)
    away = await client.get(f"{TASKS}/{task['id']}", headers=user.headers)
    trash = await listed(client, user, "?trash=true")
    back = await post(client, user, f"/{task['id']}/restore")

    assert (gone.status_code, gone.content) == (204, b"")
    assert gone.headers["event-id"]
    assert (away.status_code, away.json()["code"]) == (404, "task_not_found")
    assert trash == ["Read a page"]
    assert back.json()["deleted_at"] is None


async def test_a_named_occurrence_and_yesterday(
    client: AsyncClient, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(datetime(2026, 11, 24, 9, tzinfo=UTC))
    user = await make.user()
    task = await made(client, user, due_date="2026-11-23", recurrence="daily")
    url = f"/{task['id']}/complete"

    yesterday = await post(client, user, url, {"on": "yesterday"})
    today = await post(client, user, url, {"occurrence": "2026-11-24"})
    moved = await post(client, user, url, {"occurrence": "2026-12-24"})
    nonsense: list[Any] = [{"on": "monday"}, {"on": None}, {"occurrence": None}, {"at": "now"}, []]
    refused = [(await post(client, user, url, body)).status_code for body in nonsense]

    occurrences = await client.get(f"{TASKS}/{task['id']}/occurrences", headers=user.headers)
    assert yesterday.json()["receipt"]["next_due"] == "2026-11-24"
    assert today.json()["receipt"]["next_due"] == "2026-11-25"
    assert (moved.status_code, moved.json()["code"]) == (409, "occurrence_moved")
    assert moved.json()["details"] == {"due_date": "2026-11-25"}
    assert refused == [422] * 5
    assert [one["day"] for one in occurrences.json()["items"]] == ["2026-11-24", "2026-11-23"]


async def test_tasks_are_reordered_moved_copied_and_put_off(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user()
    project = await make.project(user)
    one = await made(client, user, title="One", due_date="2026-12-01", recurrence="weekly")
    two = await made(client, user, title="Two")

    reordered = await post(client, user, "/reorder", {"id": two["id"], "before": one["id"]})
    moved = await post(client, user, f"/{two['id']}/move", {"project_id": str(project.id)})
    copied = await post(client, user, f"/{two['id']}/duplicate")
    later = await post(client, user, f"/{one['id']}/postpone", {"until": "2026-12-03"})
    anew = await post(client, user, f"/{one['id']}/reschedule", {"due_date": "2026-12-05"})
    unclear = await post(client, user, "/reorder", {"id": one["id"]})

    assert reordered.json()["position"] < one["position"]
    assert moved.json()["project_id"] == str(project.id)
    assert (copied.status_code, copied.json()["project_id"]) == (201, str(project.id))
    assert later.json()["recurrence_next"][0] == "2026-12-08"
    assert anew.json()["recurrence_next"][0] == "2026-12-12"
    assert unclear.status_code == 422
    assert await listed(client, user) == ["Two", "Two", "One"]
