"""Recurrence in words: the frozen tables, and what holds for every text."""

import time
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questlog.planning.phrases import recurrences
from questlog.planning.rrule import RecurrenceError
from tests.support import recurrence_phrases
from tests.support.recurrence_phrases import NOW, Line, Phrase, written

ENGLISH, RUSSIAN = recurrence_phrases.phrases("en"), recurrence_phrases.phrases("ru")
UNDERSTOOD = [phrase for phrase in ENGLISH + RUSSIAN if phrase.rule]
REFUSED = [phrase for phrase in ENGLISH + RUSSIAN if not phrase.rule]
LINES = recurrence_phrases.lines()
WORDS = (
    "every ev each every! каждый каждые! по раз в через other second 1st 2nd 3 15 27 last first "
    "second to last день дня day days week month months year workday понедельник понедельникам "
    "friday mondays будням jan мая на the of on only из дней : , and и at 9 9:30 7pm в 10 часов "
    "starting until 1 dec до 5 мая for 3 weeks 10 times 5 раз after completion месяца числа - ! . ; "
    "except weekends кроме выходных weeks starting on Sunday daily ежемесячно morning утром 2026 9999"
)


def text_of(case: Phrase | Line) -> str:
    return case.text


def test_the_tables_are_large_enough() -> None:
    assert len(ENGLISH) >= 120
    assert len(RUSSIAN) >= 120


@pytest.mark.parametrize("phrase", UNDERSTOOD, ids=text_of)
def test_a_phrase_means_what_the_table_says(phrase: Phrase) -> None:
    found = recurrences.read(phrase.text, now=NOW)

    assert (written(found), found.starting, found.time) == phrase.meaning


@pytest.mark.parametrize("phrase", UNDERSTOOD, ids=text_of)
def test_a_phrase_means_the_same_in_capitals_and_with_wide_spaces(phrase: Phrase) -> None:
    found = recurrences.read(f"  {phrase.text.upper().replace(' ', '   ')} ", now=NOW)

    assert (written(found), found.starting, found.time) == phrase.meaning


@pytest.mark.parametrize("phrase", REFUSED, ids=text_of)
def test_what_no_rule_of_days_says_is_refused_and_not_guessed(phrase: Phrase) -> None:
    with pytest.raises(RecurrenceError):
        recurrences.read(phrase.text, now=NOW)


@pytest.mark.parametrize("line", LINES, ids=text_of)
def test_a_line_gives_up_its_recurrence_and_keeps_its_other_words(line: Line) -> None:
    found = recurrences.find(line.text, now=NOW)

    if found is None:
        assert line.words is None
    else:
        assert line.text[found.start : found.end] == line.words
        assert (written(found), found.time) == (line.rule, line.time)


def test_the_refusal_names_the_place() -> None:
    with pytest.raises(RecurrenceError) as refused:
        recurrences.read("every friday but not the last", now=NOW)

    assert refused.value.details == {"position": 13, "near": "but not the last"}


@given(st.text() | st.lists(st.sampled_from(WORDS.split()), max_size=14).map(" ".join))
def test_any_text_is_a_recurrence_or_a_refusal(text: str) -> None:
    try:
        found = recurrences.read(text, now=NOW)
    except RecurrenceError:
        return

    assert 0 <= found.start < found.end <= len(text)


@given(
    st.text() | st.lists(st.sampled_from(WORDS.split()), max_size=40).map(" ".join),
    st.dates(),
)
def test_any_line_is_searched_on_any_day(text: str, today: date) -> None:
    found = recurrences.find(text, now=datetime.combine(today, NOW.timetz()))

    assert found is None or text[found.start : found.end].strip()


@pytest.mark.parametrize(
    "hostile",
    [
        "every " * 2_000,
        "every 1st, " * 1_000,
        "в первый и " * 1_000,
        "on the first and " * 600,
        "every monday " + "and monday " * 900,
        "every day starting " * 500,
        "по 1-м и 15-м " * 700,
        "1" * 10_000,
        "!" * 10_000,
        "İ" * 10_000,
    ],
)
def test_a_hostile_line_costs_no_more_than_its_length(hostile: str) -> None:
    quickest = 9.0

    for _ in range(3):
        started = time.perf_counter()
        recurrences.find(hostile[:10_000], now=NOW)
        quickest = min(quickest, time.perf_counter() - started)

    assert quickest < 0.5
