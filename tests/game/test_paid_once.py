"""However many complete a task, or tasks, at the same moment, each pays once and the books agree (F-09, F-12, G-01)."""

import asyncio
import itertools
from collections import Counter
from typing import Any
from uuid import UUID

from httpx2 import AsyncClient, Response
from sqlalchemy import func, select

from questlog.core.db import Database
from questlog.flows.add_task import add_task
from questlog.game.ledger import LEDGER
from questlog.game.turns import PLAYERS
from questlog.planning.task_schemas import TaskCreate
from tests.game.reference import Reference
from tests.game.reference_content import read
from tests.game.reference_deeds import What
from tests.support.invariants import check_invariants
from tests.support.make import Make, Person

AT_ONCE = 50
TASKS = "/api/v1/tasks"


async def added(database: Database, user: Person) -> UUID:
    wanted = TaskCreate(title="Mend the roof")
    task_id: UUID = (await database.write(add_task, user.id, wanted, timezone="UTC")).task["id"]
    return task_id


async def ledger_of(database: Database, user: Person) -> Counter[str]:
    """Return how many rows there are of each kind."""
    mine = select(LEDGER.c.source_kind, func.count()).where(LEDGER.c.user_id == user.id)
    async with database.reader() as session:
        rows = await session.execute(mine.group_by(LEDGER.c.source_kind))
        return Counter({row.source_kind: row[1] for row in rows})


async def player_of(database: Database, user: Person) -> Any:
    async with database.reader() as session:
        found = await session.execute(select(PLAYERS).where(PLAYERS.c.user_id == user.id))
        return found.one()


def receipts(answers: list[Response]) -> list[dict[str, Any]]:
    """Return the receipts that are not empty, those of batches too."""
    assert {answer.status_code for answer in answers} == {200}
    found = []
    for answer in answers:
        results = answer.json().get("results", [answer.json()])
        found += [one.get("task", one)["receipt"] for one in results]
    return [receipt for receipt in found if receipt]


async def test_f09_g01_fifty_clients_by_three_doors_complete_a_task_once(
    client: AsyncClient, database: Database, make: Make
) -> None:
    user = await make.user()
    task_id = await added(database, user)
    batch = {"commands": [{"op": "complete", "args": {"id": str(task_id)}}]}
    calls: list[tuple[str, str, Any]] = [
        ("POST", f"{TASKS}/{task_id}/complete", None),
        ("POST", f"{TASKS}/batch", batch),
        ("PATCH", f"{TASKS}/{task_id}", {"completed": True}),
    ]

    answers = await asyncio.gather(
        *(
            client.request(method, url, json=body, headers=user.headers)
            for method, url, body in itertools.islice(itertools.cycle(calls), AT_ONCE)
        )
    )

    [receipt] = receipts(answers)
    player = await player_of(database, user)
    assert (receipt["xp"], receipt["gold"], receipt["boss"]["damage"]) == (10, 1, 10)
    assert (player.xp, player.gold, player.boss_damage, player.streak) == (10, 1, 10, 1)
    assert await ledger_of(database, user) == {"task": 1}
    await check_invariants(database)


async def test_f09_racing_toggles_pay_as_often_as_the_task_stands_done(
    client: AsyncClient, database: Database, make: Make
) -> None:
    user = await make.user()
    task_id = await added(database, user)
    address = f"/api/{user.id}/tasks/{task_id}/complete"

    answers = await asyncio.gather(
        *(client.patch(address, headers=user.headers) for _ in range(21))
    )

    task = (await client.get(f"{TASKS}/{task_id}", headers=user.headers)).json()
    player = await player_of(database, user)
    stands = int(task["completed"])
    assert (player.xp, player.gold, player.streak) == (10 * stands, stands, stands)
    assert player.boss_damage == 10 * stands
    assert sum(receipt["xp"] for receipt in receipts(answers)) == player.xp
    await check_invariants(database)


async def test_g01_a_batch_and_single_completions_cross_without_waiting_for_each_other(
    client: AsyncClient, database: Database, make: Make
) -> None:
    user = await make.user()
    tasks = [await added(database, user) for _ in range(30)]
    rounds = [tasks[start : start + 6] for start in range(0, 30, 6)]

    answers: list[Response] = []
    for some in rounds:
        commands = [{"op": "complete", "args": {"id": str(id_)}} for id_ in some]
        answers += await asyncio.gather(
            client.post(f"{TASKS}/batch", json={"commands": commands}, headers=user.headers),
            *(client.post(f"{TASKS}/{id_}/complete", headers=user.headers) for id_ in some[::-1]),
        )

    assert len(receipts(answers)) == 30
    assert (await ledger_of(database, user))["task"] == 30
    await check_invariants(database)


async def test_f12_g14_fifty_tasks_at_once_cross_every_threshold_once(
    client: AsyncClient, database: Database, make: Make
) -> None:
    user = await make.user()
    tasks = [await added(database, user) for _ in range(AT_ONCE)]

    answers = await asyncio.gather(
        *(client.post(f"{TASKS}/{task_id}/complete", headers=user.headers) for task_id in tasks)
    )

    paid = receipts(answers)
    player = await player_of(database, user)
    alone = Reference(player.created_at, "UTC", read())
    for task_id in tasks:
        alone.do(task_id, What())
    assert (player.xp, player.gold) == (alone.xp, alone.purse)
    assert player.xp == sum(receipt["xp"] for receipt in paid)
    assert player.boss_damage == alone.boss.lost
    fallen = [receipt["boss"]["name"] for receipt in paid if receipt["boss"]["defeated"]]
    assert len(fallen) == len(set(fallen)) == len(alone.fallen) > 2
    levels = sorted((receipt["level_before"], receipt["level_after"]) for receipt in paid)
    assert [before for before, _ in levels[1:]] == [after for _, after in levels[:-1]]
    badges = [badge["code"] for receipt in paid for badge in receipt["badges"]]
    assert sorted(badges) == sorted(set(badges)) == sorted(alone.badges)
    await check_invariants(database)
