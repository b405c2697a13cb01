"""What a reopening leaves behind: a streak nobody judged twice, a week finished once, and a receipt that tells all."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update

from questlog.automation.events import EVENTS
from questlog.core.db import Database, Session
from questlog.flows.complete_task import complete_task
from questlog.flows.enroll import enroll
from questlog.flows.reopen_task import reopen_task
from questlog.flows.roll_over import roll_over_all
from questlog.game.adjustments import adjust
from questlog.game.models import SettledDay
from questlog.game.pursuits import PURSUITS
from questlog.game.turns import PLAYERS
from questlog.planning.task_rows import TASKS
from tests.game.played import sign_in
from tests.support import school
from tests.support.invariants import check_invariants
from tests.support.make import Make
from tests.support.moving_clock import MovingClock, at

BERLIN = "Europe/Berlin"


async def player(database: Database, user_id: UUID) -> Mapping[Any, Any]:
    async with database.reader() as session:
        found = await session.execute(select(PLAYERS).where(PLAYERS.c.user_id == user_id))
        return found.one()._mapping


async def told(database: Database, user_id: UUID, type_: str) -> int:
    count = select(func.count()).where(EVENTS.c.user_id == user_id, EVENTS.c.type == type_)
    async with database.reader() as session:
        return await session.scalar(count) or 0


async def lesson_tasks(database: Database, user_id: UUID, lessons: list[UUID]) -> list[UUID]:
    mine = select(TASKS.c.id, TASKS.c.lesson_id).where(TASKS.c.user_id == user_id)
    async with database.reader() as session:
        ids = {row.lesson_id: row.id for row in await session.execute(mine)}
    return [ids[lesson] for lesson in lessons]


async def test_g09_a_slip_of_the_finger_across_a_change_of_clocks_costs_nothing(
    database: Database, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(at("2026-10-24T21:30"))
    me = await sign_in(database, email="ada@example.org", zone=BERLIN)
    first, second = [await me.add() for _ in range(2)]
    await me.complete(first["id"])
    moving_clock.stop_at(at("2026-10-25T23:30"))
    await me.complete(second["id"])

    moving_clock.stop_at(at("2026-10-26T08:00"))
    await me.reopen(second["id"])
    await me.complete(second["id"])

    now = await player(database, me.id)
    assert (now["streak"], now["hearts"]) == (2, 5)
    await check_invariants(database)


async def test_a_judged_day_is_not_judged_again_after_a_reopening(
    database: Database, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(at("2026-10-24T10:00"))
    me = await sign_in(database, email="ada@example.org", zone=BERLIN)
    first, second, third = [await me.add() for _ in range(3)]
    await me.complete(first["id"])
    for moment, verb, task in (
        ("2026-10-26T02:00", me.complete, second),
        ("2026-10-26T03:00", me.reopen, second),
        ("2026-10-26T09:00", me.complete, third),
        ("2026-10-26T10:00", me.reopen, third),
    ):
        moving_clock.stop_at(at(moment))
        await verb(task["id"])

    for moment in ("2026-10-26T12:00", "2026-10-28T12:00", "2026-11-20T12:00"):
        moving_clock.stop_at(at(moment))
        await me.complete(second["id"])
        await me.reopen(second["id"])

    assert (await player(database, me.id))["day_on"] == date(2026, 11, 20)
    await check_invariants(database)


async def test_one_player_that_cannot_be_settled_keeps_nobody_else_waiting(
    database: Database, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(at("2026-10-20T10:00"))
    people = [
        await sign_in(database, email=f"{name}@example.org", zone="UTC") for name in ("ada", "bob")
    ]
    broken = min(people, key=lambda one: one.id)
    for one in people:
        await one.complete((await one.add())["id"])

    async def spoil(session: Session) -> None:
        await session.execute(
            update(PLAYERS)
            .where(PLAYERS.c.user_id == broken.id)
            .values(streak_on=date(2026, 10, 18))
        )
        session.add(
            SettledDay(
                user_id=broken.id,
                local_day=date(2026, 10, 19),
                outcome="broken",
                settled_at=at("2026-10-20T00:00"),
            )
        )

    await database.write(spoil)
    moving_clock.stop_at(at("2026-10-23T10:00"))
    await roll_over_all(database)

    healthy = next(one for one in people if one is not broken)
    assert (await player(database, healthy.id))["day_on"] == date(2026, 10, 23)
    assert (await player(database, broken.id))["day_on"] == date(2026, 10, 20)


async def test_a_week_is_finished_once_however_often_its_lessons_are_done_again(
    database: Database, make: Make
) -> None:
    user = await make.user()
    here = await school.brought(database)
    await database.write(enroll, user.id, here.course_id, timezone="UTC")
    lessons = [here.lessons[f"w1-d{day}"] for day in range(1, 8)]
    tasks = await lesson_tasks(database, user.id, lessons)
    for task_id in tasks:
        await database.write(complete_task, user.id, task_id, timezone="UTC")
    before = (await player(database, user.id))["counters"]

    for task_id in tasks[:-1]:
        await database.write(reopen_task, user.id, task_id, timezone="UTC")
        await database.write(complete_task, user.id, task_id, timezone="UTC")

    assert (await player(database, user.id))["counters"] == before
    assert (before["weeks_completed"], before["tasks_completed"]) == (1, 7)
    await check_invariants(database)


async def test_f8_the_receipt_of_a_reopening_calls_a_lost_badge_what_it_was_called(
    database: Database,
) -> None:
    me = await sign_in(database, email="ada@example.org", zone="UTC")
    here = await school.brought(database)
    await database.write(enroll, me.id, here.course_id, timezone="UTC")
    for task_id in await lesson_tasks(database, me.id, list(here.lessons.values())):
        completed = await me.complete(task_id)

    reopened = await me.reopen(task_id)

    assert completed.receipt is not None
    assert reopened.receipt is not None
    lost = reopened.receipt["badges"]
    assert {"code": "week/towns/1", "title": "Towns: Week 1"} in lost
    assert {badge["title"] for badge in lost} == {b["title"] for b in completed.receipt["badges"]}


async def test_a_badge_that_is_held_is_not_earned_again(database: Database) -> None:
    me = await sign_in(database, email="ada@example.org", zone="UTC")
    made = [await me.add() for _ in range(11)]
    for task in made:
        await me.complete(task["id"])

    await me.reopen(made[9]["id"])
    still = (await me.shown())["badges"]
    for task in (one for one in made if one is not made[9]):
        await me.reopen(task["id"])

    assert "tasks-10" in still
    assert not {"tasks-10", "first-task"} & set((await me.shown())["badges"])
    assert await told(database, me.id, "badge.lost") >= 2


async def test_a_reopening_works_when_an_operator_took_the_points_meanwhile(
    database: Database,
) -> None:
    me = await sign_in(database, email="ada@example.org", zone="UTC")
    task = await me.add()
    await me.complete(task["id"])
    await database.write(adjust, me.id, {"xp": -10}, reason="a mistake", timezone="UTC")

    await me.reopen(task["id"])
    below = await player(database, me.id)
    await me.complete(task["id"])

    assert below["xp"] == -10
    assert (await player(database, me.id))["xp"] == 0
    await check_invariants(database)


async def test_the_receipt_of_a_reopening_names_everything_that_is_open_again(
    database: Database,
) -> None:
    me = await sign_in(database, email="ada@example.org", zone="UTC")
    await me.join("ten-heavy-stones")
    for _ in range(10):
        last = await me.add(difficulty="hard")
        await me.complete(last["id"])

    receipt = (await me.reopen(last["id"])).receipt

    assert receipt is not None
    [challenge] = [one for one in receipt["challenges"] if one["code"] == "ten-heavy-stones"]
    assert (challenge["progress"], challenge["target"], challenge["completed"]) == (9, 10, False)
    assert {"code": "tasks-10", "title": "A handful"} in receipt["badges"]
    assert receipt["boss"]["damage"] < 0
    assert await told(database, me.id, "challenge.reopened") == 1


async def test_an_objective_is_open_again_when_another_task_than_the_first_is_the_last_to_go(
    database: Database,
) -> None:
    me = await sign_in(database, email="ada@example.org", zone="UTC")
    first, second = await me.add(), await me.add()
    await me.complete(first["id"])
    await me.complete(second["id"])

    await me.reopen(first["id"])
    assert "first-task" in await steps_done(database, me.id)
    receipt = (await me.reopen(second["id"])).receipt

    assert "first-task" not in await steps_done(database, me.id)
    assert receipt is not None
    assert [one["code"] for one in receipt["quests"]] == ["first-steps"]
    await me.complete(first["id"])
    assert "first-task" in await steps_done(database, me.id)


async def steps_done(database: Database, user_id: UUID) -> list[str]:
    quest = select(PURSUITS.c.steps_done).where(
        PURSUITS.c.user_id == user_id, PURSUITS.c.code == "first-steps"
    )
    async with database.reader() as session:
        return await session.scalar(quest) or []
