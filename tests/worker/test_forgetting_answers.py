"""L-08: an answer that may not be replayed any more is forgotten."""

from httpx2 import AsyncClient
from sqlalchemy import func, select

from questlog.api.idempotency import KEPT_FOR
from questlog.automation.models import AnsweredRequest
from questlog.core.db import Database, Session
from questlog.worker.forgetting import forget
from tests.support.make import Make
from tests.support.moving_clock import MovingClock


async def test_l08_answers_go_when_their_day_is_over(
    client: AsyncClient, make: Make, database: Database, moving_clock: MovingClock
) -> None:
    user = await make.user()
    headers = {**user.headers, "Idempotency-Key": "once"}
    await client.post("/api/v1/tasks", json={"title": "Read"}, headers=headers)

    counts = []
    for seconds in (KEPT_FOR.total_seconds() - 60, 120):
        moving_clock.move(seconds=seconds)
        await forget(database)
        counts.append(await database.read(_count))

    assert counts == [1, 0]


async def _count(session: Session) -> int:
    return (await session.execute(select(func.count()).select_from(AnsweredRequest))).scalar_one()
