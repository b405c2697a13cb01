"""Keeping a copy over HTTP: what is told, in how many parts, and when it begins anew."""

import asyncio
from datetime import timedelta
from typing import Any

from httpx2 import AsyncClient, Response

from questlog.core import clock
from questlog.core.db import Database
from questlog.planning import task_trash
from tests.support.copies import Copy, listed
from tests.support.make import Make, Person
from tests.support.sql import count_statements
from tests.support.task_calls import made, post

SYNC = "/api/v1/sync"
TASKS = "/api/v1/tasks"
ELSEWHERE = {"badge", "boss", "challenge", "level", "quest", "streak"}


async def said(client: AsyncClient, user: Person, address: str, body: Any = None) -> Response:
    return await client.post(f"/api/v1{address}", json=body, headers=user.headers)


async def test_the_first_answer_is_full_and_the_next_one_empty(
    client: AsyncClient, make: Make
) -> None:
    user, other = await make.user(), await make.user()
    await make.one_of_everything(user, times=2)
    await make.one_of_everything(other, times=2)
    copy = Copy(client, user)

    [first] = await copy.catch_up()
    [second] = await copy.catch_up()

    assert (first["full"], first["has_more"], first["tombstones"]) == (True, False, [])
    assert copy.things == await listed(client, user)
    assert second == {
        "full": False,
        "changes": {name: [] for name in first["changes"]},
        "tombstones": [],
        "elsewhere": [],
        "next": first["next"],
        "has_more": False,
    }


async def test_everything_is_told_in_parts_and_then_what_changed_on_the_way(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user()
    await make.one_of_everything(user, times=3)
    copy = Copy(client, user)

    told = [await copy.ask(limit=4)]
    goals = list(copy.things["goals"])
    await client.patch(
        f"/api/v1/goals/{goals[0]}", headers=user.headers, json={"title": "Changed on the way"}
    )
    told += await copy.catch_up(limit=4)

    assert [one["full"] for one in told] == [True] + [False] * (len(told) - 1)
    assert len(told) > 5
    assert copy.things == await listed(client, user)
    assert copy.things["goals"][goals[0]]["title"] == "Changed on the way"


async def test_what_is_gone_leaves_a_tombstone_and_what_comes_back_is_told(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user()
    task = await made(client, user, title="Read", labels=["desk"])
    copy = Copy(client, user)
    await copy.catch_up()

    await client.delete(f"{TASKS}/{task['id']}", headers=user.headers)
    [gone] = await copy.catch_up()
    await post(client, user, f"/{task['id']}/restore")
    [back] = await copy.catch_up()

    assert gone["tombstones"] == [{"type": "task", "id": task["id"]}]
    assert [one["id"] for one in back["changes"]["tasks"]] == [task["id"]]
    assert copy.things == await listed(client, user)


async def test_what_came_and_went_between_two_answers_is_only_gone(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user()
    copy = Copy(client, user)
    await copy.catch_up()

    task = await made(client, user)
    await client.delete(f"{TASKS}/{task['id']}", headers=user.headers)
    [told] = await copy.catch_up()

    assert told["tombstones"] == [{"type": "task", "id": task["id"]}]
    assert told["changes"]["tasks"] == []
    assert copy.things["tasks"] == {}


async def test_occurrences_come_and_go_with_completions_and_their_undoing(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user()
    task = await made(client, user)
    copy = Copy(client, user)
    await copy.catch_up()
    seen = []

    await post(client, user, f"/{task['id']}/complete")
    await copy.catch_up()
    seen.append(len(copy.things["occurrences"]))
    reopened = await post(client, user, f"/{task['id']}/incomplete")
    await copy.catch_up()
    seen.append(len(copy.things["occurrences"]))
    undone = await said(client, user, f"/events/{reopened.headers['Event-Id']}/undo")
    await copy.catch_up()
    seen.append(len(copy.things["occurrences"]))

    assert undone.status_code == 200, undone.text
    assert seen == [1, 0, 1]
    assert copy.things == await listed(client, user)


async def test_an_item_forgets_the_task_that_the_trash_lost(
    client: AsyncClient, database: Database, make: Make
) -> None:
    user = await make.user()
    item = await make.item(user)
    task = (await said(client, user, f"/items/{item.id}/to-task", {})).json()
    await client.delete(f"{TASKS}/{task['id']}", headers=user.headers)
    copy = Copy(client, user)
    await copy.catch_up()

    await database.write(task_trash.purge, before=clock.now())
    await copy.catch_up()

    assert copy.things["items"][str(item.id)]["task_id"] is None
    assert copy.things == await listed(client, user)


async def test_a_change_of_many_things_is_told_in_parts(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    for number in range(7):
        await made(client, user, title=f"Task {number}", labels=["desk"])
    copy = Copy(client, user)
    await copy.catch_up()
    [label] = copy.things["labels"]

    await client.patch(
        f"/api/v1/labels/{label}", headers=user.headers, json={"name": "writing desk"}
    )
    told = await copy.catch_up(limit=3)

    sizes = [sum(map(len, one["changes"].values())) for one in told]
    assert sizes == [3, 3, 2]
    assert copy.things == await listed(client, user)


async def test_a_copy_that_follows_busy_writers_misses_nothing(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user()
    copy = Copy(client, user)

    async def write_much(writer: int) -> None:
        for number in range(6):
            task = await made(client, user, title=f"Task {writer}.{number}")
            await post(client, user, f"/{task['id']}/complete")

    async def follow() -> None:
        for _ in range(25):
            await copy.ask(limit=3)
            await asyncio.sleep(0.005)

    await asyncio.gather(follow(), *map(write_much, range(6)))
    await copy.catch_up()

    assert len(copy.things["tasks"]) == len(copy.things["occurrences"]) == 36
    assert copy.things == await listed(client, user)


async def test_other_things_that_changed_are_named(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    task = await made(client, user)
    copy = Copy(client, user)
    await copy.catch_up()

    await client.patch("/api/v1/users/me", headers=user.headers, json={"name": "Ida"})
    [told] = await copy.catch_up()
    await post(client, user, f"/{task['id']}/complete")
    [game] = await copy.catch_up()

    assert told["elsewhere"] == ["user"]
    assert set(game["elsewhere"]) & ELSEWHERE


async def test_an_answer_without_news_is_not_sent_again(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    await made(client, user)
    first = (await client.get(SYNC, headers=user.headers)).json()["next"]

    held = {"If-None-Match": f'"{first}"'}
    quiet = await client.get(SYNC, headers=user.headers | held, params={"since": first})
    await made(client, user)
    news = await client.get(SYNC, headers=user.headers | held, params={"since": first})

    assert (quiet.status_code, quiet.content) == (304, b"")
    assert (news.status_code, len(news.json()["changes"]["tasks"])) == (200, 1)


async def test_asking_takes_a_known_number_of_statements(
    client: AsyncClient, database: Database, make: Make
) -> None:
    user: Person = await make.user()
    await make.one_of_everything(user, times=2)
    copy = Copy(client, user)
    await copy.ask()
    copy.since = None

    with count_statements(database) as full:
        await copy.ask()
    with count_statements(database) as quiet:
        await copy.ask()
    await made(client, user, labels=["desk"])
    with count_statements(database) as news:
        await copy.ask()

    assert [len(full), len(quiet), len(news)] == [1 + 8, 1, 1 + 3]


async def test_a_task_takes_its_reminders_along_and_brings_them_back(
    client: AsyncClient, database: Database, make: Make
) -> None:
    user = await make.user()
    task = await made(client, user)
    address = f"/api/v1/tasks/{task['id']}"
    await client.post(f"{address}/reminders", headers=user.headers, json={"minutes_before": 5})
    copy, sleeper = Copy(client, user), Copy(client, user)
    await sleeper.ask()
    had = [len((await _asked(copy)).things["reminders"])]

    await client.delete(address, headers=user.headers)
    had.append(len((await _asked(copy)).things["reminders"]))
    await client.post(f"{address}/restore", headers=user.headers)
    had.append(len((await _asked(copy)).things["reminders"]))
    await client.delete(address, headers=user.headers)
    await database.write(task_trash.purge, before=clock.now() + timedelta(seconds=1))
    had.append(len((await _asked(sleeper)).things["reminders"]))

    assert had == [1, 0, 1, 0]


async def _asked(copy: Copy) -> Copy:
    await copy.catch_up()
    return copy
