"""Statistics over HTTP."""

from datetime import UTC, datetime, timedelta

import pytest
from httpx2 import AsyncClient

from tests.support.make import Make

STATS = "/api/v1/stats"


async def test_a_completion_shows_in_every_view(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    project = await make.project(user, title="Kitchen")
    task = await make.task(user, project_id=project.id, priority=3)
    await client.post(f"/api/v1/tasks/{task.id}/complete", headers=user.headers)

    days = (await client.get(f"{STATS}/productivity", headers=user.headers)).json()
    overview = (await client.get(f"{STATS}/overview", headers=user.headers)).json()
    year = (await client.get(f"{STATS}/heatmap", headers=user.headers)).json()

    today = datetime.now(UTC).date()
    assert [day["date"] for day in days] == [
        (today - timedelta(days=ago)).isoformat() for ago in range(6, -1, -1)
    ]
    assert days[-1] == {
        "date": today.isoformat(),
        "count": 1,
        "xp": 10,
        "breakdown": {str(project.id): 1},
    }
    assert overview["totals"] == {"completed": 1, "xp": 10, "days": 1}
    assert overview["streak"] == {"current": 1, "best": 1}
    assert overview["by_priority"] == [{"priority": 3, "count": 1, "xp": 10}]
    assert overview["by_project"] == [
        {"id": str(project.id), "title": "Kitchen", "count": 1, "xp": 10}
    ]
    assert overview["best_weekday"] == today.isoweekday()
    assert (year["year"], year["total"], year["best"]) == (today.year, 1, 1)
    assert {"date": today.isoformat(), "count": 1, "xp": 10} in year["days"]


async def test_today_is_the_users_own(client: AsyncClient, make: Make) -> None:
    far_east, far_west = (
        await make.user(timezone="Pacific/Kiritimati"),
        await make.user(timezone="Pacific/Pago_Pago"),
    )

    ends = []
    for user in (far_east, far_west):
        days = await client.get(f"{STATS}/productivity?days=1", headers=user.headers)
        ends.append(datetime.fromisoformat(days.json()[0]["date"]))

    assert ends[0] - ends[1] in (timedelta(days=1), timedelta(days=2))


@pytest.mark.parametrize(("days", "entries"), [(1, 1), (7, 7), (365, 365)])
async def test_as_many_days_as_asked_for(
    client: AsyncClient, make: Make, days: int, entries: int
) -> None:
    user = await make.user()

    answer = await client.get(f"{STATS}/productivity?days={days}", headers=user.headers)

    assert len(answer.json()) == entries
    assert {day["count"] for day in answer.json()} == {0}


@pytest.mark.parametrize(
    "query",
    [
        "productivity?days=0",
        "productivity?days=366",
        "productivity?days=-1",
        "productivity?days=seven",
        "productivity?days=1&days=2",
        "productivity?weeks=1",
        "heatmap?year=1969",
        "heatmap?year=2200",
        "heatmap?year=99999999999999999999",
    ],
)
async def test_what_cannot_be_shown_is_refused(client: AsyncClient, make: Make, query: str) -> None:
    user = await make.user()

    refused = await client.get(f"{STATS}/{query}", headers=user.headers)

    assert refused.status_code == 422


async def test_s082_nobody_sees_what_others_did(client: AsyncClient, make: Make) -> None:
    owner, other = await make.user(), await make.user()
    task = await make.task(owner)
    await client.post(f"/api/v1/tasks/{task.id}/complete", headers=owner.headers)

    days = (await client.get(f"{STATS}/productivity", headers=other.headers)).json()
    overview = (await client.get(f"{STATS}/overview", headers=other.headers)).json()
    year = (await client.get(f"{STATS}/heatmap", headers=other.headers)).json()

    assert {day["count"] for day in days} == {0}
    assert overview["totals"]["completed"] == 0
    assert year["total"] == 0
