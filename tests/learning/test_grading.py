"""Grading against a table of cases fixed before the grader, and against anything at all."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from questlog.learning import grading
from questlog.learning.question_forms import QUESTION, QuestionForm

TABLE = Path(__file__).parent.parent / "data" / "quizzes" / "grading.yaml"
REST = {"code": "q", "stem": "What is it?"}
KINDS = sorted(grading.GRADERS)


@cache
def table() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    return found


def form(row: dict[str, Any]) -> QuestionForm:
    return QUESTION.validate_python({**REST, "kind": row["kind"], **row["fields"]})


def cases(verdict: str) -> list[Any]:
    return [
        pytest.param(row, answer, id=f"{row['kind']}-{answer!r}"[:60])
        for row in table()
        for answer in row.get(verdict, [])
    ]


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["a", "b", "1", "1,000", "12 km", "-", "", "1e999", "٣"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["left", "right", "x"]), inner, max_size=3)
    ),
    max_leaves=8,
)


def test_the_table_has_every_kind_and_both_verdicts() -> None:
    assert {row["kind"] for row in table()} == set(KINDS)
    assert all(row["right"] and row["wrong"] for row in table() if "wrong" in row)


@pytest.mark.parametrize(("row", "answer"), cases("right"))
def test_a_right_answer_is_right(row: dict[str, Any], answer: Any) -> None:
    question = form(row)

    assert grading.misfit(row["kind"], question.shown, answer) is None
    assert grading.is_right(row["kind"], question.shown, question.key, answer)


@pytest.mark.parametrize(("row", "answer"), cases("wrong"))
def test_a_wrong_answer_fits_but_is_wrong(row: dict[str, Any], answer: Any) -> None:
    question = form(row)

    assert grading.misfit(row["kind"], question.shown, answer) is None
    assert not grading.is_right(row["kind"], question.shown, question.key, answer)


@pytest.mark.parametrize(("row", "answer"), cases("unfit"))
def test_what_is_no_answer_to_the_question_is_told_so(row: dict[str, Any], answer: Any) -> None:
    question = form(row)

    assert grading.misfit(row["kind"], question.shown, answer)
    assert not grading.is_right(row["kind"], question.shown, question.key, answer)


@given(answer=JSON)
def test_no_answer_of_whatever_shape_breaks_the_grader(answer: Any) -> None:
    for row in table():
        question = form(row)

        fits = grading.misfit(row["kind"], question.shown, answer) is None
        right = grading.is_right(row["kind"], question.shown, question.key, answer)

        assert fits or not right


@given(
    choices=st.lists(st.sampled_from("abcdefgh"), min_size=2, max_size=8, unique=True),
    data=st.data(),
)
def test_several_choices_are_right_as_a_set_and_never_as_another_one(
    choices: list[str], data: st.DataObject
) -> None:
    drawn = st.lists(st.sampled_from(choices), max_size=10)
    key = {"choices": [choices[0], *data.draw(drawn)]}
    answer = data.draw(drawn)

    right = grading.is_right("multi", {"choices": choices}, key, answer)

    assert right == (set(answer) == set(key["choices"]))


@given(value=st.decimals(-(10**6), 10**6, places=3), off=st.decimals(-1, 1, places=3))
def test_a_number_is_right_within_its_tolerance_to_the_last_digit(value: Any, off: Any) -> None:
    key = {"value": float(value), "tolerance": 0.1}

    said = [float(value + off), str(value + off), str(value + off).replace(".", ",")]
    verdicts = {grading.is_right("numeric", {"unit": None}, key, one) for one in said}

    assert verdicts == {abs(off) * 10 <= 1}


@pytest.mark.parametrize(
    "answer",
    [10**5000, -(10**5000), float("inf"), float("nan"), "9" * 10_000],
    ids=["huge", "hugely negative", "infinite", "no number", "long"],
)
def test_numbers_beyond_all_bounds_are_wrong(answer: Any) -> None:
    key = {"value": 1.0, "tolerance": 0.0}

    assert not grading.is_right("numeric", {"unit": "km"}, key, answer)


@pytest.mark.parametrize("row", table(), ids=lambda row: str(row["kind"]))
def test_the_solution_that_is_shown_is_right(row: dict[str, Any]) -> None:
    question = form(row)

    shown = grading.solution(row["kind"], question.key)

    assert grading.is_right(row["kind"], question.shown, question.key, shown)
