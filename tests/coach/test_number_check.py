"""A number no fact has does not reach the user, however it is written; what the facts have stays."""

from datetime import date

import pytest

from questlog.coach.number_check import checked
from questlog.coach.number_words import roman, written_out
from tests.coach.number_cases import CASES, KEPT, REMOVED

FACTS = {
    "done": 12,
    "on_time_share": 83.333,
    "best_hour": 18,
    "xp": 1200,
    "week_on": date(2026, 11, 16),
    "projects": [{"title": "Read 20 pages", "done": 7}],
    "streak": 3,
    "change_percent": -25,
    "per_day": [{"date": "2026-11-22", "done": 2}, {"date": "2026-11-23", "done": 7}],
    "late": {"title": "Call 911 “now”", "due": None},
    "finished": ["Read ch. 9 of the book", "Stop. Breathe. Count to 99", "99", "ninety-nine"],
    "overdue_now": 2,
    "skipped": 0,
    "by_hour": [0, 0, 3, 9],
    "weeks_before": [{"first_day": "2026-11-09", "done": 40}],
    "is_new": True,
}


def cases(is_kept: bool) -> list[tuple[str, str]]:
    return [(kind, said) for kind, all_of_it in CASES[is_kept].items() for said in all_of_it]


@pytest.mark.parametrize(("kind", "sentence"), cases(KEPT))
def test_what_the_facts_have_stays(kind: str, sentence: str) -> None:
    found = checked(f"Rest well! {sentence} Всё.", FACTS)

    assert found.text == f"Rest well! {sentence} Всё.", kind
    assert found.removed == []


@pytest.mark.parametrize(("kind", "sentence"), cases(REMOVED))
def test_a_sentence_with_another_number_goes(kind: str, sentence: str) -> None:
    found = checked(f"You finished 12 tasks. {sentence} Well done.", FACTS)

    assert found.text == "You finished 12 tasks. Well done.", kind
    assert found.removed == [sentence]


def test_a_number_broken_over_two_lines_is_one() -> None:
    assert checked("You finished twenty-\nthree tasks.", FACTS | {"days": 20}).text == ""


def test_what_the_user_wrote_oddly_is_theirs() -> None:
    said = ["I want to reach B2, 24/7"]

    found = checked("Reach B2. Work 24/7. Reach C1.", {}, said=said)

    assert found.text == "Reach B2. Work 24/7."
    assert found.removed == ["Reach C1."]


def test_what_the_user_said_is_known_with_its_numbers() -> None:
    said = ["I want to run 10 km by 20 December", "около двадцати минут в день"]

    found = checked("Run ten kilometres by December 20. Run 20 minutes. Run 42 km.", {}, said=said)

    assert found.text == "Run ten kilometres by December 20. Run 20 minutes."
    assert found.removed == ["Run 42 km."]


def test_a_number_nobody_could_read_confirms_nothing_and_breaks_nothing() -> None:
    checked_ = checked(
        "Nice, 5 goals? Nice.", {}, said=["my account 123456789012345678901234567890"]
    )

    assert checked_.text == "Nice."


def test_lines_keep_their_shape_and_an_empty_one_goes() -> None:
    found = checked("- 12 done\n- 99 missed\n\n- a streak of 3", FACTS)

    assert found.text == "- 12 done\n\n- a streak of 3"
    assert found.removed == ["- 99 missed"]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("twenty three, forty-five", [23, 45]),
        ("three three", [3, 3]),
        ("two hundred and seven", [207]),
        ("three thousand four hundred", [3400]),
        ("тысяча двести тридцать четыре", [1234]),
        ("сто одна задача", [101]),
        ("one of two hundred", [200]),
        ("someone, tension, often, attention", []),
    ],
)
def test_numbers_in_words(text: str, values: list[int]) -> None:
    assert list(written_out(text)) == values


def test_roman_numbers_are_read_but_not_single_letters() -> None:
    assert list(roman("I won IV times, XIX in all, with XP and VIM")) == [4, 19]


def test_a_long_text_of_nothing_but_traps_is_read_in_time() -> None:
    text = "1 " * 5_000 + "“" * 5_000 + "1,1." * 5_000 + "ten " * 5_000 + "двадцати" * 5_000

    assert checked(text, FACTS).text == ""
