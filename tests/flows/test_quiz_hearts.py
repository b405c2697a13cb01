"""What quizzes cost and leave behind: hearts, cards, and what is told of them."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from questlog.core.db import Database, Session
from questlog.flows.submit_quiz import NoHeartsLeftError
from questlog.game.adjustments import adjust
from questlog.game.turns import PLAYERS
from questlog.learning import progress
from questlog.learning.cards import CARDS
from tests.support import school
from tests.support.make import Make
from tests.support.moving_clock import MovingClock, at
from tests.support.quizzing import Learner, learner
from tests.support.sql import count_rows


async def set_player(anna: Learner, **values: Any) -> None:
    async def save(session: Session) -> None:
        mine = update(PLAYERS).where(PLAYERS.c.user_id == anna.user.id)
        await session.execute(mine.values(**values))

    await anna.database.write(save)


async def test_each_mistake_of_a_first_attempt_costs_a_heart(
    make: Make, database: Database, moving_clock: MovingClock
) -> None:
    anna = await learner(make, database)

    first = await anna.submit(8)
    moving_clock.move(seconds=31)
    second = await anna.submit(2)

    assert (first["hearts_lost"], second["hearts_lost"]) == (2, 0)
    assert (await anna.game())["hearts"] == 3


async def test_hearts_never_fall_below_none(make: Make, database: Database) -> None:
    anna = await learner(make, database)

    result = await anna.submit(0)

    assert result["hearts_lost"] == 5
    assert (await anna.game())["hearts"] == 0


async def test_of_two_quizzes_at_once_one_is_taken_with_the_last_heart(
    make: Make, database: Database
) -> None:
    anna = await learner(make, database)
    rivers = await school.brought(database, slug="rivers", questions=10)
    await school.enrolled(database, anna.user.id, rivers.course_id)
    both = [anna, replace(anna, school=rivers)]
    await database.write(adjust, anna.user.id, {"hearts": -4}, reason="Fewer", timezone="UTC")

    results = await asyncio.gather(*(one.submit(9) for one in both), return_exceptions=True)

    refused = [one for one in results if isinstance(one, NoHeartsLeftError)]
    [taken] = [one for one in results if isinstance(one, dict)]
    assert len(refused) == 1
    assert taken["hearts_lost"] == 1
    assert (await anna.game())["hearts"] == 0


async def test_without_hearts_a_new_quiz_waits_for_the_next_one(
    make: Make, database: Database, moving_clock: MovingClock
) -> None:
    anna = await learner(make, database)
    await anna.submit(0)
    moving_clock.move(hours=1)

    with pytest.raises(NoHeartsLeftError) as refused:
        await anna.submit(10, "w1-d2")
    retry = await anna.submit(10)
    quiz = await anna.look("w1-d2")
    moving_clock.move(hours=3, seconds=1)
    later = await anna.submit(10, "w1-d2")

    assert refused.value.details["back_at"] == quiz["heart_back_at"].isoformat()
    assert retry["passed"]
    assert later["passed"]
    assert (await anna.look("w1-d2"))["heart_back_at"] is None


async def test_hearts_that_are_switched_off_are_neither_lost_nor_needed(
    make: Make, database: Database
) -> None:
    anna = await learner(make, database)
    await set_player(anna, hearts_off=True)

    first = await anna.submit(0)
    other = await anna.submit(0, "w1-d2")

    assert (first["hearts_lost"], other["hearts_lost"]) == (0, 0)


async def test_a_wrong_answer_makes_a_card_that_is_due_at_once(
    make: Make, database: Database, moving_clock: MovingClock
) -> None:
    anna = await learner(make, database)

    first = await anna.submit(7)
    moving_clock.move(seconds=31)
    second = await anna.submit(6)

    assert (first["cards"], first["new_cards"]) == (3, 3)
    assert (second["cards"], second["new_cards"]) == (4, 1)
    assert await count_rows(database, CARDS) == 4
    assert len((await anna.daily())["items"]) == 4


async def test_answers_are_not_told_before_they_are_given(make: Make, database: Database) -> None:
    anna = await learner(make, database)

    quiz = await anna.look()

    told = {name for question in quiz["questions"] for name in question}
    assert told == {
        "question_id", "kind", "topic", "stem",
        "choices", "items", "left", "right", "gaps", "unit",
    }  # fmt: skip
    assert "fjord" not in str(quiz)


async def test_a_quiz_says_how_one_stands(
    make: Make, database: Database, moving_clock: MovingClock
) -> None:
    anna = await learner(make, database)
    fresh = await anna.look()
    result = await anna.submit(7)

    seen = await anna.look()

    assert (fresh["attempts"], fresh["best_percent"], fresh["passed"]) == (0, None, False)
    assert (seen["attempts"], seen["best_percent"], seen["passed"]) == (1, 70, True)
    assert seen["again_at"] == result["submitted_at"] + timedelta(seconds=30)


async def test_g08_a_quiz_of_today_stays_in_the_calendar_of_who_moves_west(
    make: Make, database: Database, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(at("2026-11-21T22:00"))
    anna = await learner(make, database, timezone="Pacific/Kiritimati")
    await anna.submit(10)

    in_the_west = date(2026, 11, 21)
    calendar = await database.read(progress.calendar, anna.user.id, today=in_the_west)

    assert calendar.end == date(2026, 11, 22)
    assert [(one.date, one.quizzes) for one in calendar.days] == [(date(2026, 11, 22), 1)]
