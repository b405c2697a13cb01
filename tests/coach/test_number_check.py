"""A number no fact has does not reach the user, however it is written; what the facts have stays."""

from datetime import date

import pytest

from questlog.coach.number_check import checked
from questlog.coach.number_words import roman, written_out

FACTS = {
    "done": 12,
    "overdue": 0,
    "on_time_share": 83.333,
    "best_hour": 18,
    "xp": 1200,
    "week_on": date(2026, 11, 16),
    "projects": [{"title": "Read 20 pages", "done": 7}],
    "streak": 3,
    "change_percent": -25,
    "per_day": [{"date": "2026-11-22", "done": 2}, {"date": "2026-11-23", "done": 7}],
    "late": {"title": "Call 911 “now”", "due": None},
    "is_new": True,
}


@pytest.mark.parametrize(
    "sentence",
    [
        "You finished 12 tasks.",
        "That is 83 % on time.",
        "That is 83.3 % on time.",
        "83,3 % в срок.",
        "You earned 1,200 XP.",
        "You earned 1 200 XP.",
        "Вы получили 1\u00a0200 очков.",
        "Most happened at 18:00.",
        "The week of 2026-11-16 was good.",
        "“Read 20 pages” came 7 times.",
        "Seven of them were for one project.",
        "Двенадцать задач за неделю, три дня подряд.",
        "Nothing is overdue: 0 tasks.",
        "One of the best weeks.",
        "No number at all.",
        "Twenty-five percent less than usual.",
        "A dozen is done.",
        "It is 25 % less, or −25 %.",
        "In the week of 16–23 November 2026 you kept going.",
        "С 16 по 23 ноября вы держались.",
        "On November 22nd you did two.",
        "The 16th of November was quiet.",
        "Most happened at 6 pm, some at 18:03.",
        "You earned 1.2k XP.",
        "Вы получили 1,2 тыс. очков.",
        "Those 12 may wait.",
        "К сроку готово 12 к концу недели.",
    ],
)
def test_what_the_facts_have_stays(sentence: str) -> None:
    found = checked(sentence, FACTS)

    assert found.text == sentence
    assert found.removed == []


@pytest.mark.parametrize(
    "sentence",
    [
        "You finished 13 tasks.",
        "That is 84 % on time.",
        "You earned 12,000 XP.",
        "Most happened at 19:00.",
        "Most happened at 18:45.",
        "The week of 2026-11-17 was good.",
        "Fourteen of them were yours.",
        "Пятнадцать задач за неделю.",
        "It took 3.5 hours.",
        "Version 1.2.4 of you.",
        "You finished 23 tasks.",
        "You finished 2026-11-24 things.",
        "You read 20 pages.",
        "You called 911 times.",
        "Twenty-three of them were hard.",
        "Сто двадцать дней подряд.",
        "One hundred and twelve are left.",
        "You finished 12k tasks.",
        "You finished 12 thousand tasks.",
        "You finished １３ tasks.",
        "You finished ١٣ tasks.",
        "You finished ¹³ tasks.",
        "You finished XIV tasks.",
        "You finished N99 tasks.",
        "That is +25 % more.",
        "Half of them were late.",
        "Half past 7:30 is best.",
        "On 24 November you rested.",
        "On 3 May you rested.",
        "3 мая вы отдыхали.",
        "22 ноября 2025 года всё началось.",
        "At 9 am you begin.",
        "Вдвое больше, пятьюдесятью делами.",
        "You finished 12000000 tasks.",
    ],
)
def test_a_sentence_with_another_number_goes(sentence: str) -> None:
    found = checked(f"You finished 12 tasks. {sentence} Well done.", FACTS)

    assert found.text == "You finished 12 tasks. Well done."
    assert found.removed == [sentence]


def test_what_the_user_said_is_known_with_its_numbers() -> None:
    said = ["I want to run 10 km by 20 December", "около двадцати минут в день"]

    found = checked("Run ten kilometres by December 20. Run 20 minutes. Run 42 km.", {}, said=said)

    assert found.text == "Run ten kilometres by December 20. Run 20 minutes."
    assert found.removed == ["Run 42 km."]


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
    text = "1 " * 5_000 + "“" * 5_000 + "1,1." * 5_000 + "ten " * 5_000

    assert checked(text, FACTS).text == ""
