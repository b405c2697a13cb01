"""Taking quizzes: graded once and paid once, whatever one tries."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import func, select

from questlog.automation.events import EVENTS
from questlog.core import lines
from questlog.core.db import Database
from questlog.core.exceptions import UnknownReferenceError
from questlog.core.ids import new_id
from questlog.flows.complete_task import complete_task
from questlog.flows.reopen_task import reopen_task
from questlog.game.ledger import LEDGER
from questlog.game.turns import PLAYERS
from questlog.learning.lessons import COMPLETIONS, LessonNotFoundError
from questlog.learning.quizzes import (
    ATTEMPTS,
    AnsweredTwiceError,
    AnswerMisfitError,
    CourseNotTakenError,
    SubmittedTooSoonError,
    answers_of,
)
from questlog.planning.task_rows import TASKS
from tests.support import school
from tests.support.make import Make
from tests.support.moving_clock import MovingClock
from tests.support.quizzing import RIGHT, WRONG, Learner, learner
from tests.support.sql import count_rows, count_statements


async def paid(anna: Learner, kind: str) -> int:
    async with anna.database.reader() as session:
        mine = (LEDGER.c.user_id == anna.user.id, LEDGER.c.source_kind == kind)
        return await session.scalar(select(func.sum(LEDGER.c.xp)).where(*mine)) or 0


async def tasks_done(anna: Learner) -> int:
    async with anna.database.reader() as session:
        mine = (TASKS.c.user_id == anna.user.id, TASKS.c.completed_at.is_not(None))
        return await session.scalar(select(func.count(TASKS.c.id)).where(*mine)) or 0


async def events_of(anna: Learner, noun: str) -> list[str]:
    async with anna.database.reader() as session:
        mine = select(EVENTS.c.type).where(EVENTS.c.user_id == anna.user.id).order_by(EVENTS.c.seq)
        return [type_ for type_ in await session.scalars(mine) if type_.startswith(f"{noun}.")]


async def task_of(anna: Learner, code: str = "w1-d1") -> Any:
    async with anna.database.reader() as session:
        mine = (TASKS.c.user_id == anna.user.id, TASKS.c.lesson_id == anna.lesson(code))
        return await session.scalar(select(TASKS.c.id).where(*mine))


@pytest.mark.parametrize(("right", "passed"), [(0, False), (6, False), (7, True), (10, True)])
async def test_seven_of_ten_pass_and_each_right_answer_pays(
    make: Make, database: Database, right: int, passed: bool
) -> None:
    anna = await learner(make, database)

    result = await anna.submit(right)

    assert (result["correct"], result["total"], result["passed"]) == (right, 10, passed)
    assert result["xp"] == result["receipt"]["xp"] == 10 + right
    assert await paid(anna, "quiz") == 10 + right
    assert await events_of(anna, "quiz") == ["quiz.submitted"] + ["quiz.passed"] * passed


async def test_a_pass_ticks_the_task_and_pays_the_lesson_once(
    make: Make, database: Database
) -> None:
    anna = await learner(make, database)
    task_id = await task_of(anna)

    result = await anna.submit(10)
    again = await anna.database.write(
        complete_task, anna.user.id, task_id, timezone=anna.user.timezone
    )

    assert result["task_id"] == task_id
    assert result["lesson"]["lesson"]["done"] == 1
    assert await tasks_done(anna) == 1
    assert await paid(anna, "lesson") == 20
    assert await paid(anna, "task") == 0
    assert again.receipt == {}


async def test_a_quiz_after_the_tick_pays_only_itself(make: Make, database: Database) -> None:
    anna = await learner(make, database)
    await anna.database.write(
        complete_task, anna.user.id, await task_of(anna), timezone=anna.user.timezone
    )

    result = await anna.submit(10)

    assert (result["task_id"], result["lesson"]) == (None, None)
    assert await paid(anna, "lesson") == 20
    assert await paid(anna, "quiz") == 20


async def test_without_a_task_the_pass_itself_completes_the_lesson(
    make: Make, database: Database
) -> None:
    anna = await learner(make, database, is_planned=False)

    result = await anna.submit(8)

    assert result["task_id"] is None
    assert result["lesson"]["xp"] == 20
    assert await count_rows(database, COMPLETIONS) == 1


async def test_g12_the_second_attempt_pays_nothing_but_may_pass(
    make: Make, database: Database, moving_clock: MovingClock
) -> None:
    anna = await learner(make, database)
    first = await anna.submit(3)
    moving_clock.move(seconds=31)

    second = await anna.submit(10)

    assert not first["passed"]
    assert second["passed"]
    assert second["xp"] == second["receipt"]["xp"] == 0
    assert await paid(anna, "quiz") == 13
    assert await paid(anna, "lesson") == 20


async def test_g12_a_quiz_counts_as_passed_once_and_as_perfect_only_at_first(
    make: Make, database: Database, moving_clock: MovingClock
) -> None:
    anna = await learner(make, database)
    for _ in range(4):
        await anna.submit(10 if _ else 3)
        moving_clock.move(seconds=31)

    async with database.reader() as session:
        counters = await session.scalar(
            select(PLAYERS.c.counters).where(PLAYERS.c.user_id == anna.user.id)
        )

    assert counters is not None
    assert counters["quizzes_passed"] == 1
    assert "perfect_quizzes" not in counters
    assert (
        await events_of(anna, "quiz")
        == ["quiz.submitted"] * 2 + ["quiz.passed"] + ["quiz.submitted"] * 2
    )


@pytest.mark.parametrize("is_planned", [True, False])
async def test_g12_of_twenty_submissions_at_once_one_is_graded(
    make: Make, database: Database, monkeypatch: pytest.MonkeyPatch, is_planned: bool
) -> None:
    monkeypatch.setattr(lines, "PATIENCE_S", 0)  # the rows decide, also where nobody stands in line
    anna = await learner(make, database, is_planned=is_planned)
    asked = await anna.questions()
    choices = [{one["question_id"]: said for one in asked} for said in (RIGHT, WRONG) * 10]

    results = await asyncio.gather(
        *(anna.hand_in(given) for given in choices), return_exceptions=True
    )

    graded = [result for result in results if isinstance(result, dict)]
    assert len(graded) == 1
    assert sum(isinstance(one, SubmittedTooSoonError) for one in results) == 19
    assert await paid(anna, "quiz") == graded[0]["xp"]
    assert await count_rows(database, ATTEMPTS) == 1


async def test_between_two_attempts_lie_thirty_seconds(
    make: Make, database: Database, moving_clock: MovingClock
) -> None:
    anna = await learner(make, database)
    await anna.submit(6)
    moving_clock.move(seconds=20)

    with pytest.raises(SubmittedTooSoonError) as refused:
        await anna.submit(10)
    other = await anna.submit(5, "w1-d2")
    moving_clock.move(seconds=10)
    later = await anna.submit(10)

    assert 9 <= int(refused.value.headers["Retry-After"]) <= 10
    assert other["number"] == 1
    assert later["number"] == 2


async def test_what_is_refused_leaves_nothing(make: Make, database: Database) -> None:
    anna = await learner(make, database)
    asked = await anna.questions()
    first = asked[0]["question_id"]
    before = await anna.game()

    with pytest.raises(AnswerMisfitError) as misfit:
        await anna.hand_in({first: 7})
    with pytest.raises(UnknownReferenceError):
        await anna.hand_in({first: RIGHT, new_id(): RIGHT})
    with pytest.raises(AnsweredTwiceError):
        answers_of([(first, RIGHT), (first, WRONG)])

    assert misfit.value.pointer == "/body/answers/0/answer"
    assert await count_rows(database, ATTEMPTS) == 0
    assert await anna.game() == before


async def test_an_answer_left_out_is_not_right(make: Make, database: Database) -> None:
    anna = await learner(make, database)
    asked = await anna.questions()

    result = await anna.hand_in({one["question_id"]: RIGHT for one in asked[:8]})

    assert (result["correct"], result["total"]) == (8, 10)
    assert [one["answer"] for one in result["answers"]] == [RIGHT] * 8 + [None] * 2


async def test_only_who_takes_the_course_takes_its_quizzes(make: Make, database: Database) -> None:
    anna = await learner(make, database)
    bert = Learner(database, await make.user(), anna.school)

    with pytest.raises(CourseNotTakenError):
        await bert.submit(10)
    with pytest.raises(LessonNotFoundError):
        await Learner(database, anna.user, school.School(new_id(), {"w1-d1": new_id()})).look()


async def test_g12_reopening_and_passing_again_pays_the_lesson_once_in_all(
    make: Make, database: Database, moving_clock: MovingClock
) -> None:
    anna = await learner(make, database)
    task_id = await task_of(anna)
    await anna.submit(10)

    for _ in range(3):
        await database.write(reopen_task, anna.user.id, task_id, timezone=anna.user.timezone)
        taken_back = await paid(anna, "lesson")
        moving_clock.move(seconds=31)
        again = await anna.submit(10)

    assert taken_back == 0
    assert again["task_id"] == task_id
    assert (await paid(anna, "lesson"), await paid(anna, "quiz")) == (20, 20)


async def test_a_passed_quiz_costs_a_fixed_number_of_statements(
    make: Make, database: Database
) -> None:
    anna = await learner(make, database)
    asked = await anna.questions()
    given = {one["question_id"]: RIGHT for one in asked}

    with count_statements(database) as statements:
        await anna.hand_in(given)

    assert len(statements) <= 30, "\n".join(statements)


async def test_f09_ticking_and_passing_at_once_pay_the_lesson_once(
    make: Make, database: Database
) -> None:
    anna = await learner(make, database)
    task_id, asked = await task_of(anna), await anna.questions()
    given = {one["question_id"]: RIGHT for one in asked}

    ticked = [
        database.write(complete_task, anna.user.id, task_id, timezone=anna.user.timezone)
        for _ in range(4)
    ]
    passed, *receipts = await asyncio.gather(anna.hand_in(given), *ticked)

    assert passed["passed"]
    assert sum(bool(one.receipt) for one in receipts) + bool(passed["lesson"]) == 1
    assert (await paid(anna, "lesson"), await paid(anna, "quiz")) == (20, 20)
    assert await tasks_done(anna) == 1
