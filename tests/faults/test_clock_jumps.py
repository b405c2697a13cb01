"""F-28: the clock of the machine jumps, and nothing that was over begins anew."""

from typing import Any

import pytest
from httpx2 import AsyncClient

from questlog.core.db import Database
from tests.support.doors import bearer, code_for, refresh, register, verify, whoami
from tests.support.invariants import check_invariants
from tests.support.moving_clock import MovingClock

API = "/api/v1"
JUMPS = [{"hours": 1}, {"hours": -1}, {"days": 1}, {"seconds": -3}]


async def complete(client: AsyncClient, headers: dict[str, str], title: str) -> dict[str, Any]:
    task = (await client.post(f"{API}/tasks", json={"title": title}, headers=headers)).json()
    answer = await client.post(f"{API}/tasks/{task['id']}/complete", headers=headers)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize("jump", JUMPS)
async def test_f28_people_go_on_after_a_jump(
    jump: dict[str, float], client: AsyncClient, database: Database, moving_clock: MovingClock
) -> None:
    tokens = await register(client)
    await complete(client, bearer(tokens), "before")

    moving_clock.move(**jump)
    renewed = await refresh(client, tokens["refresh_token"])
    headers = bearer(renewed.json())
    after = await complete(client, headers, "after")

    assert renewed.status_code == 200
    assert 0 < renewed.json()["expires_in"] <= 15 * 60
    assert (await whoami(client, renewed.json())).status_code == 200
    assert after["receipt"]
    await check_invariants(database)


async def test_f28_an_hour_back_gives_no_used_code_and_no_used_token_a_new_life(
    client: AsyncClient, moving_clock: MovingClock
) -> None:
    await register(client)
    code = await code_for(client)
    tokens = (await verify(client, code)).json()
    renewed = (await refresh(client, tokens["refresh_token"])).json()
    moving_clock.move(minutes=5)
    await refresh(client, renewed["refresh_token"])

    moving_clock.move(hours=-1)
    with_code = await verify(client, code)
    with_token = await refresh(client, tokens["refresh_token"])

    assert with_code.status_code == 401
    assert with_token.status_code == 401


async def test_f28_a_day_back_extends_no_streak_and_a_day_twice_pays_one(
    client: AsyncClient, database: Database, moving_clock: MovingClock
) -> None:
    tokens = await register(client)
    await complete(client, bearer(tokens), "today")
    moving_clock.move(days=1)
    tokens = (await refresh(client, tokens["refresh_token"])).json()
    await complete(client, bearer(tokens), "tomorrow")
    before = (await client.get(f"{API}/rpg/state", headers=bearer(tokens))).json()

    moving_clock.move(days=-1)
    tokens = (await refresh(client, tokens["refresh_token"])).json()
    await complete(client, bearer(tokens), "today again")
    moving_clock.move(days=1)
    tokens = (await refresh(client, tokens["refresh_token"])).json()
    await complete(client, bearer(tokens), "tomorrow again")
    after = (await client.get(f"{API}/rpg/state", headers=bearer(tokens))).json()

    assert before["streak"] == after["streak"] == 2
    await check_invariants(database)


async def test_f28_events_stand_in_the_order_of_their_commits_whatever_the_clock_says(
    client: AsyncClient, moving_clock: MovingClock
) -> None:
    headers = bearer(await register(client))
    titles = ["first", "second", "third"]

    for title in titles:
        await client.post(f"{API}/tasks", json={"title": title}, headers=headers)
        moving_clock.move(minutes=-2)
    events = (await client.get(f"{API}/events?type=task.created", headers=headers)).json()["items"]

    told = sorted(events, key=lambda event: event["seq"])
    assert [event["payload"]["title"] for event in told] == titles
    assert [event["seq"] for event in events] == sorted((e["seq"] for e in events), reverse=True)
