"""Start dates, deadlines and durations over HTTP."""

from typing import Any

import pytest
from httpx2 import AsyncClient

from questlog.core import clock
from tests.support.make import Make
from tests.support.task_calls import TASKS, listed, made

FAR = "2199-01-01"


async def test_they_are_kept_changed_and_cleared(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    given = {"start_date": "2026-12-03", "deadline": "2026-12-01", "duration": 45}
    task = await made(client, user, due_date="2026-12-02", **given)
    url = f"{TASKS}/{task['id']}"

    cleared = await client.patch(url, json=dict.fromkeys(given), headers=user.headers)
    again = await client.patch(url, json=given, headers=user.headers)

    assert {name: task[name] for name in given} == given
    assert {cleared.json()[name] for name in given} == {None}
    assert {name: again.json()[name] for name in given} == given


@pytest.mark.parametrize("sort", ["start", "deadline"])
@pytest.mark.parametrize("order", ["asc", "desc"])
async def test_a_list_is_sorted_by_them_and_what_has_none_comes_last(
    client: AsyncClient, make: Make, sort: str, order: str
) -> None:
    user = await make.user()
    field = {"start": "start_date", "deadline": "deadline"}[sort]
    days: list[Any] = ["2026-12-05", None, "2026-12-01"]
    for day in days:
        await made(client, user, title=day or "none", **{field: day})

    pages = [
        await listed(client, user, f"?sort={sort}&order={order}&limit=1&skip={place}")
        for place in range(3)
    ]

    dated = ["2026-12-01", "2026-12-05"]
    assert pages == [[title] for title in (*(dated if order == "asc" else dated[::-1]), "none")]


async def test_a_start_date_hides_a_task_from_what_next_alone(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user()
    await made(client, user, title="Later", start_date=FAR)
    await made(client, user, title="Now", start_date=clock.today("UTC").isoformat())

    found = await client.get(f"{TASKS}/next", headers=user.headers)

    assert [one["task"]["title"] for one in found.json()["items"]] == ["Now"]
    assert await listed(client, user) == ["Later", "Now"]
