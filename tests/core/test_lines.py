"""Many who change one player are served in the order in which they came, and nobody waits for ever."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from questlog.core import lines
from questlog.core.db import Database, Session
from questlog.core.ids import new_id
from questlog.flows.complete_task import complete_task
from questlog.flows.reopen_task import reopen_task
from questlog.game import turns
from questlog.learning import cards
from questlog.planning.task_rows import TASKS
from tests.support.make import Make
from tests.support.quizzing import RIGHT, learner

CROWD = 12


class Unit:
    def __init__(self, found: lines.Lines) -> None:
        self.info: dict[Any, Any] = {}
        lines.open_to(self, found)


async def test_a_crowd_at_one_player_is_served_in_the_order_of_arrival(
    database: Database, make: Make
) -> None:
    user = await make.user()
    served: list[int] = []

    async def play(session: Session, number: int) -> None:
        turn = await turns.begin(session, user.id, timezone="UTC")
        served.append(number)
        turn.count({"tasks_completed": 1})
        await turns.finish(session, turn)

    for _ in range(3):
        await asyncio.gather(*(database.write(play, number) for number in range(CROWD)))

    assert served == [*range(CROWD)] * 3


async def test_who_fails_lets_the_next_one_go(database: Database, make: Make) -> None:
    user = await make.user()

    async def fail(session: Session) -> None:
        await turns.begin(session, user.id, timezone="UTC")
        raise LookupError

    async def play(session: Session) -> UUID:
        return (await turns.begin(session, user.id, timezone="UTC")).user_id

    async with asyncio.timeout(lines.PATIENCE_S):
        failed, played = await asyncio.gather(
            database.write(fail), database.write(play), return_exceptions=True
        )

    assert isinstance(failed, LookupError)
    assert played == user.id


async def test_who_has_stood_too_long_goes_on_to_the_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "PATIENCE_S", 0.02)
    found, owner = lines.Lines(), new_id()
    first, second = Unit(found), Unit(found)

    await lines.wait(first, owner)
    await lines.wait(second, owner)

    assert lines.PLACE in first.info
    assert lines.PLACE not in second.info


async def test_patience_is_spent_once_a_unit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "PATIENCE_S", 0.02)
    found, owner, other = lines.Lines(), new_id(), new_id()
    first, second = Unit(found), Unit(found)
    await lines.wait(first, owner)
    await lines.wait(second, owner)

    monkeypatch.setattr(lines, "PATIENCE_S", 60)
    async with asyncio.timeout(5):
        await lines.wait(second, owner)
        await lines.wait(second, other)

    assert lines.PLACE not in second.info


async def test_a_quiz_and_a_tick_of_another_lesson_at_once_do_not_wait_for_each_other(
    database: Database, make: Make
) -> None:
    anna = await learner(make, database)
    lesson_tasks = TASKS.c.user_id == anna.user.id
    async with database.reader() as session:
        found = await session.execute(select(TASKS.c.lesson_id, TASKS.c.id).where(lesson_tasks))
        ids = {row.lesson_id: row.id for row in found}
    ticked = ids[anna.lesson("w1-d7")]

    for code in ("w1-d1", "w1-d2", "w1-d3", "w1-d4", "w1-d5"):
        given = {one["question_id"]: RIGHT for one in await anna.questions(code)}
        async with asyncio.timeout(lines.PATIENCE_S):
            await asyncio.gather(
                database.write(complete_task, anna.user.id, ticked, timezone="UTC"),
                anna.hand_in(given, code),
            )
        await database.write(reopen_task, anna.user.id, ticked, timezone="UTC")

    assert (await anna.look("w1-d5"))["passed"]


async def test_a_card_that_a_quiz_brings_back_while_it_is_reviewed_stops_neither(
    database: Database, make: Make
) -> None:
    anna = await learner(make, database)
    await anna.submit(0)
    card = (await anna.daily())["items"][0]

    async def bring_back(session: Session) -> int:
        await turns.begin(session, anna.user.id, timezone="UTC")
        for _ in range(20):  # meanwhile the review comes as far as it can
            await cards.count_due(session, anna.user.id)
        return await cards.make(session, anna.user.id, [card["question_id"]])

    async with asyncio.timeout(lines.PATIENCE_S):
        new, _ = await asyncio.gather(
            database.write(bring_back), anna.review(card["id"], answer=RIGHT)
        )

    assert new == 0


async def test_a_unit_stands_in_one_line_and_others_in_theirs() -> None:
    found, owner, other = lines.Lines(), new_id(), new_id()
    first, second = Unit(found), Unit(found)

    await lines.wait(first, owner)
    await lines.wait(first, other)
    await lines.wait(second, other)

    assert first.info[lines.PLACE] is found[owner]
    assert second.info[lines.PLACE] is found[other]


async def test_a_line_that_nobody_stands_in_is_forgotten() -> None:
    found, owner = lines.Lines(), new_id()
    unit = Unit(found)
    await lines.wait(unit, owner)

    lines.leave(unit)
    lines.leave(unit)

    assert not found
