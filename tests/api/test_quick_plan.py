"""A plan for today over HTTP: by rules, and in the order of a model."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient

from questlog.coach.proposals import MOST_OPEN
from questlog.core import clock
from questlog.core.db import Database
from tests.support.make import Make, Person
from tests.support.minds import answering, mind_of
from tests.support.model_server import Reply, calling, failing, saying

AT = "/api/v1/ai/quick-plan"


async def plan(client: AsyncClient, user: Person, **body: Any) -> dict[str, Any]:
    answer = await client.post(AT, json=body, headers=user.headers)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def a_busy_day(client: AsyncClient, user: Person) -> None:
    today = clock.today("UTC")
    for title, days, minutes in (
        ("Write the report", -2, 90),
        ("Call the bank", 0, 20),
        ("Read", None, 40),
        ("Plan the trip", 1, None),
    ):
        due = None if days is None else (today + timedelta(days=days)).isoformat()
        body = {"title": title, "due_date": due, "duration": minutes}
        made = await client.post("/api/v1/tasks", json=body, headers=user.headers)
        assert made.status_code == 201, made.text


def titles(tasks: list[dict[str, Any]]) -> list[str]:
    return [task["title"] for task in tasks]


async def test_what_fits_is_planned_and_the_rest_is_proposed_for_tomorrow(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user()
    await a_busy_day(client, user)
    tomorrow = (clock.today("UTC") + timedelta(days=1)).isoformat()

    told = await plan(client, user, minutes=60)
    again = await plan(client, user, minutes=60)

    assert (titles(told["tasks"]), titles(told["left"])) == (
        ["Call the bank", "Plan the trip"],
        ["Write the report"],
    )
    assert (told["planned_minutes"], told["source"], told["model_trouble"]) == (50, "rules", None)
    assert told["tasks"][0]["because"][0] == "due today"
    assert told["reply"].startswith("For today: 2 tasks, about 50 minutes; there are 60.")
    assert [(one["tool"], one["arguments"].get("until")) for one in told["proposals"]] == [
        ("postpone_task", tomorrow)
    ]
    assert again["proposals"] == told["proposals"]


async def test_a_yes_moves_what_did_not_fit(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    await a_busy_day(client, user)
    told = await plan(client, user, minutes=60)

    where = f"/api/v1/ai/proposals/{told['proposals'][0]['id']}/accept"
    accepted = await client.post(where, headers=user.headers)

    overdue = await client.get("/api/v1/tasks?overdue=true", headers=user.headers)
    assert accepted.status_code == 200, accepted.text
    assert overdue.json()["items"] == []


async def test_it_speaks_russian_and_knows_only_ones_own_tasks(
    client: AsyncClient, make: Make
) -> None:
    user, other = await make.user(locale="ru"), await make.user()
    await make.task(other, title="Secret of somebody else")

    empty = await plan(client, user)
    await make.task(user, title="Позвонить маме")
    told = await plan(client, user)

    assert (empty["tasks"], empty["proposals"]) == ([], [])
    assert empty["reply"].startswith("Сейчас нет открытых дел")
    assert told["reply"].startswith("На сегодня: 1 дело, примерно 30 минут.")


async def test_a_model_puts_it_in_order_and_its_wrong_numbers_are_taken_out(
    client: AsyncClient, app: FastAPI, make: Make
) -> None:
    user = await make.user()
    await a_busy_day(client, user)
    thought = {
        "order": [99, 3, 1],
        "say": "Begin with what is due. You have finished 512 tasks. It takes 90 minutes.",
    }

    async with mind_of(app, answering(thought)) as server:
        told = await plan(client, user, minutes=100, focus="report")

    asked = server.requests[0]["messages"][1]["content"]
    assert told["source"] == "model"
    assert told["removed"] == ["You have finished 512 tasks."]
    assert told["reply"] == "Begin with what is due. It takes 90 minutes."
    assert told["planned_minutes"] <= 100
    assert '"focus":"report"' in asked
    assert "user_id" not in asked


@pytest.mark.parametrize(
    "lie",
    [
        failing(500),
        saying("Just do it."),
        answering({"order": "all"}),
        calling("delete_task", {"task_id": "x"}),
        saying('{"order": [1', breaks=True),
    ],
)
async def test_f26_where_the_model_fails_the_rules_plan_and_say_so(
    client: AsyncClient, app: FastAPI, make: Make, lie: Reply
) -> None:
    user = await make.user()
    await a_busy_day(client, user)
    by_rules = await plan(client, user, minutes=60)

    async with mind_of(app, lie):
        told = await plan(client, user, minutes=60)

    assert told["model_trouble"] is not None
    assert {**told, "model_trouble": None} == by_rules


async def test_many_plans_at_once_propose_each_thing_once(
    client: AsyncClient, make: Make, database: Database
) -> None:
    user = await make.user()
    await a_busy_day(client, user)

    told = await asyncio.gather(*(plan(client, user, minutes=60) for _ in range(6)))

    waiting = (await client.get("/api/v1/ai/proposals", headers=user.headers)).json()["items"]
    assert [one["tool"] for one in waiting] == ["postpone_task"]
    assert {one["proposals"][0]["id"] for one in told} == {waiting[0]["id"]}


async def test_a_hundred_may_wait_however_many_plans_are_made_at_once(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user()
    for number in range(MOST_OPEN - 1):
        await make.proposal(user, title=f"T{number}")
    for title in ("Read", "Draw"):
        await make.task(user, title=title)

    told = await asyncio.gather(
        *(plan(client, user, minutes=30, focus=title) for title in ("Read", "Draw", "Read"))
    )

    made = {one["id"] for answer in told for one in answer["proposals"]}
    assert len(made) == 1


async def test_a_task_that_was_changed_since_is_proposed_anew(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user()
    await a_busy_day(client, user)
    before = await plan(client, user, minutes=60)
    where = f"/api/v1/tasks/{before['left'][0]['task_id']}"
    body = {"due_date": (clock.today("UTC") - timedelta(days=1)).isoformat()}
    await client.patch(where, json=body, headers=user.headers)

    after = await plan(client, user, minutes=60)

    accept = f"/api/v1/ai/proposals/{after['proposals'][0]['id']}/accept"
    assert (await client.post(accept, headers=user.headers)).status_code == 200


async def test_what_is_done_or_gone_while_the_model_thinks_is_passed_over(
    client: AsyncClient, app: FastAPI, make: Make
) -> None:
    user = await make.user()
    today = clock.today("UTC")
    tasks = [
        await make.task(user, title=title, duration_minutes=90, due_on=today)
        for title in ("Gone", "Done", "There")
    ]

    async with mind_of(app, saying('{"order": [], "say": "Rest."}', wait=0.5)):
        await make.task(user, title="Short", duration_minutes=5)
        planning = asyncio.create_task(plan(client, user, minutes=10))
        await asyncio.sleep(0.2)
        await client.delete(f"/api/v1/tasks/{tasks[0].id}", headers=user.headers)
        await client.post(f"/api/v1/tasks/{tasks[1].id}/complete", headers=user.headers)
        told = await planning

    moved = [one for one in told["proposals"] if one["tool"] == "postpone_task"]
    assert [one["arguments"]["task_id"] for one in moved] == [str(tasks[2].id)]


async def test_all_that_is_due_and_does_not_fit_is_counted(client: AsyncClient, make: Make) -> None:
    user, other = await make.user(), await make.user()
    yesterday = clock.today("UTC") - timedelta(days=1)
    for number in range(30):
        await make.task(user, title=f"T{number}", due_on=yesterday)
        await make.task(other, title="Not mine", due_on=yesterday)
    await make.task(user, title="Done", due_on=yesterday, completed_at=clock.now())
    await make.task(user, title="Later", due_on=clock.today("UTC") + timedelta(days=1))

    told = await plan(client, user)

    assert "23 more tasks due by today will not fit" in told["reply"]


async def test_a_task_too_long_for_the_time_is_open_all_the_same(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user()
    await make.task(user, title="Long", duration_minutes=90)

    told = await plan(client, user, minutes=30)

    assert told["reply"].startswith("Nothing fits into 30 minutes.")


async def test_planning_writes_nothing_but_proposals(
    client: AsyncClient, make: Make, database: Database
) -> None:
    user = await make.user()
    await a_busy_day(client, user)
    before = (await client.get("/api/v1/tasks", headers=user.headers)).json()

    await plan(client, user, minutes=60)

    assert (await client.get("/api/v1/tasks", headers=user.headers)).json() == before


@pytest.mark.parametrize(
    "body", [{"minutes": 0}, {"minutes": "60"}, {"focus": "x" * 201}, {"x": 1}]
)
async def test_a_wrong_body_is_refused(
    client: AsyncClient, make: Make, body: dict[str, Any]
) -> None:
    user = await make.user()

    assert (await client.post(AT, json=body, headers=user.headers)).status_code == 422
