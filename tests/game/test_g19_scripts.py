"""A script with an API key plays by the rules of its owner, and the ledger says who was paid (G-19)."""

from typing import Any

from httpx2 import AsyncClient
from sqlalchemy import select

from questlog.core.db import Database
from questlog.game.ledger import LEDGER
from tests.game.played import Played
from tests.support.invariants import check_invariants
from tests.support.make import Make


async def test_g19_what_a_key_earns_is_marked_and_capped_as_what_its_owner_earns(
    client: AsyncClient, database: Database, make: Make
) -> None:
    user = await make.user()
    key = await make.key(user, "tasks:read", "tasks:write")
    me = Played(database, user.id, "UTC")
    tasks = [await me.add() for _ in range(62)]

    doors = [user.headers, {"Authorization": f"Bearer {key.text}"}]
    answers = [
        await client.post(f"/api/v1/tasks/{task['id']}/complete", headers=doors[n % 2])
        for n, task in enumerate(tasks)
    ]

    assert [answer.json()["receipt"]["capped"] for answer in answers].index(True) == 30
    paid = await grants(me)
    assert [xp for xp, _ in paid] == [10] * 30 + [5] * 30 + [0] * 2
    assert [details.get("source") for _, details in paid] == [None, "api"] * 31
    await check_invariants(database)


async def grants(me: Played) -> list[tuple[int, dict[str, Any]]]:
    mine = select(LEDGER.c.xp, LEDGER.c.details).where(
        LEDGER.c.user_id == me.id, LEDGER.c.source_kind == "task"
    )
    async with me.database.reader() as session:
        return [(row.xp, row.details) for row in await session.execute(mine.order_by(LEDGER.c.id))]
