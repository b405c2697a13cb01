"""What happens to a proposal when the world goes on without it (S-125)."""

import asyncio
import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from httpx2 import AsyncClient, Response
from sqlalchemy import update

from questlog.clients.language import ToolCall
from questlog.coach.calling import Tools
from questlog.coach.conversations import PROPOSALS
from questlog.coach.toolbox import Who
from questlog.core import clock
from questlog.core.db import Database
from tests.support.happened import happened
from tests.support.make import Make, Person

AT = "/api/v1/ai/proposals"
TASKS = "/api/v1/tasks"


async def propose(
    database: Database, user: Person, tool: str, arguments: dict[str, Any], **more: Any
) -> dict[str, Any]:
    who = Who(user.id, "en", user.timezone, **more)
    asked = ToolCall("call-1", tool, json.dumps(arguments))
    made = (await Tools(database).call(who, asked)).proposal
    assert made is not None
    return made


async def accept(client: AsyncClient, user: Person, proposal: dict[str, Any]) -> Response:
    return await client.post(f"{AT}/{proposal['id']}/accept", headers=user.headers)


async def watering(client: AsyncClient, user: Person, *, days_ago: int = 3) -> dict[str, Any]:
    """Add a task of every day that stands at a day of the past."""
    due = clock.today(user.timezone) - timedelta(days=days_ago)
    body = {"title": "Water", "due_date": due.isoformat(), "recurrence": "every day"}
    made: dict[str, Any] = (await client.post(TASKS, headers=user.headers, json=body)).json()
    return made


async def shown(client: AsyncClient, user: Person, task_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await client.get(f"{TASKS}/{task_id}", headers=user.headers)).json()
    return found


@pytest.mark.parametrize("tool", ["skip_task", "complete_task", "postpone_task"])
@pytest.mark.parametrize("by_hand", ["skip", "complete"])
async def test_s125_a_yes_is_for_the_date_that_was_proposed_and_no_other(
    tool: str, by_hand: str, client: AsyncClient, make: Make, database: Database
) -> None:
    user = await make.user()
    task = await watering(client, user)
    more = {"until": "2099-01-01"} if tool == "postpone_task" else {}
    proposal = await propose(database, user, tool, {"task_id": task["id"], **more})
    await client.post(f"{TASKS}/{task['id']}/{by_hand}", headers=user.headers)
    before = await shown(client, user, task["id"])

    answer = await accept(client, user, proposal)

    told = await client.get(f"{AT}/{proposal['id']}", headers=user.headers)
    assert task["due_date"] in proposal["summary"]
    assert (answer.status_code, answer.json()["code"]) == (409, "proposal_outdated")
    assert await shown(client, user, task["id"]) == before
    assert told.json()["state"] == "failed"
    assert told.json()["result"]["code"] == "proposal_outdated"


async def test_s125_a_yes_and_a_hand_at_the_same_moment_do_not_mean_the_same_date_twice(
    client: AsyncClient, make: Make, database: Database
) -> None:
    user = await make.user()
    task = await watering(client, user, days_ago=20)
    moved = 0

    for _ in range(5):
        proposal = await propose(database, user, "skip_task", {"task_id": task["id"]})
        by_hand = client.post(f"{TASKS}/{task['id']}/skip", headers=user.headers)
        answers = await asyncio.gather(accept(client, user, proposal), by_hand)
        moved += sum(answer.status_code == 200 for answer in answers)
        assert {answer.status_code for answer in answers} <= {200, 409}

    skipped = await happened(database, user, "task.skipped")
    dates = [event.payload["scheduled_on"] for event in skipped]
    assert len(dates) == len(set(dates)) == moved >= 5


@pytest.mark.parametrize("tool", ["skip_task", "complete_task"])
async def test_s125_a_yes_in_time_does_it(
    tool: str, client: AsyncClient, make: Make, database: Database
) -> None:
    user = await make.user()
    task = await watering(client, user)
    proposal = await propose(database, user, tool, {"task_id": task["id"]})
    await client.patch(f"{TASKS}/{task['id']}", headers=user.headers, json={"title": "Water all"})

    answer = await accept(client, user, proposal)

    assert answer.json()["state"] == "accepted"
    assert answer.json()["result"]["due_date"] > task["due_date"]


@pytest.mark.parametrize(
    ("by_hand", "status"),
    [
        ({"title": "By hand"}, 409),
        ({"labels": ["home"]}, 409),
        ({"due_date": "2026-12-24"}, 409),
        ({"priority": 4}, 200),
        ({"description": "More of it"}, 200),
    ],
    ids=str,
)
async def test_s125_a_newer_edit_by_hand_is_not_written_over(
    by_hand: dict[str, Any], status: int, client: AsyncClient, make: Make, database: Database
) -> None:
    user = await make.user()
    task = await make.task(user, title="Old")
    wanted = {"title": "New", "labels": ["garden"], "due_date": "2026-12-31"}
    proposal = await propose(database, user, "update_task", {"task_id": str(task.id), **wanted})
    await client.patch(f"{TASKS}/{task.id}", headers=user.headers, json=by_hand)

    answer = await accept(client, user, proposal)

    after = await shown(client, user, str(task.id))
    assert answer.status_code == status
    assert all(after[name] == value for name, value in by_hand.items())
    assert (after["title"] == "New") is (status == 200)


async def test_s125_somebody_who_holds_a_proposal_learns_that_it_ran_out(
    client: AsyncClient, make: Make, database: Database
) -> None:
    user = await make.user()
    proposal = await make.proposal(user, "Swim")
    held = await client.get(f"{AT}/{proposal.id}", headers=user.headers)
    late = clock.now() - timedelta(seconds=1)
    async with database.writer() as session:
        await session.execute(update(PROPOSALS).values(expires_at=late))

    again = await client.get(
        f"{AT}/{proposal.id}", headers={**user.headers, "If-None-Match": held.headers["ETag"]}
    )

    assert (again.status_code, again.json()["state"]) == (200, "expired")


async def test_s125_with_a_conversation_goes_what_waits_in_it_and_everybody_hears_of_it(
    client: AsyncClient, make: Make, database: Database
) -> None:
    user = await make.user()
    talk = await make.conversation(user)
    made = await propose(
        database, user, "create_task", {"title": "Swim"}, conversation_id=UUID(str(talk.id))
    )
    held = await client.get(f"{AT}/{made['id']}", headers=user.headers)

    await client.delete(f"/api/v1/conversations/{talk.id}", headers=user.headers)

    again = await client.get(
        f"{AT}/{made['id']}", headers={**user.headers, "If-None-Match": held.headers["ETag"]}
    )
    told = await happened(database, user, "proposal.expired")
    assert (again.status_code, again.json()["state"]) == (200, "expired")
    assert again.json()["version"] == held.json()["version"] + 1
    assert [event.touched for event in told] == [[["proposal", made["id"], 2]]]


async def test_what_was_accepted_is_undone_by_its_event(
    client: AsyncClient, make: Make, database: Database
) -> None:
    user = await make.user()
    task = await watering(client, user)
    proposal = await propose(database, user, "skip_task", {"task_id": task["id"]})
    answer = await accept(client, user, proposal)

    undone = await client.post(
        f"/api/v1/events/{answer.headers['Event-Id']}/undo", headers=user.headers
    )

    assert undone.status_code == 200
    assert (await shown(client, user, task["id"]))["due_date"] == task["due_date"]
