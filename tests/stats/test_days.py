"""Runs of days, without a database."""

from datetime import date, timedelta

import pytest

from questlog.stats.days import Streak, span, streak_of

TODAY = date(2026, 11, 21)


def days_ago(*numbers: int) -> list[date]:
    return [TODAY - timedelta(days=number) for number in numbers]


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ([], Streak(0, 0)),
        (days_ago(0), Streak(1, 1)),
        (days_ago(1, 2, 3), Streak(3, 3)),
        (days_ago(2, 3, 4), Streak(0, 3)),
        (days_ago(0, 1, 5, 6, 7), Streak(2, 3)),
        (days_ago(7, 0, 6, 1, 5), Streak(2, 3)),
    ],
)
def test_a_run_lives_until_a_whole_day_was_missed(days: list[date], expected: Streak) -> None:
    assert streak_of(days, today=TODAY) == expected


def test_a_run_goes_on_over_the_leap_day() -> None:
    days = [date(2028, 2, 28), date(2028, 2, 29), date(2028, 3, 1)]

    assert streak_of(days, today=date(2028, 3, 1)) == Streak(3, 3)


def test_a_span_has_both_its_ends() -> None:
    assert list(span(date(2026, 12, 31), date(2027, 1, 1))) == [
        date(2026, 12, 31),
        date(2027, 1, 1),
    ]
