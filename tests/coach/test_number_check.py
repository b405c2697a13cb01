"""A number no fact has does not reach the user, however it is written; what the facts have stays."""

from datetime import date

import pytest

from questlog.coach.number_check import checked

FACTS = {
    "done": 12,
    "overdue": 0,
    "on_time_share": 83.333,
    "best_hour": 18,
    "xp": 1200,
    "week_on": date(2026, 11, 16),
    "projects": [{"title": "Read 20 pages", "done": 7}],
    "streak": 3,
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
    ],
)
def test_a_sentence_with_another_number_goes(sentence: str) -> None:
    found = checked(f"You finished 12 tasks. {sentence} Well done.", FACTS)

    assert found.text == "You finished 12 tasks. Well done."
    assert found.removed == [sentence]


def test_lines_keep_their_shape_and_an_empty_one_goes() -> None:
    found = checked("- 12 done\n- 99 missed\n\n- a streak of 3", FACTS)

    assert found.text == "- 12 done\n\n- a streak of 3"
    assert found.removed == ["- 99 missed"]
