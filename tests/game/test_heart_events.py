"""Hearts that come and go are told alike, whatever moved them: by what, how many, and how many there are now."""

from typing import Any

from sqlalchemy import select

from questlog.automation.events import EVENTS
from questlog.core.db import Database
from tests.game.played import Played, sign_in


async def test_a_deed_that_costs_or_heals_a_heart_says_so(database: Database) -> None:
    me = await sign_in(database, email="ada@example.org", zone="UTC")

    await me.learn("quiz", base=0, hearts=-2)
    await me.learn("review", base=0, hearts=1)

    assert await told(me) == [
        ("heart.lost", {"by": "quiz", "count": 2, "hearts": 3}),
        ("heart.regained", {"by": "review", "count": 1, "hearts": 4}),
    ]


async def told(me: Played) -> list[tuple[str, dict[str, Any]]]:
    mine = select(EVENTS.c.type, EVENTS.c.payload).where(
        EVENTS.c.user_id == me.id, EVENTS.c.type.like("heart.%")
    )
    async with me.database.reader() as session:
        rows = await session.execute(mine.order_by(EVENTS.c.seq))
        return [(row.type, row.payload) for row in rows]
