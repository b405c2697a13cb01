"""Lists of tasks as a client sees them."""

from datetime import UTC, datetime

import pytest
from httpx2 import AsyncClient

from questlog.core.db import Database
from tests.support.make import Make
from tests.support.moving_clock import MovingClock
from tests.support.sql import count_statements
from tests.support.task_calls import TASKS, errors, listed, made, post

NOBODYS = "0199d3a2-5a7e-7c3b-9a51-0d4b8f6f2a10"
ANSWERED = {
    "id", "user_id", "title", "description", "priority", "priority_label", "status", "completed",
    "due_date", "due_at", "start_date", "deadline", "duration", "project_id", "goal_id",
    "parent_task_id", "labels", "difficulty", "recurrence", "recurrence_text", "recurrence_next",
    "position", "lesson_id", "completed_at", "deleted_at", "created_at", "updated_at", "version",
    "receipt",
}  # fmt: skip


async def test_what_became_of_tasks_is_listed_by_day_and_outcome(
    client: AsyncClient, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(datetime(2026, 11, 23, 23, 55, tzinfo=UTC))
    user, other = await make.user(), await make.user()
    await made(client, other, title="Theirs", completed=True)
    await made(client, user, title="Monday", completed=True)
    series = await made(client, user, title="Series", recurrence="daily")
    await post(client, user, f"/{series['id']}/skip")
    moving_clock.stop_at(datetime(2026, 11, 24, 0, 5, tzinfo=UTC))
    await made(client, user, title="Tuesday", completed=True)

    async def titles(query: str) -> list[str]:
        answer = await client.get(f"/api/v1/occurrences{query}", headers=user.headers)
        return [one["title"] for one in answer.json()["items"]]

    assert await titles("") == ["Tuesday", "Series", "Monday"]
    assert await titles("?outcome=completed") == ["Tuesday", "Monday"]
    assert await titles("?from=2026-11-24") == ["Tuesday"]
    assert await titles("?to=2026-11-23&outcome=skipped") == ["Series"]


@pytest.mark.parametrize(
    "query",
    [
        "?limit=0", "?limit=101", "?skip=-1", "?cursor=x", "?unknown=1", "?limit=1&limit=2",
        "?status=done", "?priority=5", "?priority=true", "?due_from=2026-13-01", "?sort=xp",
        "?order=up", "?project_id=1", "?label=", f"?goal_id={NOBODYS}", "?due_to=0",
    ],
)  # fmt: skip
async def test_a_query_that_makes_no_sense_is_refused(
    client: AsyncClient, make: Make, query: str
) -> None:
    user = await make.user()

    answer = await client.get(f"{TASKS}{query}", headers=user.headers)

    assert answer.status_code == 422
    assert errors(answer)[0].startswith("/query/")


async def test_filters_read_words_as_people_type_them(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    await made(client, user, title="One", priority=3, status="in progress", labels=["Home"])
    await made(client, user, title="Two", priority=1)

    assert await listed(client, user, "?priority=High") == ["One"]
    assert await listed(client, user, "?priority=1") == ["Two"]
    assert await listed(client, user, "?status=In%20Progress") == ["One"]
    assert await listed(client, user, "?label=HOME") == ["One"]
    assert await listed(client, user, "?sort=priority&order=asc") == ["Two", "One"]


async def test_pages_are_linked(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    for title in "abc":
        await made(client, user, title=title)

    first = await client.get(f"{TASKS}?limit=2&include_total=true", headers=user.headers)
    link = first.headers["link"].split(">")[0].removeprefix("<")
    second = await client.get(link, headers=user.headers)

    assert first.json()["total"] == 3
    assert [task["title"] for task in second.json()["items"]] == ["c"]
    assert second.json()["next_cursor"] is None
    assert await listed(client, user, "?skip=1&limit=1") == ["b"]


async def test_the_counts_are_those_of_the_lists(
    client: AsyncClient, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(datetime(2026, 11, 23, 9, tzinfo=UTC))
    user = await make.user()
    await made(client, user, title="Overdue", due_date="2026-11-20")
    await made(client, user, title="Today", due_date="2026-11-23")
    await made(client, user, title="Tomorrow", due_date="2026-11-24")
    await made(client, user, title="Done", completed=True)

    counts = (await client.get(f"{TASKS}/counts", headers=user.headers)).json()

    assert counts == {
        "today": 2,
        "inbox": 3,
        "upcoming": 1,
        "overdue": 1,
        "completed_today": 1,
        "completed": 1,
    }
    assert await listed(client, user, "?due_today=true") == ["Overdue", "Today"]
    assert await listed(client, user, "?upcoming=true") == ["Tomorrow"]


async def test_a_page_of_tasks_is_one_statement(
    client: AsyncClient, make: Make, database: Database
) -> None:
    user = await make.user()
    for n in range(3):
        await made(client, user, title=str(n), labels=["home"])
    await listed(client, user)

    with count_statements(database) as statements:
        await listed(client, user)

    assert len([one for one in statements if "FROM tasks" in one]) == 1
