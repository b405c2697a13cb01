"""What holds for every text, however it was put together."""

import time
from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from questlog.planning.phrases import dates
from questlog.planning.phrases.dates import DatePhraseError
from questlog.planning.phrases.lexicon import MEANINGS

WORDS = [
    *sorted(MEANINGS),
    "0",
    "1",
    "15",
    "31",
    "2026",
    "9999",
    "99999",
    "/",
    "-",
    ".",
    ":",
    ",",
    "+",
    "\u0661",
    "x",
]
NOWS = st.sampled_from(
    [
        datetime(2026, 3, 4, 10, 0, tzinfo=ZoneInfo("Europe/Berlin")),
        datetime(9999, 12, 31, 23, 30, tzinfo=UTC),
        datetime(1, 1, 1, 0, 30, tzinfo=ZoneInfo("Asia/Tokyo")),
        datetime(2028, 2, 29, 0, 0, tzinfo=ZoneInfo("America/St_Johns")),
    ]
)
PHRASES = st.lists(
    st.tuples(st.sampled_from(WORDS), st.sampled_from([" ", " ", "", "\n"])), max_size=12
).map(lambda parts: "".join(word + gap for word, gap in parts))
TEXTS = st.one_of(PHRASES, st.text(max_size=60))


@given(TEXTS, NOWS, st.integers(0, 6))
@example("in 1 day in 1 day", datetime(2026, 3, 4, 10, 0, tzinfo=UTC), 0)
def test_finding_never_fails_and_spans_are_in_order_inside_the_text(
    text: str, now: datetime, first_weekday: int
) -> None:
    found = dates.find(text, now=now, first_weekday=first_weekday)

    assert all(0 <= each.start < each.end <= len(text) for each in found)
    assert all(one.end <= after.start for one, after in pairwise(found))


@given(TEXTS, NOWS)
def test_reading_returns_the_whole_text_or_refuses_it(text: str, now: datetime) -> None:
    start, end = _read(text, now)

    assert 0 <= start <= end <= len(text)
    assert text[:start].strip() == text[end:].strip() == "" or start == end


@given(TEXTS, NOWS)
def test_what_is_found_in_a_line_means_the_same_alone(text: str, now: datetime) -> None:
    found = dates.find(text, now=now)

    alone = [dates.read(text[each.start : each.end], now=now) for each in found]

    assert [(one.day, one.time) for one in alone] == [(each.day, each.time) for each in found]


@pytest.mark.parametrize(
    "hostile",
    [
        "1 ", "the ", "in ", "next week ", "1/1/", "12:00 ", "9", "+ ", "in 1d ", "monday, ", "twenty-", "в ",
        "1.", " ", "15 jan ", "a day after ", "за день до ", "½", "İ",
    ],
)  # fmt: skip
def test_ten_thousand_characters_cost_no_more_than_ten_times_a_thousand(hostile: str) -> None:
    now = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
    long = (hostile * 10_000)[:10_000]

    quickest = min(_seconds(long, now) for _ in range(3))
    short = min(_seconds(long[:1_000], now) for _ in range(3))

    assert quickest < 30 * short + 0.02


def _seconds(text: str, now: datetime) -> float:
    started = time.perf_counter()
    dates.find(text, now=now)
    return time.perf_counter() - started


def _read(text: str, now: datetime) -> tuple[int, int]:
    """The span of the date, or the empty one where understanding ends."""
    try:
        found = dates.read(text, now=now)
    except DatePhraseError as refused:
        return refused.details["position"], refused.details["position"]
    return found.start, found.end
