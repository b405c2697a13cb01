"""A number no fact has does not reach the user, however it is written; what the facts have stays."""

from datetime import date

import pytest

from questlog.coach.number_check import checked
from questlog.coach.number_words import roman, written_out

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
KEPT, REMOVED = True, False


CASES: dict[bool, dict[str, list[str]]] = {
    KEPT: {
        "figures": [
            "You finished 12 tasks.",
            "That is 83 % on time.",
            "That is 83.3 % on time.",
            "83,3 % в срок.",
            "You earned 1,200 XP.",
            "You earned 1 200 XP.",
            "Вы получили 1\u00a0200 очков.",
            "Вы получили 1\u202f200 очков.",
            "You earned 1.2k XP.",
            "Вы получили 1,2 тыс. очков.",
            "You finished **12** tasks, (7) of them hard.",
            "It was a 3-day streak, 12-я задача.",
            "It is 25 % less, or −25 %.",
            "Nothing was skipped: 0 times.",
            "Those 12 may wait.",
            "К сроку готово 12 к концу недели.",
            "No number at all.",
        ],
        "words": [
            "Seven of them were for one project.",
            "Двенадцать задач за неделю, три дня подряд.",
            "One of the best weeks.",
            "First of all, rest.",
            "Во-первых, отдохните; во-вторых, гуляйте.",
            "Twenty-five percent less than usual.",
            "A dozen is done.",
            "Your twelfth task came on the third day.",
            "Двенадцатая задача, трёхдневная серия.",
            "Втроём, трижды за неделю.",
            "A threefold win.",
            "Twenty‑five percent less.",
            "Zero were skipped.",
            "In the second half you slowed down.",
            "Во второй половине недели темп упал.",
        ],
        "times": ["Most happened at 18:00.", "Most happened at 6 pm, some at 18:03."],
        "dates": [
            "The week of 2026-11-16 was good.",
            "In the week of 16–23 November 2026 you kept going.",
            "С 16 по 23 ноября вы держались.",
            "16 ноября — хороший день.",
            "On November 22nd you did two.",
            "On November 22 you did two.",
            "Since November 16, 12 tasks came.",
            "On 22 November tasks came easily.",
            "On 22 November, seven tasks were done.",
            "К 22 ноября задач стало меньше.",
            "The 16th of November was quiet.",
            "That was November 2026.",
            "Так было в ноябре 2026 года.",
        ],
        "titles": [
            "“Read 20 pages” came 7 times.",
            "“Read ch. 9 of the book” was first.",
            "«Stop. Breathe. Count to 99» сделано.",
        ],
        "sentences": [
            "You finished 12 tasks, т. е. 7 и ещё 3.",
            "See no. 12 of them.",
            "That is less than in the four weeks before.",
            "It beats the previous 4 weeks.",
            "Меньше, чем в предыдущие четыре недели.",
        ],
    },
    REMOVED: {
        "figures": [
            "You finished 13 tasks.",
            "That is 84 % on time.",
            "You earned 12,000 XP.",
            "It took 3.5 hours.",
            "Version 1.2.4 of you.",
            "You finished 23 tasks.",
            "You read 20 pages.",
            "You called 911 times.",
            "You finished 12k tasks.",
            "You finished 12 thousand tasks.",
            "You finished 3 dozen tasks.",
            "Вы завершили 7 сотен задач.",
            "You finished 12000000 tasks.",
            "That is +25 % more.",
            "You finished N99 tasks.",
            "0 tasks are overdue.",
        ],
        "disguises": [
            "You finished １３ tasks.",
            "You finished ١٣ tasks.",
            "You finished ¹³ tasks.",
            "You finished 1️⃣3️⃣ tasks.",
            "You finished 🔟 tasks.",
            "You finished 三 tasks.",
            "You finished 3\u200b3 tasks.",
            "You finished 3\u20603 tasks.",
            "You finished 1\u00ad2\u00ad3 tasks.",
            "You earned 3·000 XP.",
            "You earned 3'500 XP.",
            "You earned 3’500 XP.",
            "You earned 7\u202f0 XP.",
            "You earned 7 0 XP.",
            "You earned 3_7 XP.",
            "You earned 7e2 XP.",
            "You earned 0012 XP.",
            "You earned 1O XP.",
            "½ of them were late.",
            "3/7 of them were late.",
            "You finished XIV tasks.",
            "You finished LXX tasks.",
            "You finished DCC tasks.",
            "You finished twеnty tasks.",
            "You finished twenty‑three tasks.",
            "You finished twentythree tasks.",
            "You finished fіfty tasks.",
            "You finished fífty tasks.",
            "You finished f i f t y tasks.",
        ],
        "words": [
            "Fourteen of them were yours.",
            "Пятнадцать задач за неделю.",
            "Twenty-three of them were hard.",
            "Сто двадцать дней подряд.",
            "One hundred and twelve are left.",
            "Half of them were late.",
            "Вдвое больше, пятьюдесятью делами.",
            "Тремястами очками больше.",
            "Пятьюстами и шестьюстами очками.",
            "Двумястами делами.",
            "Несколько сотен дел, сотнями.",
            "Десятки дел, десятками.",
            "Тысячами очков.",
            "Миллиард очков.",
            "На семерых и вчетвером.",
            "Впятером и вдесятеро.",
            "Четырежды за неделю.",
            "Полтора часа.",
            "Четырёхдневная серия.",
            "Пятнадцатидневная серия.",
            "A fifteenfold rise.",
            "Dozens of tasks.",
            "Three dozen tasks.",
            "A billion points.",
            "A fortnight of work.",
            "Zero tasks are overdue.",
            "Ноль просрочено.",
        ],
        "ordinals and shares": [
            "Your fifteenth day in a row.",
            "Это пятнадцатый день подряд.",
            "Двадцать третья задача.",
            "A third was late.",
            "Two thirds were late.",
            "Three quarters were late.",
            "Две трети просрочены.",
            "Две седьмых просрочены.",
            "Three and a half tasks.",
            "Три с половиной задачи.",
            "Пол-третьего.",
        ],
        "times": [
            "Most happened at 19:00.",
            "Most happened at 18:45.",
            "Half past 7:30 is best.",
            "At 8 am you begin.",
        ],
        "dates": [
            "The week of 2026-11-17 was good.",
            "You finished 2026-11-24 things.",
            "On 24 November you rested.",
            "On 3 May you rested.",
            "3 мая вы отдыхали.",
            "22 ноября 2025 года всё началось.",
            "В ноябре 2025 года всё началось.",
            "In November 22 tasks were finished.",
            "In November 22 were finished.",
            "By November 16 tasks were done.",
            "You finished 22 November tasks.",
            "В ноябре 22 задачи завершены.",
            "Это 16 ноября задач.",
            "You finished 2026 tasks.",
            "Двенадцатого ноября вы отдыхали.",
            "On the twelfth of November you rested.",
            "November twelfth was good.",
            "Первого ноября вы отдыхали.",
        ],
        "titles": [
            "You finished “99” tasks.",
            "You finished “ninety-nine” tasks.",
            "You finished 3“Read 20 pages”3 tasks.",
        ],
        "sentences": [
            "Read p. 99 first.",
            "Прочтите стр. 99 сначала.",
            "It is enough, т. е. 99 задач.",
            "You kept going for four weeks.",
        ],
    },
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
