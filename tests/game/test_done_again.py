"""What is taken back and done again is worth what it was worth, once: nothing grows by repeating it (G-02)."""

from uuid import UUID

from sqlalchemy import select, update

from questlog.core.db import Database, Session
from questlog.game.ledger import LEDGER
from questlog.game.turns import PLAYERS
from tests.game.played import Played, sign_in

CHALLENGE = "brisk-week"  # 300 XP


async def fallen(me: Played) -> list[str]:
    """Return the bosses whose bonus stands, in their order."""
    badges = (await me.shown())["badges"]
    names = ("drawer-emptied", "moth-settled", "cat-awake", "telegraph-silent")
    return [name for name in names if name in badges]


async def done(me: Played, count: int) -> list[UUID]:
    made = [await me.add() for _ in range(count)]
    for task in made:
        await me.complete(task["id"])
    return [task["id"] for task in made]


async def again(me: Played, tasks: list[UUID]) -> None:
    for task_id in reversed(tasks):
        await me.reopen(task_id)
    for task_id in tasks:
        await me.complete(task_id)


async def test_g02_the_same_tasks_do_not_climb_the_ladder(database: Database) -> None:
    me = await sign_in(database, email="ada@example.org", zone="UTC")
    tasks = await done(me, 12)
    before = await me.shown()

    for _ in range(4):
        await again(me, tasks[:6])

    assert await me.shown() == before
    assert await fallen(me) == ["drawer-emptied"]


async def test_g02_a_boss_behind_a_fallen_one_does_not_rise(database: Database) -> None:
    me = await sign_in(database, email="ada@example.org", zone="UTC")
    tasks = await done(me, 7)
    await me.learn("quiz", base=95)
    before = await me.shown()

    reopened = await me.reopen(tasks[-1])
    await me.complete(tasks[-1])

    assert reopened.receipt is not None
    assert [kept["kind"] for kept in reopened.receipt["kept"]] == ["boss"]
    assert await me.shown() == before
    assert await fallen(me) == ["drawer-emptied", "moth-settled"]


async def test_g02_old_deeds_done_again_do_not_move_a_new_challenge(database: Database) -> None:
    me = await sign_in(database, email="ada@example.org", zone="UTC")
    tasks = await done(me, 30)

    for task_id in tasks:
        await me.reopen(task_id)
    assert await me.join(CHALLENGE)
    for task_id in tasks:
        await me.complete(task_id)

    assert await challenges_paid(database) == 0
    await me.learn("quiz", base=299)
    assert await challenges_paid(database) == 0
    await me.learn("quiz", base=1)
    assert await challenges_paid(database) == 1


async def test_a_quest_stays_complete_while_its_objective_is_reached_otherwise(
    database: Database,
) -> None:
    me = await sign_in(database, email="ada@example.org", zone="UTC")
    goal = await me.goal()
    first = await me.add(goal_id=goal, project_id=await me.project())
    await me.learn("lesson", base=95, counts={"lessons_completed": 1})
    await me.complete(first["id"])
    await me.reach(goal)
    await database.write(_two_days_before, me)
    [last, *_] = await done(me, 1)
    other = await me.add()
    await me.complete(other["id"])
    before = await me.shown()

    reopened = await me.reopen(last)

    after = await me.shown()
    assert reopened.receipt is not None
    assert before["xp"] - after["xp"] == 10
    assert after["strivings"] == before["strivings"]
    assert ("quest", "first-steps", 1, "completed") in [one[:4] for one in after["strivings"]]


async def _two_days_before(session: Session, me: Played) -> None:
    mine = PLAYERS.c.user_id == me.id
    counters = (await session.execute(select(PLAYERS.c.counters).where(mine))).scalar_one()
    await session.execute(
        update(PLAYERS).where(mine).values(counters={**counters, "distinct_days": 3})
    )


async def challenges_paid(database: Database) -> int:
    async with database.reader() as session:
        rows = await session.scalars(select(LEDGER.c.id).where(LEDGER.c.source_kind == "challenge"))
        return len(rows.all())
