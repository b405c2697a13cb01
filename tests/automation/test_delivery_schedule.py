"""When a message is tried again (S-138)."""

from datetime import timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questlog.automation.delivery_schedule import MOST_ATTEMPTS, PAUSES, next_due
from tests.support.moving_clock import at

NOW = at("2026-11-21T12:00")


def middle(low: float, high: float) -> float:
    return (low + high) / 2


def test_s138_the_pauses_are_those_of_standard_webhooks() -> None:
    pauses = [next_due(tries, NOW, share=middle) for tries in range(1, MOST_ATTEMPTS + 1)]

    waits = [moment - NOW if moment else None for moment in pauses]

    seconds, hours = timedelta(seconds=1), timedelta(hours=1)
    assert waits == [
        5 * seconds,
        300 * seconds,
        1800 * seconds,
        2 * hours,
        5 * hours,
        10 * hours,
        10 * hours,
        None,
    ]


@given(st.integers(1, MOST_ATTEMPTS - 1))
def test_s138_a_pause_is_a_fifth_longer_or_shorter_at_most(tries: int) -> None:
    due = next_due(tries, NOW)

    assert due is not None
    assert PAUSES[tries - 1] * 0.8 <= due - NOW <= PAUSES[tries - 1] * 1.2


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("120", 120),
        (" 120 ", 120),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90),
        ("Sat, 21 Nov 2026 12:01:30 -0000", 90),
        ("1", 5),
        ("0", 5),
        ("-7", 5),
        ("Sat, 21 Nov 2020 12:00:00 GMT", 5),
        ("99999999999999999999", 86_400),
        ("Sat, 21 Nov 9999 12:00:00 GMT", 86_400),
        ("soon", 5),
        ("", 5),
        (None, 5),
        ("٣", 5),
        ("Sat, 99 Nov 2026 12:00:00 GMT", 5),
        ("Mon, 01 Jan 99999999999 00:00:00 GMT", 5),
        ("Mon, 01 Jan 2027 99999999999:00:00 GMT", 5),
        ("Mon, 01 Jan 2027 00:00:00 +9999999999999999", 5),
        ("Mon, 01 Jan 0001 00:00:00 +2359", 5),
    ],
)
def test_a_receiver_may_ask_for_a_longer_pause_of_a_day_at_most(
    said: str | None, seconds: int
) -> None:
    due = next_due(1, NOW, retry_after=said, share=middle)

    assert due == NOW + timedelta(seconds=seconds)


@given(st.text(max_size=200), st.integers(1, MOST_ATTEMPTS))
def test_no_wish_breaks_the_schedule(said: str, tries: int) -> None:
    due = next_due(tries, NOW, retry_after=said)

    assert (due is None) == (tries == MOST_ATTEMPTS)
    assert due is None or NOW < due <= NOW + timedelta(hours=24)
