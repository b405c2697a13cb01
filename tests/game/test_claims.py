"""Rewards of bosses, quests and challenges are had once, however many hands reach for them (case G-13)."""

import asyncio
from typing import Any

from sqlalchemy import func, select, update

from questlog.core.db import Database
from questlog.core.exceptions import ConflictError
from questlog.flows.join_challenge import join_challenge
from questlog.game.ledger import LEDGER
from questlog.game.pursuits import PURSUITS
from questlog.game.turns import PLAYERS
from tests.support.deeds import did
from tests.support.make import Make, Person

BRISK = "brisk-week"
AT_ONCE = 10


async def paid(database: Database, user: Person, kind: str) -> list[int]:
    """Return the XP of every entry of this kind."""
    statement = select(LEDGER.c.xp).where(LEDGER.c.user_id == user.id, LEDGER.c.source_kind == kind)
    async with database.reader() as session:
        return list(await session.scalars(statement))


async def join(database: Database, user: Person) -> Any:
    return await database.write(join_challenge, user.id, BRISK, timezone="UTC", locale="en")


async def test_g13_ten_joins_at_once_begin_one_round(make: Make, database: Database) -> None:
    user = await make.user()

    answers = await asyncio.gather(
        *(join(database, user) for _ in range(AT_ONCE)), return_exceptions=True
    )

    joined = [one for one in answers if not isinstance(one, BaseException)]
    refused = [one for one in answers if isinstance(one, ConflictError)]
    assert (len(joined), len(refused)) == (1, AT_ONCE - 1)
    async with database.reader() as session:
        rounds = select(func.count()).where(PURSUITS.c.user_id == user.id, PURSUITS.c.code == BRISK)
        assert await session.scalar(rounds) == 1


async def test_g13_ten_deeds_at_once_complete_a_challenge_once(
    make: Make, database: Database
) -> None:
    user = await make.user()
    await join(database, user)
    await did(database, user, "quiz", base=295)

    earned = await asyncio.gather(*(did(database, user) for _ in range(AT_ONCE)))

    completed = [
        step
        for one in earned
        for step in one.receipt()["challenges"]
        if step["code"] == BRISK and step["completed"]
    ]
    assert len(completed) == 1
    assert await paid(database, user, "challenge") == [60]


async def test_g13_ten_deeds_at_once_defeat_a_boss_once(make: Make, database: Database) -> None:
    user = await make.user()
    await did(database, user, "quiz", base=65)

    earned = await asyncio.gather(*(did(database, user) for _ in range(AT_ONCE)))

    assert sum(one.receipt()["boss"]["defeated"] for one in earned) == 1
    assert await paid(database, user, "boss") == [30]


async def test_g13_ten_deeds_at_once_complete_a_quest_once(make: Make, database: Database) -> None:
    user = await make.user()
    await did(database, user, has_project=True)
    await did(database, user, "lesson", base=100, counts={"lessons_completed": 1})
    async with database.writer() as session:
        mine = PLAYERS.c.user_id == user.id
        counters = await session.scalar(select(PLAYERS.c.counters).where(mine)) or {}
        await session.execute(
            update(PLAYERS).where(mine).values(counters={**counters, "distinct_days": 3})
        )

    await asyncio.gather(*(did(database, user, "goal", base=0) for _ in range(AT_ONCE)))

    assert await paid(database, user, "quest") == [50]


async def test_g13_who_takes_no_part_is_paid_nothing(make: Make, database: Database) -> None:
    user = await make.user()

    await did(database, user, "quiz", base=400)

    assert await paid(database, user, "challenge") == []
