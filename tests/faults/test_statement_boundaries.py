"""F-02: wherever a change breaks off, nothing of it remains, and the next try goes through.

The same request is sent again and again; each time the database fails one statement later than before, the last time
at the commit, until nothing is left to fail.
"""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from httpx2 import AsyncClient, Response
from sqlalchemy import event, select, update
from structlog.testing import capture_logs

from questlog.core.db import Database, Session
from questlog.flows.roll_over import roll_over
from questlog.game.turns import PLAYERS
from tests.game.full_completion import CHALLENGES, home
from tests.support import school
from tests.support.deeds import did
from tests.support.doors import PASSWORD, code_for, register
from tests.support.invariants import check_invariants
from tests.support.make import Make
from tests.support.quizzing import RIGHT, learner
from tests.support.sql import rows_of

TASKS = "/api/v1/tasks"
MOST_STATEMENTS = 60
DAYS_AGO = timedelta(days=10)

type Request = Callable[[], Awaitable[Response]]
type Story = Callable[[AsyncClient, Make], Awaitable[Request]]


class BrokenOffError(Exception):
    pass


async def completing(client: AsyncClient, make: Make) -> Request:
    user = await make.user()
    goal = await make.goal(user)
    body = {
        "title": "Water the plants",
        "goal_id": str(goal.id),
        "due_date": "2026-11-23",
        "recurrence": "daily",
    }
    task = (await client.post(TASKS, json=body, headers=user.headers)).json()["id"]
    part = {"title": "The cactus", "parent_task_id": task}
    done = (await client.post(TASKS, json=part, headers=user.headers)).json()["id"]
    await client.post(f"{TASKS}/{done}/complete", headers=user.headers)
    return lambda: client.post(f"{TASKS}/{task}/complete", headers=user.headers)


async def completing_a_lesson_that_moves_everything(client: AsyncClient, make: Make) -> Request:
    """The blow after which the boss falls and the next one comes (G-24)."""
    user = await make.user()
    here = await home(make.database, user.id)
    for _ in range(3):
        task = await here.task()
        await client.post(f"{TASKS}/{task}/complete", headers=user.headers)
    last = await here.task()
    return lambda: client.post(f"{TASKS}/{last}/complete", headers=user.headers)


async def reopening_a_lesson_that_moved_everything(client: AsyncClient, make: Make) -> Request:
    user = await make.user()
    here = await home(make.database, user.id)
    for _ in range(4):
        task = await here.task()
        await client.post(f"{TASKS}/{task}/complete", headers=user.headers)
    return lambda: client.post(f"{TASKS}/{task}/incomplete", headers=user.headers)


async def enrolling(client: AsyncClient, make: Make) -> Request:
    """With a boss in the first week, and a project and seven tasks to be made."""
    user = await make.user()
    written = school.course()
    written["weeks"][0]["boss"] = {"name": "The Granny", "story": "She slips when it matters."}
    course_id = (await school.bring(make.database, written)).course_id
    return lambda: client.post(f"/api/v1/courses/{course_id}/enroll", headers=user.headers)


async def joining_a_challenge(client: AsyncClient, make: Make) -> Request:
    user = await make.user()
    path = f"/api/v1/rpg/challenges/{CHALLENGES[0]}/join"
    return lambda: client.post(path, headers=user.headers)


async def reviewing_the_card_that_ends_a_session(client: AsyncClient, make: Make) -> Request:
    anna = await learner(make, make.database, questions=10)
    await anna.submit(5)
    *others, last = [card["id"] for card in (await anna.daily())["items"]]
    for card in others:
        await anna.review(card, answer=RIGHT)
    path, body = f"/api/v1/reviews/{last}", {"answer": RIGHT}
    return lambda: client.post(path, json=body, headers=anna.user.headers)


async def rolling_a_day_over(client: AsyncClient, make: Make) -> Request:
    """A streak breaks, a heart is lost, and the standing challenge is over."""
    user = await make.user()
    task = await make.task(user)
    await client.post(f"{TASKS}/{task.id}/complete", headers=user.headers)
    await make.database.write(_live_days_ago, user.id)

    async def settle() -> Response:
        try:
            await make.database.write(roll_over, user.id, timezone="UTC")
        except BrokenOffError:
            return Response(500)
        return Response(200)

    return settle


async def _live_days_ago(session: Session, user_id: UUID) -> None:
    mine = PLAYERS.c.user_id == user_id
    player = (await session.execute(select(PLAYERS).where(mine))).one()._mapping
    then = {name: player[name] - DAYS_AGO for name in ("day_on", "day_began", "streak_on")}
    await session.execute(update(PLAYERS).where(mine).values(then))


async def buying(client: AsyncClient, make: Make) -> Request:
    user = await make.user()
    await did(make.database, user, "quiz", base=300)
    return lambda: client.post("/api/v1/rpg/shop/focus-potion/buy", headers=user.headers)


async def reopening(client: AsyncClient, make: Make) -> Request:
    user = await make.user()
    task = await make.task(user)
    await client.post(f"{TASKS}/{task.id}/complete", headers=user.headers)
    return lambda: client.post(f"{TASKS}/{task.id}/incomplete", headers=user.headers)


async def deleting(client: AsyncClient, make: Make) -> Request:
    user = await make.user()
    task = await make.task(user, title="Move house")
    await make.task(user, title="Boxes", parent_task_id=task.id, depth=2)
    return lambda: client.delete(f"{TASKS}/{task.id}", headers=user.headers)


async def verifying_a_code(client: AsyncClient, make: Make) -> Request:
    body = {"email": "ada@example.org", "code": await code_for(client)}
    return lambda: client.post("/api/v1/auth/verify", json=body)


async def refreshing(client: AsyncClient, make: Make) -> Request:
    body = {"refresh_token": (await register(client))["refresh_token"]}
    return lambda: client.post("/api/v1/auth/refresh", json=body)


async def registering(client: AsyncClient, make: Make) -> Request:
    body = {"email": "ada@example.org", "password": PASSWORD}
    return lambda: client.post("/api/v1/auth/register", json=body)


# A registration is counted before its password is hashed, whatever becomes of it.
REMAINING = {"registering": {"attempt_counts"}}


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Hundreds of failures that are meant to happen are not worth their tracebacks."""
    with capture_logs():
        yield


@contextmanager
def breaking_at(database: Database, number: int) -> Iterator[list[str]]:
    """Fail the statement or commit of that number, and all that follow; collect what was reached."""
    reached: list[str] = []

    def step(name: str) -> None:
        reached.append(name)
        if len(reached) >= number:
            raise BrokenOffError(name)

    def statement(_connection: Any, _cursor: Any, text: str, *_rest: Any) -> None:
        step(text)

    def commit(_connection: Any) -> None:
        step("COMMIT")

    engine = database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", statement)
    event.listen(engine, "commit", commit)
    try:
        yield reached
    finally:
        event.remove(engine, "before_cursor_execute", statement)
        event.remove(engine, "commit", commit)


@pytest.mark.parametrize(
    "story",
    [
        completing,
        completing_a_lesson_that_moves_everything,
        reopening,
        reopening_a_lesson_that_moved_everything,
        enrolling,
        joining_a_challenge,
        reviewing_the_card_that_ends_a_session,
        rolling_a_day_over,
        buying,
        deleting,
        verifying_a_code,
        refreshing,
        registering,
    ],
    ids=lambda story: story.__name__,
)
async def test_f02_g24_what_breaks_off_leaves_nothing_and_can_be_repeated(
    story: Story, client: AsyncClient, make: Make, database: Database
) -> None:
    request = await story(client, make)
    remaining = REMAINING.get(story.__name__, set())
    before = await rows_of(database, but=remaining)

    for number in range(1, MOST_STATEMENTS):
        with breaking_at(database, number) as reached:
            answer = await request()
        if len(reached) < number:
            break
        assert answer.status_code >= 500, f"{answer.status_code} although {reached[-1]} failed"
        assert await rows_of(database, but=remaining) == before, reached[number - 1]
        await check_invariants(database)

    assert answer.is_success, answer.text
    assert number > 3
    assert await rows_of(database, but=remaining) != before
    await check_invariants(database)
