"""Bosses that fell, went away or stepped back, and what becomes of them when deeds are taken back or weeks open again."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from questlog.core.db import Database, Session
from questlog.core.pagination import PageRequest
from questlog.flows.enroll import enroll
from questlog.flows.leave_course import leave_course
from questlog.flows.undo import undo
from questlog.game import bosses, ledger, ledger_pages, recompute, turns
from questlog.game.ledger import LEDGER
from questlog.game.ledger_pages import LedgerFilter
from questlog.planning.task_rows import TASKS
from tests.game.played import Played, sign_in
from tests.support import school
from tests.support.invariants import check_invariants

LAST_OF_WEEK = 6
DRAWER, MOTH = "drawer-of-someday", "moth-of-open-tabs"


@dataclass(frozen=True)
class Learner:
    """Somebody in a course of two weeks with a boss each, and the tasks of its lessons in their order."""

    me: Played
    course_id: UUID
    tasks: list[UUID]

    async def enroll(self) -> None:
        await self.me.database.write(enroll, self.me.id, self.course_id, timezone="UTC")

    async def leave(self) -> None:
        await self.me.database.write(leave_course, self.me.id, self.course_id, timezone="UTC")


async def learner(database: Database) -> Learner:
    me = await sign_in(database, email="ada@example.org", zone="UTC")
    written = school.course(weeks=2)
    for week in written["weeks"]:
        week["boss"] = {"name": f"Boss {week['number']}", "story": "It guards the gate."}
    course_id = (await school.bring(database, written)).course_id
    await database.write(enroll, me.id, course_id, timezone="UTC")
    mine = select(TASKS.c.id).where(TASKS.c.user_id == me.id).order_by(TASKS.c.position)
    async with database.reader() as session:
        return Learner(me, course_id, list(await session.scalars(mine)))


async def done(me: Played, **fields: Any) -> UUID:
    task_id: UUID = (await me.add(**fields))["id"]
    await me.complete(task_id)
    return task_id


async def reopened(me: Played, task_id: UUID) -> UUID:
    """Reopen a task and return the event, which can be undone."""
    receipt = (await me.reopen(task_id)).receipt or {}
    return UUID(receipt["event_id"])


async def first_boss_down(me: Played) -> tuple[UUID, UUID]:
    """Fell the first boss with one task and strike the second with another; return both tasks."""
    for _ in range(3):
        await done(me, difficulty="boss")
    return await done(me), await done(me, title="Sweep the yard")


async def words(me: Played) -> list[str]:
    async with me.database.reader() as session:
        page = await ledger_pages.page(
            session, me.id, LedgerFilter(), PageRequest(limit=50), locale="en"
        )
    return [item["words"] for item in page.items]


async def test_f1_no_boss_rises_without_hp(database: Database) -> None:
    me = await sign_in(database, email="ada@example.org", zone="UTC")
    killer, blow = await first_boss_down(me)
    slip = await reopened(me, killer)
    await me.reopen(blow)
    await database.write(undo, me.id, slip, timezone="UTC")

    receipt = (await me.reopen(killer)).receipt

    assert receipt is not None
    assert [kept["kind"] for kept in receipt["kept"]] == ["boss"]
    assert (await me.shown())["boss"] == (MOTH, 1, 0)
    await done(me)
    assert (await me.shown())["boss"] == (MOTH, 1, 10)
    await check_invariants(database)


async def test_f1_a_boss_that_stands_without_hp_falls_when_totals_are_put_right(
    database: Database,
) -> None:
    me = await sign_in(database, email="ada@example.org", zone="UTC")
    await first_boss_down(me)
    right = await me.shown()
    await database.write(_let_stand_without_hp, me.id)

    named = await database.write(recompute.repair, me.id)

    assert [(one.column, one.counted) for one in named] == [("boss", "fallen")]
    assert await database.write(recompute.compare, me.id) == []
    assert await me.shown() == right
    await check_invariants(database)


async def _let_stand_without_hp(session: Session, user_id: UUID) -> None:
    """Do what an earlier version did: the bonus taken back, the boss up, and none of its HP given back."""
    turn = await turns.hold(session, user_id)
    paid = await session.execute(select(LEDGER).where(LEDGER.c.source_kind == "boss"))
    grants = await ledger.live_grants(session, user_id, paid.one().cause_id)
    [bonus] = [grant for grant in grants if grant.source_kind == "boss"]
    fallen = await bosses.load(session, user_id, UUID(bonus.source_id))
    assert fallen is not None
    turn.enter(ledger.opposite(bonus))
    bosses.revive(turn, fallen)
    await turns.finish(session, turn)


async def test_f9_the_ledger_names_a_boss_that_stepped_back(database: Database) -> None:
    me = await sign_in(database, email="ada@example.org", zone="UTC")
    killer, blow = await first_boss_down(me)
    before = await words(me)

    await me.reopen(blow)
    await me.reopen(killer)

    after = await words(me)
    assert after[-len(before) :] == before
    assert not any("gone" in line for line in after)
    await me.complete(killer)
    await me.complete(blow)
    assert (await me.shown())["boss"] == (MOTH, 1, 10)
    await check_invariants(database)


async def test_f2_a_slip_of_the_finger_does_not_send_the_boss_of_the_week_away(
    database: Database,
) -> None:
    here = await learner(database)
    for task_id in here.tasks[:LAST_OF_WEEK]:
        await here.me.complete(task_id)
    before = await here.me.shown()
    await here.me.complete(here.tasks[LAST_OF_WEEK])
    next_week = (await here.me.shown())["boss"]

    receipt = (await here.me.reopen(here.tasks[LAST_OF_WEEK])).receipt

    assert receipt is not None
    assert (receipt["boss"]["name"], receipt["boss"]["damage"]) == ("Boss 1", -20)
    assert (await here.me.shown())["boss"] == before["boss"] == ("towns/1", 1, 120)
    assert next_week == ("towns/2", 1, 0)
    await check_invariants(database)


async def test_f2_the_boss_of_a_week_rises_when_the_lesson_that_felled_it_is_reopened(
    database: Database,
) -> None:
    here = await learner(database)
    for task_id in here.tasks[:LAST_OF_WEEK]:
        await here.me.complete(task_id)
    await here.me.learn("quiz", base=50)
    before = await here.me.shown()
    completed = await here.me.complete(here.tasks[LAST_OF_WEEK])

    again = await here.me.reopen(here.tasks[LAST_OF_WEEK])

    assert completed.receipt is not None
    assert again.receipt is not None
    assert completed.receipt["boss"]["defeated"]
    assert (again.receipt["boss"]["name"], again.receipt["boss"]["risen"]) == ("Boss 1", True)
    assert await here.me.shown() == before
    slip = UUID(again.receipt["event_id"])
    await database.write(undo, here.me.id, slip, timezone="UTC")
    assert (await here.me.shown())["boss"] == ("towns/2", 1, 0)
    await check_invariants(database)


async def test_f2_the_boss_of_a_week_stays_down_when_the_next_one_was_struck(
    database: Database,
) -> None:
    here = await learner(database)
    await here.me.learn("quiz", base=50)
    for task_id in here.tasks[: LAST_OF_WEEK + 2]:
        await here.me.complete(task_id)
    struck = (await here.me.shown())["boss"]

    await here.me.reopen(here.tasks[LAST_OF_WEEK])
    between = (await here.me.shown())["boss"]
    await here.me.complete(here.tasks[LAST_OF_WEEK])

    assert struck == ("towns/2", 1, 20)
    assert between[0] == DRAWER
    assert (await here.me.shown())["boss"] == struck
    await check_invariants(database)


async def test_f2_who_takes_a_course_again_meets_the_boss_of_the_week_as_it_was(
    database: Database,
) -> None:
    here = await learner(database)
    await here.me.complete(here.tasks[0])
    before = (await here.me.shown())["boss"]

    await here.leave()
    away = (await here.me.shown())["boss"]
    await done(here.me)
    await here.enroll()

    assert before == (await here.me.shown())["boss"] == ("towns/1", 1, 20)
    assert away[0] == DRAWER
    await here.leave()
    assert (await here.me.shown())["boss"] == (DRAWER, 1, 10)
    await check_invariants(database)


async def test_a_boss_that_rises_when_its_course_was_left_goes_at_once_and_waits_for_a_new_start(
    database: Database,
) -> None:
    here = await learner(database)
    blow = None
    while (await here.me.shown())["boss"][0] == "towns/1":
        before = (await here.me.shown())["boss"]
        blow = await done(here.me, difficulty="boss")
    assert blow is not None

    await here.leave()
    await here.me.reopen(blow)

    assert (await here.me.shown())["boss"] == (DRAWER, 1, 0)
    await here.enroll()
    assert (await here.me.shown())["boss"] == before
    assert await database.write(recompute.compare, here.me.id) == []
    await check_invariants(database)


async def test_the_boss_a_lesson_felled_goes_too_when_that_is_reopened_after_its_course_was_left(
    database: Database,
) -> None:
    here = await learner(database)
    await here.me.learn("quiz", base=50)
    for task_id in here.tasks[: LAST_OF_WEEK + 1]:
        await here.me.complete(task_id)

    await here.leave()
    await here.me.reopen(here.tasks[LAST_OF_WEEK])

    assert (await here.me.shown())["boss"] == (DRAWER, 1, 0)
    await here.enroll()
    assert (await here.me.shown())["boss"][0] == "towns/1"
    await check_invariants(database)
