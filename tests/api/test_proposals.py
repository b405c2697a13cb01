"""Saying yes or no to the coach, over HTTP (S-125)."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from httpx2 import AsyncClient, Response
from sqlalchemy import update

from questlog.coach import proposal_log
from questlog.coach.conversations import PROPOSALS
from questlog.core import clock
from questlog.core.db import Database
from tests.support.happened import happened
from tests.support.make import Make, Person
from tests.support.sql import count_statements

AT = "/api/v1/ai/proposals"
TOOLS = "/api/v1/ai/allowed-tools"


async def decide(client: AsyncClient, user: Person, proposal: Any, how: str) -> Response:
    return await client.post(f"{AT}/{proposal.id}/{how}", headers=user.headers)


async def titles(client: AsyncClient, user: Person) -> list[str]:
    listed = await client.get("/api/v1/tasks", headers=user.headers)
    return [task["title"] for task in listed.json()["items"]]


async def test_a_yes_does_exactly_what_was_proposed(
    client: AsyncClient, make: Make, database: Database
) -> None:
    user = await make.user()
    proposal = await make.proposal(user, arguments={"title": "Swim", "labels": ["sport"]})

    shown = await client.get(f"{AT}/{proposal.id}", headers=user.headers)
    answer = await decide(client, user, proposal, "accept")

    created = await happened(database, user, "task.created")
    accepted = await happened(database, user, "proposal.accepted")
    assert (shown.json()["state"], shown.json()["result"]) == ("open", None)
    assert (answer.status_code, answer.json()["state"]) == (200, "accepted")
    assert answer.json()["result"]["title"] == "Swim"
    assert answer.headers["Event-Id"] == str(created[0].id)
    assert await titles(client, user) == ["Swim"]
    assert [event.actor for event in [*created, *accepted]] == [f"user:{user.id}"] * 2
    request = answer.headers["X-Request-ID"]
    assert [event.correlation_id for event in [*created, *accepted]] == [request] * 2


async def test_s125_a_yes_counts_once_however_often_and_from_wherever_it_is_said(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user()
    proposal = await make.proposal(user, "Swim")

    answers = await asyncio.gather(*(decide(client, user, proposal, "accept") for _ in range(8)))
    late = await decide(client, user, proposal, "reject")

    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7
    assert (late.status_code, late.json()["code"]) == (409, "proposal_decided")
    assert late.json()["details"] == {"state": "accepted"}
    assert await titles(client, user) == ["Swim"]


async def test_a_no_does_nothing_and_is_final(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    proposal = await make.proposal(user, "Swim")

    answer = await decide(client, user, proposal, "reject")
    after = await decide(client, user, proposal, "accept")

    assert (answer.status_code, answer.json()["state"]) == (200, "rejected")
    assert after.status_code == 409
    assert await titles(client, user) == []


async def test_s125_after_24_hours_there_is_nothing_to_say_yes_to(
    client: AsyncClient, make: Make, database: Database
) -> None:
    user = await make.user()
    late = await make.proposal(user, "Swim", expires_at=clock.now() - timedelta(seconds=1))
    await make.proposal(user, "Run")

    answer = await decide(client, user, late, "accept")
    waiting = await client.get(AT, params={"state": "open"}, headers=user.headers)
    before = await client.get(f"{AT}/{late.id}", headers=user.headers)
    await proposal_log.sweep(database)
    after = await client.get(AT, params={"state": "expired"}, headers=user.headers)

    assert (answer.status_code, answer.json()["details"]) == (409, {"state": "expired"})
    assert [one["arguments"]["title"] for one in waiting.json()["items"]] == ["Run"]
    assert before.json()["state"] == "expired"
    assert [one["id"] for one in after.json()["items"]] == [str(late.id)]
    assert after.json()["items"][0]["decided_at"] is not None
    assert len(await happened(database, user, "proposal.expired")) == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"arguments": {"title": "Send all money"}},
        {"tool": "create_goal"},
        {"call_id": "another"},
    ],
    ids=str,
)
async def test_s125_a_row_that_somebody_wrote_over_is_not_followed(
    changed: dict[str, Any], client: AsyncClient, make: Make, database: Database
) -> None:
    user = await make.user()
    proposal = await make.proposal(user, "Swim")
    async with database.writer() as session:
        await session.execute(
            update(PROPOSALS).where(PROPOSALS.c.id == proposal.id).values(**changed)
        )

    answer = await decide(client, user, proposal, "accept")

    assert (answer.status_code, answer.json()["code"]) == (409, "proposal_outdated")
    assert await titles(client, user) == []


async def test_s125_what_others_were_proposed_is_out_of_reach(
    client: AsyncClient, make: Make
) -> None:
    ada, mallory = await make.user(), await make.user()
    proposal = await make.proposal(ada, "Swim")

    answers = [await decide(client, mallory, proposal, how) for how in ("accept", "reject")]
    shown = await client.get(f"{AT}/{proposal.id}", headers=mallory.headers)
    listed = await client.get(AT, headers=mallory.headers)
    own = await client.get(f"{AT}/{proposal.id}", headers=ada.headers)

    assert [answer.status_code for answer in (*answers, shown)] == [403] * 3
    assert listed.json()["items"] == []
    assert own.json()["state"] == "open"


async def test_what_cannot_be_done_any_more_says_why_and_stays_undone(
    client: AsyncClient, make: Make, database: Database
) -> None:
    user = await make.user(locale="ru")
    task = await make.task(user, title="Swim")
    proposal = await make.proposal(user, tool="complete_task", arguments={"task_id": str(task.id)})
    await client.delete(f"/api/v1/tasks/{task.id}", headers=user.headers)

    answer = await decide(client, user, proposal, "accept")
    shown = await client.get(f"{AT}/{proposal.id}", headers=user.headers)

    assert (answer.status_code, answer.json()["code"]) == (404, "task_not_found")
    assert shown.json()["state"] == "failed"
    assert shown.json()["result"] == {
        "code": "task_not_found",
        "detail": answer.json()["detail"],
    }
    assert len(await happened(database, user, "proposal.failed")) == 1


async def test_s075_a_key_reads_what_keys_like_it_proposed_and_decides_nothing(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user()
    key = await make.key(user, "tasks:write")
    proposal = await make.proposal(user, "Swim", origin="mcp")
    of_others = [
        await make.proposal(user, "A diagnosis"),
        await make.proposal(user, tool="create_goal", origin="mcp"),
    ]

    listed = await client.get(AT, headers=key.headers)
    answers = [
        await client.post(f"{AT}/{proposal.id}/{how}", headers=key.headers)
        for how in ("accept", "reject")
    ]
    switched = await client.put(f"{TOOLS}/create_task", headers=key.headers)
    read = [
        await client.get(f"{AT}/{one.id}", headers=key.headers) for one in (proposal, *of_others)
    ]

    assert [answer.status_code for answer in read] == [200, 404, 404]
    assert [one["id"] for one in listed.json()["items"]] == [str(proposal.id)]
    assert [answer.json()["code"] for answer in (*answers, switched)] == ["sign_in_required"] * 3
    assert await titles(client, user) == []


async def test_a_tool_is_allowed_and_asks_again(
    client: AsyncClient, make: Make, database: Database
) -> None:
    user, other = await make.user(locale="ru"), await make.user()

    on = [await client.put(f"{TOOLS}/create_task", headers=user.headers) for _ in range(2)]
    listed = await client.get(TOOLS, headers=user.headers)
    of_other = await client.get(TOOLS, headers=other.headers)
    off = [await client.delete(f"{TOOLS}/create_task", headers=user.headers) for _ in range(2)]
    after = await client.get(TOOLS, headers=user.headers)

    def allowed(answer: Response) -> list[str]:
        return [one["tool"] for one in answer.json()["items"] if one["allowed"]]

    assert on[0].json() == on[1].json()
    assert on[0].json()["description"] == "Добавить задачу."
    assert [allowed(answer) for answer in (listed, of_other, after)] == [["create_task"], [], []]
    assert [answer.status_code for answer in off] == [204, 204]
    assert len(await happened(database, user, "tool.allowed")) == 1
    assert len(await happened(database, user, "tool.disallowed")) == 1


@pytest.mark.parametrize(
    ("tool", "status", "code"),
    [
        ("delete_task", 409, "tool_always_asks"),
        ("list_tasks", 404, "tool_not_found"),
        ("delete_all", 404, "tool_not_found"),
    ],
)
async def test_s125_deleting_has_no_switch(
    tool: str, status: int, code: str, client: AsyncClient, make: Make
) -> None:
    user = await make.user()

    answer = await client.put(f"{TOOLS}/{tool}", headers=user.headers)
    listed = await client.get(TOOLS, headers=user.headers)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not any(one["allowed"] for one in listed.json()["items"])


async def test_a_list_of_proposals_is_one_statement(
    client: AsyncClient, make: Make, database: Database
) -> None:
    user = await make.user()
    for number in range(5):
        await make.proposal(user, f"Task {number}")
    await client.get(AT, headers=user.headers)

    with count_statements(database) as seen:
        listed = await client.get(AT, params={"limit": 3}, headers=user.headers)

    assert [one["arguments"]["title"] for one in listed.json()["items"]] == [
        "Task 4",
        "Task 3",
        "Task 2",
    ]
    assert len(seen) == 1
