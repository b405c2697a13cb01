"""Dates in words. The tables tell what sentences mean on Wednesday, 4 March 2026 at 10:00 UTC."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from questlog.planning.phrases import dates
from questlog.planning.phrases.dates import DatePhraseError, FoundDate
from tests.interop.sentences import LANGUAGES, MOMENT, Answer, Sentence, told

SENTENCES = [sentence for language in LANGUAGES for sentence in told(language)]
BERLIN = ZoneInfo("Europe/Berlin")
WEDNESDAY = date(2026, 3, 4)


@pytest.mark.parametrize("sentence", SENTENCES, ids=lambda sentence: sentence.text)
def test_a_sentence_names_the_date_of_the_table(sentence: Sentence) -> None:
    if sentence.is_whole:
        found = [dates.read(sentence.text, now=MOMENT)]
    else:
        found = dates.find(sentence.text, now=MOMENT)

    answers = [Answer.found(sentence.text, each) for each in found]

    assert answers == ([] if sentence.meant.day is None else [sentence.meant])


@pytest.mark.parametrize("words", ["1 jan", "1 января", "jan 1st", "01.01", "1/1"])
def test_a_date_without_a_year_that_has_passed_belongs_to_the_next(words: str) -> None:
    assert dates.read(words, now=MOMENT).day == date(2027, 1, 1)


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("the last friday of the month", date(2026, 3, 27)),
        ("first monday of the month", date(2026, 4, 6)),
        ("first monday of next month", date(2026, 4, 6)),
        ("second tuesday of february", date(2027, 2, 9)),
        ("fifth sunday of march", date(2026, 3, 29)),
        ("во второй вторник мая", date(2026, 5, 12)),
        ("в последнюю пятницу месяца", date(2026, 3, 27)),
        ("friday the 13th", date(2026, 3, 13)),
    ],
)
def test_a_weekday_has_a_place_in_its_month(words: str, day: date) -> None:
    line = f"Meet {words}, as always"

    found = dates.find(line, now=MOMENT)

    assert [(line[each.start : each.end], each.day) for each in found] == [(words, day)]


@pytest.mark.parametrize(
    "words", ["4 march", "4 марта", "3/4", "04.03", "the 4th", "this wednesday"]
)
def test_today_is_not_over(words: str) -> None:
    assert dates.read(words, now=MOMENT).day == WEDNESDAY


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("2026-04-03", date(2026, 4, 3)),
        ("2026/04/03", date(2026, 4, 3)),
        ("04/03/2026", date(2026, 4, 3)),
        ("13/04/2026", date(2026, 4, 13)),
        ("03.04.2026", date(2026, 4, 3)),
        ("04.13.2026", date(2026, 4, 13)),
        ("03-04-2026", date(2026, 4, 3)),
        ("4/3/26", date(2026, 4, 3)),
        ("3.4.26", date(2026, 4, 3)),
        ("3-4-26", None),
        ("04/2026", date(2026, 4, 1)),
    ],
)
def test_numbers_are_read_iso_first_then_by_their_marks(words: str, day: date | None) -> None:
    found = dates.find(words, now=MOMENT) or dates.find(f"by {words}", now=MOMENT)

    assert [each.day for each in found] == ([] if day is None else [day])


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("next week", date(2026, 3, 8)),
        ("next sunday", date(2026, 3, 8)),
        ("next monday", date(2026, 3, 9)),
        ("end of the week", date(2026, 3, 7)),
        ("на следующей неделе", date(2026, 3, 8)),
    ],
)
def test_the_week_begins_on_the_day_the_user_has_set(words: str, day: date) -> None:
    sunday = 6

    found = dates.read(words, now=MOMENT, first_weekday=sunday)

    assert found.day == day


@pytest.mark.parametrize(
    ("words", "day", "clock"),
    [
        ("9:59", date(2026, 3, 5), time(9, 59)),
        ("10:00", WEDNESDAY, time(10)),
        ("at 10:01", WEDNESDAY, time(10, 1)),
        ("today at 9", WEDNESDAY, time(9)),
    ],
)
def test_a_time_alone_that_has_passed_is_tomorrow(words: str, day: date, clock: time) -> None:
    found = dates.read(words, now=MOMENT)

    assert (found.day, found.time) == (day, clock)


def test_hours_are_counted_in_time_that_passes_and_days_on_the_calendar() -> None:
    before_the_clocks_change = datetime(2026, 3, 28, 12, 0, tzinfo=BERLIN)

    hours = dates.read("in 24 hours", now=before_the_clocks_change)
    both = dates.read("in 1 day 2 hours", now=before_the_clocks_change)

    assert (hours.day, hours.time) == (date(2026, 3, 29), time(13))
    assert (both.day, both.time) == (date(2026, 3, 29), time(14))


def test_a_moment_with_a_zone_is_told_by_the_clock_of_the_reader() -> None:
    found = dates.read("2026-12-31T23:30:00Z", now=MOMENT.astimezone(BERLIN))

    assert (found.day, found.time) == (date(2027, 1, 1), time(0, 30))


def test_dates_of_a_line_are_found_in_their_order_with_their_words() -> None:
    line = "Позвонить Ann завтра в 17:00, then write to her on friday at noon"

    found = dates.find(line, now=MOMENT)

    assert [(line[each.start : each.end], each.day, each.time) for each in found] == [
        ("завтра в 17:00", date(2026, 3, 5), time(17)),
        ("on friday at noon", date(2026, 3, 6), time(12)),
    ]


def test_a_time_that_stands_alone_says_that_no_day_was_named() -> None:
    found = dates.find("On friday lunch at noon", now=MOMENT)

    assert [each.names_day for each in found] == [True, False]


@pytest.mark.parametrize(
    "line",
    [
        "Black 15ths of friday-ish",
        "tomorrow's plan",
        "see README.md:10.20",
        "in week 5 send the plan",
        "Watch Midnight in Paris",
        "My 15th anniversary",
        "fifth friday of february",
        "Mon-Fri",
        "SAT prep",
        "Move to the 5th floor",
        "The budget of 2024 may change",
        "16.02 kg of rice",
        "room 17:00:00:00",
        "занятие в 5 классе",
        "раз в неделю",
        "час пик",
        "Мая не звать",
        "работать в среде Linux",
    ],
)
def test_words_of_a_title_are_left_alone(line: str) -> None:
    assert dates.find(line, now=MOMENT) == []


@pytest.mark.parametrize(
    ("words", "position", "near"),
    [
        ("", 0, ""),
        ("soon", 0, "soon"),
        ("tomorrow maybe", 9, "maybe"),
        ("2026-02-30", 0, "2026-02-30"),
        ("15 января 25:00", 10, "25:00"),
        ("friday " + "x" * 300, 200, "x" * 40),
    ],
)
def test_what_is_no_date_is_refused_with_the_place_where_understanding_ends(
    words: str, position: int, near: str
) -> None:
    with pytest.raises(DatePhraseError) as refused:
        dates.read(words, now=MOMENT)

    assert refused.value.details["position"] == position
    assert refused.value.details["near"] == near
    assert refused.value.code == "invalid_date_phrase"


@pytest.mark.parametrize(
    "words",
    [
        "in 9999 years",
        "9999 months ago",
        "tomorrow",
        "next year",
        "at 9",
        "31 dec",
        "in 3 hours",
        "eoy",
        "+2w",
    ],
)
def test_the_calendar_ends_and_nothing_breaks(words: str) -> None:
    last = datetime(9999, 12, 31, 22, 0, tzinfo=UTC)

    try:
        found = dates.read(words, now=last)
    except DatePhraseError:
        found = None

    assert found is None or isinstance(found, FoundDate)
