"""Answers of every shape at the doors of quizzes: graded or refused, and never the end of the server."""

from typing import Any

import pytest
from httpx2 import AsyncClient

from questlog.core.db import Database
from tests.support.make import Make
from tests.support.moving_clock import MovingClock
from tests.support.quiz_calls import KINDS, address, asked, handed_in
from tests.support.quizzing import learner

ODD: list[Any] = [
    *(None, True, False, 0, -0.0, 1e15, -1e15, 12.5, "", " ", "b", "12,5 km", "x" * 2000),
    *("\ufeff", "ı", "ﬁ", "٣", "1e999", "- -1", "NaN", [], [""], ["a", "c"], [None], ["a"] * 50),
    *(["three", "two", "one"], ["salt", None], ["salt", "chili"]),
    *([{"left": "x", "right": "2"}], [{"left": "x", "right": "1"}] * 50),
]


@pytest.mark.parametrize(
    "answer", [[["deep"]], {"left": "x"}, [{"left": "x"}], 1e16, "x" * 2001, [1], [True]]
)
async def test_an_answer_of_no_form_is_refused(
    client: AsyncClient, database: Database, make: Make, answer: Any
) -> None:
    anna = await learner(make, database)

    refused = await handed_in(client, anna.user, anna.lesson(), answer)

    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"].startswith("/body/answers/0/answer")


@pytest.mark.parametrize("said", ODD, ids=lambda said: repr(said)[:30])
async def test_an_answer_is_graded_or_refused_whatever_the_kind(
    client: AsyncClient, database: Database, make: Make, moving_clock: MovingClock, said: Any
) -> None:
    anna, admin = await learner(make, database, questions=1), await make.user(role="admin")
    for fields in KINDS:
        await client.post(
            address(anna.lesson(), "questions"),
            json={"stem": "Which?", **fields},
            headers=admin.headers,
        )
    quiz = await asked(client, anna.user, anna.lesson())

    answers = []
    for one in quiz:
        given = {"answers": [{"question_id": one["question_id"], "answer": said}]}
        submit = address(anna.lesson(), "submit")
        answers.append(await client.post(submit, json=given, headers=anna.user.headers))
        moving_clock.move(seconds=31)

    assert {answer.status_code for answer in answers} <= {200, 422}
    for one, answer in zip(quiz, answers, strict=True):
        if answer.status_code == 422:
            assert answer.json()["errors"][0]["pointer"] == "/body/answers/0/answer"
        else:
            graded = {each["question_id"]: each for each in answer.json()["answers"]}
            assert graded[one["question_id"]]["answer"] == said
