"""Occurrences over HTTP: what they are filtered by, and how one is taken back."""

from typing import Any

import pytest
from httpx2 import AsyncClient

from questlog.core.ids import new_id
from tests.support.make import Make, Person
from tests.support.moving_clock import MovingClock
from tests.support.recurrence_phrases import NOW

TASKS, OCCURRENCES = "/api/v1/tasks", "/api/v1/occurrences"


async def done(client: AsyncClient, user: Person, **body: Any) -> dict[str, Any]:
    """Make a task and complete it once."""
    made = await client.post(TASKS, json={"title": "Water", **body}, headers=user.headers)
    task: dict[str, Any] = made.json()
    await client.post(f"{TASKS}/{task['id']}/complete", headers=user.headers)
    return task


async def listed(client: AsyncClient, user: Person, **query: Any) -> list[dict[str, Any]]:
    answer = await client.get(OCCURRENCES, params=query, headers=user.headers)
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_occurrences_are_filtered_by_task_project_and_goal(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user()
    goal, project = await make.goal(user), await make.project(user)
    plain = await done(client, user, title="Plain")
    await done(client, user, title="Of the project", project_id=str(project.id))
    await done(client, user, title="Of the goal", goal_id=str(goal.id))

    by_task = await listed(client, user, task_id=plain["id"])
    by_project = await listed(client, user, project_id=str(project.id))
    by_goal = await listed(client, user, goal_id=str(goal.id), outcome="completed")

    titles = [[one["title"] for one in found] for found in (by_task, by_project, by_goal)]
    assert titles == [["Plain"], ["Of the project"], ["Of the goal"]]


@pytest.mark.parametrize("name", ["task_id", "project_id", "goal_id"])
async def test_a_foreign_and_an_unknown_id_are_refused_alike(
    client: AsyncClient, make: Make, name: str
) -> None:
    user, other = await make.user(), await make.user()
    made = {
        "task_id": (await make.task(other)).id,
        "project_id": (await make.project(other)).id,
        "goal_id": (await make.goal(other)).id,
    }

    answers = [
        await client.get(OCCURRENCES, params={name: str(id_)}, headers=user.headers)
        for id_ in (made[name], new_id())
    ]

    assert [answer.status_code for answer in answers] == [422, 422]
    problems = [answer.json() for answer in answers]
    assert problems[0]["errors"] == problems[1]["errors"]
    assert problems[0]["errors"][0]["pointer"] == f"/query/{name}"


async def test_the_occurrences_of_a_deleted_task_are_still_found(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user()
    task = await done(client, user)
    await client.delete(f"{TASKS}/{task['id']}", headers=user.headers)

    found = await listed(client, user, task_id=task["id"])

    assert len(found) == 1


async def test_an_occurrence_is_taken_back_and_leaves_the_list(
    client: AsyncClient, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(NOW)
    user = await make.user()
    task = await done(client, user, due_date="2026-11-20", recurrence="daily")
    [occurrence] = await listed(client, user)
    address = f"{OCCURRENCES}/{occurrence['id']}/reopen"

    opened = await client.post(address, headers=user.headers)
    again = await client.post(address, headers=user.headers)

    assert opened.status_code == 200
    assert (opened.json()["id"], opened.json()["due_date"]) == (task["id"], "2026-11-20")
    assert opened.json()["receipt"]["event_id"] == opened.headers["Event-Id"]
    assert again.json()["receipt"] == {}
    assert await listed(client, user) == []


async def test_what_cannot_be_taken_back_says_why(
    client: AsyncClient, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(NOW)
    user, other = await make.user(locale="ru"), await make.user()
    task = await done(client, user, due_date="2026-11-20", recurrence="daily")
    [occurrence] = await listed(client, user)
    body = {"due_date": "2026-12-24"}
    await client.post(f"{TASKS}/{task['id']}/reschedule", json=body, headers=user.headers)
    address = f"{OCCURRENCES}/{occurrence['id']}/reopen"

    moved = await client.post(address, headers=user.headers)
    foreign = await client.post(address, headers=other.headers)
    unknown = await client.post(f"{OCCURRENCES}/{new_id()}/reopen", headers=user.headers)

    assert (moved.status_code, moved.json()["code"]) == (409, "task_moved_on")
    assert moved.json()["details"] == {"due_date": "2026-12-24"}
    assert (foreign.status_code, unknown.status_code) == (403, 404)
    assert unknown.json()["code"] == "occurrence_not_found"


async def test_one_date_of_a_series_is_moved_over_http(
    client: AsyncClient, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(NOW)
    user = await make.user()
    body = {"title": "Water", "due_date": "2026-11-23", "recurrence": "weekly"}
    made = await client.post(TASKS, json=body, headers=user.headers)

    moved = await client.post(
        f"{TASKS}/{made.json()['id']}/reschedule",
        json={"due_date": "2026-11-22", "scope": "this"},
        headers=user.headers,
    )

    assert moved.json()["due_date"] == "2026-11-22"
    assert moved.json()["recurrence_next"][0] == "2026-11-30"
