"""What somebody's answers come to by rules, in both languages."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questlog.coach import onboarding_rules
from questlog.coach.onboarding_dialogue import is_nothing, is_one_of
from questlog.coach.onboarding_rules import MOST_TASKS, found_in, things
from questlog.coach.onboarding_words import ENDS, SENTENCES
from questlog.coach.tool_arguments import CreateTask
from questlog.coach.tools import TOOLS
from questlog.planning import task_dates

NOW = datetime(2026, 11, 21, 12, tzinfo=ZoneInfo("Europe/Moscow"))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("- milk\n- 2) bread\n\n* eggs", ["milk", "2) bread", "eggs"]),
        ("buy milk, call Mum and pay the rent", ["buy milk", "call Mum", "pay the rent"]),
        (
            "купить молоко, позвонить маме и заплатить",
            ["купить молоко", "позвонить маме", "заплатить"],
        ),
        ("read; write; read", ["read", "write"]),
        ("read and write", ["read and write"]),
        ("1,5 litres of milk", ["1,5 litres of milk"]),
        ("Call Dr. Smith", ["Call Dr. Smith"]),
        ("Finish the report. Book a room.", ["Finish the report", "Book a room"]),
        (
            "I would like to learn to play the violin well enough, to play with friends",
            ["I would like to learn to play the violin well enough, to play with friends"],
        ),
        ("   \n ", []),
    ],
)
def test_a_list_is_taken_apart(text: str, found: list[str]) -> None:
    assert things(text) == found


@pytest.mark.parametrize(
    ("words", "arguments"),
    [
        ("pay the rent on Friday", {"title": "Pay the rent", "due_date": "2026-11-27"}),
        (
            "позвонить маме завтра в 18:00",
            {"title": "Позвонить маме", "due_date": "2026-11-22T18:00:00"},
        ),
        (
            "надо поливать цветы каждый день",
            {"title": "Поливать цветы", "due_date": "2026-11-21", "recurrence": "каждый день"},
        ),
        ("I need to buy shoes p1", {"title": "Buy shoes", "priority": 4}),
        ("ship #nowhere", {"title": "Ship #nowhere"}),
        ("x" * 5000, {"title": f"X{'x' * 198}…"}),
        ("tomorrow", {"title": "Tomorrow"}),
    ],
)
def test_a_task_has_the_date_of_its_words(words: str, arguments: dict[str, object]) -> None:
    assert onboarding_rules.task(words, NOW) == arguments


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("Изучить английский", "Изучить английский"),
        ("Искать новую работу", "Искать новую работу"),
        ("Иван: позвонить", "Иван: позвонить"),
        ("Имею план", "Имею план"),
        ("Интернет-магазин", "Интернет-магазин"),
        ("Ещёшка", "Ещёшка"),
        ("а также испечь торт", "Испечь торт"),
        ("и испечь торт", "Испечь торт"),
        ("ещё купить хлеб", "Купить хлеб"),
        ("и я хочу изучить Python", "Изучить Python"),
        ("Мне нужно исправить отчёт", "Исправить отчёт"),
        ("Надоела работа", "Надоела работа"),
        ("Andrew's birthday", "Andrew's birthday"),
        ("Android app", "Android app"),
        ("Andes hike", "Andes hike"),
        ("Alsobrook report", "Alsobrook report"),
        ("Thenceforth", "Thenceforth"),
        ("Iwan's visit", "Iwan's visit"),
        ("and buy shoes", "Buy shoes"),
        ("Then call Mum", "Call Mum"),
        ("also I’d like to learn chess", "Learn chess"),
        ("I need to bake", "Bake"),
        ("I hopefully sleep", "I hopefully sleep"),
        ("also", "Also"),
        ("И", "И"),
    ],
)
def test_a_title_loses_whole_words_only(words: str, title: str) -> None:
    assert onboarding_rules.title(words) == title


@pytest.mark.parametrize("word", ["Enough.", "ХВАТИТ!", "that’s all", "«Это всё»"])
def test_an_end_is_heard(word: str) -> None:
    assert is_one_of(word, ENDS)


@pytest.mark.parametrize("word", ["Всё", "все", "Done", "finish", "Всё!"])
def test_what_may_be_an_answer_ends_nothing(word: str) -> None:
    assert not is_one_of(word, ENDS)
    assert not is_nothing(word)


@pytest.mark.parametrize(
    ("words", "nothing"),
    [
        ("-", True),
        ("Nothing special, really.", True),
        ("нет", True),
        ("No sugar", False),
        ("Ничего не успеваю", False),
        ("Nothing gets finished", False),
        ("Ничего, кроме работы", False),
        ("Пока ничего.", True),
        ("Ничего особенного", True),
        ("No thanks", True),
        ("Нет, спасибо", True),
        ("–", True),
        (", ", True),
        ("", True),
    ],
)
def test_nothing_is_heard(words: str, nothing: bool) -> None:
    assert is_nothing(words) is nothing


def test_both_languages_have_every_sentence() -> None:
    assert SENTENCES["en"].keys() == SENTENCES["ru"].keys()


_PIECES = (
    "stretch every day|until 2020-01-01|until yesterday|starting 2035-01-01|2031-01-01|9999-12-31|at 25:00|p1|, |"
    "каждый день|до вчера|завтра|в 18:00|31 февраля|every 30 feb|3 times|#x|~9h|\n"
)
PIECES = st.sampled_from(_PIECES.split("|"))


@given(
    st.dictionaries(
        st.sampled_from(["work", "goals", "projects", "tasks"]),
        st.text(max_size=300) | st.lists(PIECES, max_size=8).map(" ".join),
    )
)
def test_whatever_is_said_everything_proposed_can_be_accepted(answers: dict[str, str]) -> None:
    printable = {
        name: "".join(one for one in words if one.isprintable() or one == "\n")
        for name, words in answers.items()
    }

    found = found_in(printable, now=NOW)

    for name, arguments in found.calls:
        wanted = TOOLS[name].takes.model_validate(arguments)
        if isinstance(wanted, CreateTask):
            task_dates.of_new(
                wanted.due_date, wanted.recurrence, today=NOW.date(), timezone="Europe/Moscow"
            )
    assert all(len(one.words) <= 500 for one in found.said)


def test_a_long_answer_is_read_in_a_moment_and_stays_in_bounds() -> None:
    found = found_in({"tasks": "a, " * 1300, "goals": "x.y " * 1000, "work": "w" * 4000}, now=NOW)

    assert len(found.tasks) <= MOST_TASKS
    assert len(found.goals) <= 5


def test_a_line_that_says_nothing_is_no_thing() -> None:
    assert onboarding_rules.things("Выучить итальянский\nнет, спасибо\n–") == [
        "Выучить итальянский"
    ]
